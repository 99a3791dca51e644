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
mod own_store;
#[cfg(feature = "redis")]
mod redis;
mod refs;
mod world;

/// The store of the example `social`, and what it stands on.
#[path = "../../examples/social/database.rs"]
#[allow(dead_code, reason = "the example asks for more columns")]
mod database;
#[path = "../../examples/social/postgres.rs"]
mod postgres;
#[path = "../../examples/social/sqlite.rs"]
mod sqlite;
#[path = "../../examples/social/store.rs"]
mod store;
