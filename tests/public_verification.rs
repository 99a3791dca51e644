//! What the public verification example promises: who has the public keys verifies and cannot make, has the next key before
//! it seals, and asks the issuer no more often than it must.
//!
//! It runs the example as a user would, and knows only the JSON that it prints. The example's time is simulated, so nothing
//! here depends on timing. What is expected is said here once more: an example that asserts less shall not pass.

mod kit;

use serde_json::Value;
use std::error::Error;

/// After so many seconds, what is said, and what is found.
const PROMISES: [(u64, &str, &str); 22] = [
    (0, "a ticket", "verified, seat 12"),
    (0, "the same with one character changed", "rejected"),
    (0, "the public keys are a", "application/jwk-set+json"),
    (0, "they may be kept, and the next key is still there in time", "public, max-age=1770"),
    (0, "they have a strong entity tag", "yes"),
    (0, "they are the same for everybody: `Vary`", "none"),
    (0, "and they remember nobody: `Set-Cookie`", "none"),
    (0, "members of theirs that are secret", "0"),
    (0, "a sealer from them", "is_misuse"),
    (0, "asked for again with that tag", "304 Not Modified, 0 bytes"),
    (1_770, "`max-age` is over and the fetch fails", "verified, seat 12"),
    (3_540, "the verifier has the next key", "yes"),
    (3_600, "the next key seals", "no"),
    (3_601, "the next key seals", "yes"),
    (3_601, "a ticket of the next key", "verified, seat 13"),
    (3_601, "a ticket of the first key", "verified, seat 12"),
    (6_000, "a ticket of it", "verified, seat 14"),
    (6_100, "invented keys, and a ticket between them", "200 unreadable, 1 verified"),
    (7_869, "the first key is revoked; until `max-age` is over", "verified, seat 12"),
    (7_870, "a ticket of the revoked key", "expired"),
    (9_640, "the issuer is killed, `max-age` is over", "verified, seat 14"),
    (9_640, "a ticket of the revoked key", "expired"),
];

/// What the verifier's fetches have come to: changed, unchanged, failed.
const FETCHES: [(u64, &str); 11] = [
    (1_769, "1 changed, 0 unchanged, 0 failed"),
    (1_770, "1 changed, 0 unchanged, 1 failed"),
    (3_540, "2 changed, 0 unchanged, 1 failed"),
    (3_601, "2 changed, 0 unchanged, 1 failed"), // the next key needed none
    (5_310, "2 changed, 1 unchanged, 1 failed"), // a 304
    (6_000, "3 changed, 1 unchanged, 1 failed"), // for the unknown key
    (6_100, "3 changed, 2 unchanged, 1 failed"), // one for all that were invented
    (6_129, "3 changed, 2 unchanged, 1 failed"),
    (7_870, "4 changed, 2 unchanged, 1 failed"), // the revocation
    (9_640, "4 changed, 2 unchanged, 2 failed"), // the issuer is gone
    (9_670, "4 changed, 2 unchanged, 3 failed"),
];

#[test]
fn public_keys_verify_in_time_and_make_nothing() -> Result<(), Box<dyn Error>> {
    let report = kit::example::json_of("public_verification", &[])?;
    let facts = report["facts"].as_array().unwrap();
    assert_eq!(report["as_expected"], true);
    assert!(facts.iter().all(|fact| fact["as_expected"] == true && fact["expected"] == fact["found"]));

    let found = |at: u64, says: &str| -> Vec<&Value> {
        facts.iter().filter(|fact| fact["at"] == at && fact["says"] == says).map(|fact| &fact["found"]).collect()
    };
    for (at, says, expected) in PROMISES {
        assert_eq!(found(at, says), [expected], "after {at} s: {says}");
    }
    for (at, expected) in FETCHES {
        assert_eq!(found(at, "    fetches so far"), [expected], "after {at} s");
    }
    Ok(())
}
