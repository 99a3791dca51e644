//! JOSE tokens to and from other people's libraries: npm's `jose`, Python's `joserfc`, `jwcrypto` and `PyJWT`, Rust's `josekit` and
//! `jsonwebtoken`; every algorithm, both directions, with JWKs both ways. The run makes the table of src/manual/interop.md.
//!
//! | variable | names |
//! |---|---|
//! | `ORDERSLIP_PYTHON` | an interpreter that has `interop/requirements.txt` |
//! | `ORDERSLIP_NODE_PEER` | a folder in which `interop/package.json` is installed |
//! | `ORDERSLIP_RUST_PEER` | the program of `interop/rust_peer` |
//!
//! What is missing is said, and passed over; with `ORDERSLIP_REQUIRE_PEERS=1` it is a failure. `ORDERSLIP_WRITE_DOCS=1` writes the table.
#![cfg(feature = "jose")]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test should stop where it fails"
)]

mod kit;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{
    Cart, JOSE, Kind, cart,
    peers::{ask, missing, say},
};
use orderslip::{JweEnc, JwsAlg, Key, Keyring, Opener, Sealer, UnixTime, hazmat};
use serde_json::{Value, json};
use std::{collections::BTreeMap, env, fs, path::Path, process::Command};

const PURPOSE: &str = "shop.example/cart";

/// Who speaks through which program.
const PEERS: [(&str, &[&str]); 3] = [
    ("ORDERSLIP_NODE_PEER", &["jose"]),
    ("ORDERSLIP_PYTHON", &["joserfc", "jwcrypto", "PyJWT"]),
    ("ORDERSLIP_RUST_PEER", &["josekit", "jsonwebtoken"]),
];

/// What a peer cannot do, and says so when it is asked.
const CANNOT: [(&str, &str, &str); 7] = [
    ("PyJWT", "JWE", "it has no JWE"),
    ("jsonwebtoken", "JWE", "it has no JWE"),
    ("PyJWT", "thumbprints", "it makes none"),
    ("PyJWT", "make", "it makes no keys"),
    ("jsonwebtoken", "make", "it makes no keys"),
    ("josekit", "thumbprints", "it makes none"),
    ("jsonwebtoken", "private JWKs", "its JWK type drops `d`"),
];

/// Whose JWT readers look at `exp`.
const LOOKS_AT_EXP: [&str; 3] = ["jose", "PyJWT", "jsonwebtoken"];

fn cannot(peer: &str, what: &str) -> bool {
    CANNOT.iter().any(|(who, which, _)| (*who, *which) == (peer, what))
}

