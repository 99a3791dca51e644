//! JOSE (RFC 7515, RFC 7516) in the compact serialization, with any header.

use super::{
    base64url, cose,
    keys::{self, Alg},
};

/// The header of the library's own tokens. `alg` is what stands in it, which need not be the key's.
pub fn header(alg: Alg) -> String {
    let kid = keys::thumbprint(alg);
    match alg {
        Alg::A128Gcm | Alg::A256Gcm => {
            format!(r#"{{"alg":"dir","enc":"{}","kid":"{kid}","typ":"orderslip+jwt"}}"#, keys::name(alg))
        }
        _ => format!(r#"{{"alg":"{}","kid":"{kid}","typ":"orderslip+jwt"}}"#, keys::name(alg)),
    }
}

/// With a proof that holds over both parts as they are spelled.
pub fn jws_of_parts(alg: Alg, header: &str, payload: &str) -> String {
    let input = format!("{header}.{payload}");
    let proof = base64url(cose::prove(alg, input.as_bytes()));
    format!("{input}.{proof}")
}

pub fn jws(alg: Alg, header: &[u8], payload: &[u8]) -> String {
    jws_of_parts(alg, &base64url(header), &base64url(payload))
}

pub fn jwe(alg: Alg, header: &[u8], plaintext: &[u8]) -> String {
    let header = base64url(header);
    let sealed = cose::encrypt(alg, &keys::secret(alg), cose::IV, header.as_bytes(), plaintext);
    let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
    format!("{header}..{}.{}.{}", base64url(cose::IV), base64url(ciphertext), base64url(tag))
}
