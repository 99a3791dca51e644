//! The kit for tests of applications: a clock to set, a browser's cookie jar, slips to begin with.
//!
//! It may not know how cookies are planned: the browser in here reads `Set-Cookie` by the browsers' own rules, so that a plan that looks
//! right and would be dropped is seen.
//!
//! ```
//! use orderslip::{Keyring, Lifetime, Sealer, SlipState, UnixTime, cookie::{Jar, Outcome}, testing::{Browser, TestClock, mint}};
//! use std::time::Duration;
//!
//! #[derive(Default, serde::Serialize, serde::Deserialize)]
//! struct Cart { lines: Vec<String> }
//!
//! impl SlipState for Cart {
//!     const PURPOSE: &'static str = "shop.example/cart";
//!     const VERSION: u16 = 1;
//! }
//!
//! # fn main() -> Result<(), orderslip::Error> {
//! let clock = TestClock::new(UnixTime::from_secs(1_800_000_000));
//! let hour = Lifetime::absolute(Duration::from_secs(3600));
//! let sealer = Sealer::<Cart>::encrypted(&Keyring::generate()?).lifetime(hour).clock(clock.clone());
//! let carts = Jar::builder("cart", sealer).build()?;
//!
//! // A browser that has a cart already:
//! let mut browser = Browser::at("https://shop.example");
//! browser.plant(&mint(&carts, &Cart { lines: vec!["soup".into()] }, clock.time())?, clock.time());
//!
//! // A request, and its answer:
//! let mut visit = carts.visit(browser.cookies("/", clock.time()))?;
//! visit.update(|cart| cart.lines.push("bread".into()))?;
//! let stored = browser.receive(visit.plan().set_cookie(), clock.time());
//! assert!(stored.iter().all(Result::is_ok), "a browser drops what it does not like, without a word");
//!
//! // An hour later it is over, and the browser has forgotten it, too.
//! clock.advance(Duration::from_secs(3600));
//! assert_eq!(carts.visit(browser.cookies("/", clock.time()))?.outcome(), Outcome::Absent);
//! # Ok(()) }
//! ```

mod browser;
mod clock;
mod set_cookie;

pub use browser::{Browser, Dropped};
pub use clock::TestClock;
pub use set_cookie::SetCookie;

use crate::{cookie::Jar, error::Error, state::SlipState, time::UnixTime};

/// A cookie that begins a slip with this state, as a request carries it: `name=token`.
///
/// # Errors
/// As [`Sealer::seal_at`](crate::Sealer::seal_at).
pub fn mint<T: SlipState>(jar: &Jar<T>, state: &T, now: UnixTime) -> Result<String, Error> {
    Ok(format!("{}={}", jar.name(), jar.mint_at(state, now)?))
}
