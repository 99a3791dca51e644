//! Whatever can be formatted is, with `{:?}`, `{:#?}` and `{}`, and searched for every secret in every form it could take.
//!
//! `messages.rs` does it for tokens, keys and errors; here are cookies, mergeable state, the web layers and the kit, and the list that says
//! that no public type is forgotten. States are the caller's own: what holds one shows nothing of it, or says so below.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;
mod parsers;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64},
};
use kit::{HOUR, NOW, later, shared_ring};
use orderslip::{
    Error, Expect, ExpectExp, ForeignJwt, JwsAlg, Lifetime, Sealer,
    cookie::{Cookies, Jar, JarBuilder, MergedJar, Visits},
    merge::Committed,
    testing::{Browser, TestClock},
};
use parsers::{Basket, Session};
use std::{
    collections::BTreeSet,
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Formatted here or in `messages.rs`, with secrets in them.
const SHOWN: [&str; 54] = [
    "Bearer",
    "Bound",
    "BoundOpener",
    "Browser",
    "Builder",
    "CheckedBearer",
    "Claims",
    "Cookies",
    "Digest",
    "Error",
    "Fields",
    "ForeignJwt",
    "Guard",
    "Held",
    "IdempotencyKey",
    "Inspection",
    "Jar",
    "JarBuilder",
    "Jars",
    "Key",
    "KeyId",
    "Keyring",
    "Keys",
    "MemoryStore",
    "Merged",
    "MergedJar",
    "Missing",
    "NotBearer",
    "NotHeld",
    "Old",
    "Opener",
    "Placed",
    "Plan",
    "Prepared",
    "Query",
    "Redeemed",
    "Redeemer",
    "Redemption",
    "RedisStore",
    "Required",
    "Revocation",
    "RingStatus",
    "Sealer",
    "SecretText",
    "SharedKeyring",
    "Siblings",
    "Slip",
    "SlipId",
    "SlipLayer",
    "SlipRef",
    "SlipService",
    "TestClock",
    "Visit",
    "Visits",
];

/// Have nothing of a client, a key or a state in them: choices, figures, names.
const PLAIN: [&str; 39] = [
    "Alg",
    "Budget",
    "CachePolicy",
    "Committed",
    "Dropped",
    "ErrorKind",
    "Expect",
    "ExpectExp",
    "Finding",
    "Format",
    "Former",
    "JweEnc",
    "JwsAlg",
    "Layout",
    "Lifetime",
    "Opens",
    "Outcome",
    "Policy",
    "PolicyBuilder",
    "Prefix",
    "Provenance",
    "PublicAlg",
    "Reason",
    "Rejection",
    "RotationPolicy",
    "SameOrigin",
    "SameOriginFuture",
    "SameOriginLayer",
    "SameOriginService",
    "SameSite",
    "Seals",
    "SlipFuture",
    "Standing",
    "SystemClock",
    "UnixTime",
    "RING_PROVIDER",
    "Facts",
    "Epoch",
    "Verdict",
];

/// States and what else the caller has made, and a line of a test: they show what they are, to whoever has them in hand.
const CALLERS: [&str; 8] = ["BoundTo", "Cart", "CartOp", "Mint", "Order", "Preferences", "Set", "SetCookie"];

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}

/// The sources of the library that are not tests, without them.
fn sources() -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src).into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "rs"));
    let library = files.filter(|path| {
        let inner = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        !inner.starts_with("bin/")
            && !inner.contains("tests")
            && !inner.ends_with("vectors.rs")
            && inner != "crypto/double.rs"
    });
    let code = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
        let text = text.split("#[cfg(test)]\npub(crate) mod tests {").next().unwrap().to_owned();
        let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    };
    library.map(|path| (path.clone(), code(&path))).collect()
}

