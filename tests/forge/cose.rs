//! COSE (RFC 9052, RFC 9053): proofs over structures, and whole messages in the library's shape.

use super::{
    cbor,
    keys::{self, Alg},
};
use ring::{aead, hkdf, hmac};

pub const SALT: [u8; 16] = *b"sixteen of salt!";
pub const IV: [u8; 12] = *b"twelve bytes";

/// A structure that is authenticated: its name, and strings (RFC 9052 sections 4.4, 5.3, 6.3).
pub fn structure(name: &str, strings: &[&[u8]]) -> Vec<u8> {
    let strings = strings.iter().map(cbor::bytes);
    cbor::array(&[cbor::text(name)].into_iter().chain(strings).collect::<Vec<_>>())
}

/// The protected header {1: alg} of a key's messages.
pub fn protected(alg: Alg) -> Vec<u8> {
    let number = match alg {
        Alg::Root | Alg::A256Gcm => vec![0x03],
        Alg::A128Gcm => vec![0x01],
        Alg::RootChaCha => vec![0x18, 0x18],
        Alg::Hs256 => vec![0x05],
        Alg::Hs384 => vec![0x06],
        Alg::Hs512 => vec![0x07],
        Alg::EdDsa => vec![0x27],
        Alg::Es256 => vec![0x26],
    };
    [vec![0xa1, 0x01], number].concat()
}

/// The number of bits of a derived key, as the context has it.
pub fn kdf_context(alg: Alg) -> Vec<u8> {
    let content = protected(alg)[2..].to_vec();
    let nobody = || cbor::array(&[vec![0xf6], vec![0xf6], vec![0xf6]]);
    let public = cbor::array(&[cbor::uint(256), cbor::bytes([0xa1, 0x01, 0x29])]);
    cbor::array(&[content, nobody(), nobody(), public])
}

pub fn hkdf_sha256(secret: &[u8], salt: &[u8], info: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    key.expand(&[info], hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut out)).expect("32 bytes");
    out
}

pub fn content_key(alg: Alg, salt: &[u8]) -> [u8; 32] {
    hkdf_sha256(&keys::secret(alg), salt, &kdf_context(alg))
}

fn cipher(alg: Alg) -> &'static aead::Algorithm {
    match alg {
        Alg::RootChaCha => &aead::CHACHA20_POLY1305,
        Alg::A128Gcm => &aead::AES_128_GCM,
        _ => &aead::AES_256_GCM,
    }
}

/// Ciphertext and tag.
pub fn encrypt(alg: Alg, key: &[u8], iv: [u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(cipher(alg), key).expect("a key of the cipher's length"));
    let mut bytes = plaintext.to_vec();
    let nonce = aead::Nonce::assume_unique_for_key(iv);
    key.seal_in_place_append_tag(nonce, aead::Aad::from(aad), &mut bytes).expect("a short text");
    bytes
}

/// The MAC or the signature of a key.
pub fn prove(alg: Alg, message: &[u8]) -> Vec<u8> {
    let mac = |hash| hmac::sign(&hmac::Key::new(hash, &keys::secret(alg)), message).as_ref().to_vec();
    match alg {
        Alg::EdDsa => keys::ed25519().sign(message).as_ref().to_vec(),
        Alg::Es256 => es256(message),
        Alg::Hs384 => mac(hmac::HMAC_SHA384),
        Alg::Hs512 => mac(hmac::HMAC_SHA512),
        _ => hs256(&keys::secret(alg), message),
    }
}

/// HMAC-SHA-256 with any secret.
pub fn hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}

/// ECDSA with the nonce 1, of which the point is the curve's own generator: r = x of it, s = (z + r·d) mod n. The same bytes every time,
/// without arithmetic on the curve; and whoever sees one signature can compute the key, which is no secret.
fn es256(message: &[u8]) -> Vec<u8> {
    const R: &str = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    const R_D: &str = "58e2c2782a0e70cb641e7ba3746b9f9663cb3cedb81e95244bc2f834470d5b15";
    const N: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let number = |hex: &str| -> Vec<u32> {
        (0..64).step_by(2).map(|at| u32::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    };
    let (r, r_d, n) = (number(R), number(R_D), number(N));
    // Thirty-three digits in base 256, the greatest first.
    let z = keys::sha256(message);
    let mut s = vec![0_u32; 33];
    let mut carry = 0;
    for at in (0..32).rev() {
        let sum = u32::from(z[at]) + r_d[at] + carry;
        (s[at + 1], carry) = (sum % 256, sum / 256);
    }
    s[0] = carry;
    let n: Vec<u32> = [vec![0], n].concat();
    while s >= n {
        let mut borrow = 0;
        for at in (0..33).rev() {
            let difference = s[at] + 256 - n[at] - borrow;
            (s[at], borrow) = (difference % 256, u32::from(difference < 256));
        }
    }
    r.into_iter().chain(s.into_iter().skip(1)).map(|digit| u8::try_from(digit).expect("a digit")).collect()
}

/// COSE_Mac0 or COSE_Sign1, as the key has it.
pub fn proven(alg: Alg, external_aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let (tag, name) = if alg == Alg::Hs256 { (0xd1, "MAC0") } else { (0xd2, "Signature1") };
    let protected = protected(alg);
    let proof = prove(alg, &structure(name, &[&protected, external_aad, payload]));
    let unprotected = cbor::map(&[cbor::uint(4), cbor::bytes(keys::wire_id(alg))]);
    let parts = [cbor::bytes(protected), unprotected, cbor::bytes(payload), cbor::bytes(proof)];
    [vec![tag], cbor::array(&parts)].concat()
}

/// COSE_Encrypt with one recipient.
pub fn encrypted(alg: Alg, external_aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let protected = protected(alg);
    let aad = structure("Encrypt", &[&protected, external_aad]);
    let ciphertext = encrypt(alg, &content_key(alg, &SALT), IV, &aad, plaintext);
    let header = cbor::map(&[cbor::uint(4), cbor::bytes(keys::wire_id(alg)), cbor::negative(19), cbor::bytes(SALT)]);
    let recipient = cbor::array(&[cbor::bytes([0xa1, 0x01, 0x29]), header, cbor::bytes([])]);
    let unprotected = cbor::map(&[cbor::uint(5), cbor::bytes(IV)]);
    let parts = [cbor::bytes(protected), unprotected, cbor::bytes(ciphertext), cbor::array(&[recipient])];
    [vec![0xd8, 0x60], cbor::array(&parts)].concat()
}
