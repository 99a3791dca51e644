//! The till: for those who are logged in, and where the cart ends.
//!
//! It may not know how one logs in. What is bought, an answer that is still on its way does not bring back.

use crate::{
    account::Nothing,
    basket::{self, say},
    checked::Checked,
    desk::Desk,
    page,
    slips::{Cart, Notice, Order, Session},
    sorry::Sorry,
};
use axum::response::{Redirect, Response};
use maud::html;
use orderslip::{
    SlipId,
    cookie::{Held, Required},
    web::NotHeld,
};

/// How many orders the session remembers.
const ORDERS: usize = 3;

pub(crate) async fn look(session: Result<Required<Session>, NotHeld>, desk: Desk) -> Result<Response, Sorry> {
    let user = user(&session?)?;
    let texts = desk.texts();
    Ok(page::page(&desk, |forms| {
        desk.cart.read(|cart| {
            html! {
                h1 { (texts.check_out) }
                p { (texts.buys_for) " " strong { (user) } "." }
                (basket::table(texts, cart, None))
                form.right action="/checkout" method="post" { (forms.hidden()) button id="buy" { (texts.buy) } }
            }
        })
    }))
}

/// Takes the cart, so that it ends here, and what it costs from the catalogue.
pub(crate) async fn buy(
    session: Result<Required<Session>, NotHeld>,
    cart: Held<Cart>,
    notice: Held<Notice>,
    _: Checked<Nothing>,
) -> Result<Redirect, Sorry> {
    let session = session?;
    user(&session)?;
    let (number, bought) = (cart.id().map(number), cart.take()?.filter(|cart| !cart.lines.is_empty()));
    let (Some(number), Some(bought)) = (number, bought) else {
        say(&notice, Notice::NothingToBuy)?;
        return Ok(Redirect::to("/cart"));
    };
    // Here a real shop writes the order into its book under this number, once: the same cart may be sent again.
    let order = Order { number: number.clone(), cents: bought.cents() };
    session.update(|session| {
        session.orders.insert(0, order);
        session.orders.truncate(ORDERS);
    })?;
    say(&notice, Notice::Ordered(number))?;
    Ok(Redirect::to("/orders"))
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

/// The number of the order that a cart becomes: from its id, which no other cart has.
fn number(cart: SlipId) -> String {
    let text = cart.as_bytes().iter().take(4).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>();
    text.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join("-")
}
