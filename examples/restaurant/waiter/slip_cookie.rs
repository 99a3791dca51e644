//! A cookie that is a slip: read from a request, and written again if that is due.
//!
//! It may not know what is on the slip.

use super::meter;
use crate::cookies;
use axum::http::HeaderMap;
use orderslip::{Error, Sealer, Slip, SlipState, Standing};

pub(super) struct SlipCookie<T> {
    name: &'static str,
    sealer: Sealer<T>,
}

impl<T: SlipState> SlipCookie<T> {
    pub(super) fn new(name: &'static str, sealer: Sealer<T>) -> Self {
        Self { name, sealer }
    }

    /// A new slip.
    pub(super) fn begin(&self, state: &T) -> Result<String, Error> {
        Ok(cookies::line(self.name, &meter::state(|| self.sealer.seal(state))?))
    }

    /// The slip that the guest brought, if there is one to go on with.
    pub(super) fn pick_up(&self, request: &HeaderMap) -> Result<Option<Slip<T>>, Error> {
        cookies::find(request, self.name).map_or(Ok(None), |token| or_afresh(meter::state(|| self.sealer.open(token))))
    }

    /// A fresh token for a slip that changed, or whose token has become old.
    pub(super) fn renew(&self, slip: Option<&Slip<T>>) -> Result<Option<String>, Error> {
        match slip {
            Some(slip) if slip.standing() != Standing::Current => Ok(Some(self.again(slip)?)),
            _ => Ok(None),
        }
    }

    fn again(&self, slip: &Slip<T>) -> Result<String, Error> {
        Ok(cookies::line(self.name, &meter::state(|| self.sealer.reseal(slip))?))
    }

    /// Changes what is on the guest's slip, or begins one; gives the cookie and what is on it now.
    pub(super) fn change(&self, request: &HeaderMap, change: impl FnOnce(&mut T)) -> Result<(String, T), Error>
    where
        T: Default,
    {
        match self.pick_up(request)? {
            Some(mut slip) => {
                change(slip.state_mut());
                Ok((self.again(&slip)?, slip.into_state()))
            }
            None => {
                let mut state = T::default();
                change(&mut state);
                Ok((self.begin(&state)?, state))
            }
        }
    }
}

/// What to do about a token that does not open: begin afresh, or leave it alone and let the guest come back.
fn or_afresh<T>(opened: Result<Slip<T>, Error>) -> Result<Option<Slip<T>>, Error> {
    match opened {
        Ok(slip) => Ok(Some(slip)),
        // Forged, or over: as if it were not there. The next write takes its place.
        Err(error) if error.is_rejected() || error.is_expired() => Ok(None),
        // Unreadable: perhaps good, but not here and now, because a newer waiter wrote it or its key has not come around
        // yet. The answer is a 503 without a cookie, so that the token stays where it is. Or something of ours is wrong.
        Err(error) => Err(error),
    }
}
