//! The checkout of a mergeable cart over a list of what was done once: the order is the record.
//!
//! It may not know engines, nor what is in an order. Whoever comes second gets the first one's order and takes the same out of the cart.

use crate::{
    cbor,
    cookie::merged::Merged,
    error::Error,
    merge::{Cart, CartOp, Committed, IdempotencyKey, Line, Prepared, canonical},
    revoke::{Redeemed, Redeemer, Redemption},
    state::SlipState as _,
    time::UnixTime,
};
use std::{collections::BTreeMap, fmt};

/// How often a barrier that came too late is replaced by one that came too late as well: each takes an answer that was lost for minutes.
const MOST_REPLACED: u8 = 8;

/// An order that is placed: [`Merged::check_out`].
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Placed {
    /// What the application wrote down for it: this call, or the first one.
    pub order: Vec<u8>,
    /// What the order goes by.
    pub key: IdempotencyKey,
    /// Whether it was placed before, by another tab or by a call whose answer was lost.
    pub is_known: bool,
}

/// Shows nothing of the order.
impl fmt::Debug for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Placed").field("is_known", &self.is_known).finish_non_exhaustive()
    }
}

impl<L: Line> Merged<Cart<L>> {
    /// Places an order for what is in the cart, once, and takes it out of the cart.
    ///
    /// The order is what `write` makes of the cart, and it is kept in the list, with what takes it out of the cart again: parallel tabs, a
    /// second click, and a server that died after it kept the order and before it answered all come to the same one. At most [`MAX_RECORD`](crate::revoke::MAX_RECORD)
    /// bytes with the cart's lines. Prices belong into it as the server knows them: the cart is the client's wish.
    ///
    /// The list remembers it until a time: as long as a browser may come with the same cart, which is the longest life of the cart's session, and of the one
    /// that a login begins in its place.
    ///
    /// ```
    /// use orderslip::{Error, UnixTime, cookie::Merged, merge::{Cart, Line}, revoke::Redeemer};
    /// # use std::time::Duration;
    /// # struct Goods; impl Line for Goods { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
    ///
    /// async fn buy(cart: Merged<Cart<Goods>>, orders: &Redeemer) -> Result<String, Error> {
    ///     // A second click, once the first has been answered, finds an empty cart: an order of nothing would be one.
    ///     if cart.read(|cart| cart.lines().next().is_none()) {
    ///         return Ok("your cart is empty".into());
    ///     }
    ///     let until = UnixTime::now()?.saturating_add(Duration::from_secs(90 * 86_400));
    ///     let placed = cart.check_out(orders, until, |cart| format!("{} kinds of things", cart.lines().count()).into_bytes()).await?;
    ///     Ok(format!("order {}: {}", placed.key, String::from_utf8_lossy(&placed.order)))
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`with`](Self::with) and [`Siblings::checkout`](crate::merge::Siblings::checkout), and as [`Redeemer::redeem`]. Whatever it is, asking again finds the
    /// order if there is one.
    pub async fn check_out(
        &self,
        orders: &Redeemer,
        until: UnixTime,
        write: impl FnOnce(&Cart<L>) -> Vec<u8>,
    ) -> Result<Placed, Error> {
        let (key, new) = self.with(|cart| {
            let (order, key) = cart.checkout()?;
            let lines = order.cart().lines().map(|(sku, quantity)| (sku.to_owned(), quantity)).collect();
            let barrier = order.barrier().to_bytes();
            Ok::<_, Error>((key, Record { barrier, lines, order: write(order.cart()) }))
        })??;
        let kept = keep(orders, Redemption::of_checkout(&key, until), &new.to_bytes::<L>()?).await?;
        let is_known = kept.is_some();
        let placed = kept.map_or(Ok(new), |kept| Record::from_bytes(&kept))?;
        let mut barrier = placed.barrier.clone();
        for replaced in 0..MOST_REPLACED {
            let instead = self.with(|cart| match cart.commit(&Prepared::from_bytes(&barrier)?)? {
                Committed::Added => Ok::<_, Error>(None),
                // The order was placed minutes ago, and the answer got lost: take out what was ordered then.
                Committed::TooOld => Ok(Some(cart.prepare(&CartOp::Ordered(placed.lines.clone()))?.to_bytes())),
            })??;
            let Some(instead) = instead else {
                return Ok(Placed { order: placed.order, key, is_known });
            };
            // Whoever comes takes the same one.
            let name = [key.as_bytes().as_slice(), &[replaced]].concat();
            let redemption = Redemption::of("orderslip/instead", &name, until);
            barrier = keep(orders, redemption, &instead).await?.unwrap_or(instead);
        }
        Err(Error::busy("the answers of this checkout keep getting lost"))
    }
}

/// Keeps a record, and gives the one that was there before.
async fn keep(orders: &Redeemer, redemption: Redemption<'_>, record: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    match orders.redeem(&redemption.with_record(record)).await? {
        Redeemed::Now => Ok(None),
        // Its own: a call that was sent twice, or a client that died in between.
        Redeemed::Before(kept) => Ok(Some(kept)),
    }
}

/// What is kept with an order. On the wire: the barrier and the lines, each after its length in four bytes, and the order.
struct Record {
    barrier: Vec<u8>,
    lines: BTreeMap<String, u32>,
    order: Vec<u8>,
}

impl Record {
    fn to_bytes<L: Line>(&self) -> Result<Vec<u8>, Error> {
        let lines = canonical::encode(&self.lines, Cart::<L>::LAYOUT)?;
        let too_long = |_| Error::misuse("an order of more than four gigabytes");
        let length = |part: &[u8]| u32::try_from(part.len()).map(u32::to_be_bytes).map_err(too_long);
        let parts: [&[u8]; 5] = [&length(&self.barrier)?, &self.barrier, &length(&lines)?, &lines, &self.order];
        Ok(parts.concat())
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let part = |bytes: &mut &[u8]| {
            let (length, rest) = bytes.split_first_chunk()?;
            let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
            *bytes = rest;
            Some(part.to_vec())
        };
        let mut rest = bytes;
        let mut read = || Some((part(&mut rest)?, part(&mut rest)?, rest.to_vec()));
        let (barrier, lines, order) =
            read().ok_or_else(|| Error::unavailable("what is kept under this key is no order"))?;
        Ok(Self { barrier, lines: cbor::de::state(&lines)?, order })
    }
}
