//! The guide, a page a topic: what to do, in which order, and why.
//!
//! It holds text and no code, and may not say anything that its examples do not show: every block of Rust in it is compiled,
//! and all that need nothing but this machine are run. The blocks of [`migration`] need other crates; those are run by a crate of their own.
//!
//! | page | what it answers |
//! |---|---|
//! | [`threat_model`] | who attacks, what is promised, and what no token can promise |
//! | [`choosing`] | encrypted, signed, publicly signed, JWS or JWE; names or positions |
//! | [`lifetimes`] | how long a slip lives, and what NIST and OWASP ask for |
//! | [`keys`] | where keys come from, how they get to servers, and how other services get the public ones |
//! | [`rotation`] | how a key is changed, in a program and by the command, a stolen one included |
//! | [`cookies`] | how a slip travels in a cookie, what a handler may do with it, and what cannot go wrong there |
//! | [`siblings`] | how state that several tabs write at once is kept in cookies, what it costs, and what a page does when a write is refused |
//! | [`revocation`] | logout everywhere and single use: what a token cannot do, and the little that a shared store does for it |
//! | [`interop`] | tokens for services in other languages, and theirs for us |
//! | [`migration`] | from another crate or framework, with everybody logged in |
//! | [`scale`] | what runs out first at a thousand, a hundred thousand, ten million requests a second |
//! | [`troubleshooting`] | what an event, a status or a missing cookie means |
//! | [`defaults`] | a reason for every default and limit, and how it is changed |
//! | [`command`] | the command `orderslip`: keys, and what stands in a token |
//! | [`vulnerabilities`] | what has broken libraries of this kind, class by class, and what excludes each here |
//!
//! In a hurry: [`choosing`], [`lifetimes`], [`keys`], [`cookies`], in this order.

#[doc = include_str!("manual/threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("manual/choosing.md")]
#[doc(alias = "sign")]
#[doc(alias = "encrypt")]
#[doc(alias = "jwt")]
pub mod choosing {}

#[doc = include_str!("manual/lifetimes.md")]
#[doc(alias = "expire")]
#[doc(alias = "timeout")]
#[doc(alias = "refresh")]
pub mod lifetimes {}

#[doc = include_str!("manual/keys.md")]
#[doc = include_str!("manual/keys/managers.md")]
#[doc = include_str!("manual/keys/public.md")]
#[doc = include_str!("manual/keys/health.md")]
#[doc(alias = "secret")]
pub mod keys {}

#[doc = include_str!("manual/rotation.md")]
#[doc(alias = "rotate")]
pub mod rotation {}

#[doc = include_str!("manual/cookies.md")]
#[cfg_attr(all(feature = "axum", feature = "testing"), doc = include_str!("manual/cookies/axum.md"))]
#[doc(alias = "session")]
pub mod cookies {}

#[doc = include_str!("manual/siblings.md")]
#[cfg_attr(feature = "axum", doc = include_str!("manual/siblings/axum.md"))]
#[doc(alias = "race")]
#[doc(alias = "cart")]
pub mod siblings {}

#[doc = include_str!("manual/revocation.md")]
#[doc(alias = "logout")]
#[doc(alias = "blacklist")]
#[doc(alias = "denylist")]
#[doc(alias = "blocklist")]
pub mod revocation {}

#[doc = include_str!("manual/interop.md")]
#[doc(alias = "jwt")]
#[doc(alias = "jwks")]
pub mod interop {}

#[doc = include_str!("manual/migration.md")]
#[doc(alias = "migrate")]
pub mod migration {}

#[doc = include_str!("manual/scale.md")]
#[doc(alias = "performance")]
#[doc(alias = "redis")]
pub mod scale {}

#[doc = include_str!("manual/troubleshooting.md")]
#[doc(alias = "debug")]
#[doc(alias = "tracing")]
pub mod troubleshooting {}

#[doc = include_str!("manual/defaults.md")]
#[doc(alias = "limits")]
pub mod defaults {}

#[doc = include_str!("manual/command.md")]
#[doc(alias = "cli")]
pub mod command {}

#[doc = include_str!("manual/vulnerabilities.md")]
#[doc(alias = "CVE")]
pub mod vulnerabilities {}