fn program(variable: &str) -> Option<Command> {
    let Some(value) = env::var_os(variable) else {
        missing(&format!("{variable} is not set"));
        return None;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    Some(match variable {
        "ORDERSLIP_PYTHON" => {
            let mut command = Command::new(value);
            command.arg(folder.join("jose_peer.py"));
            command
        }
        "ORDERSLIP_NODE_PEER" => {
            let mut command = Command::new("node");
            command.arg(folder.join("jose_peer.mjs")).arg(value);
            command
        }
        _ => Command::new(value),
    })
}

/// A kind of token with a ring of one key for it.
struct Suite {
    kind: Kind,
    alg: &'static str,
    enc: Option<&'static str>,
    bits: u64,
    ring: Keyring,
    sealer: Sealer<Cart>,
}

impl Suite {
    fn of(kind: Kind, ring: Keyring) -> Self {
        let (alg, enc, bits) = match kind {
            Kind::Jws(JwsAlg::Hs256) => ("HS256", None, 256),
            Kind::Jws(JwsAlg::Hs384) => ("HS384", None, 384),
            Kind::Jws(JwsAlg::Hs512) => ("HS512", None, 512),
            Kind::Jws(JwsAlg::Ed25519) => ("EdDSA", None, 256),
            Kind::Jws(_) => ("ES256", None, 256),
            Kind::Jwe(JweEnc::A128Gcm) => ("dir", Some("A128GCM"), 128),
            _ => ("dir", Some("A256GCM"), 256),
        };
        let sealer = kind.sealer(&ring);
        Self { kind, alg, enc, bits, ring, sealer }
    }

    fn name(&self) -> String {
        self.enc.map_or_else(|| self.alg.to_owned(), |enc| format!("dir {enc}"))
    }

    fn is_public(&self) -> bool {
        matches!(self.alg, "EdDSA" | "ES256")
    }

    fn jwk(&self, set: &str) -> Value {
        serde_json::from_str::<Value>(set).unwrap()["keys"][0].take()
    }

    fn secret_jwk(&self) -> Value {
        self.jwk(self.ring.to_jwks().expose())
    }

    /// What a verifier has: the public half, if there is one.
    fn reading_jwk(&self) -> Value {
        if self.is_public() { self.jwk(&self.ring.public_jwks()) } else { self.secret_jwk() }
    }

    fn key(&self) -> &Key {
        self.ring.keys().next().unwrap()
    }

    fn request(&self, what: &str, peer: &str, jwk: &Value, more: &Value) -> Value {
        let mut request = json!({ "do": what, "peer": peer, "alg": self.alg, "jwk": jwk, "bits": self.bits });
        request["private"] = Value::Bool(jwk.get("d").is_some() || jwk.get("k").is_some());
        if let Some(enc) = self.enc {
            request["enc"] = enc.into();
        }
        let members = more.as_object().unwrap().clone();
        request.as_object_mut().unwrap().extend(members);
        request
    }

    fn open(&self, token: &str) -> Result<orderslip::Slip<Cart>, orderslip::Error> {
        match (self.kind, self.is_public()) {
            (Kind::Jws(alg), true) => {
                let public = Keyring::from_public_jwks(&self.ring.public_jwks()).unwrap();
                Opener::<Cart>::jws(&public, alg).build().unwrap().open(token)
            }
            _ => self.sealer.open(token),
        }
    }

    fn payload(&self, token: &str) -> Result<Vec<u8>, orderslip::Error> {
        match self.enc {
            None => hazmat::jws::verify(token, self.key()),
            Some(_) => hazmat::jwe::open(token, self.key()),
        }
    }
}

/// One character in the middle of the payload or the ciphertext.
fn tampered(token: &str) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let at = parts.len() - 2;
    let other = if parts[at].as_bytes()[20] == b'A' { "B" } else { "A" };
    parts[at].replace_range(20..21, other);
    parts.join(".")
}

/// Claims for us, in another order than ours: by name, so that the state comes before its version.
fn claims_of_theirs(now: u64) -> Value {
    let jti = B64.encode([7; 16]);
    let slip = json!({ "began": now, "ends": now + 28_800, "st": cart(), "v": 1 });
    json!({ "aud": PURPOSE, "exp": now + 3_600, "iat": now, "jti": jti, "slip": slip })
}

