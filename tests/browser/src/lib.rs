//! What the browser suite is played with: a real Chromium, a real nginx, a real curl, and the shop as a user would start it.
//!
//! It may not know the scenarios: those are in `tests/`. Whatever is started here is ended here, by its process id, also when a
//! scenario fails; nothing waits for a clock, but everything gives up in the end.

mod browser;
mod client;
mod curl;
mod debugger;
mod gate;
mod lab;
mod nginx;
mod parts;
mod process;
mod shop;
mod stage;

pub use browser::Browser;
pub use client::Client;
pub use curl::{Answer, curl};
pub use gate::{Gate, Hold, Request};
pub use lab::Lab;
pub use nginx::Nginx;
pub use parts::{are_here, path_of};
pub use process::kill;
pub use shop::Shop;
pub use stage::{Stage, perform, perform_without_scripts};

/// What may go wrong in a scenario: anything, and then it has failed.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
