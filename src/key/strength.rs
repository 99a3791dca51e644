//! Secrets that anybody could guess.
//!
//! It may not know what a secret is for. It catches what configuration mistakes look like, not what a patient attacker
//! can search: no test of a value can prove that it was drawn at random.

use crate::crypto;

/// The fewest different bytes of a long secret. Of 32 random bytes fewer are different in less than one of 2^80 draws; of a
/// pass phrase repeated, or spelled with few letters, there are often fewer.
const MIN_DISTINCT: usize = 12;

/// SHA-256 of secrets that everybody has: the examples of RFC 7515 A.1, of RFC 7520 section 3.5, and of a well-known
/// debugger's page (jwt.io: HS256, HS384, HS512).
const PUBLISHED: [&str; 5] = [
    "c8ecc9361a05e285f04c26f9572131a6deab07e9e2b865053c6f75a4d8bd2b32",
    "73ec74458059c70cae3f0ade8663fe0da1dc4b114ed8cdac75364140b4458a4c",
    "465d9ad5d5528ebe287b5dce4fb51620833d09b290e49ddcc70ca6c4a0aea01b",
    "730d21a80e61a8de82d12cb4c0b8057cff5a30e2dec50ce7a773513374f9164a",
    "db6833593279d7373592ef70e51f3daf048c04475739f8ed024b0821fd9e7fde",
];

/// What is wrong with a secret, if it is plainly weak.
pub(crate) fn weakness(secret: &[u8]) -> Option<&'static str> {
    if has_few_bytes(secret) {
        return Some("a secret of few different bytes, which is easy to guess");
    }
    if repeats_itself(secret) {
        return Some("a secret that repeats itself, which is easy to guess");
    }
    if PUBLISHED.contains(&hex(&crypto::sha256(secret)).as_str()) {
        return Some("a secret from a published example");
    }
    None
}

/// The same of the private half of a pair. Those of published examples are not known here: who checks the examples of the RFCs has them in
/// rings.
pub(crate) fn weakness_of_private_half(private: &[u8]) -> Option<&'static str> {
    (has_few_bytes(private) || repeats_itself(private))
        .then_some("a private half of few different bytes or that repeats itself, which is easy to guess")
}

fn has_few_bytes(secret: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in secret {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    seen.into_iter().filter(|seen| *seen).count() < MIN_DISTINCT.min(secret.len().div_ceil(3)).max(1)
}

fn repeats_itself(secret: &[u8]) -> bool {
    (1..=secret.len() / 2).any(|period| secret.iter().zip(secret.iter().skip(period)).all(|(a, b)| a == b))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes every write
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes;

    #[test]
    #[cfg_attr(miri, ignore = "the double has another hash")]
    fn t03_guessable_and_published_secrets_are_found() {
        for weak in [
            &[0_u8; 32][..],
            &[0xff; 64],
            b"secretsecretsecretsecretsecretsecret",
            b"changemechangemechangemechangeme!",
            b"0123456789abcdef0123456789abcdef",
            b"a-string-secret-at-least-256-bits-long",
            b"a-valid-string-secret-that-is-at-least-384-bits-long",
            b"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
            bytes::secret_bytes("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg").unwrap().expose(),
            b"",
        ] {
            assert!(weakness(weak).is_some(), "{weak:?}");
        }
    }

    /// Twelve different bytes of thirty-six are the fewest that pass; of a shorter secret, a third of its bytes.
    #[test]
    fn the_fewest_different_bytes_are_exact() {
        let of = |distinct: u8, len: usize| -> Vec<u8> {
            // Steps that grow, so that nothing repeats itself.
            (0..len).map(|at| u8::try_from(at * (at + 1) / 2 % usize::from(distinct)).unwrap()).collect()
        };
        let count = |secret: &[u8]| secret.iter().collect::<std::collections::BTreeSet<_>>().len();
        let mut secret = of(16, 36);
        secret.iter_mut().for_each(|byte| *byte = (*byte).min(11));
        secret.splice(0..12, 0..12);
        assert_eq!((count(&secret), weakness(&secret)), (12, None));
        secret.iter_mut().for_each(|byte| *byte = (*byte).min(10));
        assert_eq!(count(&secret), 11);
        assert!(weakness(&secret).is_some());
        let short = [1, 2, 1, 1, 3, 1];
        assert_eq!((count(&short), weakness(&short)), (3, None));
        assert!(weakness(&[1, 1, 1, 2, 1, 1]).is_none() && weakness(&[1, 1, 1, 1, 1, 2, 2]).is_some());
    }

    #[test]
    fn random_secrets_pass() {
        for _ in 0..if cfg!(miri) { 3 } else { 2_000 } {
            assert_eq!(weakness(&crypto::random::<32>().unwrap()), None);
        }
    }
}
