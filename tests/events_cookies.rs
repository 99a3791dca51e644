//! What the log is told of cookies: every reason is provoked, at the level that `src/manual/troubleshooting.md` says, with the fields that it
//! promises; and no event holds a token, a state or a key.
//!
//! But for [`ELSEWHERE`], which takes a store.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a failing test should stop where it fails"
)]

mod kit;

use http::{Request, Response};
use kit::{HOUR, NOW, earlier, events::told, later, shared_ring};
use orderslip::{
    Alg, Builder, Error, Key, Keyring, Lifetime, Old, Sealer, Seals, SlipState, UnixTime,
    cookie::{self, Budget, Cookies, Jar, Jars, Visit},
    csrf::SameOrigin,
    revoke::{Guard, MemoryStore, Query, Revocation, Revocations, Verdict},
    web::SameOriginLayer,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, convert::Infallible, fs, slice::from_ref};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tracing::Level;

/// What must not be in any event.
const SECRET: &str = "4111-1111-1111-1111";

/// The reasons that are provoked with a store, and the test that does it.
const ELSEWHERE: [(&str, &str); 1] = [("eviction", "tests/revoke/redis.rs")];

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Session {
    card: String,
    more: String,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "events/session";
    const VERSION: u16 = 2;

    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        match old.decode::<First>()?.asks.as_str() {
            "revoked" => Err(Error::revoked()),
            "unavailable" => Err(Error::unavailable(SECRET)),
            _ => Err(old.refuse("nothing of it is left")),
        }
    }
}

/// The same purpose in other versions and shapes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct First {
    asks: String,
    card: String,
}

impl SlipState for First {
    const PURPOSE: &'static str = "events/session";
    const VERSION: u16 = 1;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Next {
    card: String,
}

impl SlipState for Next {
    const PURPOSE: &'static str = "events/session";
    const VERSION: u16 = 3;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OtherShape {
    card: Vec<String>,
}

impl SlipState for OtherShape {
    const PURPOSE: &'static str = "events/session";
    const VERSION: u16 = 2;
}

/// A list that does not answer.
struct Down;

impl Revocations for Down {
    async fn revoke(&self, _: &Revocation) -> Result<(), Error> {
        Err(Error::unavailable(SECRET))
    }

    async fn look_up(&self, _: &Query) -> Result<Verdict, Error> {
        Err(Error::unavailable(SECRET))
    }
}

fn session() -> Session {
    Session { card: SECRET.to_owned(), more: String::new() }
}

/// How tokens are made: so that everybody can read them, or not.
#[derive(Clone, Copy)]
enum Way {
    Encrypted,
    Signed,
}

impl Way {
    fn alg(self) -> Alg {
        match self {
            Self::Encrypted => Alg::HkdfA256Gcm,
            Self::Signed => Alg::Hs256,
        }
    }

    fn builder<T: SlipState>(self, ring: &Keyring) -> Builder<T, Seals> {
        let builder = match self {
            Self::Encrypted => Sealer::encrypted(ring),
            Self::Signed => Sealer::signed(ring),
        };
        builder.lifetime(Lifetime::absolute(8 * HOUR).idle(HOUR))
    }

    fn jar<T: SlipState>(self, ring: &Keyring) -> Jar<T> {
        Jar::builder("session", self.builder(ring)).build().unwrap()
    }
}

fn visit<T: SlipState>(jar: &Jar<T>, pairs: &[String], now: UnixTime) -> Visit<T> {
    jar.visit_at(Cookies::from_fields([pairs.join("; ").as_bytes()]), now)
}

/// All that was told, and all that must not be in it.
struct Log {
    way: Way,
    ring: Keyring,
    jar: Jar<Session>,
    told: Vec<String>,
    secrets: Vec<String>,
}

impl Log {
    fn new(way: Way) -> Self {
        let ring = shared_ring();
        let keys: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
        let members = keys["keys"].as_array().unwrap().iter().flat_map(|key| [&key["k"], &key["d"]]);
        let secrets = members.filter_map(|member| member.as_str()).map(str::to_owned).collect();
        Self { way, jar: way.jar(&ring), ring, told: Vec::new(), secrets }
    }

    /// A cookie of a state, and its token among the secrets.
    fn cookie<T: SlipState>(&mut self, jar: &Jar<T>, state: &T, at: UnixTime) -> String {
        let token = jar.mint_at(state, at).unwrap();
        self.secrets.push(token.clone());
        format!("{}={token}", jar.name())
    }

