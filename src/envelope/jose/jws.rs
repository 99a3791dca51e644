//! The signed format for others: a JWS in the compact serialization (RFC 7515 section 7.1).
//!
//! It may not know claims.
//!
//! ```text
//! base64url(header) "." base64url(payload) "." base64url(MAC or signature over all before the second dot)
//! ```

use super::{OneAlg, header, token_parts};
use crate::{
    bytes::{self, MAX_TOKEN_TEXT, text_len, token_bytes},
    cbor::write::Buffer,
    codec::Syntax,
    crypto::{Iv, Unauthentic},
    envelope::{Anatomy, Authentic, Envelope, Named, With, Write},
    error::Error,
    key::{Alg, Key},
};

pub(crate) struct Jws(pub(crate) OneAlg);

/// Appends a dot and the proof of all that is there.
fn prove(key: &Key, text: &mut String) -> Result<(), Error> {
    let append = |proof: &[u8], text: &mut String| {
        text.push('.');
        bytes::append_text(proof, text);
    };
    match (key.mac(), key.signer()) {
        (Some(mac), _) => append(mac.sign(text.as_bytes()).as_ref(), text),
        (None, Some(signer)) => append(signer.sign(text.as_bytes())?.as_ref(), text),
        (None, None) => return Err(Error::misuse("not a key to sign with")),
    }
    Ok(())
}

impl Envelope for Jws {
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

    fn seal(&self, with: &With<'_>, _: Option<Iv>, write: Write<'_>) -> Result<String, Error> {
        let key = with.sealing_key(self.sealing_algs())?;
        let mut payload = Buffer::with_room(0, with.expected);
        write(&mut payload)?;
        let payload = payload.publish();
        let header = header::of(key);
        let len = header.len() + 1 + text_len(payload.len()) + 1 + text_len(key.alg().proof_len());
        if len > MAX_TOKEN_TEXT {
            return Err(Error::too_large(len, MAX_TOKEN_TEXT, Vec::new()));
        }
        let mut text = String::with_capacity(len);
        text.push_str(header);
        text.push('.');
        bytes::append_text(payload, &mut text);
        prove(key, &mut text)?;
        Ok(text)
    }

    fn open(&self, with: &With<'_>, text: &str) -> Result<Authentic, Error> {
        let [header, payload, proof] = token_parts(text)?;
        let sealing_key = self.0.sealing_key(with, header);
        let kid = match sealing_key {
            Some(_) => String::new(),
            None => header::key_id(header, self.0.name(), None)?,
        };
        let signed = text.get(..header.len() + 1 + payload.len()).unwrap_or_default();
        let mut room = [0; bytes::FEW];
        let proof = bytes::decode_few(proof.as_bytes(), &mut room);
        let proof = proof.ok_or_else(|| Error::malformed("not canonical base64url"))?;
        let bytes = token_bytes(payload, 0)?;
        let key = sealing_key.map_or_else(|| with.opening_key_named(&kid), Ok)?;
        if !self.0.is_of(key) {
            return Err(Error::not_authentic("another algorithm than the key's"));
        }
        key.verify(signed.as_bytes(), proof).map_err(|Unauthentic| Error::not_authentic("the proof does not hold"))?;
        let key_is_current = with.is_current(key, self.sealing_algs());
        let payload = 0..bytes.len();
        Ok(Authentic { syntax: Syntax::Json, bytes, payload, key_is_current })
    }

    fn dissect(&self, text: &str) -> Result<Anatomy, Error> {
        let [header, payload, proof] = token_parts(text)?;
        let kid = header::key_id(header, self.0.name(), None)?;
        let proof = bytes::public_bytes(proof).ok_or_else(|| Error::malformed("not canonical base64url"))?;
        let payload = token_bytes(payload, 0)?.to_vec();
        let header = bytes::public_bytes(header).unwrap_or_default();
        let parts = vec![("header", header.len()), ("payload", payload.len()), ("signature", proof.len())];
        let alg = self.0.alg();
        Ok(Anatomy { format: "JWS", alg, key: Named::Text(kid), parts, payload: Some(payload), syntax: Syntax::Json })
    }
}
