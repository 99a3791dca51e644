//! josekit as the second reader of JOSE messages.

use crate::{
    forge::{
        base64url, from_base64url,
        keys::{self, Alg},
    },
    jose_message,
};
use josekit::{jwe, jwk::Jwk, jws};
use orderslip::{Key, hazmat};

fn read(alg: Alg, token: &str) -> Option<Vec<u8>> {
    let mut jwk = Jwk::new("oct");
    jwk.set_key_value(keys::secret(alg));
    let verified = |verifier: &dyn jws::JwsVerifier| jws::deserialize_compact(token, verifier).ok();
    match alg {
        Alg::Hs256 => verified(&jws::HS256.verifier_from_jwk(&jwk).ok()?).map(|(payload, _)| payload),
        Alg::Hs512 => verified(&jws::HS512.verifier_from_jwk(&jwk).ok()?).map(|(payload, _)| payload),
        _ => {
            let decrypter = jwe::Dir.decrypter_from_jwk(&jwk).ok()?;
            let (payload, header) = jwe::deserialize_compact(token, &decrypter).ok()?;
            (header.content_encryption() == Some(keys::name(alg))).then_some(payload)
        }
    }
}

/// Whether the header says something of certificates (RFC 7515 sections 4.1.5 to 4.1.8). No key is looked up by it here, and it is passed over;
/// josekit reads it, and refuses what is no certificate or no thumbprint.
fn names_certificates(token: &str) -> bool {
    let header = token.split('.').next().and_then(from_base64url).unwrap_or_default();
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&header).unwrap_or_default();
    members.keys().any(|name| name.starts_with("x5"))
}

/// What we accept it accepts, with the same payload.
pub fn agrees(data: &[u8]) {
    let Some((&mode, rest)) = data.split_first() else { return };
    if mode % 3 != 2 {
        return;
    }
    let (alg, token) = jose_message(rest);
    let key = Key::from_jwk(&keys::jwk(alg)).expect("a good key");
    let ours = match alg {
        Alg::A128Gcm | Alg::A256Gcm => hazmat::jwe::open(&token, &key),
        _ => hazmat::jws::verify(&token, &key),
    };
    if let Ok(payload) = ours
        && !names_certificates(&token)
    {
        let theirs = read(alg, &token);
        assert_eq!(theirs, Some(payload), "we accept what josekit refuses: {}", base64url(token));
    }
}
