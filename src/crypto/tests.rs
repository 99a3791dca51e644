//! Tests of what this library relies on in `ring`, and of what it adds to it; and switches by which tests elsewhere break or count it.

use super::*;
use std::cell::Cell;

thread_local! {
    pub(super) static RANDOM_IS_BROKEN: Cell<bool> = const { Cell::new(false) };
    pub(super) static OPENED: Cell<u32> = const { Cell::new(0) };
}

/// Runs `work` on a thread whose random generator fails.
pub(crate) fn with_broken_randomness<R>(work: impl FnOnce() -> R) -> R {
    RANDOM_IS_BROKEN.set(true);
    let result = work();
    RANDOM_IS_BROKEN.set(false);
    result
}

/// How many decryptions `work` tries.
pub(crate) fn decryptions(work: impl FnOnce()) -> u32 {
    let before = OPENED.get();
    work();
    OPENED.get() - before
}

#[test]
fn t33_no_plaintext_stays_in_the_buffer_after_a_failure() {
    for cipher in [Cipher::Aes128Gcm, Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305] {
        let key = AeadKey::new(cipher, &vec![7; cipher.key_len()]).unwrap();
        let plaintext = b"sixteen and some".repeat(20);
        let mut message = plaintext.clone();
        let tag = key.seal(Iv::given([1; 12]), b"aad", &mut message).unwrap();
        message.extend_from_slice(&tag);
        let mut good = message.clone();
        assert_eq!(key.open([1; 12], b"aad", &mut good).unwrap(), plaintext.len());
        let mut bad = message.clone();
        assert!(key.open([1; 12], b"other", &mut bad).is_err());
        assert!(bad.iter().all(|byte| *byte == 0));
    }
}

#[test]
#[cfg_attr(miri, ignore = "about `ring`, and long")]
fn t30_a_million_ivs_do_not_repeat() {
    let mut seen = std::collections::HashSet::with_capacity(1 << 20);
    assert!((0..1 << 20).all(|_| seen.insert(random::<IV_LEN>().unwrap())));
}

#[test]
fn t30_a_broken_generator_is_an_error() {
    let error = with_broken_randomness(|| random::<12>().unwrap_err());
    assert!(error.is_unavailable());
}

#[test]
fn t17_truncated_and_extended_macs_are_refused() {
    let key = MacKey::new(Hash::Sha256, &[3; 32]);
    let tag = key.sign(b"message").as_ref().to_vec();
    assert!(key.verify(b"message", &tag).is_ok());
    for len in 0..tag.len() {
        assert!(key.verify(b"message", &tag[..len]).is_err());
    }
    assert!(key.verify(b"message", &[&tag[..], &[0]].concat()).is_err());
    assert!(key.verify(b"message", MacKey::new(Hash::Sha512, &[3; 32]).sign(b"message").as_ref()).is_err());
}

#[test]
fn generated_pairs_are_pairs() {
    for curve in [Curve::Ed25519, Curve::P256, Curve::P384] {
        let (private, signer) = Signer::generate(curve).unwrap();
        assert_eq!(private.len(), curve.field_len());
        assert!(Signer::new(curve, &private, signer.public()).is_some());
        let verifier = Verifier::new(curve, signer.public()).unwrap();
        verifier.verify(b"message", signer.sign(b"message").unwrap().as_ref()).unwrap();
        assert!(verifier.verify(b"another", signer.sign(b"message").unwrap().as_ref()).is_err());
    }
}

/// RUSTSEC-2022-0093: no signature under a public key that is not the private key's own.
#[test]
fn t38_a_pair_must_belong_together() {
    for curve in [Curve::Ed25519, Curve::P256, Curve::P384] {
        let (private, _) = Signer::generate(curve).unwrap();
        let (_, other) = Signer::generate(curve).unwrap();
        assert!(Signer::new(curve, &private, other.public()).is_none());
    }
}

#[test]
#[cfg_attr(miri, ignore = "about `ring`")]
fn t38_ecdsa_is_hedged_and_ed25519_is_deterministic() {
    let signatures = |curve| {
        let (_, signer) = Signer::generate(curve).unwrap();
        (signer.sign(b"m").unwrap().as_ref().to_vec(), signer.sign(b"m").unwrap().as_ref().to_vec())
    };
    let (one, two) = signatures(Curve::Ed25519);
    assert_eq!(one, two);
    let (one, two) = signatures(Curve::P256);
    assert_ne!(one, two);
}

#[test]
#[cfg_attr(miri, ignore = "about `ring`")]
fn t80_points_off_the_curve_are_refused() {
    for curve in [Curve::P256, Curve::P384] {
        let (_, signer) = Signer::generate(curve).unwrap();
        let mut point = signer.public().to_vec();
        let last = point.len() - 1;
        point[last] ^= 1;
        assert!(Verifier::new(curve, &point).is_none());
        assert!(Verifier::new(curve, &vec![4; curve.public_len()]).is_none());
        assert!(Verifier::new(curve, signer.public().split_last().unwrap().1).is_none());
    }
}

/// The table is one of points under which anybody signs: each of them takes a signature that nobody made, of some message of a few. The
/// stand-in for Miri has no such table.
#[test]
#[cfg(not(miri))]
fn t80_each_key_of_the_table_takes_a_signature_that_nobody_made() {
    let mut taken = 0;
    for y in SMALL_ORDER {
        for sign in [0, 0x80] {
            let mut key = y;
            key[31] |= sign;
            assert!(Verifier::new(Curve::Ed25519, &key).is_none());
            // R is the identity, and S is 0: it holds wherever k times the key is the identity (RFC 8032 section 5.1.7).
            let mut forged = [0; 64];
            forged[0] = 1;
            let theirs = UnparsedPublicKey::new(&signature::ED25519, key);
            taken += u32::from((0..200_u8).any(|message| theirs.verify(&[message], &forged).is_ok()));
        }
    }
    assert_eq!(taken, 14, "of seven spellings, either sign");
}
