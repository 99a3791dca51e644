//! Tokens and messages to and from other people's libraries: Python's `cwt` and `pycose`, in `interop/cwt_peer.py`.
//!
//! The variable `ORDERSLIP_PYTHON` names an interpreter that has `interop/requirements.txt` installed. Without it, or
//! without a library, the tests say so and pass; with `ORDERSLIP_REQUIRE_PEERS=1` a missing part is a failure.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test should stop where it fails"
)]

mod kit;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kit::peers::{self, missing, say};
use orderslip::{Alg, Error, Key, Keyring, Lifetime, PublicAlg, Sealer, SlipState, UnixTime, hazmat};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const HOUR: u64 = 3600;
const ID: [u8; 16] = *b"sixteen of an id";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    guest: String,
    lines: Vec<(String, u32)>,
    note: Option<String>,
    tip: f64,
    paid: bool,
}

impl SlipState for Order {
    const PURPOSE: &'static str = "restaurant.example/order";
    const VERSION: u16 = 3;
}

fn order() -> Order {
    let lines = vec![("soup".to_owned(), 2), ("steak".to_owned(), 70_000)];
    Order { guest: "Zoë".to_owned(), lines, note: None, tip: 2.5, paid: true }
}

/// One kind of message with its algorithm, and a ring of one key for it.
struct Suite {
    kind: &'static str,
    alg: &'static str,
    ours: Alg,
    peers: &'static [&'static str],
    keys: Keyring,
}

fn suites() -> Vec<Suite> {
    let all: &[&str] = &["cwt", "pycose"];
    [
        ("mac0", "HS256", Alg::Hs256, all),
        ("sign1", "EdDSA", Alg::Ed25519, all),
        ("sign1", "ES256", Alg::Es256, all),
        // pycose takes the recipient's key for the content key: it is no peer here (formats.md 3.2).
        ("encrypt", "A256GCM", Alg::HkdfA256Gcm, &["cwt"]),
        ("encrypt", "ChaCha20/Poly1305", Alg::HkdfChaCha20Poly1305, &["cwt"]),
    ]
    .into_iter()
    .map(|(kind, alg, ours, peers)| {
        let keys = Keyring::new(vec![Key::generate(ours).unwrap()]).unwrap();
        Suite { kind, alg, ours, peers, keys }
    })
    .collect()
}

impl Suite {
    fn name(&self) -> String {
        format!("{} {}", self.kind, self.alg)
    }

    fn key(&self) -> &Key {
        self.keys.get(self.keys.ids().next().unwrap().as_str()).unwrap()
    }

    /// What the peer is to do, with the key in hexadecimal.
    fn request(&self, what: &str, peer: &str, parts: &Value) -> Value {
        let set: Value = serde_json::from_str(self.keys.to_jwks().expose()).unwrap();
        let jwk = &set["keys"][0];
        let mut request = Map::new();
        for (name, value) in [("do", what), ("peer", peer), ("kind", self.kind), ("alg", self.alg)] {
            request.insert(name.to_owned(), value.into());
        }
        for member in ["k", "d", "x", "y"] {
            if let Some(text) = jwk[member].as_str() {
                request.insert(member.to_owned(), hex(&BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()).into());
            }
        }
        // On the wire a key id is the first eight bytes of the thumbprint.
        let thumbprint = BASE64_URL_SAFE_NO_PAD.decode(jwk["kid"].as_str().unwrap()).unwrap();
        request.insert("kid".to_owned(), hex(thumbprint.split_at(8).0).into());
        request.insert("salt".to_owned(), hex(b"sixteen of salt!").into());
        request.extend(parts.as_object().unwrap().clone());
        Value::Object(request)
    }

    fn open(&self, message: &[u8], aad: &[u8]) -> Result<Vec<u8>, Error> {
        let open = match self.kind {
            "mac0" => hazmat::cose::mac0_verify,
            "sign1" => hazmat::cose::sign1_verify,
            _ => hazmat::cose::encrypt_open,
        };
        open(message, self.key(), aad)
    }

