//! What a request costs, and where: with one guest at a time, so that nobody waits for anybody else.
//!
//! It may not know how a state is kept. What is left of the guest's time when the waiter's is taken off is the network's: two connections on
//! this machine, and the front door between them.

use crate::{
    Fault,
    architecture::Architecture,
    evening,
    guest::Guest,
    programme::{Changes, Programme},
    stores::Stores,
};
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// What waiters have counted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Metered {
    pub(crate) requests: u64,
    pub(crate) state_ns: u64,
    pub(crate) store_ns: u64,
    pub(crate) whole_ns: u64,
}

impl AddAssign for Metered {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.state_ns += other.state_ns;
        self.store_ns += other.store_ns;
        self.whole_ns += other.whole_ns;
    }
}

/// Of one request, on average, in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Cost {
    pub(crate) architecture: Architecture,
    /// Opening and sealing slips, or a session from and to JSON: time of the processor.
    pub(crate) state_us: f64,
    /// Waiting for a store.
    pub(crate) store_us: f64,
    /// The rest of what a waiter does: routing, the order and its answer.
    pub(crate) waiter_us: f64,
    /// All that happens outside of the waiter.
    pub(crate) network_us: f64,
}

impl Cost {
    pub(crate) fn parts(&self) -> [f64; 4] {
        [self.state_us, self.store_us, self.waiter_us, self.network_us]
    }
}

/// How many guests are enough for an average.
const GUESTS: usize = 100;

pub(crate) async fn measure(architecture: Architecture, stores: &Stores, guests: &[Guest]) -> Result<Cost, Fault> {
    let programme = Programme { architecture, waiters: 1, seats: 1, changes: Changes::None };
    let guests = guests.iter().cycle().take(GUESTS).cloned().collect();
    let run = evening::serve(programme, stores, guests).await?;
    let each = |ns: u64| Some(f64::from(u32::try_from(ns / run.metered.requests.max(1)).ok()?) / 1e3);
    let each = |ns: u64| each(ns).ok_or("a request of seconds");
    let [state, store, whole] = [run.metered.state_ns, run.metered.store_ns, run.metered.whole_ns];
    let (state_us, store_us, whole_us) = (each(state)?, each(store)?, each(whole)?);
    Ok(Cost {
        architecture,
        state_us,
        store_us,
        waiter_us: (whole_us - state_us - store_us).max(0.0),
        network_us: (run.mean_us - whole_us).max(0.0),
    })
}
