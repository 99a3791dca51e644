//! Who redeems: a list of any type behind a handle that handlers can have.
//!
//! It may not know engines. It has no policy to choose: a list that does not answer redeems nothing, because one that failed open would redeem
//! twice.

use crate::{
    error::Error,
    revoke::{MAX_RECORD, Redeemed, Redemption, Redemptions, revocations::Answer},
};
use std::{fmt, sync::Arc};

/// Does a thing at most once, over all servers. Cheap to clone.
///
/// ```
/// use orderslip::{Keyring, Lifetime, Sealer, SlipState, revoke::{MemoryStore, Redeemed, Redeemer, Redemption}};
/// use std::time::Duration;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct LoginLink { mail: String }
///
/// impl SlipState for LoginLink {
///     const PURPOSE: &'static str = "shop.example/login-link";
///     const VERSION: u16 = 1;
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), orderslip::Error> {
/// let redeemer = Redeemer::new(MemoryStore::new(100_000));
/// let links = Sealer::<LoginLink>::encrypted(&Keyring::generate()?).lifetime(Lifetime::absolute(Duration::from_secs(900))).build()?;
/// let token = links.seal(&LoginLink { mail: "ada@example.org".into() })?;
///
/// let link = links.open(&token)?;
/// assert_eq!(redeemer.redeem(&Redemption::of_slip(&link)).await?, Redeemed::Now, "log in");
/// let again = links.open(&token)?;
/// assert_ne!(redeemer.redeem(&Redemption::of_slip(&again)).await?, Redeemed::Now, "this link was used");
/// # Ok(()) }
/// ```
///
/// # What "at most once" is worth
///
/// The list keeps the *record*, once. If the record **is** the deed (an order, written down), it is done exactly once, whoever crashes: who asks again with the same
/// key gets it back. If the deed is elsewhere (a payment, a mail), a server may die between the two: redeem first and it is done at most
/// once; do it first and it is done at least once, so give the other side the key as its idempotency key.
#[derive(Clone)]
#[doc(alias("once", "single use", "nonce", "replay", "magic link"))]
pub struct Redeemer(Arc<dyn AnyRedemptions>);

/// [`Redemptions`] of whatever type.
trait AnyRedemptions: Send + Sync {
    fn redeem<'a>(&'a self, redemption: &'a Redemption<'a>) -> Answer<'a, Redeemed>;
}

impl<S: Redemptions> AnyRedemptions for S {
    fn redeem<'a>(&'a self, redemption: &'a Redemption<'a>) -> Answer<'a, Redeemed> {
        Box::pin(Redemptions::redeem(self, redemption))
    }
}

impl Redeemer {
    /// Over a list.
    #[must_use]
    pub fn new(list: impl Redemptions) -> Self {
        Self(Arc::new(list))
    }

    /// Does it, if nobody has.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the list did not answer: ask again with the same record. [`Error::is_revoked`] if the list was lost since
    /// it could have been done: nobody knows whether it was, and it is not done. [`Error::is_too_large`] if the record has more than [`MAX_RECORD`] bytes.
    pub async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Error> {
        let size = redemption.record().len();
        if size > MAX_RECORD {
            return Err(Error::too_large(size, MAX_RECORD, Vec::new()));
        }
        self.0.redeem(redemption).await
    }
}

impl fmt::Debug for Redeemer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redeemer").finish_non_exhaustive()
    }
}
