//! Everything that reads what strangers send or what stands in files: under one signature, each with a good input, beside inputs that are not.
//!
//! It knows the public interface and the kit. What must hold of each reader (memory, stack, no panic) is for the tests that walk through them.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]
#![allow(clippy::indexing_slicing, reason = "what is broken is made here")]

use crate::kit::{Cart, HOUR, Kind, NOW, cart, shared_ring};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use orderslip::{
    Alg, Error, Key, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Cookies, Jar, Jars, MergedJar, Visits},
    csrf, hazmat, merge,
    testing::SetCookie,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

type Read = Box<dyn Fn(&[u8]) + Send + Sync>;

/// One of them.
pub struct Parser {
    pub name: String,
    /// What it takes.
    pub sample: Vec<u8>,
    /// Reads, whatever comes of it.
    pub read: Read,
}

fn parser(name: impl Into<String>, sample: impl Into<Vec<u8>>, read: impl Fn(&[u8]) + Send + Sync + 'static) -> Parser {
    Parser { name: name.into(), sample: sample.into(), read: Box::new(read) }
}

/// For those that take text: other bytes do not get to them.
fn of_text(name: impl Into<String>, sample: impl Into<Vec<u8>>, read: impl Fn(&str) + Send + Sync + 'static) -> Parser {
    parser(name, sample, move |bytes| std::str::from_utf8(bytes).map_or((), &read))
}

/// Whoever logs in, for the jars.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub user: Option<String>,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "parsers/session";
    const VERSION: u16 = 1;
}

pub struct Goods;

impl merge::Line for Goods {
    const PURPOSE: &'static str = "parsers/cart";
    const VERSION: u16 = 1;
}

pub type Basket = merge::Cart<Goods>;

pub fn jars(ring: &Keyring) -> Arc<Jars> {
    let sealer = Sealer::<Session>::encrypted(ring).lifetime(Lifetime::absolute(8 * HOUR).idle(HOUR));
    let sessions = Jar::builder("session", sealer).formerly("sid").build().expect("good settings");
    let baskets = MergedJar::<Basket>::new("cart", &sessions).expect("an encrypted jar");
    let jars = Jars::new().with(sessions).and_then(|jars| jars.with_merged(baskets));
    Arc::new(jars.expect("different purposes"))
}

/// `Cookie`, as a browser sends it that has had these answers.
pub fn header(lines: &[String]) -> String {
    let pairs: Vec<&str> = lines.iter().filter_map(|line| line.split(';').next()).collect();
    pairs.join("; ")
}

/// A session with a basket of so many operations that were written in parallel.
pub fn with_basket(jars: &Arc<Jars>, operations: u32) -> String {
    let begun = Visits::new_at(Arc::clone(jars), Cookies::default(), NOW);
    begun.merged::<Basket>().expect("a jar").read(|_| ());
    let session = header(begun.plan().set_cookie());
    let mut all = session.clone();
    for number in 0..operations {
        let visits = Visits::new_at(Arc::clone(jars), Cookies::from_fields([session.as_bytes()]), NOW);
        let basket = visits.merged::<Basket>().expect("a jar");
        basket.with(|cart| cart.add(format!("sku-{number}"), 1)).expect("a session").expect("room");
        all = format!("{all}; {}", header(visits.plan().set_cookie()));
    }
    all
}

fn tokens() -> Vec<Parser> {
    let mut parsers = Vec::new();
    for kind in Kind::all() {
        let sealer: Sealer<Cart> = kind.sealer(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).expect("a small cart");
        parsers.push(of_text(format!("{kind:?}"), token, move |text| drop(sealer.open_at(text, NOW))));
    }
    let (sealer, ring) = (Kind::Encrypted.sealer::<Cart>(&shared_ring()), shared_ring());
    let bound = sealer.bound(&["tenant"]).seal_at(&cart(), NOW).expect("a small cart");
    parsers.push(of_text("bound", bound, move |text| drop(sealer.bound(&["tenant"]).open_at(text, NOW))));
    let token = Kind::Signed.sealer::<Cart>(&ring).seal_at(&cart(), NOW).expect("a small cart");
    parsers.push(of_text("inspect", token.clone(), |text| drop(hazmat::inspect(text))));
    let to = hazmat::BoundTo::purpose(Cart::PURPOSE);
    parsers.push(of_text("reveal", token, move |text| drop(hazmat::reveal(text, &ring, &to, NOW))));
    parsers
}

