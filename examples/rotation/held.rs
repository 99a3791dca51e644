//! What a guest holds between two visits: a token, and what should be in it.
//!
//! It may not know keys or servers' clocks. Whether a cart is over is told by when it truly began, and never by what a server
//! says of it.

use crate::{
    Fault,
    cart::{Cart, Order, Served},
    fleet::Fleet,
    guest::{LONGEST_PAUSE, Visit},
    tally::Tally,
};
use orderslip::UnixTime;

pub(crate) struct Held {
    token: String,
    /// What should be in it.
    cart: Cart,
    /// When it truly began.
    began: UnixTime,
    /// When the token was truly sealed.
    sealed: UnixTime,
}

/// One visit: an order with the token that the guest holds, or with none. A guest who is refused begins a new cart.
pub(crate) async fn visit(
    guest: usize,
    visit: &Visit,
    held: Option<Held>,
    fleet: &Fleet,
    tally: &mut Tally,
) -> Result<Held, Fault> {
    tally.visits += 1;
    if let Some(held) = held {
        if visit.time.since(held.began) > LONGEST_PAUSE {
            // Its time was up: as when a browser drops a cookie that is past its `Max-Age`.
            tally.tokens_over += 1;
        } else {
            match fleet.order(visit.server, &order(visit, Some(&held.token))).await? {
                Ok(served) => {
                    tally.served(visit.time.since(held.sealed), served.of_an_older_key);
                    return Held { sealed: visit.time, ..held }.with(visit, served);
                }
                Err(refusal) => tally.refused(guest, refusal),
            }
        }
    }
    match fleet.order(visit.server, &order(visit, None)).await? {
        Ok(served) => {
            let nothing = Held { token: String::new(), cart: Cart::default(), began: visit.time, sealed: visit.time };
            nothing.with(visit, served)
        }
        Err(refusal) => Err(format!("a guest without a token was refused as {refusal:?}").into()),
    }
}

fn order(visit: &Visit, token: Option<&str>) -> Order {
    Order { time: visit.time.as_secs(), token: token.map(str::to_owned), dish: visit.dish.to_owned() }
}

impl Held {
    /// After an order was served: is everything in the cart?
    fn with(mut self, visit: &Visit, served: Served) -> Result<Self, Fault> {
        self.cart.add(visit.dish);
        if served.cart != self.cart {
            return Err(format!("{:?} came back as {:?}", self.cart, served.cart).into());
        }
        Ok(Self { token: served.token, ..self })
    }
}
