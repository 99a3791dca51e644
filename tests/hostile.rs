//! Any bytes at all, on small stacks: an error of the right kind, no panic, no overflow, whatever is claimed or nested.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{Cart, Kind, NOW, cart};
use orderslip::{Alg, Error, Key, Keyring, Opener, Sealer, SlipState, hazmat};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Framing and the walk before decoding.
const SMALL_STACK: usize = 64 * 1024;
/// Typed decoding, in a debug build.
const DECODING_STACK: usize = 256 * 1024;

/// A kind, its sealer, and the bytes of a good token.
type Sample = (Kind, Sealer<Cart>, Vec<u8>);

static SEALERS: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let kinds = Kind::COSE.into_iter().map(|kind| {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap();
        (kind, sealer, token)
    });
    kinds.collect()
});

fn on_a_stack_of<R: Send>(size: usize, work: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(size).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

type Hazmat = fn(&[u8], &Key, &[u8]) -> Result<Vec<u8>, Error>;

const HAZMAT: [(Hazmat, Alg); 6] = [
    (hazmat::cose::mac0_verify, Alg::Hs256),
    (hazmat::cose::mac_verify, Alg::Hs256),
    (hazmat::cose::sign1_verify, Alg::Es256),
    (hazmat::cose::encrypt0_open, Alg::A256Gcm),
    (hazmat::cose::encrypt_open, Alg::HkdfA256Gcm),
    (hazmat::cose::encrypt_open, Alg::A256Gcm),
];

static KEYS: LazyLock<Vec<Key>> =
    LazyLock::new(|| HAZMAT.iter().map(|(_, alg)| Key::generate(*alg).unwrap()).collect());

/// Bytes before authentication can only be rejected: whatever they hold, nothing else is known of them.
fn assert_all_reject(bytes: &[u8]) {
    let text = B64.encode(bytes);
    for (kind, sealer, _) in SEALERS.iter() {
        let error = sealer.open_at(&text, NOW).map(drop).unwrap_err();
        assert!(error.is_rejected(), "{kind:?}: {error:?}");
    }
    for ((function, alg), key) in HAZMAT.iter().zip(KEYS.iter()) {
        let error = function(bytes, key, b"").unwrap_err();
        assert!(error.is_rejected(), "{alg:?}: {error:?}");
    }
}

fn frames_of(inner: &[u8]) -> Vec<Vec<u8>> {
    let tags: [&[u8]; 6] = [&[], &[0xd0, 0x83], &[0xd1, 0x84], &[0xd2, 0x84], &[0xd8, 0x60, 0x84], &[0xd8, 0x61, 0x85]];
    let before: [&[u8]; 3] = [&[], &[0x43, 0xa1, 0x01, 0x05], &[0x43, 0xa1, 0x01, 0x05, 0xa1, 0x04]];
    tags.iter().flat_map(|tag| before.iter().map(|before| [*tag, *before, inner].concat())).collect()
}

/// Arrays, maps and tags in each other, thousands deep, bare and in every place of a frame.
#[test]
fn t37_t55_nesting_without_end_on_a_small_stack() {
    on_a_stack_of(SMALL_STACK, || {
        for head in [&[0x81_u8][..], &[0xa1], &[0xa1, 0x00], &[0xc6], &[0xd8, 0x3d], &[0x9f], &[0xbf], &[0x5f], &[0x7f]]
        {
            for depth in [15, 16, 17, 33, 6_000 / head.len()] {
                for frame in frames_of(&head.repeat(depth)) {
                    assert_all_reject(&frame);
                }
            }
        }
    });
}

#[test]
fn t37_t55_lengths_that_are_claimed() {
    for major in [0x40_u8, 0x60, 0x80, 0xa0, 0xc0] {
        for claimed in [1 << 16, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, u64::MAX] {
            let head = [&[major | 27][..], &claimed.to_be_bytes()].concat();
            for frame in frames_of(&head) {
                assert_all_reject(&frame);
                assert_all_reject(&[frame, vec![0; 100]].concat());
            }
        }
    }
}

/// The deepest state there is, of the type that needs the most stack: decoded within 256 KiB in a debug build.
#[test]
fn t37_typed_decoding_of_the_deepest_state_fits_its_stack() {
    #[derive(Debug, Serialize, Deserialize)]
    enum Deep {
        End,
        Map { next: std::collections::BTreeMap<String, Deep>, pad: [u64; 4] },
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct State(Deep);
    impl SlipState for State {
        const PURPOSE: &'static str = "hostile/deep";
        const VERSION: u16 = 1;
    }
    let sealer = Kind::Encrypted.sealer::<State>(&Kind::Encrypted.ring());
    // Each level takes three: the variant, the struct, the map.
    let deep = |levels| {
        (0..levels).fold(Deep::End, |inner, _| Deep::Map { next: [("k".to_owned(), inner)].into(), pad: [1; 4] })
    };
    assert!(sealer.seal_at(&State(deep(11)), NOW).unwrap_err().is_misuse());
    let token = sealer.seal_at(&State(deep(10)), NOW).unwrap();
    on_a_stack_of(DECODING_STACK, || drop(sealer.open_at(&token, NOW).unwrap()));
    let arrays =
        |depth: usize| (0..depth).fold(serde_json::Value::Null, |inner, _| serde_json::Value::Array(vec![inner]));
    #[derive(Debug, Serialize, Deserialize)]
    struct Any(serde_json::Value);
    impl SlipState for Any {
        const PURPOSE: &'static str = "hostile/any";
        const VERSION: u16 = 1;
    }
    let sealer = Kind::Signed.sealer::<Any>(&Kind::Signed.ring());
    let token = sealer.seal_at(&Any(arrays(32)), NOW).unwrap();
    on_a_stack_of(DECODING_STACK, || drop(sealer.open_at(&token, NOW).unwrap()));
}

/// Key ids are compared and never interpreted: paths, quotes, NUL, floods.
#[test]
fn t04_hostile_key_ids_are_only_compared() {
    let (_, sealer, token) = SEALERS.iter().find(|(kind, ..)| *kind == Kind::Signed).unwrap();
    for kid in [
        b"../../et",
        b"';DROP T",
        b"\0\0\0\0\0\0\0\0",
        b"%s%n%s%n",
        b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8",
        b"\r\nX: y\r\n",
    ] {
        let mut bytes = token.clone();
        bytes[9..17].copy_from_slice(kid);
        let error = sealer.open_at(&B64.encode(&bytes), NOW).map(drop).unwrap_err();
        assert_eq!(error.to_string(), "the token names a key that is not in the key ring");
    }
    // A key id beside a key, an address, a certificate: there is no such header in the one shape, nor any network code.
    for label in [0x21_u8, 0x22, 0x23, 0x24, 0x38] {
        let bytes = [&token[..6], &[0xa2, 0x04, 0x48], &token[9..17], &[label, 0x40], &token[17..]].concat();
        assert!(sealer.open_at(&B64.encode(&bytes), NOW).map(drop).unwrap_err().is_rejected());
    }
}

/// `jku`, `x5u` and their COSE kin are never followed: nobody connects, because nothing here can.
#[test]
fn t05_no_key_is_fetched() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/key", listener.local_addr().unwrap());
    let key = Key::generate(Alg::Hs256).unwrap();
    // COSE x5u is label 35 (RFC 9360).
    let mut message =
        vec![0xd1, 0x84, 0x43, 0xa1, 0x01, 0x05, 0xa1, 0x18, 0x23, 0xd8, 0x20, 0x78, u8::try_from(url.len()).unwrap()];
    message.extend_from_slice(url.as_bytes());
    message.extend_from_slice(&[0x40, 0x58, 0x20]);
    message.extend_from_slice(&[0; 32]);
    assert!(hazmat::cose::mac0_verify(&message, &key, b"").unwrap_err().is_rejected());
    let jwk = format!(
        r#"{{"kty":"oct","alg":"HS256","jku":"{url}","x5u":"{url}","k":"nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ"}}"#
    );
    assert!(Key::from_jwk(&jwk).is_ok());
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

/// An opener of public keys judges hostile bytes as well.
#[test]
fn t37_openers_refuse_everything_short() {
    let ring = kit::shared_ring();
    let public = Keyring::from_jwks(&ring.public_jwks()).unwrap();
    let opener = Opener::<Cart>::publicly_signed(&public).build().unwrap();
    for one in 0..=255_u8 {
        assert!(opener.open_at(&B64.encode([one]), NOW).unwrap_err().is_rejected());
        for two in [0, 0x43, 0x84, 0xff] {
            assert_all_reject(&[one, two]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 400 } else { 5_000 }))]

    #[test]
    fn t37_noise_is_rejected(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        assert_all_reject(&bytes);
    }

    #[test]
    fn t37_noise_as_text_is_rejected(text in ".{0,300}") {
        for (_, sealer, _) in SEALERS.iter() {
            prop_assert!(sealer.open_at(&text, NOW).map(drop).unwrap_err().is_rejected());
        }
    }

    /// A good token with some bytes replaced, removed and inserted: never opened.
    #[test]
    fn t18_t37_broken_tokens_never_open(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..4, proptest::collection::vec(any::<u8>(), 0..6)), 1..5)
    ) {
        for (kind, sealer, token) in SEALERS.iter() {
            let mut bytes = token.clone();
            for (at, removed, inserted) in &edits {
                let at = at.index(bytes.len());
                let end = (at + removed).min(bytes.len());
                bytes.splice(at..end, inserted.iter().copied());
            }
            if bytes != *token {
                let error = sealer.open_at(&B64.encode(&bytes), NOW).map(drop).unwrap_err();
                prop_assert!(error.is_rejected() || error.is_unreadable(), "{:?}", kind);
            }
        }
    }
}
