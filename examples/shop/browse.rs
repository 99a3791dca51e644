//! Looking around: the catalogue, and one thing of it.
//!
//! It may not know carts. What was looked at last goes onto the session's slip, and only if that changes it.

use crate::{
    catalogue::{self, Product},
    desk::Desk,
    forms::Forms,
    page, pictures,
    sorry::Sorry,
    texts::Texts,
};
use axum::{extract::Path, http::StatusCode, response::Response};
use maud::{Markup, html};

/// How many things the visitor is reminded of.
const SEEN: usize = 4;

pub(crate) async fn all(desk: Desk) -> Response {
    let (texts, seen) = (desk.texts(), desk.session.read(|session| session.seen.clone()));
    page::page(&desk, |forms| {
        html! {
            h1 { (texts.catalogue) }
            div.grid { @for product in &catalogue::ALL { (card(texts, forms, product)) } }
            @if !seen.is_empty() {
                h2 { (texts.seen) }
                div.row {
                    @for product in seen.iter().filter_map(|sku| catalogue::find(sku)) {
                        a.small href={ "/item/" (product.sku) } {
                            (pictures::of(product.sku)) span { (product.name(texts.locale)) }
                        }
                    }
                }
            }
        }
    })
}

fn card(texts: &Texts, forms: &Forms, product: &Product) -> Markup {
    html! {
        article.card {
            a href={ "/item/" (product.sku) } { (pictures::of(product.sku)) h3 { (product.name(texts.locale)) } }
            div.buy {
                span.price { (texts.locale.money(product.cents)) }
                form action="/cart/add" method="post" {
                    (forms.hidden())
                    input type="hidden" name="sku" value=(product.sku);
                    input type="hidden" name="quantity" value="1";
                    button id={ "add-" (product.sku) } aria-label=(texts.add) title=(texts.add) { "+" }
                }
            }
        }
    }
}

pub(crate) async fn one(Path(sku): Path<String>, desk: Desk) -> Result<Response, Sorry> {
    let product = catalogue::find(&sku).ok_or(Sorry::Status(StatusCode::NOT_FOUND))?;
    remember(&desk, product);
    let texts = desk.texts();
    Ok(page::page(&desk, |forms| {
        html! {
            article.item {
                (pictures::of(product.sku))
                div {
                    h1 { (product.name(texts.locale)) }
                    p { (product.description(texts.locale)) }
                    p.price { (texts.locale.money(product.cents)) }
                    form.order action="/cart/add" method="post" {
                        (forms.hidden())
                        input type="hidden" name="sku" value=(product.sku);
                        label { (texts.quantity) input type="number" name="quantity" value="1" min="1" max="99" required; }
                        label {
                            (texts.engraving) " " small { (texts.engraving_hint) }
                            input name="engraving" maxlength="60" autocomplete="off";
                        }
                        button id="add" { (texts.add) }
                    }
                }
            }
        }
    }))
}

/// Nobody is turned away because this cannot be written down.
fn remember(desk: &Desk, product: &Product) {
    if desk.session.read(|session| session.seen.first().is_some_and(|first| first == product.sku)) {
        return;
    }
    let written = desk.session.update(|session| {
        session.seen.retain(|sku| sku != product.sku);
        session.seen.insert(0, product.sku.to_owned());
        session.seen.truncate(SEEN);
    });
    if let Err(error) = written {
        eprintln!("shop: not remembered: {error}");
    }
}
