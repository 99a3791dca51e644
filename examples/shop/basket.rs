//! The cart: looking into it, putting in, taking out.
//!
//! It may not know who buys. What is written is what was meant, "two more" or "none": what another tab writes meanwhile is merged with it. A cart
//! that does not fit any more is an error before anything is sent, and stays as it was.

use crate::{
    cart::{self, Cart, Line},
    catalogue,
    checked::Checked,
    desk::Desk,
    forms::Forms,
    page, pictures,
    slips::Notice,
    sorry::Sorry,
    texts::Texts,
};
use axum::{
    http::StatusCode,
    response::{Redirect, Response},
};
use maud::{Markup, html};
use orderslip::cookie::{Held, Merged};
use serde::Deserialize;

/// The letters of an engraving.
const ENGRAVING: usize = 60;

#[derive(Deserialize)]
pub(crate) struct Choice {
    sku: String,
    quantity: u32,
    #[serde(default)]
    engraving: String,
}

impl Choice {
    fn check(&self) -> Result<(), Sorry> {
        let is_fit = catalogue::find(&self.sku).is_some() && self.engraving.chars().count() <= ENGRAVING;
        is_fit.then_some(()).ok_or(Sorry::Status(StatusCode::UNPROCESSABLE_ENTITY))
    }
}

pub(crate) async fn add(
    cart: Merged<Cart>,
    notice: Held<Notice>,
    Checked(choice): Checked<Choice>,
) -> Result<Redirect, Sorry> {
    choice.check()?;
    let key = cart::key(&choice.sku, choice.engraving.trim());
    cart.with(|cart| cart.add(key, choice.quantity))??;
    say(&notice, Notice::Added(choice.sku))?;
    Ok(Redirect::to("/cart"))
}

pub(crate) async fn set(
    cart: Merged<Cart>,
    notice: Held<Notice>,
    Checked(choice): Checked<Choice>,
) -> Result<Redirect, Sorry> {
    choice.check()?;
    cart.with(|cart| cart.set(cart::key(&choice.sku, &choice.engraving), choice.quantity))??;
    let said = if choice.quantity == 0 { Notice::Removed(choice.sku) } else { Notice::Added(choice.sku) };
    say(&notice, said)?;
    Ok(Redirect::to("/cart"))
}

/// Leaves a word for the next page. What it says can be seen there anyway, so an answer that is full goes without.
pub(crate) fn say(notice: &Held<Notice>, said: Notice) -> Result<(), Sorry> {
    match notice.replace(said) {
        Err(error) if !error.is_too_large() => Err(error.into()),
        _ => Ok(()),
    }
}

pub(crate) async fn show(desk: Desk) -> Result<Response, Sorry> {
    desk.can_read_the_cart()?;
    let texts = desk.texts();
    Ok(page::page(&desk, |forms| {
        desk.cart(|cart| {
            html! {
                h1 { (texts.cart) }
                @if cart.is_empty() {
                    p { (texts.nothing_in_cart) }
                    p { a.button href="/" { (texts.to_catalogue) } }
                } @else {
                    (table(texts, cart, Some(forms)))
                    p.right { a.button href="/checkout" id="check-out" { (texts.check_out) } }
                }
            }
        })
    }))
}

/// The lines of a cart, at today's prices.
pub(crate) fn table(texts: &Texts, cart: &Cart, forms: Option<&Forms>) -> Markup {
    html! {
        table.cart {
            @for line in cart::lines(cart) { (row(texts, &line, forms)) }
            tr.total {
                td colspan="3" { (texts.total) }
                td.price id="total" { (texts.locale.money(cart::cents(cart))) }
            }
        }
    }
}

fn row(texts: &Texts, line: &Line, forms: Option<&Forms>) -> Markup {
    let Some(product) = catalogue::find(line.sku) else { return html! {} };
    let change = |forms: &Forms, content: Markup| {
        html! {
            form action="/cart/set" method="post" {
                (forms.hidden())
                input type="hidden" name="sku" value=(line.sku);
                input type="hidden" name="engraving" value=(line.engraving);
                (content)
            }
        }
    };
    let quantity = html! {
        input type="number" name="quantity" value=(line.quantity) min="0" max="99" aria-label=(texts.quantity);
        button.quiet { (texts.change) }
    };
    let none = html! { input type="hidden" name="quantity" value="0"; button.quiet { (texts.remove) } };
    html! {
        tr.line data-sku=(line.sku) {
            td.picture { (pictures::of(line.sku)) }
            td {
                a href={ "/item/" (line.sku) } { (product.name(texts.locale)) }
                @if !line.engraving.is_empty() { br; q { (line.engraving) } }
            }
            td.quantity {
                @if let Some(forms) = forms { (change(forms, quantity)) (change(forms, none)) } @else { (line.quantity) " ×" }
            }
            td.price { (texts.locale.money(line.cents().unwrap_or_default())) }
        }
    }
}