/// A type that is made tomorrow stands in one of the lists, or this fails.
#[test]
fn t34_no_public_type_is_forgotten() {
    let known: BTreeSet<&str> = SHOWN.iter().chain(&PLAIN).chain(&CALLERS).copied().collect();
    assert_eq!(known.len(), SHOWN.len() + PLAIN.len() + CALLERS.len(), "one is in two lists");
    let mut found = BTreeSet::new();
    for (path, code) in sources() {
        for line in code.lines() {
            let Some(rest) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum ")) else {
                continue;
            };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(known.contains(name.as_str()), "{name} of {}: does it show a secret?", path.display());
            found.insert(name);
        }
    }
    let gone: Vec<_> = known.iter().filter(|name| !found.contains(**name) && **name != "RING_PROVIDER").collect();
    assert!(gone.is_empty(), "{gone:?} are in a list, and nowhere else");
}

/// A panic's text is a constant: what fails is never formatted into it, and `expect` is not asked of an error that holds bytes.
#[test]
fn t34_panics_say_constants_alone() {
    let mut expects = 0;
    for (path, code) in sources() {
        let told = path.display();
        for line in code.lines() {
            for forbidden in [
                "panic!(",
                "unreachable!(",
                "todo!(",
                "unimplemented!(",
                ".unwrap()",
                ".unwrap_err()",
                ".expect_err(",
                "dbg!(",
                "println!(",
            ] {
                assert!(!line.contains(forbidden), "{told}: {line}");
            }
            for (at, _) in line.match_indices(".expect(") {
                expects += 1;
                let argument = line.split_at(at + ".expect(".len()).1;
                assert!(argument.starts_with('"') && !argument.contains('{'), "{told}: {line}");
                // Whose errors hold what they were given.
                let holds = ["from_utf8(", "try_into()", "into_string()", "send("]
                    .iter()
                    .any(|maker| line.split_at(at).0.contains(maker));
                assert!(!holds || line.contains(".ok().expect("), "{told}: {line}");
            }
            let asserts = ["assert!(", "assert_eq!(", "assert_ne!("].iter().any(|name| line.contains(name));
            assert!(!asserts || !line.contains('{'), "{told}: {line}");
        }
    }
    assert!(expects > 3, "{expects}");
}

const PLAINTEXT: &str = "hunter2-in-the-session";

/// Everything that was formatted, and what must not be in it.
#[derive(Default)]
struct Search {
    shown: String,
    needles: Vec<Vec<u8>>,
}

impl Search {
    fn show(&mut self, value: &dyn Debug) {
        self.shown.push_str(&format!("{value:?}\n{value:#?}\n"));
    }

    fn show_error<E: std::error::Error>(&mut self, error: &E) {
        self.shown.push_str(&format!("{error}\n{error:?}\n"));
        let mut source = error.source();
        while let Some(cause) = source {
            self.shown.push_str(&format!("{cause}\n{cause:?}\n"));
            source = cause.source();
        }
    }

    /// The values of a header of cookies: their text, and the bytes behind what all tokens have in common.
    fn hide_cookies(&mut self, header: &str) {
        for pair in header.split("; ") {
            let (_, value) = pair.split_once('=').unwrap();
            if value.len() > 40 {
                self.needles.push(value.as_bytes()[24..].to_vec());
                self.needles.push(B64.decode(value).unwrap().split_off(20));
            }
        }
    }

    fn finish(self) {
        assert!(self.needles.len() > 5 && self.shown.len() > 300);
        for needle in &self.needles {
            for form in forms(needle) {
                assert!(!self.shown.contains(&form), "{form} in {}", self.shown);
            }
        }
    }
}

