//! The signed formats: COSE_Mac0 for our own servers, COSE_Sign1 for verifiers that must not seal (RFC 9052 sections 4.2, 6.2).
//!
//! It may not know claims. The two differ in a tag, a context text and a primitive, so they are one piece of code.
//!
//! ```text
//! d1                          tag 17                           (COSE_Sign1: d2)
//! 84                          array of 4
//!   43 a1 01 05               protected {1: 5}: HMAC 256/256   (EdDSA: 43 a1 01 27, ES256: 43 a1 01 26)
//!   a1 04 48 <kid 8>          unprotected {4: kid}
//!   bstr(payload)
//!   58 20 <tag 32>                                             (58 40 <signature 64>)
//! ```
//!
//! What is authenticated ends in the same `bstr(payload)` as the message, so it is laid out in the message's own buffer: its
//! beginning is put in front of the payload, authenticated, and overwritten with the frame.

use super::{MAC0, SIGNATURE1, own_structure};
use crate::{
    bytes::token_bytes,
    cbor::{
        Fault,
        read::{Form, Reader},
        write::{Buffer, Head, place},
    },
    codec::Syntax,
    crypto::{Iv, Unauthentic},
    envelope::{Anatomy, Authentic, Envelope, Named, With, Write, beyond_limits, finish, malformed},
    error::Error,
    key::{Alg, Key, WIRE_LEN, WireId},
};
use std::{borrow::Cow, ops::Range};

const PROTECTED_HEAD: &[u8] = &[0x43];
const UNPROTECTED: &[u8] = &[0xa1, 0x04, 0x48];

/// The frame in front of the payload's head: tag, array, protected, unprotected, key id.
const FRONT: usize = 2 + 1 + 3 + UNPROTECTED.len() + WIRE_LEN;

/// Room for the longest head that a payload within the limit has.
const HEAD: usize = 3;

/// One of the two messages, with the algorithms that seal and that open.
pub(crate) struct Proven {
    frame: [u8; 2],
    structure: &'static [u8],
    sealing: &'static [Alg],
    opening: &'static [Alg],
}

impl Proven {
    pub(crate) const MAC0: Self =
        Self { frame: [0xd1, 0x84], structure: MAC0, sealing: &[Alg::Hs256], opening: &[Alg::Hs256] };

    /// Seals with these algorithms (or, being given none, only opens) and opens both.
    pub(crate) const fn sign1(sealing: &'static [Alg]) -> Self {
        Self { frame: [0xd2, 0x84], structure: SIGNATURE1, sealing, opening: &[Alg::Ed25519, Alg::Es256] }
    }

    /// What is authenticated, up to the payload's head.
    fn prefix<'w>(&self, alg: Alg, with: &With<'w>) -> Cow<'w, [u8]> {
        own_structure(with, self.structure, &protected(alg))
    }
}

/// The protected header of an algorithm's messages: of one length for all, so that all prefixes are.
const fn protected(alg: Alg) -> [u8; 3] {
    match alg {
        Alg::Ed25519 => [0xa1, 0x01, 0x27],
        Alg::Es256 => [0xa1, 0x01, 0x26],
        _ => [0xa1, 0x01, 0x05],
    }
}

const fn proof_len(alg: Alg) -> usize {
    match alg {
        Alg::Ed25519 | Alg::Es256 => 64,
        _ => 32,
    }
}

/// Appends the proof of what stands in the buffer from `start` on.
fn prove(key: &Key, buffer: &mut Buffer, start: usize) -> Result<(), Error> {
    let message = buffer.bytes().get(start..).unwrap_or_default();
    if let Some(mac) = key.mac() {
        let tag = mac.sign(message);
        buffer.cbor().bytes(tag.as_ref());
        return Ok(());
    }
    let signer = key.signer().ok_or_else(|| Error::misuse("not a key to sign with"))?;
    let signature = signer.sign(message)?;
    buffer.cbor().bytes(signature.as_ref());
    Ok(())
}

impl Envelope for Proven {
    fn sealing_algs(&self) -> &[Alg] {
        self.sealing
    }

    fn opening_algs(&self) -> &[Alg] {
        self.opening
    }

