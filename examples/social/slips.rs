//! What a visitor carries: who they are, how the pages should look, and a notice that is read once; and what an invitation says.
//!
//! It may not know pages. Nothing that others said is in here: that is the database's.

use crate::theme::Theme;
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Jar, Jars},
    revoke::Guard,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// Who this is. Guests have one, too: the tokens of forms belong to it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) member: Option<String>,
    /// What the list of devices calls this one.
    pub(crate) device: String,
}

/// How the pages should look. Nothing that anybody may not read: it is signed, not encrypted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Preferences {
    pub(crate) theme: Theme,
}

/// What the next page says once.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Notice {
    #[default]
    Nothing,
    Welcome,
    Goodbye,
    /// And nobody could be told that copies of the slip are over, too.
    GoodbyeHere,
    /// The session was ended from another device.
    Ended,
    WrongPassword,
    DeviceEnded,
    OthersEnded,
    PasswordChanged,
    /// The password is new, and the others could not be ended.
    OthersRemain,
    /// A new password that is too short or too long.
    NoPassword,
    NoName,
    NameTaken,
    Used,
    Saved,
    /// Nothing was written, or too much.
    NotPosted,
}

/// A link that makes one account: who it is from. Its slip's id is what is used up.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Invitation {
    pub(crate) from: String,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "social.example/session";
    const VERSION: u16 = 1;

    /// What "log out everywhere" goes by.
    fn subject(&self) -> Option<&str> {
        self.member.as_deref()
    }
}

impl SlipState for Preferences {
    const PURPOSE: &'static str = "social.example/preferences";
    const VERSION: u16 = 1;
}

impl SlipState for Notice {
    const PURPOSE: &'static str = "social.example/notice";
    const VERSION: u16 = 1;
}

impl SlipState for Invitation {
    const PURPOSE: &'static str = "social.example/invitation";
    const VERSION: u16 = 1;
}

/// Three cookies. The list of what was revoked is asked about sessions alone: it is not worth a question how a page looks.
pub(crate) fn jars(keys: &Keyring, guard: &Guard) -> Result<Jars, Error> {
    let session = Sealer::<Session>::encrypted(keys).lifetime(Lifetime::absolute(30 * DAY).idle(7 * DAY));
    let preferences = Sealer::<Preferences>::signed(keys).lifetime(Lifetime::absolute(400 * DAY));
    let notice = Sealer::<Notice>::encrypted(keys).lifetime(Lifetime::absolute(MINUTE));
    Jars::new()
        .with(Jar::builder("session", session).revocations(guard).build()?)?
        .with(Jar::builder("preferences", preferences).readable_by_scripts().without_tombstones().build()?)?
        .with(Jar::builder("notice", notice).without_tombstones().build()?)
}

pub(crate) fn invitations(keys: &Keyring) -> Result<Sealer<Invitation>, Error> {
    Sealer::encrypted(keys).lifetime(Lifetime::absolute(3 * DAY)).build()
}
