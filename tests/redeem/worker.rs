//! A process that redeems: this test program, started once more.
//!
//! It may not know what the other processes do. Its record is its name, so that a second life with the same name finds what its first one did.

use orderslip::{
    UnixTime,
    revoke::{Redeemed, Redeemer, Redemption, RedisStore},
};
use std::{
    env,
    future::poll_fn,
    io::{Write as _, stdout},
    pin::pin,
    process::{Child, Command, Stdio, abort},
    task::Poll,
    time::Duration,
};

/// So many are under way at a time.
const AT_ONCE: usize = 16;

pub(crate) struct Task<'a> {
    pub(crate) url: &'a str,
    pub(crate) name: &'a str,
    /// Which things, and how many polls of a redemption it lives; as long as it takes unless said.
    pub(crate) things: std::ops::Range<u32>,
    pub(crate) polls: Option<u32>,
}

impl Task<'_> {
    pub(crate) fn start(&self) -> Child {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["worker::works_if_it_is_told_to", "--exact", "--nocapture"]);
        command.env("ORDERSLIP_WORKER", self.name).env("ORDERSLIP_STORE", self.url);
        command.env("ORDERSLIP_THINGS", format!("{} {}", self.things.start, self.things.end));
        command.envs(self.polls.map(|polls| ("ORDERSLIP_POLLS", polls.to_string())));
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }
}

/// Not a test of anything: what a worker runs.
#[test]
fn works_if_it_is_told_to() {
    let Ok(name) = env::var("ORDERSLIP_WORKER") else { return };
    let (url, things) = (env::var("ORDERSLIP_STORE").unwrap(), env::var("ORDERSLIP_THINGS").unwrap());
    let (start, end) = things.split_once(' ').unwrap();
    let (start, end): (u32, u32) = (start.parse().unwrap(), end.parse().unwrap());
    let polls: Option<u32> = env::var("ORDERSLIP_POLLS").ok().map(|polls| polls.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = RedisStore::new(&url).unwrap().time_limit(Duration::from_secs(60)).unwrap();
        let redeemer = Redeemer::new(store);
        // Each begins somewhere else, and comes by everything.
        let offset = name.bytes().fold(0, |sum: u32, byte| sum * 31 + u32::from(byte)) % (end - start);
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..end - start {
            if tasks.len() == AT_ONCE {
                tasks.join_next().await.unwrap().unwrap();
            }
            let thing = start + (index + offset) % (end - start);
            tasks.spawn(redeem(redeemer.clone(), thing, name.clone(), polls));
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    });
    println!("done");
}

async fn redeem(redeemer: Redeemer, thing: u32, name: String, polls: Option<u32>) {
    let until = UnixTime::now().unwrap().saturating_add(Duration::from_secs(3_600));
    let thing_name = thing.to_be_bytes();
    let redemption = Redemption::of("thing", &thing_name, until).with_record(name.as_bytes());
    let mut work = pin!(redeemer.redeem(&redemption));
    let mut polled = 0;
    let redeemed = poll_fn(|context| {
        if polls == Some(polled) {
            abort(); // Between two steps: nothing is said, nothing is cleaned up.
        }
        polled += 1;
        let answer: Poll<_> = work.as_mut().poll(context);
        answer
    })
    .await
    .unwrap();
    if polls == Some(polled) {
        abort(); // It was done, and nobody heard of it.
    }
    let line = match redeemed {
        Redeemed::Now => format!("{thing} now {name}\n"),
        Redeemed::Before(record) => format!("{thing} before {}\n", String::from_utf8(record).unwrap()),
    };
    // One write, so that a kill leaves whole lines but for the last.
    stdout().lock().write_all(line.as_bytes()).unwrap();
}

/// What a worker has said: a thing, whether it was its own, whose it is.
pub(crate) fn read(line: &str) -> Option<(u32, bool, String)> {
    let mut parts = line.split(' ');
    let (Some(thing), Some(how), Some(whose), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    // Names have one length: what a kill has cut off is not taken for another.
    (whose.len() == 2).then_some(())?;
    Some((thing.parse().ok()?, how == "now", whose.to_owned()))
}
