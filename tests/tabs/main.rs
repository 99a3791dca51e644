//! Siblings in a real Chromium, with the shop and the judge of the example `tabs`: over HTTP/1.1, behind an nginx with its default buffers,
//! and over HTTP/2.
//!
//! `cargo test --release --test tabs`; with `ORDERSLIP_FULL=1` every burst is sent more often and the writers write
//! 400 times each. A part that the machine has not is left out with a word; if `ORDERSLIP_REQUIRE_PARTS=1`, that is a failure.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "../../examples/tabs/burst.rs"]
mod burst;
#[path = "../../examples/tabs/chromium.rs"]
mod chromium;
#[path = "../../examples/restaurant/dice.rs"]
#[expect(dead_code, reason = "the example draws in more ways")]
mod dice;
#[path = "../../examples/tabs/door.rs"]
mod door;
#[path = "../../examples/tabs/driver.rs"]
mod driver;
#[path = "../../examples/tabs/jars.rs"]
mod jars;
#[path = "../../examples/tabs/judge.rs"]
mod judge;
#[path = "../../examples/tabs/one_cookie.rs"]
mod one_cookie;
#[path = "../../examples/tabs/op.rs"]
mod op;
#[path = "../../examples/tabs/orders.rs"]
mod orders;
#[path = "../../examples/tabs/shop.rs"]
mod shop;
#[path = "../../examples/tabs/siblings.rs"]
mod siblings;

mod gauge;
mod nginx;
mod process;
mod stage;

mod bursts;
mod lock_out;
mod queue;

/// What may go wrong.
type Fault = Box<dyn std::error::Error + Send + Sync>;
