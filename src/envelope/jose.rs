//! JOSE's compact serialization (RFC 7515, 7516): dotted parts.
//!
//! It may not know claims or states. Our own tokens have one header each, byte for byte; those that another program makes for us may
//! have the same members in any order. Other people's messages, whatever they are for, are read in `foreign.rs`.

pub(crate) mod foreign;
pub(crate) mod header;
pub(crate) mod jwe;
pub(crate) mod jws;

use crate::{
    bytes,
    envelope::{Envelope, With, cose},
    error::Error,
    key::{Alg, Key},
};
use std::sync::Arc;

/// The one algorithm of a JOSE sealer or opener. A key of another, in the same ring or not, has no say (RFC 8725 section 3.1).
pub(crate) struct OneAlg {
    alg: [Alg; 1],
    seals: bool,
}

impl OneAlg {
    pub(crate) fn sealing(alg: Alg) -> Self {
        Self { alg: [alg], seals: true }
    }

    pub(crate) fn opening(alg: Alg) -> Self {
        Self { alg: [alg], seals: false }
    }

    fn alg(&self) -> Alg {
        let [alg] = self.alg;
        alg
    }

    /// The `alg` of a JWS, or the `enc` of a JWE: a content key's algorithm has its name.
    fn name(&self) -> &'static str {
        self.alg().jose_names().0
    }

    fn to_seal(&self) -> &[Alg] {
        if self.seals { &self.alg } else { &[] }
    }

    fn to_open(&self) -> &[Alg] {
        &self.alg
    }

    /// The key that seals, if the header is its own: what most tokens have is compared, and not read.
    fn sealing_key<'w>(&self, with: &With<'w>, header: &str) -> Option<&'w Arc<Key>> {
        with.ring.sealing(&self.alg, with.now).filter(|key| header::of(key) == header)
    }

    fn is_of(&self, key: &Key) -> bool {
        key.alg() == self.alg()
    }
}

/// The parts of a text between dots, if there are exactly so many. Nothing beyond one more is looked at.
pub(crate) fn parts<const N: usize>(text: &str) -> Option<[&str; N]> {
    let mut dots = memchr::memchr_iter(b'.', text.as_bytes());
    let mut found = [""; N];
    let (last, others) = found.split_last_mut()?;
    let mut start = 0;
    for part in others {
        let dot = dots.next()?;
        *part = text.get(start..dot)?;
        start = dot + 1;
    }
    *last = text.get(start..)?;
    dots.next().is_none().then_some(found)
}

/// The parts of a token, of which only the first may be looked at before the length is known (CVE-2025-30204).
fn token_parts<const N: usize>(text: &str) -> Result<[&str; N], Error> {
    bytes::check_len(text)?;
    parts(text).ok_or_else(|| Error::malformed("not so many parts"))
}

/// Whether a text claims to be a token of ours in this serialization, or in COSE.
fn is_ours(text: &str) -> bool {
    let inner = text.trim_start_matches(|first: char| !first.is_ascii_alphanumeric());
    let head = inner.split('.').next().unwrap_or_default();
    cose::is_ours(text) || header::claims_a_slip(head)
}

/// The format that a token claims to be of, by its header: for whoever looks into a token, and never for a sealer or an opener, which
/// know their format.
pub(crate) fn envelope_of(text: &str) -> Result<Box<dyn Envelope>, Error> {
    let none = || Error::malformed("not the beginning of a token");
    let header = header::Header::read(text.split('.').next().unwrap_or_default()).map_err(|_| none())?;
    let name = |member| header.text(member).and_then(|name| Alg::from_jose(name, None));
    match (header.is_of_a_slip(), header.text("alg"), name("alg"), name("enc")) {
        (true, Some("dir"), _, Some(alg @ (Alg::A128Gcm | Alg::A256Gcm))) => {
            Ok(Box::new(jwe::Jwe(OneAlg::opening(alg))))
        }
        (true, _, Some(alg), None) if alg.proof_len() > 0 => Ok(Box::new(jws::Jws(OneAlg::opening(alg)))),
        _ => Err(none()),
    }
}
