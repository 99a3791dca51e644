//! A ready cart: quantities per line, a few registers, checkout.
//!
//! It may not know cookies. How it is written stands in `wire.rs`.

mod wire;

use super::{IdempotencyKey, Mergeable, Prepared, Siblings, canonical};
use crate::{
    error::Error,
    state::{Old, SlipState},
};
use std::{collections::BTreeMap, fmt, iter::Sum, marker::PhantomData};

/// What kind of cart it is.
///
/// ```
/// use orderslip::merge::{Cart, CartOp, Line, Mergeable};
///
/// struct Menu;
///
/// impl Line for Menu {
///     const PURPOSE: &'static str = "restaurant.example/order";
///     const VERSION: u16 = 1;
///
///     fn limit(_dish: &str) -> u32 {
///         20
///     }
/// }
///
/// let mut order = Cart::<Menu>::default();
/// order.apply(&CartOp::Add("soup".into(), 30));
/// assert_eq!(order.quantity("soup"), 20);
/// ```
pub trait Line: Send + Sync + 'static {
    /// As [`SlipState::PURPOSE`].
    const PURPOSE: &'static str;

    /// As [`SlipState::VERSION`]. A change of [`limit`](Self::limit) or [`survives_checkout`](Self::survives_checkout) is a new version too.
    const VERSION: u16;

    /// The most that a line can hold; more is cut off. Merging can exceed no limit of a line, because it is applied again after every operation.
    /// A limit over several lines cannot be kept here: check it at checkout.
    #[must_use]
    fn limit(_sku: &str) -> u32 {
        u32::MAX
    }

    /// Whether a checkout leaves this register as it is.
    #[must_use]
    fn survives_checkout(_register: &str) -> bool {
        false
    }
}

/// A cart that is the same in all tabs.
///
/// In a request it is held by [`Siblings<Cart<L>>`](Siblings), which has [`add`](Siblings::add), [`set`](Siblings::set),
/// [`remove`](Siblings::remove), [`register`](Siblings::register) and [`checkout`](Siblings::checkout).
///
/// Ten lines with keys of ten characters that nobody touches cost less than 280 characters of a cookie, its name included; an operation
/// costs less than 96.
///
/// ```
/// use orderslip::merge::{Cart, CartOp, Line, Mergeable};
///
/// struct Menu;
/// impl Line for Menu {
///     const PURPOSE: &'static str = "restaurant.example/order";
///     const VERSION: u16 = 1;
/// }
///
/// let mut order = Cart::<Menu>::default();
/// for op in [CartOp::Add("soup".into(), 2), CartOp::Add("tea".into(), 1), CartOp::Add("soup".into(), -1)] {
///     order.apply(&op);
/// }
/// let cents = |dish: &str, quantity: u32| if dish == "soup" { 450 * quantity } else { 200 * quantity };
/// assert_eq!(order.total(cents), 650);
/// ```
#[doc(alias("basket", "session"))]
pub struct Cart<L> {
    lines: BTreeMap<String, u32>,
    registers: BTreeMap<String, String>,
    kind: PhantomData<fn() -> L>,
}

/// What can be done to a [`Cart`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CartOp {
    /// So many more of it, or fewer. Never below none, never above [`Line::limit`].
    Add(String, i64),
    /// So many of it, whatever there were; none removes the line.
    Set(String, u32),
    /// This text in that register, or nothing.
    Register(String, Option<String>),
    /// Everything that was seen is ordered: the lines, and the registers that do not [survive](Line::survives_checkout).
    Checkout,
    /// So many of each were ordered by a checkout whose answer was lost, too long ago for its own barrier: takes them out, as far as
    /// they are there.
    Ordered(BTreeMap<String, u32>),
}

/// What a checkout observed, and the barrier that takes it out of the cart once it is ordered.
///
/// [`Siblings::checkout`](crate::merge::Siblings::checkout) has the ten lines of a till.
#[must_use = "an order that is placed is taken out of the cart by `commit(order.barrier())`"]
pub struct Order<L: Line> {
    cart: Cart<L>,
    barrier: Prepared<Cart<L>>,
}

impl<L> Cart<L> {
    /// Every line with its quantity, which is never 0, in the order of the keys.
    pub fn lines(&self) -> impl Iterator<Item = (&str, u32)> {
        self.lines.iter().map(|(sku, quantity)| (sku.as_str(), *quantity))
    }

    /// How many there are of it.
    #[must_use]
    pub fn quantity(&self, sku: &str) -> u32 {
        self.lines.get(sku).copied().unwrap_or_default()
    }

    /// Whether there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What stands in a register: a coupon, a note, whether it is a gift.
    ///
    /// [`Siblings::register`](crate::merge::Siblings::register) writes it.
    #[must_use]
    pub fn register(&self, name: &str) -> Option<&str> {
        self.registers.get(name).map(String::as_str)
    }

    /// The sum over all lines, by what a line of so many costs.
    pub fn total<S: Sum>(&self, price: impl Fn(&str, u32) -> S) -> S {
        self.lines().map(|(sku, quantity)| price(sku, quantity)).sum()
    }
}