/// Raw, hexadecimal, both alphabets of base64 at every offset, and as a list of numbers: sixteen bytes are enough to give a secret away.
fn forms(secret: &[u8]) -> Vec<String> {
    let head = &secret[..secret.len().min(16)];
    let hex: String = head.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = |separator: &str| head.iter().map(u8::to_string).collect::<Vec<_>>().join(separator);
    let mut forms = vec![hex.to_uppercase(), hex, list(", "), list(",\n    "), list(" ")];
    // Text within a text: three beginnings, each without what its neighbours are mixed into.
    for offset in 0..3 {
        let bytes = [&vec![0; offset][..], head].concat();
        let whole = &bytes[..bytes.len() / 3 * 3];
        for text in [B64.encode(whole), STANDARD.encode(whole)] {
            forms.push(text.split_at(if offset == 0 { 0 } else { 4 }).1.to_owned());
        }
    }
    forms.extend(std::str::from_utf8(head).ok().map(str::to_owned));
    forms.extend([format!("{:?}", head), format!("{}", head.escape_ascii())]);
    forms
}

#[test]
fn the_search_finds_every_form() {
    for shown in [
        format!("{:?}", b"0123456789abcdef0"),
        format!("{:#?}", b"0123456789abcdef0"),
        "0123456789abcdef".to_owned(),
        B64.encode("0123456789abcdef"),
        B64.encode("x0123456789abcdef"),
        B64.encode("xy0123456789abcdef"),
        format!("{:?}", "0123456789abcdef"),
        "30313233343536373839616263646566".to_owned(),
    ] {
        assert!(forms(b"0123456789abcdefghi").iter().any(|form| shown.contains(form)), "{shown}");
    }
}

#[test]
fn t34_nothing_of_cookies_and_jars_shows_a_secret() {
    let mut search = Search::default();
    search.needles.push(PLAINTEXT.into());
    let (ring, clock) = (shared_ring(), TestClock::new(NOW));
    let builder =
        || Jar::builder("session", Sealer::<Session>::encrypted(&ring).lifetime(Lifetime::absolute(8 * HOUR)));
    let (jar, unbuilt): (Jar<Session>, JarBuilder<Session>) = (builder().build().unwrap(), builder());
    search.show(&jar);
    search.show(&unbuilt);
    search.show(&clock);
    let jars = parsers::jars(&ring);
    search.show(&jars);
    let mut browser = Browser::at("https://shop.example");

    let visits = Visits::new_at(Arc::clone(&jars), Cookies::default(), NOW);
    let held = visits.held::<Session>().unwrap();
    held.update(|session| session.user = Some(PLAINTEXT.into())).unwrap();
    search.needles.push(held.id().unwrap().as_bytes().to_vec());
    let form = held.form_token().unwrap();
    search.needles.push(form.as_bytes()[24..].to_vec());
    search.show_error(&held.check_form(&form.replace(form.split_at(30).1.split_at(4).0, "AAAA")).unwrap_err());
    search.show(&held);
    search.show(&held.clone().required().unwrap());
    visits.merged::<Basket>().unwrap().read(|_| ());
    search.show(&visits);
    let plan = visits.plan();
    search.show(&plan);
    search.show(&plan.clone().fields([], []));
    search.show(&visits);
    search.hide_cookies(&parsers::header(plan.set_cookie()));
    assert!(browser.receive(plan.set_cookie(), NOW).iter().all(Result::is_ok));
    search.show(&browser);

    let again = || browser.cookies("/", NOW);
    search.show(&again());
    let mut visit = jar.visit_at(again(), NOW);
    search.show(&visit);
    search.show(&visit.slip());
    visit.logout().unwrap();
    let plan = visit.plan();
    search.hide_cookies(&parsers::header(plan.set_cookie()));
    search.show(&(&visit, &plan));
    // What was there is broken, or over, or of another key.
    let header = browser.header("/", NOW);
    let other = parsers::jars(&shared_ring());
    for (jars, text, now) in [
        (&jars, header.replace("2G", "2H"), NOW),
        (&jars, header.clone(), later(1_000_000)),
        (&other, header.clone(), NOW),
        (&jars, String::new(), NOW),
    ] {
        let visits = Visits::new_at(Arc::clone(jars), Cookies::from_fields([text.as_bytes()]), now);
        let held = visits.held::<Session>().unwrap();
        search.show(&held.error());
        search.show(&visits.merged::<Basket>().unwrap().trouble());
        if let Err(missing) = held.required() {
            search.show_error(&missing);
        }
        search.show(&visits.plan());
    }
    // A state that is too large to be sent.
    let visits = Visits::new_at(Arc::clone(&jars), again(), NOW);
    let large = visits.held::<Session>().unwrap().update(|session| session.user = Some(PLAINTEXT.repeat(400)));
    search.show_error(&large.unwrap_err());
    search.finish();
}