    /// Does some work of which exactly this must be told: the reason, and what else its line has.
    fn expect<R>(&mut self, reason: &str, also: &[&str], work: impl FnOnce() -> R) -> R {
        let (result, lines) = told(Level::TRACE, work);
        assert_eq!(lines.len(), 1, "{reason}: {lines:?}");
        for part in [&format!("reason=\"{reason}\"")].into_iter().map(String::as_str).chain(also.iter().copied()) {
            assert!(lines[0].contains(part), "{part}: {}", lines[0]);
        }
        self.told.extend(lines);
        result
    }

    /// The same for a cookie that is read.
    fn expect_of(&mut self, reason: &str, cookie: &str, also: &[&str], now: UnixTime) -> Visit<Session> {
        let (name, value) = cookie.split_once('=').unwrap();
        let (name, size) = (format!("cookie=\"{name}\""), format!("size={}", value.len()));
        let also: Vec<&str> = [&[name.as_str(), size.as_str()], also].concat();
        let jar = self.jar.clone();
        self.expect(reason, &also, || visit(&jar, &[cookie.to_owned()], now))
    }

    /// What events show of the key that tokens name begins so: a COSE token has eight bytes of the id.
    fn key(&self) -> String {
        format!("key=\"{}", &self.ring.sealing_id(self.way.alg(), NOW).unwrap().as_str()[..10])
    }

    fn provoke_what_is_brought(&mut self) {
        let (way, ring, jar, key) = (self.way, self.ring_again(), self.jar.clone(), self.key());
        let good = self.cookie(&jar, &session(), NOW);
        assert!(told(Level::TRACE, || visit(&jar, from_ref(&good), NOW).plan()).1.is_empty(), "nothing to tell");

        self.expect_of("malformed", "__Host-session=junk", &["key=none"], NOW);
        let (start, end) = good.split_at(good.len() / 2);
        let changed = format!("{start}{}{}", if end.starts_with('A') { "B" } else { "A" }, &end[1..]);
        self.expect_of("not-authentic", &changed, &[&key], NOW);
        self.expect_of("expired", &good, &[&key, "age=400"], later(3_600 + 400));
        let almost = self.cookie(&way_for(way, &ring), &session(), NOW);
        self.expect_of("expired", &almost, &[], later(60));

        let stranger = way.jar::<Session>(&shared_ring());
        let foreign = self.cookie(&stranger, &session(), NOW);
        let mut overwriting = self.expect_of("unknown-key", &foreign, &["key=\""], NOW);
        self.expect("unknown-key", &["is overwritten"], || overwriting.update(|_| ()).unwrap());

        let newer = self.cookie(&way.jar(&ring), &Next { card: SECRET.into() }, NOW);
        let mut overwriting = self.expect_of("newer-version", &newer, &[&key, "error="], NOW);
        assert!(overwriting.update(|_| ()).unwrap_err().is_unreadable());
        self.expect("newer-version", &["is overwritten"], || overwriting.replace(session()).unwrap());
        let other = self.cookie(&way.jar(&ring), &OtherShape { card: vec![SECRET.into()] }, NOW);
        self.expect_of("undecodable", &other, &[&key, "error="], NOW);
        for asks in ["refused", "revoked", "unavailable"] {
            let first = self.cookie(&way.jar(&ring), &First { asks: asks.into(), card: SECRET.into() }, NOW);
            self.expect_of(asks, &first, &[&key], NOW);
        }
        self.expect_of("not-yet-valid", &good, &[&key], earlier(600));

        let other = self.cookie(&jar, &session(), NOW);
        self.expect("ambiguous", &["count=2", "cookie=\"__Host-session\""], || {
            visit(&jar, &[good.clone(), other], NOW)
        });
    }

