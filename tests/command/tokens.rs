//! What the command says of tokens, and of the rings of several servers.

use crate::bench::{Bench, HOUR, NOW};
use orderslip::{Keyring, Lifetime, PublicAlg, Sealer, SlipState, UnixTime};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Cart {
    lines: Vec<(String, u32)>,
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 3;
}

const CART: &str = r#"{"lines":[["SOUP",2]]}"#;

fn sealers(ring: &Keyring) -> [(&'static str, Sealer<Cart>); 4] {
    let lifetime = Lifetime::absolute(Duration::from_secs(HOUR));
    [
        ("encrypted", Sealer::encrypted(ring)),
        ("signed", Sealer::signed(ring)),
        ("ed25519", Sealer::publicly_signed(ring, PublicAlg::Ed25519)),
        ("es256", Sealer::publicly_signed(ring, PublicAlg::Es256)),
    ]
    .map(|(name, builder)| (name, builder.lifetime(lifetime).build().unwrap()))
}

#[test]
fn a_minted_token_is_opened_by_the_program_and_the_other_way_round() {
    let bench = Bench::with_ring();
    let ring = Keyring::from_file(bench.path("ring.json")).unwrap();
    let now = UnixTime::from_secs(NOW);
    let cart = Cart { lines: vec![("SOUP".into(), 2)] };
    for (name, sealer) in sealers(&ring) {
        let minted = bench.ok(&format!(
            "mint --ring ring.json --purpose shop.example/cart --state-version 3 --use {name} --state {CART} --for-testing"
        ));
        assert_eq!(sealer.open_at(minted.trim(), now).unwrap().state(), &cart);
        let token = sealer.seal_at(&cart, now).unwrap();
        let shown = bench.json(&format!("inspect {token} --ring ring.json --purpose shop.example/cart --reveal"));
        assert_eq!((&shown["authentic"], &shown["state_version"]), (&"yes".into(), &3.into()), "{shown}");
        assert_eq!(shown["state"], r#"{"lines": [["SOUP", 2]]}"#);
        let parts = shown["parts"].as_array().unwrap().iter().map(|part| part["bytes"].as_u64().unwrap());
        assert_eq!(Some(parts.sum()), shown["bytes"].as_u64());
        assert_eq!(shown["characters"], token.len());
    }
    let bound = sealers(&ring)[0].1.bound(&["tenant-7"]).seal_at(&cart, now).unwrap();
    bench.ok(&format!("inspect {bound} --ring ring.json --purpose shop.example/cart --bound tenant-7"));
    bench.fails(&format!("inspect {bound} --ring ring.json --purpose shop.example/cart"), 3, "not authentic");
    let carried = "mint --ring ring.json --purpose p --carrier cart --bind eu --state 1 --for-testing";
    let carried = bench.ok(carried);
    let carried = carried.trim();
    bench.ok(&format!("inspect {carried} --ring ring.json --purpose p --carrier cart --bind eu"));
    bench.fails(&format!("inspect {carried} --ring ring.json --purpose p --bind eu"), 3, "not authentic");
}

#[test]
fn t34_t35_without_the_key_nothing_of_an_encrypted_state_is_shown() {
    let bench = Bench::with_ring();
    let ring = Keyring::from_file(bench.path("ring.json")).unwrap();
    let cart = Cart { lines: vec![("SOUP".into(), 2)] };
    for (name, sealer) in sealers(&ring) {
        let token = sealer.seal_at(&cart, UnixTime::from_secs(NOW)).unwrap();
        let shown = bench.json(&format!("inspect {token}"));
        assert!(!shown.to_string().contains("SOUP"), "not unless asked");
        if name == "encrypted" {
            assert!(shown.get("expires_at").is_none());
            bench.fails(&format!("inspect {token} --reveal"), 3, "give --ring and --purpose");
        } else {
            assert!(shown["authentic"].as_str().unwrap().starts_with("not verified"), "{shown}");
            assert!(bench.ok(&format!("inspect {token} --reveal")).contains("SOUP"));
        }
    }
}

#[test]
fn t13_junk_is_no_token() {
    let bench = Bench::with_ring();
    for junk in ["x", "2GCE", "eyJhbGciOiJub25lIn0.e30.", "2GCEQ6EBA6EFTA", "-----"] {
        bench.fails(&format!("inspect {junk}"), 3, "no token of orderslip");
    }
    let too_long = "2GCE".repeat(5_000);
    bench.fails(&format!("inspect {too_long}"), 3, "no token of orderslip");
    bench.fails("mint --ring ring.json --purpose p --state 1", 3, "--for-testing");
    bench.fails("mint --ring ring.json --purpose p --state {secret --for-testing", 3, "the state is no JSON");
    bench.fails("inspect x --purpose p", 2, "--ring");
}

#[test]
fn jose_tokens_are_minted_and_shown() {
    let bench = Bench::new();
    bench.ok("keys new ring.json --use signed,es256,hs512,a256gcm,encrypted");
    for (uses, format) in [("signed --jose", "JWS"), ("es256 --jose", "JWS"), ("hs512", "JWS"), ("a256gcm", "JWE")] {
        let minted = format!("mint --ring ring.json --purpose p --use {uses} --state [\"SOUP\"] --for-testing");
        let token = bench.ok(&minted);
        let shown = bench.json(&format!("inspect {} --ring ring.json --purpose p --reveal", token.trim()));
        assert_eq!((&shown["format"], &shown["authentic"]), (&format.into(), &"yes".into()), "{shown}");
        assert_eq!(shown["state"], "[\"SOUP\"]");
        assert_eq!(shown["key"], shown["key_id"], "a JWS names its key as the ring does");
        bench.fails(&format!("inspect {} --ring ring.json --purpose q", token.trim()), 3, "not authentic");
        let bare = bench.json(&format!("inspect {}", token.trim()));
        assert_eq!(bare.get("expires_at").is_some(), format == "JWS");
    }
    let encrypted = "mint --ring ring.json --purpose p --use encrypted --jose --state 1 --for-testing";
    bench.fails(encrypted, 3, "a JWE is for the use `a256gcm`");
}

#[test]
fn an_old_token_is_still_shown() {
    let mut bench = Bench::with_ring();
    let token = bench.ok("mint --ring ring.json --purpose p --state 1 --for-testing");
    bench.now += 2 * HOUR;
    let shown = bench.json(&format!("inspect {} --ring ring.json --purpose p", token.trim()));
    assert_eq!(shown["life"], "over for 110m");
    let other = Bench::with_ring();
    other.fails(&format!("inspect {} --ring ring.json --purpose p", token.trim()), 3, "UnknownKey");
    assert_eq!(other.json(&format!("inspect {} --ring ring.json", token.trim()))["key"], "not in the ring");
}

#[test]
fn t82_the_doctor_finds_servers_that_disagree() {
    let bench = Bench::with_ring();
    let copy = |from: &str, to: &str| assert!(std::fs::copy(bench.path(from), bench.path(to)).unwrap() > 0);
    copy("ring.json", "a.json");
    bench.ok("doctor ring.json a.json");
    bench.ok("keys stage ring.json");
    bench.fails("doctor ring.json a.json", 1, "does not know it");
    copy("ring.json", "b.json");
    bench.ok("doctor ring.json b.json");
    bench.fails("doctor ring.json b.json a.json", 1, "does not know it");
    bench.run("keys revoke b.json sealing:signed --emergency lost");
    let output = bench.run("doctor ring.json b.json --json");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kinds: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|found| found["kind"].as_str()).collect();
    assert!(kinds.contains(&"over_there") && kinds.contains(&"nothing_seals"), "{report}");
    bench.ok("keys policy a.json --longest-life 1d");
    copy("a.json", "c.json");
    bench.ok("keys policy c.json --longest-life 2d");
    assert!(bench.ok("doctor a.json c.json").contains("not on their policy"));
    bench.fails("doctor a.json", 2, "");
}

/// Who mints a token, or writes a set of public keys, does not get hold of the terminal of whoever looks at it.
#[test]
fn t34_nothing_that_is_shown_moves_the_cursor() {
    let bench = Bench::with_ring();
    let ring = Keyring::from_file(bench.path("ring.json")).unwrap();
    let cart = Cart { lines: vec![("\u{1b}[2J\u{202e}evil\nauthentic: yes\u{9b}1m".into(), 2)] };
    let token = sealers(&ring)[1].1.seal_at(&cart, UnixTime::from_secs(NOW)).unwrap();
    let mut set: serde_json::Value = serde_json::from_str(&bench.ok("keys public ring.json")).unwrap();
    set["keys"][0]["kid"] = "\u{202e}evil\u{2028}".into();
    std::fs::write(bench.path("jwks.json"), set.to_string()).unwrap();
    for shown in [bench.ok(&format!("inspect {token} --reveal")), bench.ok("keys show jwks.json")] {
        assert!(shown.contains("evil"), "{shown:?}");
        assert!(!shown.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')), "{shown:?}");
        assert!(!shown.contains("\nauthentic: yes"), "{shown:?}");
    }
}
