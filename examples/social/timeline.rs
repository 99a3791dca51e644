//! The first page: what those say whom one follows.
//!
//! It may not know how anybody logs in.

use crate::{
    checked::Checked,
    desk::{Desk, Member},
    page,
    parts::{self, Saying},
    slips::Notice,
    sorry::Sorry,
};
use axum::response::{Redirect, Response};
use maud::html;
use orderslip::UnixTime;

pub(crate) async fn show(desk: Desk) -> Result<Response, Sorry> {
    // Who has none, or a guest's, is greeted; who may have one that cannot be read here and now is told so.
    if let Some(error) = desk.session.error().filter(|error| error.is_unavailable()) {
        return Err(error.into());
    }
    let Some(member) = desk.member() else { return Ok(welcome(&desk)) };
    let (posts, now) = (desk.waiter.posts.timeline(&member).await?, UnixTime::now()?);
    Ok(page::page(&desk, |forms| {
        html! {
            (parts::composer(forms, "/post", "What is on your plate?", "Post"))
            @if posts.is_empty() { p.hint { "It is quiet here. " a href="/people" { "Follow somebody" } ", or say something." } }
            (parts::all_said(&posts, now))
        }
    }))
}

fn welcome(desk: &Desk) -> Response {
    page::page(desk, |_| {
        html! {
            section.card.welcome {
                h1 { "The regulars’ table" }
                p { "A small network that keeps who you are on a slip in your browser. Any of its processes can read it; none of them remembers you." }
                p { "Log in as " code { "ada" } ", " code { "bob" } " or " code { "cleo" } ", with the password " code { "soup with bread" } "." }
                p { a.button href="/login" { "Log in" } }
            }
        }
    })
}

pub(crate) async fn post(member: Member, Checked(saying): Checked<Saying>) -> Result<Redirect, Sorry> {
    match saying.text() {
        Some(text) => member.desk.waiter.posts.add(&member.name, text, UnixTime::now()?).await?,
        None => member.desk.say(Notice::NotPosted)?,
    }
    Ok(Redirect::to("/"))
}