    fn provoke_what_becomes_of_it(&mut self) {
        let (way, ring, jar) = (self.way, self.ring_again(), self.jar.clone());
        let good = self.cookie(&jar, &session(), NOW);
        let mut leaving = visit(&jar, from_ref(&good), NOW);
        leaving.logout().unwrap();
        let plan = leaving.plan();
        let stone =
            plan.set_cookie().iter().find(|line| line.contains("-x")).unwrap().split(';').next().unwrap().to_owned();
        self.secrets.push(stone.split_once('=').unwrap().1.to_owned());
        self.expect("logged-out", &["cookie=\"__Host-session\"", "size="], || visit(&jar, &[good.clone(), stone], NOW));

        let mut growing = visit(&jar, from_ref(&good), NOW);
        let also = ["size=", "limit=4096", "largest=\"more\""];
        self.expect("too-large", &also, || growing.update(|session| session.more = SECRET.repeat(300)).unwrap_err());
        // A renewal that no longer fits, as the budget has become smaller.
        let narrow = Jar::builder("session", way.builder::<Session>(&ring)).budget(Budget::default().pair(100)).build();
        let mut renewing = visit(&narrow.unwrap(), &[good], later(1_900));
        let (_, lines) = told(Level::TRACE, || renewing.plan());
        assert_eq!(lines.len(), 2, "what did not fit, and that it was left undone: {lines:?}");
        assert!(lines[1].contains("what=\"renewal\"") && lines[1].contains("reason=\"too-large\""), "{lines:?}");
        self.told.extend(lines);

        // The key of a token is over before the token is.
        let short = Key::generate(way.alg()).unwrap().expiring_at(later(100));
        let long = Key::generate(way.alg()).unwrap().activating_at(later(50));
        self.jar = way.jar(&Keyring::new(vec![short, long]).unwrap());
        let old = self.cookie(&self.jar.clone(), &session(), NOW);
        self.expect_of("key-retired", &old, &["key=\""], later(200));

        let wrong = Jars::new().jar::<Session>().map(|_| ()).unwrap_err();
        self.expect("misuse", &["error="], || assert_eq!(cookie::status(&wrong), 500));
        let service = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(())));
        let guarded = SameOriginLayer::new(SameOrigin::new()).layer(service);
        let request = Request::post("/pay").header("sec-fetch-site", "cross-site").body(()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        self.expect("cross-site", &["provenance=CrossSite", "method=POST"], || {
            runtime.block_on(guarded.oneshot(request)).unwrap()
        });
    }

    fn provoke_lists(&mut self) {
        let sealer = self.way.builder::<Session>(&self.ring_again()).build().unwrap();
        let token = sealer.seal_at(&session(), NOW).unwrap();
        self.secrets.push(token.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ask = |guard: Guard| runtime.block_on(guard.open_at(&sealer.opener(), &token, NOW)).map(drop);
        let younger = MemoryStore::new(1).that_knows_all_since(later(1));
        self.expect("forgotten", &["is let in"], || ask(Guard::fail_open(younger)).unwrap());
        self.expect("unavailable", &["is let in", "error="], || ask(Guard::fail_open(Down)).unwrap());
        let closed = self.expect("unavailable", &["is not let in", "error="], || ask(Guard::fail_closed(Down)));
        assert!(closed.unwrap_err().is_unavailable());
    }

    fn ring_again(&self) -> Keyring {
        Keyring::from_jwks(self.ring.to_jwks().expose()).unwrap()
    }
}

/// A jar whose slips live for a minute, so that one can be seen in the last seconds of the leeway.
fn way_for(way: Way, ring: &Keyring) -> Jar<Session> {
    let minute = Lifetime::absolute(std::time::Duration::from_secs(60));
    Jar::builder("session", way.builder(ring).lifetime(minute)).build().unwrap()
}

/// The levels that the page gives to each reason.
fn levels_of_the_page() -> BTreeMap<String, Vec<String>> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/troubleshooting.md")).unwrap();
    let entries = page.split("\n### `").skip(1);
    let entry = |entry: &str| {
        let (reason, rest) = entry.split_once('`').unwrap();
        let levels = rest.split("Level: ").nth(1).unwrap().split('.').next().unwrap();
        (reason.to_owned(), levels.split(", ").map(str::to_uppercase).collect())
    };
    entries.map(entry).collect()
}

/// Pieces of this length of a secret are found wherever they stand; the id of a key is shorter.
const PIECE: usize = 16;

#[test]
fn t34_events_tell_the_reason_and_nothing_that_is_secret() {
    let mut levels = levels_of_the_page();
    for (reason, test) in ELSEWHERE {
        let test = fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(test)).unwrap();
        assert!(levels.remove(reason).is_some() && test.contains(&format!("\"{reason}\"")), "{reason}");
    }
    for way in [Way::Encrypted, Way::Signed] {
        let mut log = Log::new(way);
        log.provoke_what_is_brought();
        log.provoke_what_becomes_of_it();
        log.provoke_lists();
        let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in &log.told {
            let level = line.split(' ').next().unwrap().to_owned();
            let reason = line.split("reason=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(levels.get(reason).is_some_and(|levels| levels.contains(&level)), "{line}");
            seen.entry(reason.to_owned()).or_default().push(level);
        }
        assert_eq!(seen.keys().collect::<Vec<_>>(), levels.keys().collect::<Vec<_>>(), "every reason was provoked");
        let all = log.told.join("\n");
        assert!(log.secrets.len() > 10 && !all.contains(SECRET), "{all}");
        for secret in &log.secrets {
            let pieces = (0..=secret.len().saturating_sub(PIECE)).filter_map(|at| secret.get(at..at + PIECE));
            for piece in pieces {
                assert!(!all.contains(piece), "a piece of a secret: {piece}");
            }
        }
    }
}
