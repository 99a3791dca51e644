//! Quiet evenings with more and more waiters: how many requests a second they serve, and how long guests wait.
//!
//! It may not know how a state is kept. All processes share the processors of one machine, guests and front door included: where those are
//! at work already, another waiter brings nothing.

use crate::{
    Fault,
    architecture::Architecture,
    evening,
    guest::Guest,
    programme::{Changes, Programme},
    stores::Stores,
};
use serde::Serialize;

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Point {
    pub(crate) architecture: Architecture,
    pub(crate) waiters: u32,
    pub(crate) requests_per_second: u64,
    pub(crate) p99_us: u128,
}

/// The best of so many: whatever else the machine does makes an evening worse, and never better.
const EVENINGS: usize = 3;

pub(crate) async fn measure(
    architecture: Architecture,
    waiters: u32,
    stores: &Stores,
    guests: &[Guest],
) -> Result<Point, Fault> {
    let programme = Programme { architecture, waiters, seats: crate::SEATS, changes: Changes::None };
    let mut best = Point { architecture, waiters, requests_per_second: 0, p99_us: 0 };
    for _ in 0..EVENINGS {
        let run = evening::serve(programme, stores, guests.to_vec()).await?;
        if run.requests_per_second > best.requests_per_second {
            (best.requests_per_second, best.p99_us) = (run.requests_per_second, run.p99_us);
        }
    }
    Ok(best)
}
