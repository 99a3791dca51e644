//! Reading the vectors, and the keys in them; what every test counts and says.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use orderslip::{Alg, Error, Key, hazmat};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

pub(crate) const ALGS: [Alg; 12] = [
    Alg::Hs256,
    Alg::Hs384,
    Alg::Hs512,
    Alg::Ed25519,
    Alg::Es256,
    Alg::Es384,
    Alg::A128Gcm,
    Alg::A256Gcm,
    Alg::ChaCha20Poly1305,
    Alg::HkdfA128Gcm,
    Alg::HkdfA256Gcm,
    Alg::HkdfChaCha20Poly1305,
];

pub(crate) type Opens = fn(&[u8], &Key, &[u8]) -> Result<Vec<u8>, Error>;

/// Whatever takes a COSE message.
pub(crate) const READERS: [(&str, Opens); 5] = [
    ("mac0", hazmat::cose::mac0_verify),
    ("mac", hazmat::cose::mac_verify),
    ("sign1", hazmat::cose::sign1_verify),
    ("encrypt0", hazmat::cose::encrypt0_open),
    ("encrypt", hazmat::cose::encrypt_open),
];

/// A line past the test harness, which would keep it to itself.
#[expect(clippy::explicit_write, reason = "`println!` is what the harness captures")]
pub(crate) fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").unwrap();
}

/// The folder of the vectors, if the environment names one.
pub(crate) fn folder(what: &str) -> Option<PathBuf> {
    let named = std::env::var_os("ORDERSLIP_VECTORS");
    if named.is_none() {
        say(&format!("{what}: skipped, ORDERSLIP_VECTORS is not set"));
    }
    named.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(what))
}

pub(crate) fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The `*.json` files of a folder and of the folders in it, with their names relative to it.
pub(crate) fn read_all(folder: &Path) -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display()));
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.strip_prefix(folder).unwrap().with_extension("");
                files.insert(name.to_str().unwrap().to_owned(), read(&path));
            }
        }
    }
    files
}

pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(pair).collect()
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex(text(value))
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}"))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list, not {value}"))
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn from_base64url(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A JWK from an object whose members may be spelled in hexadecimal, as `x_hex` and the like.
pub(crate) fn jwk(key: &Value) -> String {
    let mut members = Map::new();
    for (name, value) in key.as_object().unwrap() {
        match name.strip_suffix("_hex") {
            Some(name) => members.insert(name.to_owned(), base64url(&bytes(value)).into()),
            None => members.insert(name.clone(), value.clone()),
        };
    }
    Value::Object(members).to_string()
}

pub(crate) fn secret_jwk(secret: &[u8]) -> String {
    format!(r#"{{"kty":"oct","k":"{}"}}"#, base64url(secret))
}

/// The key under every algorithm that takes it.
pub(crate) fn keys_for_all(jwk: &str) -> Vec<Key> {
    ALGS.into_iter().filter_map(|alg| Key::from_jwk_as(jwk, alg).ok()).collect()
}

/// Every reader with every key: which of them take the message, and what they make of it.
pub(crate) fn readings(message: &[u8], keys: &[Key], external_aad: &[u8]) -> Vec<(&'static str, Alg, Vec<u8>)> {
    let mut taken = Vec::new();
    for key in keys {
        for (name, open) in READERS {
            match open(message, key, external_aad) {
                Ok(payload) => taken.push((name, key.alg(), payload)),
                Err(error) => assert!(error.is_rejected(), "{name}, {:?}: {error}", key.alg()),
            }
        }
    }
    taken
}
