//! Cookies: a header of any bytes opens nothing that nobody sealed; whatever handlers do, the lines of an answer are clean, and a browser
//! has what was meant.

use super::{
    allocation::bounded,
    byte, piece,
    states::{LIFE, RING, TIME},
};
use crate::forge::{NOW, base64url, claims as made, cose, keys::Alg};
use orderslip::{
    Lifetime, Sealer, SlipState, UnixTime,
    cookie::{Cookies, Jar, Outcome, Plan, Visit},
    testing::Browser,
};
use serde::{Deserialize, Serialize};
use std::{sync::LazyLock, time::Duration};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Session {
    user: Option<u64>,
    note: String,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "fuzz.example/session";
    const VERSION: u16 = 1;
}

const NAME: &str = "__Host-s";
const STATE: &[u8] = b"\xa2\x64user\x07\x64note\x60";

fn token(cookie: &str, purpose: &str, state: &[u8]) -> String {
    base64url(cose::encrypted(Alg::Root, &made::external_aad(purpose, cookie, &[], &[]), &made::cwt(1, state)))
}

/// What stands for a byte of 1 to 4 in a header: one that opens, the same under its former name, its tombstone, one for another cookie.
static TOKENS: LazyLock<[String; 4]> = LazyLock::new(|| {
    [
        token(NAME, Session::PURPOSE, STATE),
        token("__Host-old", Session::PURPOSE, STATE),
        token(NAME, "orderslip/ended", &[0xf6]),
        token("__Host-other", Session::PURPOSE, STATE),
    ]
});

static JAR: LazyLock<Jar<Session>> = LazyLock::new(|| {
    let sealer = Sealer::<Session>::encrypted(&*RING).lifetime(LIFE);
    Jar::builder("s", sealer).formerly("__Host-old").build().expect("good settings")
});

/// The values of a name, as a second reader has them.
fn values<'f>(fields: &'f [Vec<u8>], name: &str) -> Vec<&'f [u8]> {
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let pairs = fields.iter().flat_map(|field| field.split(|byte| *byte == b';'));
    let named = pairs.filter_map(|pair| {
        let start = pair.iter().position(|byte| !blank(byte))?;
        let pair = &pair[start..];
        let end = pair.iter().rposition(|byte| !blank(byte)).map_or(0, |at| at + 1);
        let at = pair.iter().position(|byte| *byte == b'=')?;
        (pair[..at] == *name.as_bytes()).then(|| pair.get(at + 1..end).unwrap_or_default())
    });
    named.collect()
}

pub fn cookie_header(data: &[u8]) {
    let fields = data.split(|byte| *byte == b'\n').map(|field| {
        let stands_for = |byte: &u8| match byte {
            1..=4 => TOKENS[usize::from(*byte) - 1].as_bytes().to_vec(),
            byte => vec![*byte],
        };
        field.iter().take(2_000).flat_map(stands_for).collect::<Vec<u8>>()
    });
    let fields: Vec<Vec<u8>> = fields.take(8).collect();
    let size = fields.iter().map(Vec::len).sum();
    let cookies = || bounded(size, || Cookies::from_fields(fields.iter().map(Vec::as_slice)));
    for name in [NAME, "__Host-old", "a", ""] {
        assert_eq!(
            cookies().named(name).collect::<Vec<_>>(),
            if name.is_empty() { vec![] } else { values(&fields, name) }
        );
    }
    let mut visit = bounded(size, || JAR.visit_at(cookies(), TIME));
    let good = |name, at: usize| values(&fields, name).contains(&TOKENS[at].as_bytes());
    match visit.outcome() {
        Outcome::Opened | Outcome::LoggedOut => assert!(good(NAME, 0) || good("__Host-old", 1)),
        Outcome::Absent => assert!(values(&fields, NAME).is_empty() && values(&fields, "__Host-old").is_empty()),
        _ => {}
    }
    // The name has the first eight characters of the slip's id; of one name no more than four are looked at.
    let told = values(&fields, "__Host-s-xc2l4dGVl");
    match visit.outcome() {
        Outcome::LoggedOut => assert!(told.contains(&TOKENS[2].as_bytes())),
        Outcome::Opened => assert!(told.len() > 4 || !told.contains(&TOKENS[2].as_bytes())),
        _ => {}
    }
    check_plan(&visit.plan(), None, TIME);
    // A write on top of whatever there was.
    let mut visit = JAR.visit_at(cookies(), TIME);
    let written = visit.update(|session| session.note = "written".to_owned());
    let plan = visit.plan();
    check_plan(&plan, None, TIME);
    if written.is_ok() {
        assert!(plan.set_cookie().iter().any(|line| line.starts_with("__Host-s=2GCE")));
    }
}

