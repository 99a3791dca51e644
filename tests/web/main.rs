//! The tower layers and axum's extractors, over real sockets: what a client sends, and what it is answered, byte by byte.
//!
//! The planner itself has its own tests; what counts here is that its plans reach every answer, whoever made it, and that nothing which
//! a client sends makes a server fail.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "../kit/mod.rs"]
mod kit;

mod answers;
mod bearer;
mod bodies;
mod caches;
mod guard;
mod junk;
mod merged;
mod refusals;
mod revoked;
mod shop;
mod wire;
