//! Logging in and out, on this device.
//!
//! It may not know other devices, but for writing this one on their list.

use crate::{
    agent,
    checked::Checked,
    desk::Desk,
    page,
    parts::Nothing,
    password,
    slips::{Notice, Session},
    sorry::Sorry,
};
use axum::{
    http::HeaderMap,
    response::{Redirect, Response},
};
use maud::html;
use orderslip::Error;
use serde::Deserialize;

/// Where those are sent who have to log in first.
pub(crate) const LOG_IN: &str = "/login";

pub(crate) async fn ask(desk: Desk) -> Response {
    page::page(&desk, |forms| {
        html! {
            form.card action="/login" method="post" {
                h1 { "Log in" }
                (forms.hidden())
                label { "Name" input name="name" maxlength="20" required autocomplete="username" autocapitalize="none" autofocus; }
                label { "Password" input type="password" name="password" maxlength="128" required autocomplete="current-password"; }
                p.hint { "There are ada, bob and cleo; the password is “soup with bread”." }
                button id="log-in-now" { "Log in" }
            }
        }
    })
}

#[derive(Deserialize)]
pub(crate) struct Login {
    name: String,
    password: String,
}

pub(crate) async fn log_in(desk: Desk, headers: HeaderMap, Checked(login): Checked<Login>) -> Result<Redirect, Sorry> {
    let kept = desk.waiter.members.password(&login.name).await?;
    if !password::fits(login.password, kept).await? {
        desk.say(Notice::WrongPassword)?;
        return Ok(Redirect::to(LOG_IN));
    }
    begin(&desk, &login.name, &headers).await?;
    desk.say(Notice::Welcome)?;
    Ok(Redirect::to("/"))
}

/// Begins a session on this device: a new slip with a new id, whatever the guest's was, as somebody else may have seen that one, or planted it.
pub(crate) async fn begin(desk: &Desk, name: &str, headers: &HeaderMap) -> Result<(), Error> {
    end(desk).await?;
    let device = agent::name(headers);
    desk.session.replace(Session { member: Some(name.to_owned()), device: device.clone() })?;
    let listed = list(desk, name, &device).await;
    if listed.is_err() {
        // Nobody could end it from elsewhere.
        desk.session.logout()?;
    }
    listed
}

/// Writes the slip as it is now on the list.
pub(crate) async fn list(desk: &Desk, name: &str, device: &str) -> Result<(), Error> {
    let Some(slip) = desk.session.slip_ref() else { return Ok(()) };
    desk.waiter.sessions.add(name, &slip, device).await
}

/// Ends the member's slip of this device wherever copies of it are. A guest's is nobody's: that goes when its cookie does.
async fn end(desk: &Desk) -> Result<(), Error> {
    if let (Some(_), Some(slip)) = (desk.member(), desk.session.slip_ref()) {
        desk.waiter.guard.revoke_ref(&slip).await?;
        desk.waiter.sessions.remove(&slip).await?;
    }
    Ok(())
}

pub(crate) async fn log_out(desk: Desk, _: Checked<Nothing>) -> Result<Redirect, Sorry> {
    // The cookie goes, whatever the database says: who wants out gets out.
    let is_unknown = desk.session.error().is_some_and(|error| error.is_unavailable());
    let is_told = end(&desk).await.is_ok() && !is_unknown;
    desk.session.logout()?;
    desk.say(if is_told { Notice::Goodbye } else { Notice::GoodbyeHere })?;
    Ok(Redirect::to("/"))
}