#[test]
fn t34_nothing_of_mergeable_state_shows_a_secret() {
    let mut search = Search::default();
    let sku = PLAINTEXT;
    search.needles.push(sku.into());
    let ring = shared_ring();
    let sealer = Sealer::<Session>::encrypted(&ring).lifetime(Lifetime::absolute(8 * HOUR));
    let sessions = Jar::builder("session", sealer).build().unwrap();
    search.show(&MergedJar::<Basket>::new("cart", &sessions).unwrap());
    let jars = parsers::jars(&ring);
    let header = parsers::with_basket(&jars, 5);
    search.hide_cookies(&header);
    let visits = Visits::new_at(Arc::clone(&jars), Cookies::from_fields([header.as_bytes()]), NOW);
    let basket = visits.merged::<Basket>().unwrap();
    search.show(&basket);
    let committed: Result<Committed, Error> = basket
        .with(|siblings| {
            siblings.add(sku, 3).unwrap();
            search.show(siblings);
            search.show(&siblings.idempotency_key());
            search.needles.push(siblings.idempotency_key().as_bytes().to_vec());
            let (order, key) = siblings.checkout().unwrap();
            search.show(&(key, order.barrier()));
            siblings.commit(order.barrier())
        })
        .unwrap();
    search.show(&committed);
    search.show(&basket);
    let plan = visits.plan();
    search.show(&plan);
    search.hide_cookies(&parsers::header(plan.set_cookie()));
    search.finish();
}

