//! What a shared store does: revocations and redemptions, the same tests over every engine, and what becomes of cookies.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "../kit/mod.rs"]
mod kit;

mod checkout;
mod contract;
mod cookies;
mod epochs;
mod guard;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod refs;
mod world;
