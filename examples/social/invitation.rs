//! A link that makes one account, however often it is opened.
//!
//! It may not know how a list remembers what was used. The link is a slip of its own: nothing is kept of it until it is used.

use crate::{
    account,
    checked::Checked,
    desk::{Desk, Member, Waiter},
    members::is_name,
    page,
    parts::Nothing,
    password,
    slips::{Invitation, Notice},
    sorry::Sorry,
};
use axum::{
    extract::Query,
    http::{HeaderMap, header::HOST},
    response::{Redirect, Response},
};
use maud::html;
use orderslip::{
    Error, Slip, UnixTime,
    revoke::{Redeemed, Redemption},
};
use serde::Deserialize;

pub(crate) async fn make(member: Member, headers: HeaderMap, _: Checked<Nothing>) -> Result<Response, Sorry> {
    let token = member.desk.waiter.invitations.seal(&Invitation { from: member.name.clone() })?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let path = format!("/join?invitation={token}");
    Ok(page::page(&member.desk, |_| {
        html! {
            section.card {
                h1 { "An invitation" }
                p { "Send it to one person: it makes one account, within three days. You will follow each other." }
                input id="link" readonly value={ "http://" (host) (path) } aria-label="The link";
                p { a.button href=(path) { "Open it" } }
            }
        }
    }))
}

#[derive(Deserialize)]
pub(crate) struct Link {
    invitation: String,
}

pub(crate) async fn ask(Query(link): Query<Link>, desk: Desk) -> Result<Response, Sorry> {
    let invitation = desk.waiter.invitations.open(&link.invitation)?;
    Ok(page::page(&desk, |forms| {
        html! {
            form.card action="/join" method="post" {
                h1 { (invitation.state().from) " invites you" }
                (forms.hidden())
                input type="hidden" name="invitation" value=(link.invitation);
                label { "Name" input name="name" maxlength="20" pattern="[a-z0-9]{2,20}" required autocomplete="username" autocapitalize="none"; }
                label { "Password" input type="password" name="password" minlength="15" maxlength="128" required autocomplete="new-password"; }
                p.hint { "Small letters and digits; at least 15 characters." }
                button id="join" { "Join" }
            }
        }
    }))
}

#[derive(Deserialize)]
pub(crate) struct Join {
    invitation: String,
    name: String,
    password: String,
}

pub(crate) async fn join(desk: Desk, headers: HeaderMap, Checked(join): Checked<Join>) -> Result<Redirect, Sorry> {
    let invitation = desk.waiter.invitations.open(&join.invitation)?;
    let made = make_account(&desk.waiter, &invitation, &join.name, join.password).await?;
    let said = made.unwrap_or(Notice::Welcome);
    if matches!(said, Notice::Welcome) {
        account::begin(&desk, &join.name, &headers).await?;
        desk.say(said)?;
        return Ok(Redirect::to("/"));
    }
    desk.say(said)?;
    // It is a token: nothing in it breaks a header, as it has opened.
    Ok(Redirect::to(&format!("/join?invitation={}", join.invitation)))
}

/// What was wrong, if something was.
async fn make_account(
    waiter: &Waiter,
    invitation: &Slip<Invitation>,
    name: &str,
    password: String,
) -> Result<Option<Notice>, Error> {
    if !is_name(name) {
        return Ok(Some(Notice::NoName));
    }
    let Some(hash) = password::hash(password).await? else { return Ok(Some(Notice::NoPassword)) };
    // Before it is used: a name that is taken shall not cost the invitation.
    if waiter.members.exists(name).await? {
        return Ok(Some(Notice::NameTaken));
    }
    let use_up = Redemption::of_slip(invitation).with_record(name.as_bytes());
    match waiter.redeemer.redeem(&use_up).await? {
        Redeemed::Now => {}
        // The same once more: the first time it was used up, and what follows was not done.
        Redeemed::Before(used_for) if used_for == name.as_bytes() => {}
        Redeemed::Before(_) => return Ok(Some(Notice::Used)),
    }
    if !waiter.members.add(name, &hash, UnixTime::now()?).await? {
        return Ok(Some(Notice::NameTaken));
    }
    let from = invitation.state().from.as_str();
    waiter.members.follow(name, from, true).await?;
    waiter.members.follow(from, name, true).await?;
    Ok(None)
}