/// Lines that no byte can break out of; and a browser takes every one.
fn check_plan(plan: &Plan, browser: Option<&mut Browser>, now: UnixTime) {
    for line in plan.set_cookie() {
        assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line:?}");
        let (pair, attributes) = line.split_once("; ").expect("attributes");
        let (name, value) = pair.split_once('=').expect("a pair");
        assert!(name.starts_with("__Host-") && name.len() + value.len() <= 4_096, "{line}");
        assert!(name.bytes().chain(value.bytes()).all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let known = |attribute: &str| {
            ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"].contains(&attribute) || attribute.starts_with("Max-Age=")
        };
        assert!(attributes.split("; ").all(known), "{line}");
    }
    if let Some(browser) = browser {
        assert!(browser.receive(plan.set_cookie(), now).iter().all(Result::is_ok), "a line that a browser drops");
    }
}

/// What a handler does. Gives what the state ought to be then.
fn act(visit: &mut Visit<Session>, what: u8, arg: u8, before: Option<Session>) -> Option<Session> {
    let note = "n".repeat(usize::from(arg) * 24);
    match what {
        1 => match visit.update(|session| session.note.clone_from(&note)) {
            Ok(()) => Some(Session { note, ..before.unwrap_or_default() }),
            Err(error) => {
                assert!(error.is_too_large(), "{error:?}");
                before
            }
        },
        2 => {
            let state = Session { user: Some(arg.into()), note };
            match visit.replace(state.clone()) {
                Ok(()) => Some(state),
                Err(error) => {
                    assert!(error.is_too_large(), "{error:?}");
                    before
                }
            }
        }
        3 => {
            // The tombstone of the old id may be too much.
            let renewed = visit.renew_id();
            assert!(renewed.is_ok() || renewed.is_err_and(|error| error.is_too_large()));
            before
        }
        4 => {
            visit.logout().expect("before the plan");
            None
        }
        5 => {
            assert_eq!(visit.take().expect("before the plan"), before);
            None
        }
        6 => {
            visit.touch();
            before
        }
        7 => {
            let form = visit.form_token().expect("room");
            assert!(visit.check_form(&form).is_ok() || visit.check_form("junk").is_err());
            Some(before.unwrap_or_default())
        }
        _ => before,
    }
}

pub fn jar_plan(mut data: &[u8]) {
    let day = Lifetime::absolute(Duration::from_secs(86_400)).idle(Duration::from_secs(40_000));
    let sealer = Sealer::<Session>::encrypted(&*RING).lifetime(day);
    let jar = Jar::builder("s", sealer).formerly("__Host-old").build().expect("good settings");
    let mut browser = Browser::at("https://fuzz.example");
    // What the state ought to be, as long as nobody else has put anything into the browser.
    let (mut expected, mut is_known) = (None, true);
    let mut now = NOW;
    for _ in 0..24 {
        if data.is_empty() {
            break;
        }
        let (what, arg) = (byte(&mut data) % 10, byte(&mut data));
        let time = UnixTime::from_secs(now);
        match what {
            8 => {
                let name = [NAME, "__Host-old", "__Host-s-xAAAAAAAA", "other"][usize::from(arg) % 4];
                let value = piece(&mut data);
                let clean = |byte: &u8| byte.is_ascii_graphic() && !b"\",;\\".contains(byte);
                let value = match value {
                    [at @ 1..=4] => TOKENS[usize::from(*at) - 1].clone(),
                    value => value.iter().filter(|byte| clean(byte)).map(|byte| char::from(*byte)).collect(),
                };
                browser.plant(&format!("{name}={value}"), time);
                is_known &= name == "other";
            }
            9 => now += u64::from(arg) * 8,
            _ => {
                let mut visit = jar.visit_at(browser.cookies("/", time), time);
                if is_known {
                    assert_eq!(visit.state(), expected.as_ref(), "the state of the last answer");
                    expected = act(&mut visit, what, arg, expected);
                    assert_eq!(visit.state(), expected.as_ref());
                } else {
                    let before = visit.state().cloned();
                    // A planted cookie may be one that nobody can read here; then writes are refused, and `act` would not expect it.
                    if visit.error().is_none() {
                        act(&mut visit, what, arg, before);
                    }
                }
                let plan = visit.plan();
                check_plan(&plan, Some(&mut browser), time);
                assert!(visit.plan().set_cookie().is_empty(), "planned once");
                assert!(visit.update(|_| ()).is_err_and(|error| error.is_misuse()), "and closed");
            }
        }
    }
}
