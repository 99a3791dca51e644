//! At most once, with real processes that die: four of them redeem the same ten thousand things over one Redis, and are killed at random; and one is
//! killed between every two steps of one redemption.
//!
//! `cargo test --release --features redis --test redeem -- --nocapture` prints the figures. No clock decides anything: who is killed when is drawn, and counted in answers.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "../kit/mod.rs"]
mod kit;

mod dying;
mod many;
mod worker;