    fn sealer(&self) -> Sealer<Order> {
        let builder = match self.ours {
            Alg::Hs256 => Sealer::signed(&self.keys),
            Alg::Ed25519 => Sealer::publicly_signed(&self.keys, PublicAlg::Ed25519),
            Alg::Es256 => Sealer::publicly_signed(&self.keys, PublicAlg::Es256),
            _ => Sealer::encrypted(&self.keys),
        };
        builder.lifetime(Lifetime::absolute(Duration::from_secs(HOUR))).bind("eu-central").build().unwrap()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(answer: &Value) -> Vec<u8> {
    let digits = answer["bytes"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(pair).collect()
}

/// The answers of the Python peers.
fn ask(python: &Path, requests: &[Value]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/cwt_peer.py");
    peers::ask(Command::new(python).arg(script), requests)
}

type WithPeers = (Suite, Vec<&'static str>);

/// The interpreter, and the suites with those of their peers that are there.
fn all_peers() -> Option<(PathBuf, Vec<WithPeers>)> {
    let Some(python) = std::env::var_os("ORDERSLIP_PYTHON").map(PathBuf::from) else {
        missing("ORDERSLIP_PYTHON is not set");
        return None;
    };
    let found = ask(&python, &[json!({"do": "peers"})]);
    let there = |peer: &&str| found[0]["peers"].as_array().unwrap().iter().any(|name| name == *peer);
    for peer in ["cwt", "pycose"] {
        if !there(&peer) {
            missing(&format!("{peer} is not installed"));
        }
    }
    let with_peers = |suite: Suite| {
        let peers = suite.peers.iter().copied().filter(there).collect();
        (suite, peers)
    };
    Some((python, suites().into_iter().map(with_peers).collect()))
}

/// Payload and context, of all lengths of a head.
fn contents() -> [(Vec<u8>, Vec<u8>); 4] {
    [
        (b"payload".to_vec(), b"context".to_vec()),
        (b"p".to_vec(), Vec::new()),
        (vec![7; 200], vec![8; 30]),
        (vec![9; 4_000], vec![10; 300]),
    ]
}

#[test]
fn messages_of_peers_open_and_ours_open_there() {
    let Some((python, suites)) = all_peers() else { return };
    for (suite, peers) in &suites {
        for peer in peers {
            let parts = |(payload, aad): &(Vec<u8>, Vec<u8>)| json!({"payload": hex(payload), "aad": hex(aad)});
            let requests: Vec<_> =
                contents().iter().map(|content| suite.request("seal", peer, &parts(content))).collect();
            let answers = ask(&python, &requests);
            for ((payload, aad), answer) in contents().iter().zip(&answers) {
                let message = bytes(answer);
                assert_eq!(&suite.open(&message, aad).unwrap(), payload, "{peer}, {}", suite.name());
                assert!(suite.open(&message, b"another").is_err_and(|error| error.is_rejected()));
            }
            say(&format!("{peer}, {}: {} messages of theirs opened here", suite.name(), answers.len()));
            if suite.kind == "encrypt" {
                known_messages_open_there(&python, suite, peer);
            }
        }
    }
}

/// Of the other kinds of messages ours are tokens, which the next test is about.
fn known_messages_open_there(python: &Path, suite: &Suite, peer: &str) {
    let mut requests = Vec::new();
    for (payload, aad) in contents() {
        let (salt, iv) = ([3; 32], [4; 12]);
        let message = hazmat::cose::encrypt_seal(&payload, suite.key(), &aad, &salt, &iv).unwrap();
        for aad in [&aad[..], b"another"] {
            requests.push(suite.request("open", peer, &json!({"message": hex(&message), "aad": hex(aad)})));
        }
    }
    for ((payload, _), answers) in contents().iter().zip(ask(python, &requests).chunks(2)) {
        assert_eq!(&bytes(&answers[0]), payload, "{peer}, {}", suite.name());
        assert!(answers[1]["error"].is_string(), "{peer} opened under another context: {}", answers[1]);
    }
    say(&format!("{peer}, {}: {} messages of ours opened there", suite.name(), requests.len() / 2));
}

/// The parts of a token's context, which the peer encodes itself.
fn context(call: &[&str]) -> Value {
    let list = |items: &[&str]| items.iter().map(|item| hex(item.as_bytes())).collect::<Vec<_>>();
    json!({"purpose": Order::PURPOSE, "deployment": list(&["eu-central"]), "call": list(call)})
}

#[test]
fn tokens_are_read_by_peers() {
    let Some((python, suites)) = all_peers() else { return };
    let now = NOW.as_secs();
    for (suite, peers) in &suites {
        let sealer = suite.sealer();
        for peer in peers {
            for call in [&[][..], &["tenant 7", "über"]] {
                let token = sealer.bound(call).seal_at(&order(), NOW).unwrap();
                let id = *sealer.bound(call).open_at(&token, NOW).unwrap().id().as_bytes();
                let read = |call| suite.request("read", peer, &json!({"token": token, "context": context(call)}));
                let answers = ask(&python, &[read(call), read(&["tenant 8"])]);
                let state = json!({"map": [
                    ["guest", "Zoë"], ["lines", [["soup", 2], ["steak", 70_000]]], ["note", null], ["tip", 2.5], ["paid", true]
                ]});
                let claims = json!({"map": [
                    [4, now + HOUR], [6, now], [7, {"bytes": hex(&id)}], [-65539, [now, now + HOUR]], [-65537, [3, state]]
                ]});
                assert_eq!(answers[0], json!({"claims": claims}), "{peer}, {}", suite.name());
                assert!(answers[1]["error"].is_string(), "{peer} opened under another context: {}", answers[1]);
            }
            say(&format!("{peer}, {}: tokens of ours read there", suite.name()));
        }
    }
}

#[test]
fn tokens_of_peers_open() {
    let Some((python, suites)) = all_peers() else { return };
    let (began, sealed) = (NOW.as_secs() - 600, NOW.as_secs() - 60);
    let claims = json!({
        "exp": began + HOUR, "iat": sealed, "cti": hex(&ID), "began": began, "ends": began + HOUR,
        "version": Order::VERSION, "state": serde_json::to_value(order()).unwrap(),
    });
    for (suite, peers) in &suites {
        let sealer = suite.sealer();
        for peer in peers {
            for call in [&[][..], &["tenant 7", "über"]] {
                let parts = json!({"claims": claims, "context": context(call)});
                let answers = ask(&python, &[suite.request("make", peer, &parts)]);
                let token = answers[0]["token"].as_str().unwrap_or_else(|| panic!("{peer}: {}", answers[0]));
                let slip = sealer.bound(call).open_at(token, NOW).unwrap_or_else(|error| {
                    panic!("{peer}, {}: {error:?}", suite.name());
                });
                assert_eq!(slip.state(), &order());
                assert_eq!(slip.id().as_bytes(), &ID);
                assert_eq!([slip.began_at(), slip.sealed_at()].map(UnixTime::as_secs), [began, sealed]);
                assert_eq!([slip.expires_at(), slip.ends_at()].map(UnixTime::as_secs), [began + HOUR; 2]);
                assert!(sealer.bound(&["tenant 8"]).open_at(token, NOW).is_err_and(|error| error.is_rejected()));
            }
            say(&format!("{peer}, {}: tokens of theirs opened here", suite.name()));
        }
    }
}
