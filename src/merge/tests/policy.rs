//! The settings of mergeable state: which of them build, and the times that follow from them (docs/siblings-proof.md).

use crate::merge::{Policy, PolicyBuilder};
use std::time::Duration;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const TICK: Duration = Duration::from_millis(1);

#[test]
fn the_times_follow_from_window_transit_and_skew() {
    let of = |window, transit, skew| {
        Policy::builder().window(seconds(window)).transit(seconds(transit)).skew(seconds(skew)).build().unwrap()
    };
    let policy = of(600, 100, 7);
    assert_eq!((policy.window(), policy.transit(), policy.skew()), (seconds(600), seconds(100), seconds(7)));
    // 2 (D + e), W less that, W + D + 2 e.
    assert_eq!((policy.settled_by(), policy.overdue(), policy.rest()), (seconds(214), seconds(386), seconds(714)));
    assert_eq!(policy.commit_within(), seconds(100), "never longer than a transit");
    let narrow = of(414, 100, 7);
    assert_eq!((narrow.overdue(), narrow.commit_within()), (seconds(200), seconds(200 - 114)));
}

#[test]
fn a_window_is_as_long_as_the_proof_needs_it() {
    let builds = |window: Duration, transit, skew| {
        Policy::builder().window(window).transit(seconds(transit)).skew(seconds(skew)).build().is_ok()
    };
    // Four transits and two skews; or, where clocks are worse than the network, three and four.
    for (transit, skew, needed) in [(100, 7, 414), (120, 30, 540), (1, 10, 43), (2, 1, 10)] {
        assert!(builds(seconds(needed), transit, skew), "{needed}");
        assert!(!builds(seconds(needed) - TICK, transit, skew), "{needed}");
    }
    assert!(!builds(Duration::MAX, u64::MAX, 0) && !builds(Duration::MAX, 1, u64::MAX), "nothing overflows");
}

#[test]
fn what_makes_no_sense_does_not_build() {
    let builds = |builder: PolicyBuilder| match builder.build() {
        Ok(_) => true,
        Err(error) => {
            assert!(error.is_misuse());
            false
        }
    };
    assert!(builds(Policy::builder()));
    assert_eq!(Policy::builder().build().unwrap(), Policy::default());
    assert!(builds(Policy::builder().transit(seconds(1))));
    assert!(!builds(Policy::builder().transit(seconds(1) - TICK)));
    assert!(!builds(Policy::builder().processes(0)));
    let many = Policy::builder().processes(7).build().unwrap();
    assert_eq!(many.processes(), 7);
    for (base, header, is_sound) in [
        (4_096, 8_192, true),
        (4_097, 16_384, false),
        (4_096, 8_191, false),
        (2_400, 4_800, true),
        (2_400, 4_799, false),
        (100, 199, false),
    ] {
        assert_eq!(builds(Policy::builder().base_limit(base).header_limit(header)), is_sound, "{base} {header}");
    }
}
