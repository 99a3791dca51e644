//! How the visitor would like the pages: colours and language.
//!
//! It may not know anything else. These last for 400 days, whoever logs in or out meanwhile.

use crate::{
    account::local,
    basket::say,
    checked::Checked,
    locale::Locale,
    slips::{Notice, Preferences},
    sorry::Sorry,
    theme::Theme,
};
use axum::response::Redirect;
use orderslip::cookie::Held;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Wish {
    theme: Theme,
    locale: Locale,
    #[serde(default)]
    back: String,
}

pub(crate) async fn set(
    preferences: Held<Preferences>,
    notice: Held<Notice>,
    Checked(wish): Checked<Wish>,
) -> Result<Redirect, Sorry> {
    preferences.replace(Preferences { theme: wish.theme, locale: wish.locale })?;
    say(&notice, Notice::Saved)?;
    Ok(Redirect::to(local(&wish.back)))
}
