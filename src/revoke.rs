//! What only a shared store can do: to end slips before their time, and to do a thing at most once.
//!
//! A token alone is neither fresh nor used up: a copy of it stays good until it expires. Who needs more than that keeps a small list which all
//! servers share. This module says what such a list is asked ([`Revocations`], [`Redemptions`]), has one for a single process
//! ([`MemoryStore`]) and one for a fleet (`RedisStore` with the feature `redis`), and stands between it and the slips ([`Guard`],
//! [`Redeemer`]). Anything else can be the list: implement the traits.
//!
//! It may not know cookies or frameworks, and no other module of the library needs it.
//!
//! | wish | what it takes |
//! |---|---|
//! | this browser logs out | nothing of this: [`Visit::logout`](crate::cookie::Visit::logout) and its tombstone |
//! | a copied token ends as well | [`Guard::revoke`] |
//! | log out everywhere, after a change of password | [`Guard::log_out_everywhere`], or an [`Epoch`] in the state and no store at all |
//! | all devices but this one | [`Guard::log_out_elsewhere`] |
//! | one device of a list | a [`SlipRef`] in the list, and [`Guard::revoke_ref`] |
//! | a key is in wrong hands | its `revoked` member in the ring ([`Keyring`](crate::Keyring)); [`Guard::revoke_key`] until every server has that |
//! | a login link, a coupon, an order: once | [`Redeemer::redeem`] |

mod digest;
mod epoch;
mod guard;
mod memory;
mod redeemer;
mod redemptions;
#[cfg(feature = "redis")]
mod redis;
mod revocations;
mod slip_ref;

#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use self::redis::{DEFAULT_TIME_LIMIT, RedisStore};
pub use digest::Digest;
pub use epoch::Epoch;
pub use guard::Guard;
pub(crate) use guard::query;
pub use memory::MemoryStore;
pub use redeemer::Redeemer;
pub use redemptions::{MAX_RECORD, Redeemed, Redemption, Redemptions};
pub use revocations::{Query, Revocation, Revocations, Verdict};
pub use slip_ref::SlipRef;
