//! Where a member is logged in, and what ends that from here: one device, all others, all, or a new password.
//!
//! It may not know how anybody logs in. What ends a slip is the guard; the list is shortened when that is done, and not before.

use crate::{
    account,
    checked::Checked,
    desk::Member,
    forms::Forms,
    page,
    parts::{self, Nothing},
    password,
    sessions::Listed,
    slips::Notice,
    sorry::Sorry,
};
use axum::{
    http::StatusCode,
    response::{Redirect, Response},
};
use maud::{Markup, html};
use orderslip::{Error, UnixTime};
use serde::Deserialize;

const HERE: &str = "/devices";

pub(crate) async fn show(member: Member) -> Result<Response, Sorry> {
    let now = UnixTime::now()?;
    let (listed, here) = (member.desk.waiter.sessions.of(&member.name, now).await?, member.desk.session.slip_ref());
    Ok(page::page(&member.desk, |forms| {
        html! {
            h1 { "Devices" }
            ul.devices { @for one in &listed { (line(one, here == Some(one.slip), forms, now)) } }
            div.row {
                form action="/devices/others" method="post" { (forms.hidden()) button id="end-others" { "Log out all others" } }
                form action="/devices/all" method="post" { (forms.hidden()) button.quiet id="end-all" { "Log out everywhere" } }
            }
            form.card action="/devices/password" method="post" {
                h2 { "A new password" }
                (forms.hidden())
                input type="hidden" name="name" autocomplete="username" value=(member.name);
                label { "The present one" input type="password" name="present" maxlength="128" required autocomplete="current-password"; }
                label { "The new one" input type="password" name="new" minlength="15" maxlength="128" required autocomplete="new-password"; }
                p.hint { "It logs out all other devices." }
                button id="change-password" { "Change it" }
            }
        }
    }))
}

fn line(one: &Listed, is_here: bool, forms: &Forms, now: UnixTime) -> Markup {
    html! {
        li data-slip=(one.slip.id()) {
            div {
                span.name { (one.device) } @if is_here { span.here { "this one" } }
                p.hint { "logged in " (parts::ago(one.slip.began_at(), now)) ", ends in " (parts::span(one.slip.ends_at().since(now).as_secs())) }
                code { (one.slip.id()) }
            }
            form action="/devices/end" method="post" {
                (forms.hidden())
                input type="hidden" name="slip" value=(one.slip.id());
                button.quiet { "End" }
            }
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Which {
    slip: String,
}

pub(crate) async fn end(member: Member, Checked(which): Checked<Which>) -> Result<Redirect, Sorry> {
    let waiter = &member.desk.waiter;
    // Of the member's own: nobody ends what is somebody else's, whatever id they send.
    let listed = waiter.sessions.of(&member.name, UnixTime::now()?).await?;
    let one = listed.into_iter().find(|one| one.slip.id().to_string() == which.slip);
    let one = one.ok_or(Sorry::Status(StatusCode::NOT_FOUND))?;
    waiter.guard.revoke_ref(&one.slip).await?;
    waiter.sessions.remove(&one.slip).await?;
    if member.desk.session.slip_ref() == Some(one.slip) {
        return leave(&member);
    }
    member.desk.say(Notice::DeviceEnded)?;
    Ok(Redirect::to(HERE))
}

pub(crate) async fn end_others(member: Member, _: Checked<Nothing>) -> Result<Redirect, Sorry> {
    end_all_but_this(&member).await?;
    member.desk.say(Notice::OthersEnded)?;
    Ok(Redirect::to(HERE))
}

pub(crate) async fn end_all(member: Member, _: Checked<Nothing>) -> Result<Redirect, Sorry> {
    let waiter = &member.desk.waiter;
    waiter.guard.log_out_everywhere(&member.name).await?;
    waiter.sessions.remove_all(&member.name).await?;
    leave(&member)
}

#[derive(Deserialize)]
pub(crate) struct Change {
    present: String,
    new: String,
}

pub(crate) async fn change_password(member: Member, Checked(change): Checked<Change>) -> Result<Redirect, Sorry> {
    let (desk, members) = (&member.desk, &member.desk.waiter.members);
    let kept = members.password(&member.name).await?;
    let said = if !password::fits(change.present, kept).await? {
        Notice::WrongPassword
    } else if let Some(hash) = password::hash(change.new).await? {
        // The password first: a slip that the old one still begins meanwhile began before that, and ends with the others.
        members.set_password(&member.name, &hash).await?;
        // This device gets a new slip, as at a login, so that a copy of its cookie is one of the others.
        desk.session.replace_with(|session| session)?;
        match end_all_but_this(&member).await {
            Ok(()) => Notice::PasswordChanged,
            Err(error) if error.is_unavailable() => Notice::OthersRemain,
            Err(error) => return Err(error.into()),
        }
    } else {
        Notice::NoPassword
    };
    desk.say(said)?;
    Ok(Redirect::to(HERE))
}

async fn end_all_but_this(member: &Member) -> Result<(), Error> {
    let (waiter, session) = (&member.desk.waiter, &member.desk.session);
    let Some(here) = session.slip_ref() else { return Err(Error::revoked()) };
    waiter.guard.log_out_elsewhere(&member.name, &here).await?;
    waiter.sessions.remove_all(&member.name).await?;
    account::list(&member.desk, &member.name, &session.read(|session| session.device.clone())).await
}

fn leave(member: &Member) -> Result<Redirect, Sorry> {
    member.desk.session.logout()?;
    member.desk.say(Notice::Goodbye)?;
    Ok(Redirect::to("/"))
}
