//! The planner of cookies, from outside: what a request brings, what a handler does, what the browser has afterwards.
//!
//! The browser is the model of `orderslip::testing`, which the real one is compared with in `tests/browser`.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "../kit/mod.rs"]
mod kit;

mod actions;
mod budgets;
mod duplicates;
mod forms;
mod hostile;
mod lock_out;
mod merged;
mod merged_beside;
mod merged_refusals;
mod model;
mod oracle;
mod outcomes;
mod registry;
mod renewal;
mod tombstones;
mod world;
