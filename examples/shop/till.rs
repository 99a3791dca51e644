//! The till: for those who are logged in, and where what is in the cart becomes an order.
//!
//! It may not know how one logs in. What is bought, an answer that is still on its way does not bring back; what another tab puts in
//! meanwhile was not bought, and stays.

use crate::{
    account::Nothing,
    basket::{self, say},
    book::Entry,
    cart::{self, Cart},
    checked::Checked,
    desk::{Desk, Waiter},
    page,
    slips::{Notice, Order, Session},
    sorry::Sorry,
};
use axum::{
    extract::State,
    response::{Redirect, Response},
};
use maud::html;
use orderslip::{
    Error,
    cookie::{Held, Merged, Required},
    merge::{CartOp, Committed, IdempotencyKey, Prepared, Siblings},
    web::NotHeld,
};

/// How many orders the session remembers.
const ORDERS: usize = 3;

pub(crate) async fn look(session: Result<Required<Session>, NotHeld>, desk: Desk) -> Result<Response, Sorry> {
    let user = user(&session?)?;
    desk.can_read_the_cart()?;
    let texts = desk.texts();
    Ok(page::page(&desk, |forms| {
        desk.cart(|cart| {
            html! {
                h1 { (texts.check_out) }
                p { (texts.buys_for) " " strong { (user) } "." }
                (basket::table(texts, cart, None))
                form.right action="/checkout" method="post" { (forms.hidden()) button id="buy" { (texts.buy) } }
            }
        })
    }))
}

/// Writes the order into the book, and takes out of the cart what the book then has.
pub(crate) async fn buy(
    State(waiter): State<Waiter>,
    session: Result<Required<Session>, NotHeld>,
    cart: Merged<Cart>,
    notice: Held<Notice>,
    _: Checked<Nothing>,
) -> Result<Redirect, Sorry> {
    let session = session?;
    user(&session)?;
    let Some(order) = cart.with(|cart| check_out(cart, &waiter))?? else {
        say(&notice, Notice::NothingToBuy)?;
        return Ok(Redirect::to("/cart"));
    };
    let number = order.number.clone();
    session.update(|session| {
        // The same order, asked for twice.
        session.orders.retain(|known| known.number != order.number);
        session.orders.insert(0, order);
        session.orders.truncate(ORDERS);
    })?;
    say(&notice, Notice::Ordered(number))?;
    Ok(Redirect::to("/orders"))
}

/// Two tabs that buy the same cart at once come with the same key: the book keeps the order of the first, and both take the same out of the
/// cart.
fn check_out(siblings: &mut Siblings<Cart>, waiter: &Waiter) -> Result<Option<Order>, Error> {
    if siblings.state().is_empty() {
        return Ok(None);
    }
    let (order, key) = siblings.checkout()?;
    let lines = order.cart().lines().map(|(key, quantity)| (key.to_owned(), quantity)).collect();
    let entry = Entry { lines, cents: cart::cents(order.cart()), barrier: order.barrier().to_bytes() };
    let kept = waiter.book.place(&key, &entry)?;
    if siblings.commit(&Prepared::from_bytes(&kept.barrier)?)? == Committed::TooOld {
        // The order was placed many minutes ago, and the answer got lost: take out what was ordered then.
        let instead = siblings.prepare(&CartOp::Ordered(kept.lines))?;
        let kept = waiter.book.instead(&key, instead.to_bytes())?;
        let _ = siblings.commit(&Prepared::from_bytes(&kept)?)?;
    }
    Ok(Some(Order { number: number(&key), cents: kept.cents }))
}

pub(crate) async fn orders(session: Result<Required<Session>, NotHeld>, desk: Desk) -> Result<Response, Sorry> {
    let session = session?;
    user(&session)?;
    let (texts, orders) = (desk.texts(), session.read(|session| session.orders.clone())?);
    Ok(page::page(&desk, |_| {
        html! {
            h1 { (texts.orders) }
            @if orders.is_empty() { p { (texts.no_orders) } }
            table.orders {
                @for order in &orders {
                    tr.order { td { (texts.order) " " strong { (order.number) } } td.price { (texts.locale.money(order.cents)) } }
                }
            }
            p { a.button href="/" { (texts.to_catalogue) } }
        }
    }))
}

/// Guests have a session, too, and buy nothing.
fn user(session: &Required<Session>) -> Result<String, Sorry> {
    session.read(|session| session.user.clone())?.ok_or(Sorry::LogIn)
}

/// The number of an order: from its key, which no other checkout has.
fn number(key: &IdempotencyKey) -> String {
    let text = key.as_bytes().iter().take(4).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>();
    text.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join("-")
}
