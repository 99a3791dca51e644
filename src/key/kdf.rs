//! COSE's key derivation context and the derivation of a content key (RFC 9053 section 5).
//!
//! It may not know which key derives, or whether anything will authenticate.
//!
//! ```text
//! COSE_KDF_Context = 84 alg  83 f6 f6 f6  83 f6 f6 f6  82 keyDataLength protected       (RFC 9053 section 5.2)
//!          A256GCM = 84 03   83 f6 f6 f6  83 f6 f6 f6  82 19 0100       43 a1 01 29
//! content key      = HKDF-SHA-256(salt: header -20, secret: the ring's key, info: the context)
//! ```

use super::{Alg, alg::Family};
use crate::{
    bytes::Secret,
    cbor::write::Buffer,
    crypto::{self, AeadKey, Cipher},
};
use zeroize::Zeroizing;

/// The protected header of our recipients, {1: -10}: direct+HKDF-SHA-256 (RFC 9053 section 6.1.2).
pub(crate) const DIRECT_HKDF_PROTECTED: &[u8] = &[0xa1, 0x01, 0x29];

/// The context for a key of the content layer's algorithm. `protected` is the recipient's protected header as it stands in
/// the message; the length of the key is in bits; parties are nobody.
pub(crate) fn context(alg: Alg, protected: &[u8], other: Option<&[u8]>) -> Vec<u8> {
    const NOBODY: &[u8] = &[0x83, 0xf6, 0xf6, 0xf6];
    let bits = match alg.family() {
        Family::Sign(_) => 0,
        _ => u64::try_from(alg.content_key_len()).unwrap_or_default() * 8,
    };
    let mut out = Buffer::default();
    out.cbor().array(4).int(alg.cose_id());
    out.push(NOBODY);
    out.push(NOBODY);
    out.cbor().array(if other.is_some() { 3 } else { 2 }).uint(bits).bytes(protected);
    if let Some(other) = other {
        out.cbor().bytes(other);
    }
    out.bytes().to_vec()
}

pub(super) fn content_key(cipher: Cipher, secret: &Secret, salt: &[u8], info: &[u8]) -> Option<AeadKey> {
    let mut key = Zeroizing::new([0; 32]);
    let key = key.get_mut(..cipher.key_len())?;
    crypto::hkdf_sha256(secret.expose(), salt, &[info], key)?;
    AeadKey::new(cipher, key)
}
