//! Which process this is, asked of the kernel rarely: the question costs a tenth of what sealing a small state does.
//!
//! It may not know who asks. The answer is believed for the rest of a tick of 16.4 µs. That is shorter than any fork takes (some 50 µs for
//! the smallest process, and more the more memory it has), so what a child says first it has asked itself.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// The tick of the last answer, in the upper half, and the answer.
static ANSWER: AtomicU64 = AtomicU64::new(0);

pub(in crate::envelope::cose) fn id() -> u32 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    believed(tick(START.elapsed()), &ANSWER, std::process::id)
}

/// The seconds, and the nanoseconds in units of 2^14, of which a second has less than 2^16. It begins anew every 18 hours, and no epoch is
/// that old.
fn tick(elapsed: Duration) -> u32 {
    let [.., a, b] = elapsed.as_secs().to_be_bytes();
    let [.., c, d] = (elapsed.subsec_nanos() >> 14).to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn believed(tick: u32, answer: &AtomicU64, ask: impl FnOnce() -> u32) -> u32 {
    let halves = |answer: u64| {
        let [a, b, c, d, e, f, g, h] = answer.to_be_bytes();
        (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
    };
    match halves(answer.load(Ordering::Relaxed)) {
        // No process has the id 0, which is what stands there in the beginning.
        (then, id) if then == tick && id > 0 => id,
        _ => {
            let id = ask();
            answer.store(u64::from(tick) << 32 | u64::from(id), Ordering::Relaxed);
            id
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t31_an_answer_is_believed_for_a_tick_and_no_longer() {
        let answer = AtomicU64::new(0);
        assert_eq!(believed(7, &answer, || 41), 41);
        assert_eq!(believed(7, &answer, || panic!("it was believed")), 41);
        // A child, in whose memory the parent's answer stands.
        assert_eq!(believed(8, &answer, || 42), 42);
        assert_eq!(believed(0, &AtomicU64::new(0), || 43), 43);
        assert_eq!(id(), std::process::id());
    }

    #[test]
    fn ticks_are_short_and_follow_each_other() {
        let at = |nanos| tick(Duration::from_nanos(nanos));
        assert_eq!((at(0), at(16_383), at(16_384)), (0, 0, 1));
        assert_eq!((at(999_999_999), at(1_000_000_000)), (61_035, 1 << 16));
        assert_eq!(tick(Duration::from_secs(1 << 16)), 0);
    }
}
