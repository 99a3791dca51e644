//! The encrypted format: COSE_Encrypt with one `direct+HKDF-SHA-256` recipient (RFC 9052 section 5.1, RFC 9053 6.1.2).
//!
//! It may not know how long a content key is used: that is `epoch.rs`.
//!
//! ```text
//! d8 60                        tag 96
//! 84                           array of 4
//!   43 a1 01 03                protected {1: 3}: A256GCM       (ChaCha20/Poly1305: 44 a1 01 18 18)
//!   a1 05 4c <iv 12>           unprotected {5: IV}
//!   bstr(ciphertext ‖ tag 16)
//!   81 83                      one recipient, array of 3
//!     43 a1 01 29              protected {1: -10}
//!     a2 04 48 <kid 8>         unprotected {4: kid, -20: salt}
//!        33 50 <salt 16>
//!     40                       no ciphertext
//! ```

use super::{
    ENCRYPT,
    epoch::{Epoch, Epochs},
    own_structure,
};
use crate::{
    bytes::token_bytes,
    cbor::{
        Fault,
        read::{Form, Reader},
        write::{Buffer, Head, place},
    },
    codec::Syntax,
    crypto::{IV_LEN, Iv, TAG_LEN, Unauthentic},
    envelope::{Anatomy, Authentic, Envelope, Named, With, Write, beyond_limits, finish, malformed},
    error::Error,
    key::{Alg, SALT_LEN, Salt, WIRE_LEN, WireId},
};
use std::ops::Range;

const RECIPIENT: [u8; 9] = [0x81, 0x83, 0x43, 0xa1, 0x01, 0x29, 0xa2, 0x04, 0x48];
const NO_CIPHERTEXT: [u8; 1] = [0x40];

/// Room in front of the plaintext: the longest front, the IV, the longest head within the limit.
const ROOM: usize = 11 + IV_LEN + 3;

/// Exactly ours. A salt is the key of an HMAC, which pads it with zeros: a longer one that ends in zeros would derive the same
/// content key, and nothing authenticates the recipient's header. So each other length would be a second spelling.
const SALT: [u8; 2] = [0x33, 0x50];

const ALGS: [Alg; 2] = [Alg::HkdfA256Gcm, Alg::HkdfChaCha20Poly1305];

/// All that stands in front of the IV of an algorithm's messages.
const fn front(alg: Alg) -> &'static [u8] {
    match alg {
        Alg::HkdfChaCha20Poly1305 => &[0xd8, 0x60, 0x84, 0x44, 0xa1, 0x01, 0x18, 0x18, 0xa1, 0x05, 0x4c],
        _ => &[0xd8, 0x60, 0x84, 0x43, 0xa1, 0x01, 0x03, 0xa1, 0x05, 0x4c],
    }
}

/// The protected header in there.
const fn protected(alg: Alg) -> &'static [u8] {
    match alg {
        Alg::HkdfChaCha20Poly1305 => &[0xa1, 0x01, 0x18, 0x18],
        _ => &[0xa1, 0x01, 0x03],
    }
}

pub(crate) struct Encrypted {
    epochs: Epochs,
}

impl Encrypted {
    pub(crate) fn new() -> Self {
        Self { epochs: Epochs::new() }
    }
}

impl Envelope for Encrypted {
    fn sealing_algs(&self) -> &[Alg] {
        &ALGS
    }

    fn opening_algs(&self) -> &[Alg] {
        &ALGS
    }