/// They read ours, claim by claim; ours with a changed character they refuse.
fn they_read_ours(program: &mut Command, suite: &Suite, peer: &str) {
    let now = UnixTime::now().unwrap().as_secs();
    let token = suite.sealer.seal(&cart()).unwrap();
    let expired = suite.sealer.seal_at(&cart(), UnixTime::from_secs(now - 7_200)).unwrap();
    let more = |token: &str| json!({ "token": token, "audience": PURPOSE });
    let requests = [token.clone(), tampered(&token), expired]
        .map(|token| suite.request("read", peer, &suite.reading_jwk(), &more(&token)));
    let answers = ask(program, &requests);
    let what = format!("{peer}, {}: {answers:?}", suite.name());
    assert!(answers[1].get("error").is_some(), "{what}");
    // Those whose reader is one of JWTs look at the end themselves; the others hand over the bytes.
    let looks = suite.enc.is_none() && LOOKS_AT_EXP.contains(&peer);
    assert_eq!(answers[2].get("error").is_some(), looks, "{what}");
    let claims: Value =
        serde_json::from_str(answers[0]["payload"].as_str().unwrap_or_else(|| panic!("{what}"))).unwrap();
    let slip = suite.sealer.open(&token).unwrap();
    assert_eq!(claims["aud"], PURPOSE, "{what}");
    assert_eq!(claims["jti"], slip.id().to_string(), "{what}");
    assert_eq!(
        (&claims["exp"], &claims["iat"]),
        (&slip.expires_at().as_secs().into(), &slip.sealed_at().as_secs().into())
    );
    let of_slip = &claims["slip"];
    assert_eq!((&of_slip["v"], &of_slip["ends"]), (&1.into(), &slip.ends_at().as_secs().into()), "{what}");
    assert_eq!(of_slip["began"], slip.began_at().as_secs());
    assert_eq!(of_slip["st"], serde_json::to_value(cart()).unwrap(), "{what}");
    assert!(slip.sealed_at().as_secs() >= now);
    let header = &answers[0]["header"];
    assert_eq!(
        (&header["typ"], &header["kid"]),
        (&"orderslip+jwt".into(), &suite.key().id().as_str().into()),
        "{what}"
    );
}

/// We read theirs, the typed ones and any; theirs with a changed character we refuse.
fn we_read_theirs(program: &mut Command, suite: &Suite, peer: &str) {
    let now = UnixTime::now().unwrap().as_secs();
    let kid = suite.key().id().as_str();
    let mut header = vec![json!(["kid", kid]), json!(["typ", "orderslip+jwt"]), json!(["alg", suite.alg])];
    header.extend(suite.enc.map(|enc| json!(["enc", enc])));
    let mut plain = header.clone();
    plain[1] = json!(["typ", "JWT"]);
    let ask_for = |header: &[Value], payload: &Value| {
        suite.request("write", peer, &suite.secret_jwk(), &json!({ "header": header, "payload": payload.to_string() }))
    };
    let other = json!({ "sub": "someone", "n": [1, 2.5, null], "\u{fc}": "\u{1f35c}" });
    let answers = ask(program, &[ask_for(&header, &claims_of_theirs(now)), ask_for(&plain, &other)]);
    let what = format!("{peer}, {}: {answers:?}", suite.name());
    let token = answers[0]["token"].as_str().unwrap_or_else(|| panic!("{what}"));
    let slip = suite.open(token).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    assert_eq!((slip.state(), slip.expires_at().as_secs()), (&cart(), now + 3_600), "{what}");
    assert!(suite.open(&tampered(token)).unwrap_err().is_rejected(), "{what}");
    let any = answers[1]["token"].as_str().unwrap_or_else(|| panic!("{what}"));
    let payload: Value = serde_json::from_slice(&suite.payload(any).unwrap()).unwrap();
    assert_eq!(payload, other, "{what}");
    assert!(suite.open(any).unwrap_err().is_rejected(), "a JWT that is no slip: {what}");
}

/// Our JWKs are taken up, with their thumbprints, and come back; theirs are keys of ours.
fn keys_travel(program: &mut Command, suite: &Suite, peer: &str) {
    let kid = suite.key().id().as_str().to_owned();
    let mut jwks = vec![suite.reading_jwk()];
    jwks.extend(suite.is_public().then(|| suite.secret_jwk()));
    for jwk in jwks {
        let answer = &ask(program, &[suite.request("take up", peer, &jwk, &json!({}))])[0];
        let what = format!("{peer}, {}: {answer}", suite.name());
        let thumbprint = if cannot(peer, "thumbprints") { Value::Null } else { kid.as_str().into() };
        assert_eq!(answer["thumbprint"], thumbprint, "{what}");
        let back = Key::from_jwk_as(&answer["jwk"].to_string(), suite.key().alg())
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let can_seal = jwk.get("k").is_some() || (jwk.get("d").is_some() && !cannot(peer, "private JWKs"));
        assert_eq!(back.can_seal(), can_seal, "{what}");
        assert!(answer["jwk"].get("kid").is_none() || back.id().as_str() == kid, "{what}");
    }
    let answer = &ask(program, &[suite.request("make", peer, &json!({}), &json!({}))])[0];
    let what = format!("{peer}, {}", suite.name());
    if cannot(peer, "make") {
        assert!(answer.get("error").is_some(), "{what}: {answer}");
        return;
    }
    let made = Key::from_jwk_as(&answer["jwk"].to_string(), suite.key().alg())
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let theirs = Suite::of(suite.kind, Keyring::new(vec![made]).unwrap());
    let mut half = answer["jwk"].clone();
    half.as_object_mut().unwrap().remove("d");
    let token = theirs.sealer.seal(&cart()).unwrap();
    let answer = &ask(program, &[theirs.request("read", peer, &half, &json!({ "token": token }))])[0];
    assert!(answer.get("payload").is_some(), "{what}, under a key of theirs: {answer}");
}

