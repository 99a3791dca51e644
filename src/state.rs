//! What a state is: its purpose, its version, and how older versions become the current one.
//!
//! It may not know tokens or keys.

use crate::{cbor::Layout, codec::Encoded, error::Error};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// A type whose values travel in a slip.
///
/// A second use of one type, or a type of somebody else's, takes a newtype of yours.
///
/// ```
/// use orderslip::{Error, Old, SlipState};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Cart {
///     lines: Vec<Line>,
/// }
///
/// #[derive(Serialize, Deserialize)]
/// struct Line {
///     sku: String,
///     quantity: u32,
/// }
///
/// impl SlipState for Cart {
///     const PURPOSE: &'static str = "shop.example/cart";
///     const VERSION: u16 = 2;
///
///     fn upgrade(old: Old<'_>) -> Result<Self, Error> {
///         match old.version() {
///             // Version 1 was a plain list of articles.
///             1 => {
///                 let skus: Vec<String> = old.decode()?;
///                 Ok(Self { lines: skus.into_iter().map(|sku| Line { sku, quantity: 1 }).collect() })
///             }
///             _ => Err(old.refuse("no cart of this version was ever deployed")),
///         }
///     }
/// }
/// ```
///
/// # Shapes that do not come back
///
/// `Some(())` and `Some(None)` are read as `None`, as in JSON. Within `#[serde(flatten)]`, untagged and internally tagged
/// enums serde itself keeps values in a buffer that knows no 128-bit integers and takes every format for human-readable: a
/// `u128`, an `IpAddr` or a `Uuid` in there is sealed and is *unreadable* when it comes back. What [`Layout::Positional`] does
/// not support stands there. In JOSE tokens, which are JSON, a float that is no number comes back as `null`, and a map's keys must be
/// texts, numbers or the like. A type that is an option of itself and nothing more (`struct List(Option<Box<List>>)`) is refused where a state is read; within what
/// serde buffers nobody can count, and it fills the stack: have none there. A round trip of each type belongs into your tests.
///
/// A purpose that is empty, longer than 64 bytes or not printable ASCII does not compile where the type is used:
///
/// ```compile_fail,E0080
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
/// impl SlipState for Cart { const PURPOSE: &'static str = ""; const VERSION: u16 = 1; }
/// # let keys = Keyring::generate().unwrap();
/// let builder = Sealer::<Cart>::encrypted(&keys);
/// ```
#[doc(alias("session", "claims", "cart"))]
pub trait SlipState: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What the state is for, unique in your application: printable ASCII, at most 64 bytes. It is bound into every token and
    /// takes no byte of it, but in a JOSE token, where it is the `aud`; a token of another purpose does not open.
    #[doc(alias("aud", "audience"))]
    const PURPOSE: &'static str;

    /// The version of the type's shape. Raise it when a change must survive a rolling deploy: an older server that reads a
    /// newer `Named` state of the *same* version and seals it again drops the fields that it does not know.
    const VERSION: u16;

    /// How structs are written; see [`Layout`].
    const LAYOUT: Layout = Layout::Named;

    /// Makes a state of this version from one of an older version. Newer versions never come here.
    ///
    /// # Errors
    /// What [`Old::decode`] or [`Old::refuse`] gives. The default refuses every other version.
    #[doc(alias("migrate", "schema"))]
    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        Err(old.refuse("this type has no upgrade from another version"))
    }

    /// Whose state this is: what "log out everywhere" goes by, and mergeable state that is tied to this slip. What is a guest's, and of no subject, goes along with whatever
    /// replaces the slip; what is a subject's goes along with that subject alone. So a session without this method is always a guest's: the next user of the browser gets the
    /// cart of the one before.
    ///
    /// See [`MergedJar`](crate::cookie::MergedJar).
    #[doc(alias("sub", "user"))]
    fn subject(&self) -> Option<&str> {
        None
    }
}

/// The state of an older version, authentic and in time.
pub struct Old<'a> {
    version: u16,
    state: Encoded<'a>,
}

impl<'a> Old<'a> {
    /// The version it was sealed with.
    #[must_use]
    pub fn version(&self) -> u16 {
        self.version
    }

    /// Reads it as the type it was, in either layout. The type may borrow from it; a text that JSON spells with escapes cannot be borrowed.
    ///
    /// # Errors
    /// [`Error::is_unreadable`] if it is not of that type.
    pub fn decode<V: Deserialize<'a>>(&self) -> Result<V, Error> {
        self.state.decode_into(|state| state)
    }

    /// Refuses it. The reason is for your logs: a constant, so that no data gets there.
    #[must_use]
    pub fn refuse(self, why: &'static str) -> Error {
        Error::refused(why)
    }
}

impl fmt::Debug for Old<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Old").field("version", &self.version).finish_non_exhaustive()
    }
}

/// Reads an authentic state of this version or an older one, and puts it into whatever it is for.
#[inline]
pub(crate) fn read<T: SlipState, R>(
    version: u64,
    state: Encoded<'_>,
    held_until: u64,
    done: impl FnOnce(T) -> R,
) -> Result<R, Error> {
    let mut read = if version == u64::from(T::VERSION) {
        state.decode_into(done)
    } else {
        read_older(version, state, held_until).map(done)
    };
    if let Err(error) = &mut read {
        error.hold_until(held_until);
    }
    read
}

fn read_older<T: SlipState>(version: u64, state: Encoded<'_>, held_until: u64) -> Result<T, Error> {
    match u16::try_from(version) {
        Ok(version) if version < T::VERSION => T::upgrade(Old { version, state }),
        _ => Err(Error::newer_version(held_until)),
    }
}
