//! What is allocated before a token is authentic, and what is left in memory that has been freed: seen by an allocator of
//! the test's own. The tests run one after the other, because there is one allocator.
#![expect(unsafe_code, reason = "an allocator cannot be written without")]

mod kit;
mod watching;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{Kind, NOW};
use orderslip::{Alg, Key, Keyring, MAX_TOKEN_TEXT, SlipState, hazmat};
use serde::{Deserialize, Serialize};
use watching::{allocations, leftovers};

const CARD: &str = "4111-1111-1111-1111 exp 12/29";

#[derive(Clone, Serialize, Deserialize)]
struct Wallet {
    card: String,
    more: Vec<String>,
}

impl SlipState for Wallet {
    const PURPOSE: &'static str = "memory/wallet";
    const VERSION: u16 = 1;
}

fn wallet(more: usize) -> Wallet {
    Wallet { card: CARD.into(), more: vec!["x".repeat(50); more] }
}

/// Ten megabytes of anything: looked at by length alone.
#[test]
fn t11_what_is_too_long_allocates_nothing_of_its_size() {
    for kind in Kind::all() {
        let sealer = kind.sealer::<Wallet>(&kind.ring());
        let token = sealer.seal_at(&wallet(1), NOW).unwrap();
        for long in ["A".repeat(10_000_000), ".".repeat(1_000_000), token.repeat(1_000), "A".repeat(MAX_TOKEN_TEXT + 1)]
        {
            let (result, total, _) = allocations(|| sealer.open_at(&long, NOW).map(drop));
            assert!(result.unwrap_err().is_rejected());
            assert!(total < 1_000, "{kind:?}: {total} bytes");
        }
    }
}

/// Below the limit: a few times the token's own length, whatever lengths it claims.
#[test]
fn t11_t37_work_before_authentication_is_bounded() {
    for kind in Kind::COSE {
        let sealer = kind.sealer::<Wallet>(&kind.ring());
        let bytes = B64.decode(sealer.seal_at(&wallet(20), NOW).unwrap()).unwrap();
        for at in 0..bytes.len() {
            for with in [0x5b_u8, 0x9b, 0xbb, 0x7b, 0xff, 0x1b] {
                let mut changed = bytes.clone();
                changed[at] = with;
                let text = B64.encode(&changed);
                let (_, total, largest) = allocations(|| sealer.open_at(&text, NOW).map(drop));
                assert!(total <= 4 * text.len() + 2_000, "{kind:?} at {at}: {total} bytes");
                assert!(largest <= 2 * text.len() + 1_000, "{kind:?} at {at}: {largest} bytes");
            }
        }
        let junk = "A".repeat(MAX_TOKEN_TEXT);
        let (_, total, _) = allocations(|| sealer.open_at(&junk, NOW).map(drop));
        assert!(total <= 2 * MAX_TOKEN_TEXT, "{kind:?}: {total} bytes");
    }
    let key = Key::generate(Alg::HkdfA256Gcm).unwrap();
    for claimed in [[0x5b_u8, 0x7f], [0x9b, 0xff], [0xbb, 0x00]] {
        let message = [&[0xd8, 0x60, 0x84][..], &claimed, &[0xff; 40]].concat();
        let (result, total, _) = allocations(|| hazmat::cose::encrypt_open(&message, &key, b""));
        assert!(result.is_err() && total < 2_000, "{total} bytes");
    }
}

#[test]
fn t35_no_plaintext_is_left_in_freed_memory() {
    let jwe = kit::JOSE.iter().copied().filter(|kind| !kind.is_signed());
    for kind in [Kind::Encrypted, Kind::EncryptedChaCha].into_iter().chain(jwe) {
        let sealer = kind.sealer::<Wallet>(&kind.ring());
        for more in [0, 20, 80] {
            let state = wallet(more);
            let (token, left) = leftovers(CARD.as_bytes(), || sealer.seal_at(&state, NOW).unwrap());
            assert_eq!(left, 0, "sealing {more}");
            // The state itself belongs to the caller, and is kept.
            let (slip, left) = leftovers(CARD.as_bytes(), || sealer.open_at(&token, NOW).unwrap());
            assert_eq!(left, 0, "opening {more}");
            assert_eq!(slip.state().card, CARD);
        }
        let state = wallet(2_000);
        let (error, left) = leftovers(CARD.as_bytes(), || sealer.seal_at(&state, NOW).unwrap_err());
        assert!(error.is_too_large());
        assert_eq!(left, 0, "too large");
    }
}

#[test]
fn t35_no_secret_is_left_in_freed_memory() {
    const SECRET: &str = "nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ";
    const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    let jwks = format!(
        r#"{{"keys":[{{"kty":"oct","alg":"direct+HKDF-SHA-256","enc":"A256GCM","k":"{SECRET}"}},
        {{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"{SEED}"}}]}}"#
    );
    for text in [SECRET, SEED] {
        let raw = B64.decode(text).unwrap();
        for needle in [&raw[..16], &text.as_bytes()[..20]] {
            let (written, left) = leftovers(needle, || {
                let ring = Keyring::from_jwks(&jwks).unwrap();
                let sealer = Kind::Encrypted.sealer::<Wallet>(&ring);
                sealer.open_at(&sealer.seal_at(&wallet(1), NOW).unwrap(), NOW).map(drop).unwrap();
                ring.to_jwks().expose().len()
            });
            assert_eq!(left, 0);
            assert!(written > 100);
        }
    }
    let secret = b"Ro3tAcWq81NyV5x/ZkUe7bGhJ0sPdL+94TmiFXKwQ2Y=";
    let (ring, left) = leftovers(&secret[..16], || Keyring::from_secrets(secret, &[]).unwrap());
    assert_eq!(left, 0);
    drop(ring);
}

/// The instrument itself: it finds what is left behind.
#[test]
fn t35_the_allocator_sees_what_it_should() {
    let (_, left) = leftovers(CARD.as_bytes(), || drop(wallet(0)));
    assert_eq!(left, 1);
    let ((), total, largest) = allocations(|| drop(vec![0_u8; 5_000]));
    assert!(total >= 5_000 && largest == 5_000);
}
