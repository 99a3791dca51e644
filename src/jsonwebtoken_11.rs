//! The bridge to [`jsonwebtoken`] 11 (feature `jsonwebtoken`): a provider of cryptography for it, and its keys from and to ours.
//!
//! `jsonwebtoken` chooses its cryptography by a global of the process. The first call without a choice panics and settles
//! the matter for good; so does a program in which two crates have turned on a backend each. A library must therefore keep its
//! hands off: nothing in this module, nor in this crate, touches that global or turns on one of `jsonwebtoken`'s features. An
//! application may end the trouble with one line in `main`, see [`RING_PROVIDER`].
//!
//! The module is named after the major of `jsonwebtoken` whose types it speaks: theirs change more often than ours.
//!
//! | from | to | |
//! |---|---|---|
//! | `&EncodingKey`, [`Alg`](crate::Alg) | [`Key`](crate::Key) that seals | [`signing_key`], [`signing_key_with_public`] |
//! | `&DecodingKey`, [`Alg`](crate::Alg) | [`Key`](crate::Key) that opens | [`verifying_key`] |
//! | `&Jwk` | [`Key`](crate::Key) | `Key::try_from` |
//! | `&JwkSet` | [`Keyring`](crate::Keyring) | `Keyring::try_from` |
//! | `&Key` | `DecodingKey` | `DecodingKey::try_from` |
//! | [`&Keyring`](crate::Keyring) | `JwkSet` | [`public_jwk_set`] |
//!
//! # Coming from `jsonwebtoken`
//!
//! Sessions that live in JWTs today survive the change: until a time that you name, a [`Sealer`](crate::Sealer) takes them by a profile
//! in which each decision is made by name, and what they hold is sealed anew. [`manual::migration`](crate::manual::migration) has the whole move.
//!
#![cfg_attr(feature = "jose", doc = "```")]
#![cfg_attr(not(feature = "jose"), doc = "```ignore")]
//! use jsonwebtoken::DecodingKey;
//! use orderslip::{
//!     Alg, Error, Expect, ExpectExp, ForeignJwt, JwsAlg, Keyring, Lifetime, Sealer, SlipState, UnixTime,
//!     jsonwebtoken_11::verifying_key,
//! };
//! use serde::{Deserialize, Serialize};
//! use std::time::Duration;
//!
//! #[derive(Serialize, Deserialize)]
//! struct Session { user: String }
//!
//! impl SlipState for Session {
//!     const PURPOSE: &'static str = "shop.example/session";
//!     const VERSION: u16 = 1;
//! }
//!
//! /// What the JWTs hold.
//! #[derive(Deserialize)]
//! struct OldClaims { sub: String }
//!
//! # fn main() -> Result<(), Error> {
//! let old = verifying_key(&DecodingKey::from_secret(b"the secret that the JWTs are made with"), Alg::Hs256)?;
//! let sealer = Sealer::<Session>::encrypted(&Keyring::generate()?)
//!     .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)))
//!     .accept_jwt(
//!         ForeignJwt {
//!             keys: (&Keyring::new(vec![old])?).into(),
//!             alg: JwsAlg::Hs256,
//!             typ: Expect::Absent,
//!             iss: Expect::Absent,
//!             aud: Expect::Absent,
//!             exp: ExpectExp::Required,
//!             accept_until: UnixTime::from_secs(1_800_000_000),
//!         },
//!         |claims: OldClaims| Some(Session { user: claims.sub }),
//!     )
//!     .build()?;
//! # let now = UnixTime::from_secs(1_799_999_999);
//! # let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEiLCJleHAiOjE5MDAwMDAwMDB9.jYavRkjlD9HPR5WR_5qoOnOYIvVV4BPWOLp3lKbH7eU";
//! let slip = sealer.open_at(jwt, now)?;
//! assert_eq!(slip.state().user, "ada");
//! # Ok(()) }
//! ```
//!
//! A key that tokens name by a `kid` gets it with [`Key::named`](crate::Key::named).
//!
//! A secret that is too short (RFC 7518 section 3.2) or plainly guessable is refused by everything here. Do not bring it along: keep
//! verifying with `jsonwebtoken` and the backend that you have inside of `adopt`, let the ring have new keys, and throw
//! the secret away when the time is over.

mod algorithm;
mod der;
mod export;
mod import;
mod provider;

pub use self::{
    export::public_jwk_set,
    import::{signing_key, signing_key_with_public, verifying_key},
    provider::RING_PROVIDER,
};

const NO_PUBLIC_PART: &str = "an EC private key without its public part, which `ring` does not compute";