    fn seal(&self, with: &With<'_>, iv: Option<Iv>, write: Write<'_>) -> Result<String, Error> {
        let key = with.sealing_key(&ALGS)?;
        let mut buffer = Buffer::with_room(ROOM, with.expected);
        write(&mut buffer)?;
        let iv = iv.map_or_else(Iv::fresh, Ok)?;
        let iv_bytes = iv.bytes();
        let aad = own_structure(with, ENCRYPT, protected(key.alg()));
        let end = buffer.len();
        let plaintext = buffer.bytes_mut().get_mut(ROOM..).unwrap_or_default();
        let seal = |epoch: &Epoch| {
            let tag = epoch.content_key().seal(iv, &aad, plaintext)?;
            Ok::<_, Error>((tag, *epoch.salt()))
        };
        let (tag, salt) = self.epochs.with(with.ring, key, with.now, std::process::id(), seal)??;
        // One by one, as copying so many bytes is faster where the compiler knows how many.
        buffer.push(&tag);
        buffer.push(&RECIPIENT);
        buffer.push(key.id().wire());
        buffer.push(&SALT);
        buffer.push(&salt);
        buffer.push(&NO_CIPHERTEXT);
        let head = Head::bytes(end - ROOM + TAG_LEN);
        match place(buffer.bytes_mut(), ROOM, &[front(key.alg()), &iv_bytes, head.as_slice()]) {
            Some(start) => finish(buffer.publish(), start),
            // A head of more than three bytes.
            None => Err(beyond_limits(buffer.len())),
        }
    }

    fn open(&self, with: &With<'_>, text: &str) -> Result<Authentic, Error> {
        let mut bytes = token_bytes(text, 0)?;
        let parts = Parts::read(&bytes).map_err(malformed)?;
        let key = with.opening_key(&parts.kid)?;
        if key.alg() != parts.alg {
            return Err(Error::not_authentic("another algorithm than the key's"));
        }
        let aad = own_structure(with, ENCRYPT, protected(key.alg()));
        let ciphertext = bytes.get_mut(parts.ciphertext.clone()).unwrap_or_default();
        let len = key
            .with_content_key(&parts.salt, |content_key| content_key.open(parts.iv, &aad, ciphertext))
            .map_err(|Unauthentic| Error::not_authentic("the tag does not hold"))?;
        let start = parts.ciphertext.start;
        let key_is_current = with.is_current(key, &ALGS);
        Ok(Authentic { syntax: Syntax::Cbor, bytes, payload: start..start + len, key_is_current })
    }

    fn dissect(&self, text: &str) -> Result<Anatomy, Error> {
        let bytes = token_bytes(text, 0)?;
        let Parts { alg, ciphertext, kid, .. } = Parts::read(&bytes).map_err(malformed)?;
        let header = protected(alg);
        let inside = [header.len(), IV_LEN, ciphertext.len(), WIRE_LEN, SALT_LEN];
        let parts = vec![
            ("frame", bytes.len() - inside.iter().sum::<usize>()),
            ("protected header", header.len()),
            ("iv", IV_LEN),
            ("ciphertext", ciphertext.len() - TAG_LEN),
            ("tag", TAG_LEN),
            ("key id", WIRE_LEN),
            ("salt", SALT_LEN),
        ];
        Ok(Anatomy { format: "COSE_Encrypt", alg, key: Named::Wire(kid), parts, payload: None, syntax: Syntax::Cbor })
    }

    fn new_epoch(&self) {
        self.epochs.end();
    }
}

/// Where the parts of a message stand.
struct Parts {
    alg: Alg,
    iv: [u8; IV_LEN],
    ciphertext: Range<usize>,
    kid: WireId,
    salt: Salt,
}