impl<L: Line> Siblings<Cart<L>> {
    /// So many more of it, or fewer.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub fn add(&mut self, sku: impl Into<String>, by: impl Into<i64>) -> Result<(), Error> {
        self.update(&CartOp::Add(sku.into(), by.into()))
    }

    /// So many of it.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub fn set(&mut self, sku: impl Into<String>, quantity: u32) -> Result<(), Error> {
        self.update(&CartOp::Set(sku.into(), quantity))
    }

    /// None of it. What another tab adds at the same time, without having seen this, is added before it or after it.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub fn remove(&mut self, sku: impl Into<String>) -> Result<(), Error> {
        self.set(sku, 0)
    }

    /// Puts a text into a register, or empties it: the last write counts.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub fn register(&mut self, name: impl Into<String>, text: Option<String>) -> Result<(), Error> {
        self.update(&CartOp::Register(name.into(), text))
    }

    /// What would be ordered now, and the key under which to place the order so that it is placed once. The cart stays as it is until
    /// the barrier is committed.
    ///
    /// ```
    /// use orderslip::{Error, merge::{Cart, CartOp, Committed, Line, Prepared, Siblings}};
    /// use std::collections::BTreeMap;
    /// # struct Menu; impl Line for Menu { const PURPOSE: &'static str = "restaurant.example/order"; const VERSION: u16 = 1; }
    /// # struct Placed { lines: BTreeMap<String, u32>, barrier: Vec<u8> }
    /// # trait Orders {
    /// #     fn place(&self, key: &[u8; 32], lines: BTreeMap<String, u32>, barrier: Vec<u8>) -> Placed;
    /// #     fn replace(&self, key: &[u8; 32], old: &[u8], new: Vec<u8>) -> Vec<u8>;
    /// # }
    ///
    /// fn check_out(siblings: &mut Siblings<Cart<Menu>>, orders: &impl Orders) -> Result<(), Error> {
    ///     let (order, key) = siblings.checkout()?;
    ///     let lines = order.cart().lines().map(|(dish, quantity)| (dish.to_owned(), quantity)).collect();
    ///     // Keeps the first order of a key with its barrier, and gives what it keeps: ours, or that of the tab that was faster.
    ///     let kept = orders.place(key.as_bytes(), lines, order.barrier().to_bytes());
    ///     if siblings.commit(&Prepared::from_bytes(&kept.barrier)?)? == Committed::TooOld {
    ///         // The order was placed many minutes ago, and the answer got lost: take out of the cart what was ordered then.
    ///         let instead = siblings.prepare(&CartOp::Ordered(kept.lines))?;
    ///         let kept = orders.replace(key.as_bytes(), &kept.barrier, instead.to_bytes());
    ///         let _ = siblings.commit(&Prepared::from_bytes(&kept)?)?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn checkout(&self) -> Result<(Order<L>, IdempotencyKey), Error> {
        let barrier = self.prepare(&CartOp::Checkout)?;
        Ok((Order { cart: self.state().clone(), barrier }, self.idempotency_key()))
    }
}

impl<L: Line> Order<L> {
    /// What is ordered.
    #[must_use]
    pub fn cart(&self) -> &Cart<L> {
        &self.cart
    }

    /// What takes it out of the cart: for [`Siblings::commit`], once the order is placed.
    #[must_use]
    pub fn barrier(&self) -> &Prepared<Cart<L>> {
        &self.barrier
    }
}

impl<L: Line> SlipState for Cart<L> {
    const PURPOSE: &'static str = L::PURPOSE;
    const VERSION: u16 = L::VERSION;

    /// The shape is ours and has been one: what was in the cart is in it. A new version with another [`Line::limit`] applies that from the next write on.
    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        old.decode()
    }
}

impl<L: Line> Mergeable for Cart<L> {
    type Op = CartOp;

    fn apply(&mut self, op: &CartOp) {
        match op {
            CartOp::Add(sku, by) => self.put(sku, i64::from(self.quantity(sku)).saturating_add(*by)),
            CartOp::Set(sku, quantity) => self.put(sku, (*quantity).into()),
            CartOp::Register(name, Some(text)) => drop(self.registers.insert(name.clone(), text.clone())),
            CartOp::Register(name, None) => drop(self.registers.remove(name)),
            CartOp::Checkout => {
                self.lines.clear();
                self.registers.retain(|name, _| L::survives_checkout(name));
            }
            CartOp::Ordered(lines) => {
                for (sku, quantity) in lines {
                    self.put(sku, i64::from(self.quantity(sku)) - i64::from(*quantity));
                }
            }
        }
    }

    fn is_barrier(op: &CartOp) -> bool {
        matches!(op, CartOp::Checkout | CartOp::Ordered(_))
    }

    /// It is written as a map, or as two, whose entries are data.
    fn sizes(&self) -> Vec<(&'static str, usize)> {
        let lines = canonical::encode(&self.lines, Self::LAYOUT).map_or(0, |bytes| bytes.len());
        let registers = canonical::encode(&self.registers, Self::LAYOUT).map_or(0, |bytes| bytes.len());
        vec![("lines", lines), ("registers", registers)]
    }
}

impl<L: Line> Cart<L> {
    fn put(&mut self, sku: &str, quantity: i64) {
        let quantity = u32::try_from(quantity.max(0)).unwrap_or(u32::MAX).min(L::limit(sku));
        if quantity == 0 {
            self.lines.remove(sku);
        } else if let Some(line) = self.lines.get_mut(sku) {
            *line = quantity;
        } else {
            self.lines.insert(sku.to_owned(), quantity);
        }
    }
}

// By hand, because derived ones would ask the same of `L`, which has no values.

impl<L> Clone for Cart<L> {
    fn clone(&self) -> Self {
        Self { lines: self.lines.clone(), registers: self.registers.clone(), kind: PhantomData }
    }
}

impl<L> Default for Cart<L> {
    fn default() -> Self {
        Self { lines: BTreeMap::new(), registers: BTreeMap::new(), kind: PhantomData }
    }
}

impl<L> PartialEq for Cart<L> {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines && self.registers == other.registers
    }
}

impl<L> Eq for Cart<L> {}

impl<L> fmt::Debug for Cart<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cart").field("lines", &self.lines).field("registers", &self.registers).finish()
    }
}

impl<L: Line> fmt::Debug for Order<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("cart", &self.cart).finish_non_exhaustive()
    }
}