#[test]
fn t34_nothing_of_the_web_layers_and_of_foreign_profiles_shows_a_secret() {
    use axum::{extract::FromRequestParts as _, http};
    use orderslip::web::{Bearer, NotHeld, SlipLayer};
    let mut search = Search::default();
    let ring = shared_ring();
    let sealer = Sealer::<Session>::signed(&ring).lifetime(Lifetime::absolute(8 * HOUR)).build().unwrap();
    let token = sealer.seal_at(&Session { user: Some(PLAINTEXT.into()) }, NOW).unwrap();
    search.needles.extend([
        PLAINTEXT.as_bytes().to_vec(),
        token.as_bytes()[24..].to_vec(),
        B64.decode(&token).unwrap().split_off(20),
    ]);
    let jwks: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    for key in jwks["keys"].as_array().unwrap() {
        search.needles.push(B64.decode(key.get("k").or(key.get("d")).unwrap().as_str().unwrap()).unwrap());
    }
    search.show(&Bearer(sealer.open_at(&token, NOW).unwrap()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (scheme, text) in [("Bearer", token.split_at(1).1), ("Bearer", ""), (PLAINTEXT, &*token)] {
        let request = http::Request::builder().header("authorization", format!("{scheme} {text}")).body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        let opener = sealer.opener();
        search
            .show(&runtime.block_on(Bearer::<Session>::from_request_parts(&mut parts, &opener)).map(drop).unwrap_err());
    }
    let layer = SlipLayer::new(parsers::jars(&ring));
    search.show(&layer);
    search.show(&tower::Layer::layer(&layer, ()));
    let held: NotHeld = NotHeld::from(sealer.open_at("", NOW).map(drop).unwrap_err());
    search.show(&held);
    let profile = ForeignJwt {
        keys: (&ring).into(),
        alg: JwsAlg::Hs256,
        typ: Expect::Ignored,
        iss: Expect::exactly("https://old.example"),
        aud: Expect::Ignored,
        exp: ExpectExp::Required,
        accept_until: later(100),
    };
    search.show(&profile);
    let builder = Sealer::<Session>::signed(&ring).lifetime(Lifetime::absolute(HOUR)).accept_jwt(profile, |_: ()| None);
    search.show(&builder);
    search.show(&builder.build().unwrap());
    search.finish();
}

#[test]
fn t34_nothing_of_lists_and_orders_shows_a_secret() {
    use orderslip::{
        UnixTime,
        cookie::Placed,
        revoke::{Guard, MemoryStore, Query, Redeemer, Redemption, Revocation, Revocations, SlipRef, Verdict},
        web::CheckedBearer,
    };
    /// Shows what it is told and asked.
    struct Telling(std::sync::Mutex<Vec<String>>);

    impl Revocations for &'static Telling {
        async fn revoke(&self, revocation: &Revocation) -> Result<(), Error> {
            self.0.lock().unwrap().push(format!("{revocation:?} {revocation:#?}"));
            Ok(())
        }

        async fn look_up(&self, query: &Query) -> Result<Verdict, Error> {
            self.0.lock().unwrap().push(format!("{query:?} {query:#?}"));
            Ok(Verdict::Good)
        }
    }

    let mut search = Search::default();
    let ring = shared_ring();
    let sealer = Sealer::<Session>::encrypted(&ring).lifetime(Lifetime::absolute(8 * HOUR)).build().unwrap();
    let token = sealer.seal_at(&Session { user: Some(PLAINTEXT.into()) }, NOW).unwrap();
    let slip = sealer.open_at(&token, NOW).unwrap();
    let record = b"an order that nobody else may see";
    search.needles.extend([
        PLAINTEXT.into(),
        record.to_vec(),
        slip.id().as_bytes().to_vec(),
        token.as_bytes()[24..].to_vec(),
    ]);
    for key in ring.ids() {
        search.needles.push(key.to_string().into_bytes());
    }
    search.show(&SlipRef::of(&slip));
    let redemption = Redemption::of_slip(&slip).with_record(record);
    search.show(&(&redemption, redemption.key()));
    let list = MemoryStore::new(10).that_knows_all_since(UnixTime::from_secs(0));
    let (guard, redeemer) = (Guard::fail_closed(list.clone()).horizon(HOUR), Redeemer::new(list.clone()));
    let telling: &'static Telling = Box::leak(Box::new(Telling(std::sync::Mutex::default())));
    let told = Guard::fail_closed(telling).horizon(HOUR);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for guard in [&guard, &told] {
            guard.check_at(&slip, &token, NOW).await.unwrap();
            guard.log_out_at(PLAINTEXT, Some(&SlipRef::of(&slip)), NOW).await.unwrap();
            guard.revoke_key(ring.ids().next().unwrap(), later(10)).await.unwrap();
            guard.revoke(&slip).await.unwrap();
        }
        search.show_error(&guard.check_at(&slip, &token, NOW).await.unwrap_err());
        for _ in 0..2 {
            search.show(&redeemer.redeem(&redemption).await.unwrap());
        }
    });
    search.show(&(&list, &guard, &redeemer));
    search.shown.push_str(&telling.0.lock().unwrap().join("\n"));
    let jars = parsers::jars(&ring);
    let header = parsers::with_basket(&jars, 1);
    let visits = Visits::new_at(Arc::clone(&jars), Cookies::from_fields([header.as_bytes()]), NOW);
    let key = visits.merged::<Basket>().unwrap().with(|basket| basket.idempotency_key()).unwrap();
    search.needles.push(key.as_bytes().to_vec());
    search.show(&Placed { order: record.to_vec(), key, is_known: true });
    search.show(&CheckedBearer(slip));
    search.finish();
}
