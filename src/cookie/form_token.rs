//! The token that a form carries to show that it came from a page of ours (docs/threats.md T25; OWASP's signed double submit).
//!
//! It may not know forms or requests. The token is one of ours without a state: its id is the id of the slip that it belongs to, so it is
//! good with that slip and no other, on any server, as long as the slip lives. It is different in every page (BREACH).

use crate::{
    claims::SlipId, error::Error, lifetime::Times, sealer::Sealer, slip::Slip, state::SlipState, time::UnixTime,
};
use serde::{Deserialize, Serialize};

/// No state at all.
#[derive(Serialize, Deserialize)]
pub(crate) struct Form;

impl SlipState for Form {
    const PURPOSE: &'static str = "orderslip/form";
    const VERSION: u16 = 1;
}

/// Makes and checks the form tokens of one jar.
#[derive(Clone, Debug)]
pub(crate) struct FormTokens(Sealer<Form>);

impl FormTokens {
    pub(crate) fn new<T: SlipState>(sealer: &Sealer<T>, cookie: &str) -> Result<Self, Error> {
        sealer.twin(cookie.as_bytes()).map(Self)
    }

    pub(crate) fn seal(&self, id: SlipId, ends_at: UnixTime, now: UnixTime) -> Result<String, Error> {
        let times = Times { sealed_at: now, began_at: now, expires_at: ends_at, ends_at };
        if !times.are_in_order() {
            return Err(Error::expired(now.since(ends_at).as_secs()));
        }
        self.0.seal_as_it_is(&Slip::begun(Form, id, times), now)
    }

    pub(crate) fn check(&self, text: &str, id: SlipId, now: UnixTime) -> Result<(), Error> {
        let form = self.0.open_at(text, now)?;
        if form.id() == id { Ok(()) } else { Err(Error::not_authentic("a form of another session")) }
    }
}