type Open = fn(&[u8], &Key, &[u8]) -> Result<Vec<u8>, Error>;

fn messages() -> Vec<Parser> {
    let cose: [(&str, Open, Alg, Kind); 5] = [
        ("mac0", hazmat::cose::mac0_verify, Alg::Hs256, Kind::Signed),
        ("mac", hazmat::cose::mac_verify, Alg::Hs256, Kind::Signed),
        ("sign1", hazmat::cose::sign1_verify, Alg::Es256, Kind::Es256),
        ("encrypt0", hazmat::cose::encrypt0_open, Alg::A256Gcm, Kind::Encrypted),
        ("encrypt", hazmat::cose::encrypt_open, Alg::HkdfA256Gcm, Kind::Encrypted),
    ];
    let mut parsers: Vec<Parser> = Vec::new();
    for (name, open, alg, kind) in cose {
        let key = Key::generate(alg).expect("randomness");
        let token = kind.sealer::<Cart>(&kind.ring()).seal_at(&cart(), NOW).expect("a small cart");
        let sample = B64.decode(token).expect("our own text");
        parsers.push(parser(format!("hazmat {name}"), sample, move |bytes| drop(open(bytes, &key, b""))));
    }
    parsers
}

#[cfg(feature = "jose")]
fn jose() -> Vec<Parser> {
    use crate::kit::{JOSE, jose};
    use orderslip::{Expect, ExpectExp, ForeignJwt, JwsAlg};
    let secret = b"the old program's secret, 32 b..";
    let claims = r#"{"sub":"7","iat":1799999000,"exp":1800005000}"#;
    // Miri cannot run `ring`, with which the kit signs what others would have.
    let theirs = if cfg!(miri) {
        "eyJhbGciOiJIUzI1NiJ9.e30.AAAA".to_owned()
    } else {
        jose::hs256(secret, r#"{"typ":"JWT","alg":"HS256"}"#, claims)
    };
    let key = || Key::from_jwk(&jose::oct("HS256", "theirs", secret)).expect("a good key");
    let profile = ForeignJwt {
        keys: (&Keyring::new(vec![key()]).expect("a good ring")).into(),
        alg: JwsAlg::Hs256,
        typ: Expect::exactly("JWT"),
        iss: Expect::Ignored,
        aud: Expect::Ignored,
        exp: ExpectExp::Required,
        accept_until: crate::kit::later(100_000),
    };
    let sealer: Sealer<Cart> = Sealer::encrypted(&shared_ring())
        .lifetime(Lifetime::absolute(2 * HOUR).idle(HOUR))
        .accept_jwt(profile, |_: serde_json::Value| Some(cart()))
        .build()
        .expect("good settings");
    let key = key();
    let direct = Key::generate(Alg::A256Gcm).expect("randomness");
    let [.., kind] = JOSE else { return Vec::new() };
    let sealed = kind.sealer::<Cart>(&kind.ring()).seal_at(&cart(), NOW).expect("a small cart");
    vec![
        of_text("another's JWT", theirs.clone(), move |text| drop(sealer.open_at(text, NOW))),
        of_text("hazmat jws", theirs, move |text| drop(hazmat::jws::verify(text, &key))),
        of_text("hazmat jwe", sealed, move |text| drop(hazmat::jwe::open(text, &direct))),
    ]
}

#[cfg(not(feature = "jose"))]
fn jose() -> Vec<Parser> {
    Vec::new()
}

fn keys() -> Vec<Parser> {
    let ring = shared_ring();
    let (set, public) = (ring.to_jwks().expose().to_owned(), ring.public_jwks());
    let key = r#"{"kty":"oct","alg":"HS256","kid":"a","k":"nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ"}"#;
    vec![
        of_text("a set of keys", set, |text| drop(Keyring::from_jwks(text))),
        of_text("a public set of keys", public, |text| drop(Keyring::from_public_jwks(text))),
        of_text("a key", key, |text| drop(Key::from_jwk(text))),
        of_text("a key of an algorithm", key, |text| drop(Key::from_jwk_as(text, Alg::Hs256))),
        parser("secrets", *b"Ro3tAcWq81NyV5x/ZkUe7bGhJ0sPdL+94TmiFXKwQ2Y=", |bytes| {
            drop(Keyring::from_secrets(bytes, &[bytes]));
        }),
    ]
}

fn requests() -> Vec<Parser> {
    let (jars, writing) = (jars(&shared_ring()), jars(&shared_ring()));
    let sample = with_basket(&jars, 4);
    let session = sample.split("; ").next().expect("a session").to_owned();
    let visits = move |bytes: &[u8], jars: &Arc<Jars>| {
        Visits::new_at(Arc::clone(jars), Cookies::from_fields(bytes.split(|byte| *byte == b'\n')), NOW)
    };
    let read = move |bytes: &[u8]| {
        let visits = visits(bytes, &jars);
        visits.held::<Session>().expect("a jar").read(|_| ());
        visits.merged::<Basket>().expect("a jar").read(|_| ());
        drop(visits.plan());
    };
    let write = move |bytes: &[u8]| {
        let visits = visits(bytes, &writing);
        let held = visits.held::<Session>().expect("a jar");
        let _ = held.check_form(&String::from_utf8_lossy(bytes));
        let _ = held.update(|session| session.user = Some("u".into()));
        let _ = visits.merged::<Basket>().expect("a jar").with(|cart| cart.add("sku", 1));
        let _ = held.logout();
        drop(visits.plan());
    };
    vec![
        parser("cookies that are read", sample.clone(), read),
        parser("cookies that are written", sample, write),
        of_text("a line of Set-Cookie", format!("{session}; Path=/; Secure"), |text| drop(SetCookie::read(text))),
        parser("where a request comes from", *b"https://shop.example", |bytes| {
            let once = csrf::once([bytes]);
            let facts = csrf::Facts { method: "GET", host: once, origin: once, sec_fetch_site: once, upgrade: once };
            let _ = csrf::SameOrigin::new().judge(&facts);
        }),
    ]
}

/// All of them.
pub fn all() -> Vec<Parser> {
    [tokens(), messages(), jose(), keys(), requests()].into_iter().flatten().collect()
}

/// What is sent to a reader of about so many bytes: deep, long, claimed, doubled, and the good one broken, every `step`-th byte of it.
pub fn hostile(sample: &[u8], len: usize, step: usize) -> Vec<Vec<u8>> {
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    let repeated = |piece: &[u8]| piece.repeat(len / piece.len());
    for piece in [
        &b"["[..],
        b"{\"a\":",
        b"[{\"a\":[",
        b"\"",
        b"\\u0000",
        b"9",
        b"1e9",
        b"A",
        b".",
        b"A.",
        b"=",
        b";",
        b" ",
        b"\n",
        b"a=b; ",
        b"__Host-session=A; ",
        b"sid=A; ",
        b"__Host-session-x0=A; ",
        b"__Host-carto0000000000000A=A; ",
        b"\xff",
        b"\0",
        b"%00",
        b"\x81",
        b"\xa1",
        b"\xa1\x00",
        b"\xc6",
        b"\xd8\x3d",
        b"\x9f",
        b"\xbf",
        b"\x5f",
        b"\xf6",
    ] {
        inputs.push(repeated(piece));
        // The same within an encoding, behind the first bytes of what is good, and as a text of JSON.
        let whole = repeated(piece);
        inputs.push(B64.encode(&whole[..whole.len() / 4 * 3]).into_bytes());
        inputs.push([&sample[..sample.len().min(12)], &whole].concat());
        inputs.push([b"{\"keys\":[", &whole[..], b"]}"].concat());
        inputs.push([b"\"", &whole[..], b"\""].concat());
        let header = B64.encode([b"{\"alg\":", &whole[..whole.len() / 2]].concat());
        inputs.push([header.as_bytes(), b".e30.", b"AAAA"].concat());
    }
    for claimed in [
        &b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"[..],
        b"\x9b\0\0\0\x7f\xff\xff\xff\xff",
        b"\xbb\0\0\0\0\xff\xff\xff\xff",
    ] {
        for frame in [&b""[..], b"\xd0\x83", b"\xd1\x84", b"\xd8\x60\x84", b"\xd8\x60\x84\x43\xa1\x01\x03"] {
            let bytes = [frame, claimed, &[0; 40]].concat();
            inputs.push(B64.encode(&bytes).into_bytes());
            inputs.push(bytes);
        }
    }
    inputs.push(sample.repeat(len / sample.len() + 1));
    inputs.push(sample.to_vec());
    for at in (0..sample.len()).step_by(step) {
        inputs.push(sample[..at].to_vec());
        for with in [b'A', b'"', b'[', 0xff, sample[at] ^ 1] {
            let mut changed = sample.to_vec();
            changed[at] = with;
            inputs.push(changed);
        }
    }
    inputs
}
