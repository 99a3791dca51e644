//! A client that is killed between every two steps of a redemption, and tries again.

use crate::{
    kit::engines::Redis,
    worker::{Task, read},
};
use std::io::{BufRead as _, BufReader};

#[test]
fn t26_whoever_dies_in_between_redeems_once() {
    let Some(redis) = Redis::start() else { return };
    let url = redis.url();
    let mut died = 0;
    for polls in 0..1_000 {
        let thing = polls..polls + 1;
        let first = Task { url: &url, name: "w0", things: thing.clone(), polls: Some(polls) }
            .start()
            .wait_with_output()
            .unwrap();
        let was_killed = !first.status.success();
        died += u32::from(was_killed);
        // The same client again, then another one: both are told whose it is, and it has one owner.
        let say = |name| {
            let child =
                Task { url: &url, name, things: thing.clone(), polls: None }.start().wait_with_output().unwrap();
            let said: Vec<_> =
                BufReader::new(&child.stdout[..]).lines().filter_map(|line| read(&line.unwrap())).collect();
            let [(_, now, whose)] = &said[..] else { panic!("{said:?}") };
            (*now, whose.clone())
        };
        let (again, other) = (say("w0"), say("w1"));
        assert_eq!(again.1, "w0", "killed after {polls} polls, it has its own all the same");
        assert_eq!(other, (false, "w0".to_owned()));
        assert!(was_killed || !again.0, "what was answered was kept");
        if !was_killed {
            println!("killed at each of {died} steps of a redemption: one owner each time");
            assert!(died >= 3, "before it, while it waits, and after the answer: {died}");
            return;
        }
    }
    panic!("a redemption that never ends");
}