fn suites() -> impl Iterator<Item = Suite> {
    JOSE.iter().map(|kind| Suite::of(*kind, kind.ring()))
}

#[test]
fn tokens_and_keys_travel_both_ways_and_the_table_is_true() {
    let mut rows = BTreeMap::new();
    let mut all_are_there = true;
    for (variable, names) in PEERS {
        let Some(mut program) = program(variable) else {
            all_are_there = false;
            continue;
        };
        let versions = ask(&mut program, &[json!({ "do": "peers" })])[0]["peers"].take();
        for peer in names {
            let Some(version) = versions[peer].as_str() else {
                missing(&format!("{peer} is not installed"));
                all_are_there = false;
                continue;
            };
            let cells: Vec<String> = suites().map(|suite| cell(&mut program, &suite, peer)).collect();
            say(&format!("{peer} {version}: {}", cells.join(", ")));
            rows.insert(names_in_order(peer), format!("| {peer} {version} | {} |", cells.join(" | ")));
        }
    }
    if all_are_there {
        compare_with_page(&rows.into_values().collect::<Vec<_>>().join("\n"));
    }
}

fn names_in_order(peer: &str) -> usize {
    PEERS.iter().flat_map(|(_, names)| names.iter()).position(|name| *name == peer).unwrap()
}

/// Whatever fails stops the test; a dash is a refusal that was expected, and came.
fn cell(program: &mut Command, suite: &Suite, peer: &str) -> String {
    if suite.enc.is_some() && cannot(peer, "JWE") {
        let token = suite.sealer.seal(&cart()).unwrap();
        let answers = ask(program, &[suite.request("read", peer, &suite.secret_jwk(), &json!({ "token": token }))]);
        assert!(answers[0].get("error").is_some(), "{peer} has learnt JWE");
        return "–".to_owned();
    }
    they_read_ours(program, suite, peer);
    we_read_theirs(program, suite, peer);
    keys_travel(program, suite, peer);
    "both ways".to_owned()
}

fn compare_with_page(rows: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual/interop.md");
    let page = fs::read_to_string(&path).unwrap();
    let columns: Vec<String> = suites().map(|suite| suite.name()).collect();
    let dashes: Vec<String> = CANNOT.iter().map(|(peer, what, why)| format!("- {peer}, {what}: {why}.")).collect();
    let table = format!(
        "| | {} |\n|---|{}\n{rows}\n\nWhat is not there, each asked for and refused in the same run:\n\n{}\n",
        columns.join(" | "),
        "---|".repeat(columns.len()),
        dashes.join("\n")
    );
    let (before, rest) = page.split_once("<!-- begin: JOSE -->\n").expect("a place for the table");
    let (found, after) = rest.split_once("<!-- end -->").expect("an end of the table");
    if env::var_os("ORDERSLIP_WRITE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, format!("{before}<!-- begin: JOSE -->\n{table}<!-- end -->{after}")).unwrap();
    } else {
        assert_eq!(found, table, "src/manual/interop.md: run with ORDERSLIP_WRITE_DOCS=1");
    }
}
