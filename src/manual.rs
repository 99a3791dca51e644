//! The guide, a page a topic: what to do, in which order, and why.
//!
//! It holds text and no code, and may not say anything that its examples do not show: every block of Rust in it is compiled,
//! and all that need nothing but this machine are run.
//!
//! | page | what it answers |
//! |---|---|
//! | [`cookies`] | how a slip travels in a cookie, what a handler may do with it, and what cannot go wrong there |
//! | [`siblings`] | how state that several tabs write at once is kept in cookies, what it costs, and what a page does when a write is refused |
//! | [`keys`] | where keys come from, how they get to servers, and how other services get the public ones |
//! | [`revocation`] | logout everywhere and single use: what a token cannot do, and the little that a shared store does for it |
//! | [`vulnerabilities`] | what has broken libraries of this kind, class by class, and what excludes each here |

#[doc = include_str!("manual/keys.md")]
#[doc = include_str!("manual/keys/managers.md")]
#[doc = include_str!("manual/keys/public.md")]
#[doc = include_str!("manual/keys/health.md")]
pub mod keys {}

#[doc = include_str!("manual/cookies.md")]
#[cfg_attr(all(feature = "axum", feature = "testing"), doc = include_str!("manual/cookies/axum.md"))]
pub mod cookies {}

#[doc = include_str!("manual/siblings.md")]
#[cfg_attr(feature = "axum", doc = include_str!("manual/siblings/axum.md"))]
pub mod siblings {}

#[doc = include_str!("manual/revocation.md")]
pub mod revocation {}

#[doc = include_str!("manual/vulnerabilities.md")]
pub mod vulnerabilities {}
