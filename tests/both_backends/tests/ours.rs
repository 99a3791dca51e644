//! With both backends on and nothing installed, every path of ours works, and the global is left alone.
//!
//! One test in a process of its own: only the first who touches `jsonwebtoken`'s global sees it untouched.

#[path = "../../kit/bridge.rs"]
mod bridge;

use bridge::{RSA, Theirs, every_algorithm, holds, sign, walk_along_every_path};
use jsonwebtoken::crypto::{aws_lc, rust_crypto};
use orderslip::jsonwebtoken_11::RING_PROVIDER;

#[test]
fn every_path_of_ours_works_and_panics_nowhere() {
    walk_along_every_path();
    // The other two providers, asked by name as ours is, agree with it on every algorithm.
    for Theirs { algorithm, encoding, decoding, .. } in every_algorithm() {
        for other in [&rust_crypto::DEFAULT_PROVIDER, &aws_lc::DEFAULT_PROVIDER] {
            let token = sign(other, algorithm, &encoding).unwrap();
            assert!(holds(&RING_PROVIDER, algorithm, &decoding, &token).unwrap(), "{algorithm:?}");
            let token = sign(&RING_PROVIDER, algorithm, &encoding).unwrap();
            assert!(holds(other, algorithm, &decoding, &token).unwrap(), "{algorithm:?}");
            for foreign in every_algorithm().iter().filter(|key| key.algorithm.family() != algorithm.family()) {
                let (ours, theirs) =
                    (sign(&RING_PROVIDER, algorithm, &foreign.encoding), sign(other, algorithm, &foreign.encoding));
                assert_eq!(ours.unwrap_err(), theirs.unwrap_err(), "{algorithm:?}");
            }
        }
        assert!(RSA.iter().all(|rsa| sign(&RING_PROVIDER, *rsa, &encoding).is_err()));
    }
    RING_PROVIDER.install_default().expect("nobody has touched the global");
}
