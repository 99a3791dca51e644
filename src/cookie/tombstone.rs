//! What a browser is given of a slip that has ended: so that an answer still in flight, which puts the old slip back, changes nothing.
//!
//! It may not know states. A tombstone is a token without a state: its id is the id of the slip that ended, its life is the rest of that
//! slip's, its cookie is `<name>-x<first eight characters of the id>`. It binds an honest browser (docs/threats.md T29); a thief leaves
//! it out.

use crate::{
    bytes,
    claims::SlipId,
    cookie::{attributes::Attributes, request::Cookies},
    error::Error,
    lifetime::Times,
    sealer::Sealer,
    slip::Slip,
    state::SlipState,
    time::UnixTime,
};
use serde::{Deserialize, Serialize};
use std::str;

/// The most tombstones of one jar in a browser: more logins and logouts in one slip's life are rare, and each takes some 250 bytes.
pub(crate) const MAX_TOMBSTONES: usize = 4;

/// The bytes of an id that a tombstone's name shows, as eight characters.
const SHOWN: usize = 6;

/// The characters that follow the jar's name.
pub(crate) const SUFFIX: usize = 2 + 8;

/// No state at all.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ended;

impl SlipState for Ended {
    const PURPOSE: &'static str = "orderslip/ended";
    const VERSION: u16 = 1;
}

/// What follows the jar's name.
fn suffix(id: &SlipId) -> String {
    format!("-x{}", bytes::public_text(id.as_bytes().get(..SHOWN).unwrap_or_default()))
}

/// Whether a suffix is that of a tombstone.
pub(crate) fn is_suffix(suffix: &[u8]) -> bool {
    suffix.strip_prefix(b"-x").is_some_and(|id| {
        suffix.len() == SUFFIX && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
    })
}

/// A tombstone that a request brought.
struct Found<'c> {
    suffix: &'c [u8],
    set_at: UnixTime,
}

/// The tombstones of one jar.
#[derive(Clone, Debug)]
pub(crate) struct Tombstones(Sealer<Ended>);

impl Tombstones {
    pub(crate) fn new<T: SlipState>(sealer: &Sealer<T>, name: &str) -> Result<Self, Error> {
        sealer.twin(name.as_bytes()).map(Self)
    }

    /// Whether a slip has ended, by what this browser was told.
    pub(crate) fn stands_for(&self, id: &SlipId, name: &str, cookies: &Cookies, now: UnixTime) -> bool {
        let mut all = cookies.beginning(name).filter(|(suffix, _)| is_suffix(suffix)).peekable();
        if all.peek().is_none() {
            return false;
        }
        let ours = suffix(id);
        let named_so = all.filter(|(suffix, _)| *suffix == ours.as_bytes()).take(MAX_TOMBSTONES);
        named_so.filter_map(|(_, value)| self.open(value, now)).any(|(found, _)| found == *id)
    }

    /// The lines that tell the browser that a slip has ended, and that forget the oldest of too many.
    pub(crate) fn lines(
        &self,
        attributes: &Attributes,
        (id, ends_at): (&SlipId, UnixTime),
        cookies: &Cookies,
        now: UnixTime,
    ) -> Result<Vec<String>, Error> {
        let leeway = self.0.leeway();
        let times = Times { sealed_at: now, began_at: now, expires_at: ends_at, ends_at };
        if !times.are_in_order() {
            // It is over by itself, but for the leeway.
            return Ok(Vec::new());
        }
        let token = self.0.seal_as_it_is(&Slip::begun(Ended, *id, times), now)?;
        let lives = ends_at.saturating_add(leeway).since(now);
        let mut lines = vec![attributes.set(&suffix(id), &token, Some(lives))];
        // None of them is this slip's: with its own it would not have been opened.
        let mut others: Vec<_> = self.found(attributes.name(), cookies, now).collect();
        others.sort_by_key(|found| found.set_at);
        let too_many = (others.len() + 1).saturating_sub(MAX_TOMBSTONES);
        let oldest = others.iter().take(too_many).filter_map(|found| str::from_utf8(found.suffix).ok());
        lines.extend(oldest.map(|suffix| attributes.delete(suffix)));
        Ok(lines)
    }

    /// The authentic ones. At most twice as many are looked at as there can be.
    fn found<'c>(&'c self, name: &'c str, cookies: &'c Cookies, now: UnixTime) -> impl Iterator<Item = Found<'c>> {
        let named = cookies.beginning(name).filter(|(suffix, _)| is_suffix(suffix)).take(2 * MAX_TOMBSTONES);
        named.filter_map(move |(suffix, value)| {
            let (id, set_at) = self.open(value, now)?;
            // Under another's name it says nothing.
            (self::suffix(&id).as_bytes() == suffix).then_some(Found { suffix, set_at })
        })
    }

    /// The id of the slip that ended, and when.
    fn open(&self, value: &[u8], now: UnixTime) -> Option<(SlipId, UnixTime)> {
        let slip = self.0.open_at(str::from_utf8(value).ok()?, now).ok()?;
        Some((slip.id(), slip.sealed_at()))
    }
}