    fn seal(&self, with: &With<'_>, _: Option<Iv>, write: Write<'_>) -> Result<String, Error> {
        let key = with.sealing_key(self.sealing)?;
        let prefix = self.prefix(key.alg(), with);
        let room = prefix.len().max(FRONT) + HEAD;
        let mut buffer = Buffer::with_room(room, with.expected);
        write(&mut buffer)?;
        let head = Head::bytes(buffer.len() - room);
        let Some(start) = place(buffer.bytes_mut(), room, &[&prefix, head.as_slice()]) else {
            return Err(beyond_limits(buffer.len()));
        };
        prove(key, &mut buffer, start)?;
        let protected = protected(key.alg());
        let front: [&[u8]; 6] =
            [&self.frame, PROTECTED_HEAD, &protected, UNPROTECTED, key.id().wire(), head.as_slice()];
        match place(buffer.bytes_mut(), room, &front) {
            Some(start) => finish(buffer.publish(), start),
            None => Err(beyond_limits(buffer.len())),
        }
    }

    fn open(&self, with: &With<'_>, text: &str) -> Result<Authentic, Error> {
        let room = self.prefix(Alg::Hs256, with).len();
        let mut bytes = token_bytes(text, room)?;
        let parts = self.read(bytes.get(room..).unwrap_or_default(), room).map_err(malformed)?;
        let key = with.opening_key(&parts.kid)?;
        if !self.opening.contains(&key.alg()) || protected(key.alg()) != parts.protected {
            return Err(Error::not_authentic("another algorithm than the key's"));
        }
        let prefix = self.prefix(key.alg(), with);
        let start = place(&mut bytes, parts.payload_head, &[&prefix]);
        let message = start.and_then(|start| bytes.get(start..parts.payload.end)).unwrap_or_default();
        let proof = bytes.get(parts.proof).unwrap_or_default();
        key.verify(message, proof).map_err(|Unauthentic| Error::not_authentic("the proof does not hold"))?;
        let key_is_current = with.is_current(key, self.sealing);
        Ok(Authentic { syntax: Syntax::Cbor, bytes, payload: parts.payload, key_is_current })
    }

    fn dissect(&self, text: &str) -> Result<Anatomy, Error> {
        let bytes = token_bytes(text, 0)?;
        let Parts { protected, kid, payload, proof, .. } = self.read(&bytes, 0).map_err(malformed)?;
        let (format, proof_name) = match self.structure {
            MAC0 => ("COSE_Mac0", "tag"),
            _ => ("COSE_Sign1", "signature"),
        };
        let inside = [protected.len(), WIRE_LEN, payload.len(), proof.len()];
        let parts = vec![
            ("frame", bytes.len() - inside.iter().sum::<usize>()),
            ("protected header", protected.len()),
            ("key id", WIRE_LEN),
            ("payload", payload.len()),
            (proof_name, proof.len()),
        ];
        let alg = self.opening.iter().find(|alg| self::protected(**alg) == protected);
        let alg = *alg.ok_or_else(|| Error::malformed("not the shape of a token"))?;
        let payload = bytes.get(payload).map(<[u8]>::to_vec);
        Ok(Anatomy { format, alg, key: Named::Wire(kid), parts, payload, syntax: Syntax::Cbor })
    }
}

/// Where the parts of a message stand, counted from the start of the buffer.
struct Parts {
    protected: [u8; 3],
    kid: WireId,
    payload_head: usize,
    payload: Range<usize>,
    proof: Range<usize>,
}

impl Proven {
    fn read(&self, bytes: &[u8], offset: usize) -> Result<Parts, Fault> {
        let mut reader = Reader::new(bytes, Form::Shortest);
        let string = |reader: &mut Reader<'_>| {
            let len = reader.bytes()?.len();
            let end = offset + reader.position();
            Ok::<_, Fault>(end - len..end)
        };
        reader.exactly(&self.frame)?;
        reader.exactly(PROTECTED_HEAD)?;
        let protected = reader.take::<3>()?;
        let alg = self.opening.iter().find(|alg| self::protected(**alg) == protected);
        let alg = alg.ok_or(Fault("not the shape of a token"))?;
        reader.exactly(UNPROTECTED)?;
        let kid = reader.take::<WIRE_LEN>()?;
        let payload_head = offset + reader.position();
        let payload = string(&mut reader)?;
        let proof = string(&mut reader)?;
        reader.end()?;
        if proof.len() != proof_len(*alg) {
            return Err(Fault("a proof of the wrong length"));
        }
        Ok(Parts { protected, kid, payload_head, payload, proof })
    }
}
