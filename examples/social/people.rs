//! The members: all of them, and one of them.
//!
//! It may not know what is said in letters.

use crate::{checked::Checked, desk::Member, forms::Forms, members::Profile, page, parts, sorry::Sorry};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{Redirect, Response},
};
use maud::{Markup, html};
use orderslip::UnixTime;
use serde::Deserialize;

pub(crate) async fn all(member: Member) -> Result<Response, Sorry> {
    let profiles = member.desk.waiter.members.profiles(&member.name, None).await?;
    Ok(page::page(&member.desk, |forms| {
        html! {
            h1 { "People" }
            ul.people { @for profile in &profiles { li { (line(profile, forms, "/people", true)) } } }
            form.invite action="/invite" method="post" {
                (forms.hidden())
                p { "Somebody is missing? " }
                button { "Make an invitation" }
            }
        }
    }))
}

pub(crate) async fn one(member: Member, Path(name): Path<String>) -> Result<Response, Sorry> {
    let waiter = &member.desk.waiter;
    let profiles = waiter.members.profiles(&member.name, Some(&name)).await?;
    let profile = profiles.first().ok_or(Sorry::Status(StatusCode::NOT_FOUND))?;
    let (posts, now) = (waiter.posts.by(&name).await?, UnixTime::now()?);
    let is_other = profile.name != member.name;
    Ok(page::page(&member.desk, |forms| {
        html! {
            section.card { (line(profile, forms, &member.desk.path, is_other)) }
            @if posts.is_empty() { p.hint { "Nothing was said yet." } }
            (parts::all_said(&posts, now))
        }
    }))
}

fn line(profile: &Profile, forms: &Forms, back: &str, is_other: bool) -> Markup {
    let Profile { name, posts, followers, is_followed } = profile;
    html! {
        div.person {
            (parts::face(name))
            div { a.name href={ "/people/" (name) } { (name) } p.hint { (counted(*posts, "post")) ", " (counted(*followers, "follower")) } }
            @if is_other {
                a.button.quiet href={ "/letters/" (name) } { "Write" }
                form action={ "/people/" (name) "/" (if *is_followed { "leave" } else { "follow" }) } method="post" {
                    (forms.hidden())
                    input type="hidden" name="back" value=(back);
                    button.quiet[*is_followed] { (if *is_followed { "Following" } else { "Follow" }) }
                }
            }
        }
    }
}

fn counted(number: i64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    back: String,
}

pub(crate) async fn follow(member: Member, Path(name): Path<String>, form: Checked<Back>) -> Result<Redirect, Sorry> {
    change(&member, &name, true, &form.0).await
}

pub(crate) async fn leave(member: Member, Path(name): Path<String>, form: Checked<Back>) -> Result<Redirect, Sorry> {
    change(&member, &name, false, &form.0).await
}

async fn change(member: &Member, name: &str, follows: bool, form: &Back) -> Result<Redirect, Sorry> {
    if name != member.name {
        member.desk.waiter.members.follow(&member.name, name, follows).await?;
    }
    Ok(Redirect::to(crate::taste::local(&form.back)))
}
