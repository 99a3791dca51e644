//! Letters: with whom one writes, and what was written with one of them.
//!
//! It may not know what is said to everybody.

use crate::{
    checked::Checked,
    desk::Member,
    members::is_name,
    page,
    parts::{self, Saying},
    slips::Notice,
    sorry::Sorry,
};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Redirect, Response},
};
use maud::html;
use orderslip::UnixTime;

pub(crate) async fn all(member: Member) -> Result<Response, Sorry> {
    let partners = member.desk.waiter.letters.partners(&member.name).await?;
    let now = UnixTime::now()?;
    Ok(page::page(&member.desk, |_| {
        html! {
            h1 { "Letters" }
            @if partners.is_empty() { p.hint { "None yet. " a href="/people" { "Write to somebody" } "." } }
            ul.people {
                @for (partner, last) in &partners {
                    li {
                        a.person href={ "/letters/" (partner) } {
                            (parts::face(partner))
                            div { span.name { (partner) } p.hint.cut { (last.text) } }
                            time { (parts::ago(last.at, now)) }
                        }
                    }
                }
            }
        }
    }))
}

pub(crate) async fn with(member: Member, Path(partner): Path<String>) -> Result<Response, Sorry> {
    let waiter = &member.desk.waiter;
    if !waiter.members.exists(&partner).await? {
        return Err(Sorry::Status(StatusCode::NOT_FOUND));
    }
    let letters = waiter.letters.between(&member.name, &partner).await?;
    let now = UnixTime::now()?;
    Ok(page::page(&member.desk, |forms| {
        html! {
            h1 { "With " a href={ "/people/" (partner) } { (partner) } }
            div.letters {
                @for letter in &letters {
                    p.letter.own[letter.author == member.name] { (letter.text) time { (parts::ago(letter.at, now)) } }
                }
            }
            (parts::composer(forms, &format!("/letters/{partner}"), &format!("To {partner}"), "Send"))
        }
    }))
}

pub(crate) async fn send(
    member: Member,
    Path(partner): Path<String>,
    Checked(saying): Checked<Saying>,
) -> Result<Redirect, Sorry> {
    if !is_name(&partner) {
        return Err(Sorry::Status(StatusCode::NOT_FOUND));
    }
    let Some(text) = saying.text() else {
        member.desk.say(Notice::NotPosted)?;
        return Ok(Redirect::to(&format!("/letters/{partner}")));
    };
    if !member.desk.waiter.letters.send(&member.name, &partner, text, UnixTime::now()?).await? {
        return Err(Sorry::Status(StatusCode::NOT_FOUND));
    }
    Ok(Redirect::to(&format!("/letters/{partner}")))
}
