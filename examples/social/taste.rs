//! How the visitor would like the pages.
//!
//! It may not know anything else. It lasts for 400 days, whoever logs in or out meanwhile.

use crate::{
    checked::Checked,
    desk::Desk,
    slips::{Notice, Preferences},
    sorry::Sorry,
    theme::Theme,
};
use axum::response::Redirect;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Wish {
    theme: Theme,
    #[serde(default)]
    back: String,
}

pub(crate) async fn set(desk: Desk, Checked(wish): Checked<Wish>) -> Result<Redirect, Sorry> {
    desk.preferences.replace(Preferences { theme: wish.theme })?;
    desk.say(Notice::Saved)?;
    Ok(Redirect::to(local(&wish.back)))
}

/// A path of ours; anything else is somewhere else, where nobody should be sent.
pub(crate) fn local(back: &str) -> &str {
    let is_plain = back.bytes().all(|byte| byte == b'/' || byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if is_plain && back.starts_with('/') && !back.starts_with("//") { back } else { "/" }
}
