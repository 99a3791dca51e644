//! Logging in and out.
//!
//! It may not know carts, and need not: the cart belongs to the visitor's slip, which neither begins nor ends here.

use crate::{
    basket::say,
    checked::Checked,
    desk::Desk,
    page,
    slips::{Notice, Session},
    sorry::Sorry,
};
use axum::{
    extract::Query,
    response::{Redirect, Response},
};
use maud::html;
use orderslip::cookie::Held;
use serde::Deserialize;

/// A real shop asks its users' database, which keeps no passwords but their hashes.
const PASSWORD: &str = "soup";

/// Where those are sent who have to log in first: only who buys has to.
pub(crate) const LOG_IN: &str = "/login?back=/checkout";

#[derive(Deserialize)]
pub(crate) struct Way {
    #[serde(default)]
    back: String,
}

pub(crate) async fn ask(Query(way): Query<Way>, desk: Desk) -> Response {
    let (texts, back) = (desk.texts(), local(&way.back));
    page::page(&desk, |forms| {
        html! {
            form.login action="/login" method="post" {
                h1 { (texts.log_in) }
                @if back != "/" { p { (texts.log_in_first) } }
                (forms.hidden())
                input type="hidden" name="back" value=(back);
                label { (texts.name) input name="name" maxlength="40" required autocomplete="username" autofocus; }
                label {
                    (texts.password)
                    input type="password" name="password" required autocomplete="current-password";
                }
                p.hint { (texts.password_hint) }
                button id="log-in-now" { (texts.log_in) }
            }
        }
    })
}

#[derive(Deserialize)]
pub(crate) struct Login {
    name: String,
    password: String,
    #[serde(default)]
    back: String,
}

pub(crate) async fn log_in(
    session: Held<Session>,
    notice: Held<Notice>,
    Checked(login): Checked<Login>,
) -> Result<Redirect, Sorry> {
    let name = login.name.trim();
    if login.password != PASSWORD || !(1..=40).contains(&name.chars().count()) {
        say(&notice, Notice::WrongPassword)?;
        return Ok(Redirect::to(&format!("/login?back={}", local(&login.back))));
    }
    // A new slip with a new id, whatever the guest's was: somebody else may have seen that one, or planted it.
    session.replace_with(|guest| match guest.user {
        None => Session { user: Some(name.to_owned()), seen: guest.seen, orders: Vec::new() },
        Some(_) => Session { user: Some(name.to_owned()), ..Session::default() },
    })?;
    say(&notice, Notice::Welcome)?;
    Ok(Redirect::to(local(&login.back)))
}

/// A form without fields of its own.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn log_out(
    session: Held<Session>,
    notice: Held<Notice>,
    _: Checked<Nothing>,
) -> Result<Redirect, Sorry> {
    session.logout()?;
    say(&notice, Notice::Goodbye)?;
    Ok(Redirect::to("/"))
}

/// A path of this shop; anything else is somewhere else, where nobody should be sent.
pub(crate) fn local(back: &str) -> &str {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"/-".contains(&byte);
    if back.starts_with('/') && !back.starts_with("//") && back.bytes().all(is_fit) { back } else { "/" }
}
