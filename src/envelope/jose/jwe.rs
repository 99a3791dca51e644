//! The encrypted format for others: a JWE in the compact serialization under the content key itself (RFC 7516 section 7.1, `dir` of
//! RFC 7518 section 4.5).
//!
//! It may not know claims.
//!
//! ```text
//! base64url(header) "." "" "." base64url(IV, 12 bytes) "." base64url(ciphertext) "." base64url(tag, 16 bytes)
//! ```
//!
//! The header's text is the additional authenticated data. There is one key for all tokens, with an IV at random for each, so the
//! number of tokens is bounded (NIST SP 800-38D section 8.3): the key counts, see `key/budget.rs`. The COSE format has no such bound.

use super::{OneAlg, header, token_parts};
use crate::{
    bytes::{self, MAX_TOKEN_TEXT, Wiped, text_len, token_bytes_into},
    cbor::write::Buffer,
    codec::Syntax,
    crypto::{IV_LEN, Iv, TAG_LEN, Unauthentic},
    envelope::{Anatomy, Authentic, Envelope, Named, With, Write},
    error::Error,
    key::Alg,
};

/// RFC 7518 registers no ChaCha20/Poly1305.
pub(crate) struct Jwe(pub(crate) OneAlg);

/// The parts of a message that are no header.
struct Sealed {
    iv: [u8; IV_LEN],
    /// The ciphertext and the tag.
    bytes: Wiped,
}

impl Jwe {
    /// The header, and the rest.
    fn read<'t>(&self, text: &'t str) -> Result<(&'t str, Sealed), Error> {
        let malformed = || Error::malformed("not canonical base64url");
        let [header, encrypted_key, iv, ciphertext, tag] = token_parts(text)?;
        if !encrypted_key.is_empty() {
            return Err(Error::malformed("an encrypted key in a direct mode"));
        }
        // Of exactly 12 and 16 bytes.
        let iv = bytes::exactly(iv.as_bytes()).ok_or_else(malformed)?;
        let tag = bytes::exactly::<TAG_LEN>(tag.as_bytes()).ok_or_else(malformed)?;
        let mut bytes = Wiped::for_now(ciphertext.len() + TAG_LEN);
        token_bytes_into(ciphertext, 0, &mut bytes)?;
        bytes.extend_from_slice(&tag);
        Ok((header, Sealed { iv, bytes }))
    }

    fn key_id(&self, header: &str) -> Result<String, Error> {
        header::key_id(header, "dir", Some(self.0.name()))
    }
}

impl Envelope for Jwe {
    fn sealing_algs(&self) -> &[Alg] {
        self.0.to_seal()
    }

    fn opening_algs(&self) -> &[Alg] {
        self.0.to_open()
    }

    fn syntax(&self) -> Syntax {
        Syntax::Json
    }

    fn is_ours(&self, text: &str) -> bool {
        super::is_ours(text)
    }

    fn seal(&self, with: &With<'_>, iv: Option<Iv>, write: Write<'_>) -> Result<String, Error> {
        let key = with.sealing_key(self.sealing_algs())?;
        let aead = key.aead().ok_or_else(|| Error::misuse("not a content key"))?;
        let mut payload = Buffer::with_room(0, with.expected);
        write(&mut payload)?;
        let header = header::of(key);
        let len = header.len() + 2 + text_len(IV_LEN) + 1 + text_len(payload.len()) + 1 + text_len(TAG_LEN);
        if len > MAX_TOKEN_TEXT {
            return Err(Error::too_large(len, MAX_TOKEN_TEXT, Vec::new()));
        }
        key.count_message()?;
        let iv = iv.map_or_else(Iv::fresh, Ok)?;
        let iv_bytes = iv.bytes();
        let tag = aead.seal(iv, header.as_bytes(), payload.bytes_mut())?;
        let mut text = String::with_capacity(len);
        text.push_str(header);
        text.push_str("..");
        for (part, dot) in [(&iv_bytes[..], "."), (payload.bytes(), "."), (&tag[..], "")] {
            bytes::append_text(part, &mut text);
            text.push_str(dot);
        }
        // It is ciphertext by now, and wiping it would cost more than it is worth.
        payload.publish();
        Ok(text)
    }

    fn open(&self, with: &With<'_>, text: &str) -> Result<Authentic, Error> {
        let (header, Sealed { iv, mut bytes }) = self.read(text)?;
        let key = match self.0.sealing_key(with, header) {
            Some(key) => key,
            None => with.opening_key_named(&self.key_id(header)?)?,
        };
        let aead = key.aead().filter(|_| self.0.is_of(key));
        let aead = aead.ok_or_else(|| Error::not_authentic("another algorithm than the key's"))?;
        let len = aead
            .open(iv, header.as_bytes(), &mut bytes)
            .map_err(|Unauthentic| Error::not_authentic("the tag does not hold"))?;
        let key_is_current = with.is_current(key, self.sealing_algs());
        Ok(Authentic { syntax: Syntax::Json, bytes, payload: 0..len, key_is_current })
    }

    fn dissect(&self, text: &str) -> Result<Anatomy, Error> {
        let (header, Sealed { iv, bytes }) = self.read(text)?;
        let kid = self.key_id(header)?;
        let header = bytes::public_bytes(header).unwrap_or_default();
        let parts =
            vec![("header", header.len()), ("iv", iv.len()), ("ciphertext", bytes.len() - TAG_LEN), ("tag", TAG_LEN)];
        let alg = self.0.alg();
        Ok(Anatomy { format: "JWE", alg, key: Named::Text(kid), parts, payload: None, syntax: Syntax::Json })
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

    /// One key for all tokens: no IV twice, and each is counted.
    #[test]
    #[cfg_attr(miri, ignore = "thousands of tokens")]
    fn t30_every_jwe_has_an_iv_of_its_own_and_is_counted() {
        let ring = Keyring::new(vec![Key::generate(Alg::A256Gcm).unwrap()]).unwrap();
        let context = Context::new("test", b"", &[]).unwrap();
        let with = With::unbound(ring.ring(), &context);
        let envelope = Jwe(OneAlg::sealing(Alg::A256Gcm));
        let write = &mut |out: &mut Buffer| {
            out.push(b"payload");
            Ok(())
        };
        let mut ivs = std::collections::HashSet::new();
        for _ in 0..2_000 {
            let token = envelope.seal(&with, None, write).unwrap();
            let (_, sealed) = envelope.read(&token).unwrap();
            assert!(ivs.insert(sealed.iv), "an IV twice");
        }
        let key = ring.keys().next().unwrap();
        assert_eq!(key.counted(), 2_000);
        let broken = crypto::tests::with_broken_randomness(|| envelope.seal(&with, None, &mut |_| Ok(())).unwrap_err());
        assert!(broken.is_unavailable(), "and without randomness there is no token");
        // The same key from elsewhere goes on where this one stands.
        let again = Keyring::from_jwks(ring.to_jwks().expose()).unwrap();
        let with = With { ring: again.ring(), ..with };
        let token = envelope.seal(&with, None, write).unwrap();
        assert_eq!(again.keys().next().unwrap().counted(), 2_002);
        assert_eq!(decryptions(|| drop(envelope.open(&with, &token).unwrap())), 1);
    }
}