impl Parts {
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        const WRONG: Fault = Fault("not the shape of a token");
        let (alg, rest) = ALGS.iter().find_map(|alg| Some((*alg, bytes.strip_prefix(front(*alg))?))).ok_or(WRONG)?;
        let mut reader = Reader::new(rest, Form::Shortest);
        let iv = reader.take()?;
        let len = reader.bytes()?.len();
        let end = bytes.len() - reader.rest().len();
        reader.exactly(&RECIPIENT)?;
        let kid = reader.take()?;
        reader.exactly(&SALT)?;
        let salt = reader.take()?;
        reader.exactly(&NO_CIPHERTEXT)?;
        reader.end()?;
        if len < TAG_LEN {
            return Err(WRONG);
        }
        Ok(Self { alg, iv, ciphertext: end - len..end, kid, salt })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::Context,
        crypto::{self, tests::decryptions},
        key::Key,
        keyring::Keyring,
    };

    fn sealed(envelope: &Encrypted, with: &With<'_>) -> String {
        let write = &mut |out: &mut Buffer| {
            out.push(b"payload");
            Ok(())
        };
        envelope.seal(with, None, write).unwrap()
    }

    fn ring_of(keys: usize) -> Keyring {
        Keyring::new((0..keys).map(|_| Key::generate(Alg::HkdfA256Gcm).unwrap()).collect()).unwrap()
    }

    /// Two tokens of one content key with one IV would give away both plaintexts and the means to forge.
    #[test]
    #[cfg_attr(miri, ignore = "thousands of tokens")]
    fn t30_every_token_has_an_iv_of_its_own() {
        let (ring, context) = (ring_of(1), Context::new("test", b"", &[]).unwrap());
        let with = With::unbound(ring.ring(), &context);
        let envelope = Encrypted::new();
        let mut ivs = std::collections::HashSet::new();
        let mut salts = std::collections::HashSet::new();
        for _ in 0..5_000 {
            let bytes = token_bytes(&sealed(&envelope, &with), 0).unwrap();
            let parts = Parts::read(&bytes).unwrap();
            assert!(ivs.insert(parts.iv), "an IV twice");
            salts.insert(parts.salt);
        }
        assert_eq!(salts.len(), 1, "all of one epoch");
        assert!(!ivs.contains(&[0; IV_LEN]));
        let error = crypto::tests::with_broken_randomness(|| envelope.seal(&with, None, &mut |_| Ok(())).unwrap_err());
        assert!(error.is_unavailable(), "and without randomness there is no token");
        assert_eq!(envelope.epochs.process(), Some(std::process::id()));
    }

    /// An attacker's salts must not push out the content keys in use.
    #[test]
    #[cfg_attr(miri, ignore = "thousands of tokens")]
    fn t39_a_failed_open_leaves_the_memory_of_content_keys_as_it_was() {
        let (ring, context) = (ring_of(1), Context::new("test", b"", &[]).unwrap());
        let with = With::unbound(ring.ring(), &context);
        let envelope = Encrypted::new();
        let key = ring.get(ring.ids().next().unwrap().as_str()).unwrap();
        let token = sealed(&envelope, &with);
        assert_eq!(key.remembered(), 0);
        let mut bytes = token_bytes(&token, 0).unwrap();
        let salt = bytes.len() - 5;
        for changed in 1..100 {
            bytes[salt] = bytes[salt].wrapping_add(changed);
            assert!(envelope.open(&with, &crate::bytes::token_text(&bytes)).is_err());
            assert_eq!(key.remembered(), 0);
        }
        assert!(envelope.open(&with, &token).is_ok());
        assert_eq!(key.remembered(), 1);
    }

    /// A server that tried key after key would be an oracle for ciphertexts made to open under many (partitioning oracles,
    /// Len, Grubbs, Ristenpart, USENIX Security 2021).
    #[test]
    fn t32_a_token_is_tried_under_one_key_at_the_most() {
        let (ring, context) = (ring_of(10), Context::new("test", b"", &[]).unwrap());
        let with = With::unbound(ring.ring(), &context);
        let envelope = Encrypted::new();
        let token = sealed(&envelope, &with);
        assert_eq!(decryptions(|| drop(envelope.open(&with, &token).unwrap())), 1);
        let mut bytes = token_bytes(&token, 0).unwrap();
        bytes[30] ^= 1;
        let forged = crate::bytes::token_text(&bytes);
        assert_eq!(decryptions(|| assert!(envelope.open(&with, &forged).is_err())), 1);
        let kid = bytes.len() - 20;
        bytes[kid] ^= 1;
        let unknown = crate::bytes::token_text(&bytes);
        assert_eq!(decryptions(|| assert!(envelope.open(&with, &unknown).is_err())), 0);
        assert_eq!(decryptions(|| assert!(envelope.open(&with, "2GCE").is_err())), 0);
    }
}
