//! The rehearsal's time: what the servers promise, what goes wrong among them at most, and when the operator acts.
//!
//! It may not know servers or guests. No clock is read anywhere: the driver owns the time, and every request carries it.

use orderslip::{RotationPolicy, UnixTime};
use std::time::Duration;

/// Midnight, on some day.
pub(crate) const BEGIN: UnixTime = UnixTime::from_secs(20_834 * 24 * 3600);

/// When the last guest has left.
pub(crate) const END: Duration = hours(117);

/// How long a cart lives: its absolute lifetime.
pub(crate) const A_LIFE: Duration = hours(24);

/// By how much a server's clock is wrong at most.
pub(crate) const CLOCK_ERROR: Duration = seconds(30);

/// What two servers' clocks differ by at most: one is ahead and the other behind.
pub(crate) const LEEWAY: Duration = CLOCK_ERROR.saturating_mul(2);

/// How long it takes at most until a server has loaded a new ring.
pub(crate) const SLOWEST_RELOAD: Duration = seconds(570);

/// How long it takes until every server has loaded a new ring, by whatever clock.
pub(crate) const EVERYWHERE: Duration = SLOWEST_RELOAD.saturating_add(CLOCK_ERROR);

/// What a rotation must allow for, and all that the operator needs to know.
pub(crate) const POLICY: RotationPolicy =
    RotationPolicy { propagation: EVERYWHERE, longest_life: A_LIFE.saturating_add(LEEWAY.saturating_mul(2)) };

/// One rotation of the key.
#[derive(Clone, Copy)]
pub(crate) struct Rotation {
    /// When the next key is staged.
    pub(crate) staged: Duration,
    /// How long after that the last key gets its end. Any time is right.
    pub(crate) retired_after: Duration,
}

impl Rotation {
    /// When the last key is retired.
    pub(crate) fn retired(self) -> Duration {
        self.staged + self.retired_after
    }

    /// When the last key has reached its end, and not a second later: from then on its secret can be erased.
    pub(crate) fn pruned(self) -> Duration {
        self.retired() + POLICY.propagation + POLICY.longest_life
    }
}

/// The third begins while tokens of two older keys are alive.
pub(crate) const ROTATIONS: [Rotation; 3] = [
    Rotation { staged: hours(33), retired_after: Duration::ZERO },
    Rotation { staged: hours(69), retired_after: Duration::ZERO },
    Rotation { staged: hours(89), retired_after: hours(1) },
];

/// When a server crashes: in the midst of the second rotation, before the slowest server has reloaded.
pub(crate) const CRASH: Duration = ROTATIONS[1].staged.saturating_add(seconds(300));

/// When another process takes its place.
pub(crate) const REPLACEMENT: Duration = ROTATIONS[1].staged.saturating_add(seconds(400));

pub(crate) const fn hours(number: u64) -> Duration {
    Duration::from_secs(number * 3600)
}

pub(crate) const fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

/// For people: the day of the rehearsal, the hour and the minute.
pub(crate) fn told(time: UnixTime) -> String {
    let since = time.since(BEGIN).as_secs();
    let (day, hour, minute) = (since / 86_400, since / 3600 % 24, since / 60 % 60);
    format!("day {day} {hour:02}:{minute:02}")
}
