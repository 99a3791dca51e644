//! Slips in cookies: a pure planner. From the cookies of a request, and what the handler does, to the lines of `Set-Cookie`.
//!
//! It may not know HTTP libraries, sockets or frameworks: bytes come in, texts go out, nothing is read and nothing is sent. The adapters
//! (`web` with the feature `tower` or `axum`, and the crate for actix) put it between a server and its handlers; with any other server it is a
//! dozen lines.
//!
//! A [`Jar`] is one cookie of an application. A [`Visit`] is its slip in one request; [`Plan`] is what the answer must carry.

mod attributes;
mod budget;
mod checkout;
mod clash;
mod event;
mod form_token;
mod former;
mod held;
mod jar;
mod jars;
mod merged;
mod plan;
mod reading;
mod request;
mod status;
mod tombstone;
mod visit;

pub use attributes::{MAX_AGE, Prefix, SameSite};
pub use budget::{Budget, MAX_PAIR};
pub use checkout::Placed;
pub use former::Former;
pub use held::{Held, Missing, Required};
pub use jar::{Jar, JarBuilder};
pub use jars::{Jars, Visits};
pub use merged::{Merged, MergedJar};
pub use plan::{CachePolicy, Fields, Plan, TARGETED};
pub use reading::Outcome;
pub use request::Cookies;
pub use status::{RETRY_AFTER, RETRY_SOON, retry_after, status};
pub use visit::Visit;
