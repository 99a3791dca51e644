//! The seeds: an input for every mode of every target that gets through to the end of it, made of valid tokens, key files and cookies; and
//! the dictionary. Fixed keys and no randomness, so the files in `fuzz/` are what this program makes, byte for byte.

mod jars;

use crate::forge::{
    self, base64url, cbor,
    claims::{self as made, cwt, cwt_head, jwt},
    cose, items, jose,
    keys::{self, ALL, Alg},
};
use std::{fs, path::Path};

struct Seeds(Vec<(&'static str, String, Vec<u8>)>);

impl Seeds {
    fn add(&mut self, target: &'static str, name: impl Into<String>, input: impl AsRef<[u8]>) {
        self.0.push((target, format!("seed-{}", name.into()), input.as_ref().to_vec()));
    }
}

/// With its length in front.
fn piece(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&[u8::try_from(bytes.len()).expect("a short piece")], bytes].concat()
}

const PAYLOAD: &[u8] = b"payload";

fn messages(seeds: &mut Seeds) {
    for alg in [Alg::Hs256, Alg::Hs384, Alg::Hs512, Alg::EdDsa, Alg::Es256] {
        let name = keys::name(alg);
        seeds.add(
            "jws",
            format!("whole-{name}"),
            [b"0", jose::jws(alg, jose::header(alg).as_bytes(), PAYLOAD).as_bytes()].concat(),
        );
        seeds.add("jws", format!("header-{name}"), [b"1", jose::header(alg).as_bytes(), b"\0", PAYLOAD].concat());
    }
    for alg in [Alg::A128Gcm, Alg::A256Gcm] {
        let name = keys::name(alg);
        seeds.add(
            "jwe",
            format!("whole-{name}"),
            [b"0", jose::jwe(alg, jose::header(alg).as_bytes(), PAYLOAD).as_bytes()].concat(),
        );
        seeds.add("jwe", format!("header-{name}"), [b"1", jose::header(alg).as_bytes(), b"\0", PAYLOAD].concat());
    }
    for target in ["jws", "jwe"] {
        seeds.add(target, "header-bare", b"1{\"alg\":\"HS256\"}\0");
        seeds.add(
            target,
            "header-more",
            b"1{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"cty\":\"x\",\"n\":[1,{\"a\":null}]}\0x",
        );
        for (name, script) in
            [("insert", b"2\x00\x00\x10A"), ("flip", b"2\x02\x00\x90\x01"), ("cut", b"2\x04\x00\x20\x00")]
        {
            seeds.add(target, format!("change-{name}"), script);
        }
    }
    let kid = [&[0xa1, 0x04][..], &cbor::bytes(b"12345678")].concat();
    let iv = cbor::map(&[cbor::uint(5), cbor::bytes(cose::IV)]);
    let salted = cbor::map(&[cbor::uint(4), cbor::bytes(b"12345678"), cbor::negative(19), cbor::bytes(cose::SALT)]);
    let recipient = cbor::array(&[cbor::bytes([0xa1, 0x01, 0x29]), salted, cbor::bytes([])]);
    let parts = [
        ("mac0", 0, Alg::Hs256, kid.clone(), None),
        ("sign1", 1, Alg::EdDsa, kid, None),
        ("encrypt0", 2, Alg::A256Gcm, iv.clone(), None),
        ("encrypt", 3, Alg::Root, iv, Some(recipient)),
        ("mac", 4, Alg::Hs256, vec![0xa0], None),
    ];
    for (name, kind, alg, unprotected, recipient) in parts {
        let input = [
            vec![kind],
            piece(cose::protected(alg)),
            piece(unprotected),
            recipient.map(piece).unwrap_or_default(),
            PAYLOAD.to_vec(),
        ];
        seeds.add("cose", format!("parts-{name}"), [b"1", &input.concat()[..]].concat());
        seeds.add("differential", format!("cose-{name}"), [b"0", &input.concat()[..]].concat());
    }
    for (which, alg) in [Alg::Hs256, Alg::EdDsa, Alg::Es256].into_iter().enumerate() {
        seeds.add(
            "cose",
            format!("whole-{}", keys::name(alg)),
            [b"0", &cose::proven(alg, b"context", PAYLOAD)[..]].concat(),
        );
        let which = u8::try_from(which).expect("few");
        seeds.add("cose", format!("change-{}", keys::name(alg)), [b'2', which, 0, 0, 3, 0x18]);
    }
    seeds.add("cose", "whole-encrypt", [b"0", &cose::encrypted(Alg::Root, b"context", PAYLOAD)[..]].concat());
    seeds.add("cose", "change-encrypt", b"2\x03\x01\x00\x08\x05");
    for (at, alg) in [Alg::Hs256, Alg::Hs512, Alg::A128Gcm, Alg::A256Gcm].into_iter().enumerate() {
        let at = u8::try_from(at).expect("few");
        let input = [&[b'2', at], jose::header(alg).as_bytes(), b"\0", PAYLOAD].concat();
        seeds.add("differential", format!("jose-{}", keys::name(alg)), input);
    }
}

/// States in CBOR that between them have every kind of item.
fn states() -> Vec<(&'static str, Vec<u8>)> {
    let mut written = Vec::new();
    let typed = cbor::map(&[
        [cbor::text("small"), cbor::uint(7), cbor::text("signed"), cbor::negative(500)].concat(),
        [cbor::text("large"), cbor::uint(u64::MAX), cbor::text("text"), cbor::text("Zo\u{eb}")].concat(),
        [cbor::text("letter"), cbor::text("x"), cbor::text("bytes"), cbor::bytes([1, 2, 3])].concat(),
        [cbor::text("list"), cbor::array(&[cbor::text("Nothing"), cbor::map(&[cbor::text("One"), cbor::negative(0)])])]
            .concat(),
        [cbor::text("map"), cbor::map(&[cbor::text("k"), cbor::uint(300)])].concat(),
        [cbor::text("numbers"), cbor::map(&[cbor::uint(9), vec![0xf5]])].concat(),
        [cbor::text("pair"), cbor::array(&[cbor::uint(70_000), cbor::text("p")])].concat(),
        [cbor::text("unit"), vec![0xf6], cbor::text("later"), vec![0xf6]].concat(),
    ]);
    // Eight chunks of pairs: twelve entries.
    let entries = typed.get(1..).unwrap_or_default().to_vec();
    written.push(("typed", [vec![0xac], entries].concat()));
    written.push((
        "positional",
        cbor::array(&[
            cbor::uint(7),
            cbor::uint(1),
            vec![0xf6],
            cbor::text("t"),
            vec![0xf6],
            cbor::bytes([]),
            vec![0x80],
            vec![0xa0],
            vec![0xa0],
            cbor::array(&[cbor::uint(1), cbor::text("")]),
            vec![0xf6],
            vec![0xf6],
        ]),
    ));
    written.push(("pairs", cbor::array(&[cbor::array(&[cbor::text("SOUP"), cbor::uint(2)])])));
    written.push(("lines", cbor::map(&[cbor::text("lines"), cbor::map(&[cbor::text("SOUP"), cbor::uint(2)])])));
    written.push(("text", cbor::text("SOUP")));
    written.push((
        "floats",
        cbor::array(&[
            vec![0xf9, 0x3c, 0x00],
            vec![0xfa, 0x47, 0xc3, 0x50, 0x01],
            vec![0xfb, 0x40, 0x01, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a],
            vec![0xf9, 0x7e, 0x00],
            vec![0xf9, 0xfc, 0x00],
        ]),
    ));
    // 2^64 and -2^64 - 1, which take a tag (RFC 8949 section 3.4.3).
    let nine = [1, 0, 0, 0, 0, 0, 0, 0, 0];
    written.push(("bignums", cbor::array(&[2, 3].map(|tag| [cbor::head(6, tag), cbor::bytes(nine)].concat()))));
    written.push(("nested", [vec![0x81; 20], vec![0xa1, 0x00, 0xf4]].concat()));
    written.push(("long-heads", [cbor::long_head(4, 1), cbor::long_head(0, 1)].concat()));
    written.push(("indefinite", vec![0x9f, 0x01, 0xff]));
    written
}

fn claims(seeds: &mut Seeds) {
    for (name, state) in states() {
        for (mode, reader) in ["typed", "positional", "upgraded", "anything"].iter().enumerate() {
            if (name == *reader || *reader == "upgraded" || *reader == "anything")
                && (name != "nested" || *reader == "anything")
            {
                let mode = u8::try_from(mode).expect("few");
                seeds.add("cbor_state", format!("{reader}-{name}"), [&[60 + mode], &state[..]].concat());
            }
        }
        seeds.add("differential", format!("cbor-{name}"), [b"1", &state[..]].concat());
    }
    let json = r#"{"small":1,"signed":-1,"large":null,"text":"t","letter":"x","bytes":[1],"list":["Nothing",{"Named":{"left":true,"right":[1]}}],"map":{"k":1},"numbers":{"9":true},"pair":[1,"p"],"unit":null}"#;
    seeds.add("cbor_state", "json-typed", [b"6", json.as_bytes()].concat().map_mode(4));
    let soup = cbor::text("SOUP");
    seeds.add("claims", "cwt", [b"0", &cwt(1, &soup)[..]].concat().map_mode(0));
    seeds.add(
        "claims",
        "cwt-more",
        [b"0", &cwt_head(1, &[vec![0x3a, 0x00, 0x01, 0x00, 0x03], vec![0x82, 0x01, 0x02]])[..], &soup]
            .concat()
            .map_mode(0),
    );
    let mut ends_first = cwt(1, &soup);
    // Behind the map, the label and the head: the first byte of `exp`.
    ends_first[3] = 0;
    seeds.add("claims", "cwt-ends-before-it-begins", [b"0", &ends_first[..]].concat().map_mode(0));
    seeds.add("claims", "cwt-anchor", [b"0", &cwt_head(1, &items::anchor_claim())[..], &soup].concat().map_mode(1));
    let before = cbor::array(&[
        cbor::bytes(items::anchor_secret()),
        cbor::bytes(made::ID),
        cbor::bytes(items::anchor_secret()),
        cbor::uint(forge::NOW * 1_000),
    ]);
    let anchored = cwt_head(1, &[made::ANCHOR.to_vec(), before]);
    seeds.add("claims", "cwt-anchor-before", [b"0", &anchored[..], &soup].concat().map_mode(1));
    let purpose = "fuzz.example/json";
    seeds.add(
        "claims",
        "jwt",
        [b"0", jwt(purpose, "", 1, r#"{"a":[1,2.5,"x",null]}"#).as_bytes()].concat().map_mode(2),
    );
    seeds.add("claims", "jwt-other-order", [b"0", format!(
        r#"{{"slip":{{"st":"s","ends":{e},"began":{n},"v":1}},"x":[{{"y":1}}],"jti":"{j}","aud":"{purpose}","iat":{n},"exp":{e}}}"#,
        e = forge::NOW + made::IDLE, n = forge::NOW, j = base64url(made::ID)).as_bytes()].concat().map_mode(2));
    seeds.add(
        "claims",
        "foreign-jwt",
        [b"0", format!(r#"{{"sub":"7","exp":{},"iat":{}}}"#, forge::NOW + 60, forge::NOW).as_bytes()]
            .concat()
            .map_mode(3),
    );
}

/// The first byte becomes one that stands for this mode in every target that has up to twelve.
trait Mode {
    fn map_mode(self, mode: u8) -> Vec<u8>;
}

impl Mode for Vec<u8> {
    fn map_mode(mut self, mode: u8) -> Self {
        if let Some(first) = self.first_mut() {
            // 60 is a multiple of 1 to 6.
            *first = 60 + mode;
        }
        self
    }
}

fn key_files(seeds: &mut Seeds) {
    for alg in ALL {
        let name = format!("{alg:?}").to_lowercase();
        seeds.add("jwk", &name, keys::jwk(alg));
    }
    let more =
        r#","kid":"2026-11","use":"sig","key_ops":["verify"],"iat":1,"nbf":1800000000,"exp":1900000000,"x5t":"kept""#;
    seeds.add("jwk", "members", keys::jwk_with(Alg::Hs256, more));
    seeds.add("jwk", "revoked", keys::jwk_with(Alg::EdDsa, r#","revoked":{"revoked_at":1800000000,"reason":"lost"}"#));
    seeds.add("jwk", "retired", keys::jwk_with(Alg::Hs256, r#","retired":"x""#));
    seeds.add("jwk", "unnamed", keys::jwk(Alg::Root).replace(r#","alg":"direct+HKDF-SHA-256","enc":"A256GCM""#, ""));
    let set = |keys: &[String], more: &str| format!(r#"{{"keys":[{}]{more}}}"#, keys.join(","));
    let all: Vec<Alg> = ALL.into_iter().filter(|alg| *alg != Alg::RootChaCha).collect();
    seeds.add("keyring", "all", [b"0", keys::jwks(&all).as_bytes()].concat().map_mode(0));
    let next = keys::jwk_with(Alg::Hs256, r#","nbf":1800000300,"iat":1800000000"#);
    let last = keys::jwk_with(Alg::Hs384, r#","exp":1800000900"#);
    let retired = r#"{"kid":"gone","exp":1700000000,"retired":true}"#.to_owned();
    let policy = r#","rotation":{"propagation":60,"longest_life":600}"#;
    seeds.add("keyring", "schedule", [b"0", set(&[next, last, retired], policy).as_bytes()].concat().map_mode(0));
    let revoked = keys::jwk_with(Alg::EdDsa, r#","revoked":{"revoked_at":1800000000}"#);
    seeds.add("keyring", "revoked", [b"0", set(&[revoked, keys::jwk(Alg::Es256)], "").as_bytes()].concat().map_mode(0));
    let rsa = r#"{"kty":"RSA","alg":"RS256","kid":"1","n":"AQAB","e":"AQAB"}"#.to_owned();
    let public =
        r#"{"kty":"OKP","alg":"EdDSA","kid":"2","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
            .to_owned();
    seeds.add("keyring", "public", [b"0", set(&[rsa, public], "").as_bytes()].concat().map_mode(1));
}

fn tokens(seeds: &mut Seeds) {
    // As the harness has it.
    let state = b"\xa1\x65lines\x81\x64SOUP";
    for (at, alg) in ALL.into_iter().enumerate() {
        let at = u8::try_from(at).expect("few");
        let purpose = "fuzz.example/anything";
        let aad = made::external_aad(purpose, "", &[], &[]);
        let payload = jwt(purpose, "", 1, r#"{"lines":["SOUP"]}"#);
        let token = match alg {
            Alg::Root | Alg::RootChaCha => base64url(cose::encrypted(alg, &aad, &cwt(1, state))),
            Alg::Hs256 | Alg::EdDsa | Alg::Es256 => base64url(cose::proven(alg, &aad, &cwt(1, state))),
            Alg::A128Gcm | Alg::A256Gcm => jose::jwe(alg, jose::header(alg).as_bytes(), payload.as_bytes()),
            Alg::Hs384 | Alg::Hs512 => jose::jws(alg, jose::header(alg).as_bytes(), payload.as_bytes()),
        };
        let name = format!("{alg:?}").to_lowercase();
        seeds.add("open_any", format!("whole-{name}"), [b"0", token.as_bytes()].concat());
        seeds.add("open_any", format!("text-{name}"), [b'1', at, 1, 0, 40, b'A']);
        seeds.add("open_any", format!("bytes-{name}"), [b'2', at, 2, 0, 30, 3, 0, 0]);
        // A format, no bindings, and enough for a state.
        let input: Vec<u8> = [vec![at, 0, 0, 0, 0], (0..60 + at * 5).collect()].concat();
        seeds.add("roundtrip", name, input);
    }
}

fn all() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Seeds(Vec::new());
    messages(&mut seeds);
    claims(&mut seeds);
    key_files(&mut seeds);
    jars::cookies(&mut seeds);
    jars::siblings(&mut seeds);
    tokens(&mut seeds);
    seeds.0
}

/// Words that stand in what is read, in libFuzzer's notation.
fn dictionary() -> String {
    let words: [&[u8]; 44] = [
        b"alg",
        b"enc",
        b"kid",
        b"typ",
        b"dir",
        b"HS256",
        b"HS512",
        b"EdDSA",
        b"A256GCM",
        b"none",
        b"crit",
        b"b64",
        b"zip",
        b"jwk",
        b"orderslip+jwt",
        b"exp",
        b"iat",
        b"jti",
        b"aud",
        b"ctx",
        b"slip",
        b"began",
        b"ends",
        b"\"st\":",
        b"keys",
        b"kty",
        b"oct",
        b"OKP",
        b"crv",
        b"use",
        b"key_ops",
        b"revoked",
        b"revoked_at",
        b"retired",
        b"rotation",
        b"__Host-s=",
        b"__Host-c",
        b"-x",
        b"\\u0061",
        &made::STATE,
        &made::SPAN,
        &made::ANCHOR,
        &[0xd8, 0x3d, 0xd1, 0x84],
        &[0x43, 0xa1, 0x01, 0x29],
    ];
    let mut out = String::from("# Written by tests/fuzz_corpus/seeds.rs\n");
    for word in words {
        let quoted: String = word.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        out.push_str(&format!("\"{quoted}\"\n"));
    }
    out
}

#[test]
fn the_seeds_are_what_the_program_makes() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    if !fuzz.exists() {
        return;
    }
    let writes = std::env::var_os("ORDERSLIP_WRITE").is_some();
    let seeds = all();
    for (target, name, input) in &seeds {
        let path = fuzz.join("corpus").join(target).join(name);
        if writes {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
            fs::write(&path, input).expect("a file can be written");
        }
        assert_eq!(&fs::read(&path).unwrap_or_default(), input, "{}", path.display());
        let (_, run) = crate::harness::TARGETS.iter().find(|(known, _)| known == target).expect("a target");
        run(input);
    }
    if writes {
        fs::write(fuzz.join("dictionary"), dictionary()).expect("a file can be written");
    }
    assert_eq!(fs::read_to_string(fuzz.join("dictionary")).unwrap_or_default(), dictionary());
    // And no other is called a seed.
    for (target, _) in crate::harness::TARGETS {
        let there = fs::read_dir(fuzz.join("corpus").join(target)).expect("a folder of its own");
        let named = there
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("seed-")));
        assert_eq!(named.count(), seeds.iter().filter(|(of, ..)| *of == target).count(), "{target}");
    }
}
