//! How many messages a content key has encrypted: a bound for keys that are used as they are.
//!
//! It may not know formats. The count is of the key and the process: it is found by the key's thumbprint, so that neither a ring that is
//! loaded again nor a second sealer begins to count anew.

use crate::error::Error;
use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// NIST SP 800-38D section 8.3 allows 2^32 messages with IVs at random under one key, over all its users. Half of that for each
/// process: two of them are then within it, and a fleet that comes near rotates its keys, or takes the COSE format, which derives them.
const MAX_MESSAGES: u64 = 1 << 31;

static COUNTS: LazyLock<Mutex<HashMap<Box<str>, Arc<AtomicU64>>>> = LazyLock::new(Mutex::default);

/// The counter of one key, shared by all objects of that key.
pub(super) struct Budget {
    used: Arc<AtomicU64>,
    max: u64,
}

impl Budget {
    /// A counter is never forgotten: it takes some hundred bytes, and there is one for each such key that this process has ever had.
    pub(super) fn of(thumbprint: &str) -> Self {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        let used = counts.entry(thumbprint.into()).or_default();
        Self { used: Arc::clone(used), max: MAX_MESSAGES }
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Counts one message, unless it is one too many. Never overshoots, however many threads count.
    pub(super) fn take(&self) -> Result<(), Error> {
        let one_more = |used: u64| used.checked_add(1).filter(|used| *used <= self.max);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::misuse("this content key has sealed 2^31 tokens in this process: rotate it")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t30_a_content_key_stops_at_its_limit_whoever_counts() {
        let [one, two] = [Budget::of("a key"), Budget::of("a key")].map(|budget| Budget { max: 1_000, ..budget });
        let counted = std::thread::scope(|scope| {
            let count = |budget: &Budget| (0..800).filter(|_| budget.take().is_ok()).count();
            let threads = [&one, &two, &one, &two].map(|budget| scope.spawn(move || count(budget)));
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(counted, 1_000);
        assert!(one.take().is_err_and(|error| error.is_misuse()));
        assert!(Budget::of("another key").take().is_ok());
        assert_eq!(Budget::of("a key").used.load(Ordering::Relaxed), 1_000, "loaded again, and still counted");
        assert_eq!(MAX_MESSAGES, 1 << 31);
    }
}
