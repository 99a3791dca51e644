//! A ring that is replaced while sealers and openers run.
//!
//! It may not know where the next ring comes from. Reading takes no lock: whoever is at work finishes with the ring that it
//! began with, and the next call has the new one.

use super::{Keyring, Keys, Ring, Source};
use arc_swap::ArcSwap;
use std::{fmt, sync::Arc};

/// A handle on a ring that can be replaced under running sealers and openers.
///
/// Clones are handles on the same ring. What is derived from a key is remembered within that key, so it goes when the key
/// does; a sealer begins a new content key with every new ring.
///
/// ```
/// # use orderslip::{Alg, Error, Key, Keyring, Lifetime, Sealer, SharedKeyring, SlipState}; use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// let keys = SharedKeyring::new(Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm)?])?);
/// let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(60))).build()?;
/// let token = sealer.seal(&Cart {})?;
///
/// keys.replace(Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm)?])?);
/// assert!(sealer.open(&token).unwrap_err().is_unreadable(), "the new ring has never heard of the key");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SharedKeyring(Arc<ArcSwap<Ring>>);

impl SharedKeyring {
    /// Shares a ring.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self(Arc::new(ArcSwap::new(keyring.ring)))
    }

    /// The ring of this moment.
    #[must_use]
    pub fn current(&self) -> Keyring {
        Keyring { ring: self.0.load_full() }
    }

    /// Replaces the ring, for all handles, sealers and openers at once.
    pub fn replace(&self, keyring: Keyring) {
        self.0.store(keyring.ring);
    }
}

impl From<&SharedKeyring> for Keys {
    fn from(shared: &SharedKeyring) -> Self {
        Self(Source::Shared(Arc::clone(&shared.0)))
    }
}

impl fmt::Debug for SharedKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedKeyring").field(&self.current()).finish()
    }
}
