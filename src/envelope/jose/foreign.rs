//! Other people's JWS and JWE, in the compact serialization.
//!
//! It may not know claims. What it takes: any header that is one JSON object, in any order and with white space, whose members
//! are not among those that it refuses. What it refuses, though the RFCs have it: `crit`, `b64`, `zip`, keys in headers,
//! `none`, escapes by number in a header, the JSON serializations, other key managements than `dir`.

use super::{header::Header, parts};
use crate::{
    bytes,
    crypto::{IV_LEN, TAG_LEN, Unauthentic},
    error::Error,
    key::{Alg, Key},
};

/// As of other people's COSE messages.
const MAX_MESSAGE: usize = 64 * 1024;

pub(crate) fn jws_verify(token: &str, key: &Key) -> Result<Vec<u8>, Error> {
    ForeignJws::read(token)?.verify(key)
}

/// A JWS that has been taken apart: its header is what anybody may have written.
pub(crate) struct ForeignJws<'t> {
    header: Header,
    signed: &'t str,
    payload: &'t str,
    proof: &'t str,
}

impl<'t> ForeignJws<'t> {
    pub(crate) fn read(token: &'t str) -> Result<Self, Error> {
        let [header, payload, proof] = bounded(token)?;
        let read = Header::read(header)?;
        // RFC 7516 section 9: only a JWE has it.
        read.refuse("enc")?;
        let signed = token.get(..header.len() + 1 + payload.len()).unwrap_or_default();
        Ok(Self { header: read, signed, payload, proof })
    }

    /// A member of the header that is a text: a hint for whoever chooses the key, and after that what the key has authenticated.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.text(name)
    }

    /// Whether it says that it is a token of this library.
    pub(crate) fn is_of_a_slip(&self) -> bool {
        self.header.is_of_a_slip()
    }

    pub(crate) fn verify(&self, key: &Key) -> Result<Vec<u8>, Error> {
        let (alg, _) = key.alg().jose_names();
        self.header.demand("alg", alg)?;
        let (content, proof) = (decode(self.payload)?, decode(self.proof)?);
        key.verify(self.signed.as_bytes(), &proof).map_err(unauthentic).map(|()| content)
    }
}

pub(crate) fn jwe_open(token: &str, key: &Key) -> Result<Vec<u8>, Error> {
    let [header, encrypted_key, iv, ciphertext, tag] = bounded(token)?;
    let read = Header::read(header)?;
    read.demand("alg", "dir")?;
    let enc = content_encryption(key.alg()).ok_or_else(|| Error::not_authentic("another algorithm than the key's"))?;
    read.demand("enc", enc)?;
    // RFC 7518 section 4.5: the encrypted key of `dir` is the empty octet sequence.
    if !encrypted_key.is_empty() {
        return Err(Error::malformed("an encrypted key in a direct mode"));
    }
    let iv: [u8; IV_LEN] = decode(iv)?.try_into().map_err(|_| Error::malformed("an IV that is not of 12 bytes"))?;
    let mut sealed = decode(ciphertext)?;
    let tag = decode(tag)?;
    // RFC 7518 section 5.3: the tag has 128 bits, never fewer.
    if tag.len() != TAG_LEN {
        return Err(Error::malformed("a tag of the wrong length"));
    }
    sealed.extend_from_slice(&tag);
    let aead = key.aead().ok_or_else(|| Error::not_authentic("not a content key"))?;
    let len = aead.open(iv, header.as_bytes(), &mut sealed).map_err(unauthentic)?;
    sealed.truncate(len);
    Ok(sealed)
}

/// The name in RFC 7518 section 5.1 of what this very key encrypts with.
const fn content_encryption(alg: Alg) -> Option<&'static str> {
    match alg {
        Alg::A128Gcm => Some("A128GCM"),
        Alg::A256Gcm => Some("A256GCM"),
        _ => None,
    }
}

fn bounded<const N: usize>(token: &str) -> Result<[&str; N], Error> {
    if token.len() > MAX_MESSAGE {
        return Err(Error::malformed("longer than any message"));
    }
    parts(token).ok_or_else(|| Error::malformed("not so many parts"))
}

fn decode(part: &str) -> Result<Vec<u8>, Error> {
    bytes::public_bytes(part).ok_or_else(|| Error::malformed("not canonical base64url"))
}

fn unauthentic(_: Unauthentic) -> Error {
    Error::not_authentic("the proof does not hold")
}
