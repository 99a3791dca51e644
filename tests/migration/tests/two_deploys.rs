//! Two deploys, and why not one: fleets of which one half is already new, with a client that goes from any server to any.
//!
//! What stands between the markers is printed in `src/manual/migration.md`.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use cookie::{Cookie, CookieJar, Key};
use kit::{NOW, UNTIL, later, ring, session, without_the_old_key};
use orderslip::{Error, Keyring, Lifetime, Reason, Sealer, Slip, Standing, UnixTime};
use orderslip_migration::Session;
use std::time::Duration;

// docs: begin two-deploys
struct Shop {
    sealer: Sealer<Session>, // adopts the old format
    old_key: Key,
    writes_new: bool, // false in the first deploy, true in the second
}

/// Serves one request: takes the value of its cookie, and gives that of the answer's `Set-Cookie`, if it needs one.
fn serve(
    shop: &Shop,
    value: &str,
    now: UnixTime,
    handler: impl FnOnce(&mut Slip<Session>),
) -> Result<Option<String>, Error> {
    let mut slip = shop.sealer.open_at(value, now)?;
    // Asked before the handler runs: `Changed` is told before `OldFormat`.
    let was_old = slip.standing() == Standing::Reseal(Reason::OldFormat);
    handler(&mut slip);
    match slip.standing() {
        Standing::Current => Ok(None),
        // The first deploy gives old for old, and leaves alone what has not changed.
        Standing::Reseal(reason) if was_old && !shop.writes_new => {
            Ok((reason == Reason::Changed).then(|| as_before(&shop.old_key, slip.state())))
        }
        Standing::Reseal(_) => shop.sealer.reseal_at(&slip, now).map(Some),
    }
}

/// A new session: at login, and wherever else one begins.
fn begin(shop: &Shop, session: &Session, now: UnixTime) -> Result<String, Error> {
    if shop.writes_new { shop.sealer.seal_at(session, now) } else { Ok(as_before(&shop.old_key, session)) }
}
// docs: end

fn as_before(key: &Key, session: &Session) -> String {
    let mut jar = CookieJar::new();
    jar.private_mut(key).add(Cookie::new("session", serde_json::to_string(session).unwrap()));
    jar.get("session").unwrap().value().to_owned()
}

fn read_as_before(key: &Key, value: &str) -> Option<Session> {
    let cookie = CookieJar::new().private(key).decrypt(Cookie::new("session", value.to_owned()))?;
    serde_json::from_str(cookie.value()).ok()
}

fn buy(session: &mut Session) {
    session.cart.push(("SOUP".into(), 1));
}

fn bought_in(session: &Session) -> u32 {
    session.cart.iter().map(|(_, quantity)| quantity).sum()
}

/// Servers in the order in which a fleet gets them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Server {
    Before,
    First,
    Second,
    /// Without the old crate and the old key.
    After,
}

struct Fleet {
    first: Shop,
    second: Shop,
    after: Sealer<Session>,
}

impl Fleet {
    fn new(ring: &Keyring, key: &Key) -> Self {
        let shop = |writes_new| {
            let old_key = key.clone();
            let sealer = Sealer::encrypted(ring)
                .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3_600)))
                .adopt(UNTIL, move |text| read_as_before(&old_key, text));
            Shop { sealer: sealer.build().unwrap(), old_key: key.clone(), writes_new }
        };
        Self { first: shop(false), second: shop(true), after: without_the_old_key(ring) }
    }

    /// One more of the first line, or only a look; the client keeps what it gets. `None` if it is logged out.
    fn visit(&self, server: Server, cookie: &mut String, buys: bool, now: UnixTime) -> Option<Session> {
        let mut seen = None;
        let answer = match server {
            Server::Before => {
                let mut session = read_as_before(&self.first.old_key, cookie)?;
                if buys {
                    buy(&mut session);
                }
                seen = Some(session.clone());
                buys.then(|| as_before(&self.first.old_key, &session))
            }
            Server::First | Server::Second => {
                let shop = if server == Server::First { &self.first } else { &self.second };
                serve(shop, cookie, now, |slip| {
                    if buys {
                        buy(slip.state_mut());
                    }
                    seen = Some(slip.state().clone());
                })
                .ok()?
            }
            Server::After => {
                let mut slip = self.after.open_at(cookie, now).ok()?;
                if buys {
                    buy(slip.state_mut());
                }
                seen = Some(slip.state().clone());
                Some(self.after.reseal_at(&slip, now).unwrap())
            }
        };
        if let Some(answer) = answer {
            *cookie = answer;
        }
        seen
    }

    fn login(&self, server: Server) -> String {
        match server {
            Server::Before | Server::First => begin(&self.first, &session(), NOW).unwrap(),
            Server::Second | Server::After => begin(&self.second, &session(), NOW).unwrap(),
        }
    }
}

/// Of every way through five requests to two kinds of servers, a look or a purchase each, how many lose something.
fn ways_that_lose(pair: (Server, Server)) -> (usize, usize) {
    let key = Key::generate();
    let fleet = Fleet::new(&ring(), &key);
    let (mut ways, mut losing) = (0, 0);
    for login in [pair.0, pair.1] {
        for way in 0..4_u32.pow(5) {
            let (mut cookie, mut bought, mut lost) = (fleet.login(login), bought_in(&session()), false);
            for step in 0..5_u32 {
                let choice = way >> (2 * step) & 3;
                let (server, buys) = (if choice & 1 == 1 { pair.1 } else { pair.0 }, choice & 2 == 2);
                bought += u32::from(buys);
                let seen = fleet.visit(server, &mut cookie, buys, later(u64::from(step)));
                lost |= seen.is_none_or(|session| bought_in(&session) != bought);
            }
            ways += 1;
            losing += usize::from(lost);
        }
    }
    (ways, losing)
}

#[test]
fn two_deploys_lose_nobody() {
    assert_eq!(ways_that_lose((Server::Before, Server::First)), (2_048, 0));
    assert_eq!(ways_that_lose((Server::First, Server::Second)), (2_048, 0));
    // A rollback is among them: the ways go back and forth.
}

#[test]
fn one_deploy_loses_many() {
    let (ways, losing) = ways_that_lose((Server::Before, Server::Second));
    assert!(losing > ways / 2, "{losing} of {ways}");
}

/// Every session that was used since the second deploy is new, so the third can drop the old crate and its key.
#[test]
fn the_old_key_can_go_once_everybody_was_seen() {
    let fleet = Fleet::new(&ring(), &Key::generate());
    let unseen = fleet.login(Server::First);
    let mut seen = unseen.clone();
    assert_eq!(fleet.visit(Server::Second, &mut seen, false, NOW), Some(session()), "a look is enough");
    assert_eq!(fleet.visit(Server::After, &mut seen, false, later(60)), Some(session()));
    assert_eq!(fleet.visit(Server::After, &mut unseen.clone(), false, later(60)), None);
}

/// A session that has become new stays what it is, with its id and its end, when a server of the first deploy writes it.
#[test]
fn a_server_of_the_first_deploy_gives_new_for_new() {
    let fleet = Fleet::new(&ring(), &Key::generate());
    let mut cookie = fleet.login(Server::Second);
    let (id, ends) = fleet.after.open_at(&cookie, NOW).map(|slip| (slip.id(), slip.ends_at())).unwrap();
    assert!(fleet.visit(Server::First, &mut cookie, true, later(600)).is_some());
    assert_eq!(fleet.after.open_at(&cookie, later(600)).map(|slip| (slip.id(), slip.ends_at())).unwrap(), (id, ends));
}
