#![cfg_attr(not(doctest), doc = include_str!("../docs/pictures.md"))]
// Before the README, and as data: rustdoc has no files, and of two definitions of a label the first one counts (CommonMark 0.31 section 4.7). Not among the
// examples that are tested, which have the name of the first file.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The storeys of the house, from the ground up; a module imports only from those before it (tests/layers).
mod error;

mod bytes;
mod json;
mod time;

mod cbor;

mod codec;
#[cfg_attr(miri, path = "crypto/double.rs")]
mod crypto;

mod context;
mod key;

mod keyring;

mod envelope;

mod lifetime;
mod claims;
mod state;

mod algs;
mod slip;
#[cfg(feature = "jose")]
mod foreign_jwt;
mod builder;
mod opener;
mod sealer;

pub mod merge;

pub mod hazmat;

pub mod revoke;

pub mod cookie;
pub mod csrf;

#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;

#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub mod web;

#[cfg(feature = "jsonwebtoken")]
#[cfg_attr(docsrs, doc(cfg(feature = "jsonwebtoken")))]
pub mod jsonwebtoken_11;

// The guide.
pub mod manual;

// The paved path.
pub use crate::{
    algs::PublicAlg,
    cbor::Layout,
    claims::SlipId,
    error::{Error, ErrorKind, Rejection},
    key::{Alg, Key, KeyId},
    keyring::{Finding, Keyring, Keys, RingStatus, RotationPolicy, SecretText, SharedKeyring},
    lifetime::{DEFAULT_LEEWAY, Lifetime, MAX_LEEWAY},
    opener::{BoundOpener, Opener},
    sealer::{Bound, Sealer},
    slip::{Reason, Slip, Standing},
    state::{Old, SlipState},
    time::{Clock, SystemClock, UnixTime},
};

// Speaking JOSE.
#[cfg(feature = "jose")]
pub use crate::{
    algs::{JweEnc, JwsAlg},
    foreign_jwt::{Expect, ExpectExp, ForeignJwt},
};

// What the settings and limits are called.
pub use crate::{
    builder::Builder,
    bytes::MAX_TOKEN_TEXT,
    context::{MAX_BINDINGS, MAX_PURPOSE},
    key::MIN_SECRET,
    opener::Opens,
    sealer::Seals,
};
