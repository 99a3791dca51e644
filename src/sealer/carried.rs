//! What a jar needs of its sealer: slips before their first token, tokens of other types under the same keys, sizes.
//!
//! It may not know cookies.

use crate::{
    claims::SlipId, context::Call, error::Error, key::Alg, sealer::Sealer, slip::Slip, state::SlipState, time::UnixTime,
};
use std::time::Duration;

impl<T: SlipState> Sealer<T> {
    /// The same clock in milliseconds.
    pub(crate) fn now_millis(&self) -> Result<u64, Error> {
        self.opener.core().clock.now_millis()
    }

    /// Whether nobody else reads its tokens, and they have room for what ties mergeable state.
    pub(crate) fn can_anchor(&self) -> bool {
        let is_hidden = |alg: &Alg| matches!(alg, Alg::HkdfA256Gcm | Alg::HkdfChaCha20Poly1305);
        self.opener.core().envelope.sealing_algs().iter().all(is_hidden)
    }

    /// Seals states of another type with the same keys, in the same format, for the same absolute time.
    pub(crate) fn twin<U: SlipState>(&self, carrier: &[u8]) -> Result<Sealer<U>, Error> {
        // What goes along with a slip lives as long as the slip may, idle or not.
        let lifetime = self.lifetime.without_idle();
        Ok(Sealer { opener: self.opener.twin(carrier, lifetime)?, lifetime })
    }

    pub(crate) fn leeway(&self) -> Duration {
        self.opener.core().leeway
    }

    /// A slip that begins now and of which no token has been made yet.
    pub(crate) fn draft(&self, state: T, now: UnixTime) -> Result<Slip<T>, Error> {
        Ok(Slip::begun(state, SlipId::random()?, self.lifetime.begin(now)?))
    }

    /// Seals a slip with the times that it has, neither renewed nor shortened.
    pub(crate) fn seal_as_it_is(&self, slip: &Slip<T>, now: UnixTime) -> Result<String, Error> {
        self.write(slip.state(), (&slip.id(), slip.times(), slip.anchor()), None, &Call::UNBOUND, now)
    }

    /// Seals a slip again and keeps its new times in mind.
    pub(crate) fn renew(&self, slip: &mut Slip<T>, now: UnixTime) -> Result<String, Error> {
        let times = self.lifetime.renew(slip.times(), now)?;
        let text = self.write(slip.state(), (&slip.id(), &times, slip.anchor()), None, &Call::UNBOUND, now)?;
        slip.resealed(times);
        Ok(text)
    }

    /// Whether a token that is sealed now would live longer than the slip's.
    pub(crate) fn would_gain(&self, slip: &Slip<T>, now: UnixTime) -> bool {
        self.lifetime.renew(slip.times(), now).is_ok_and(|times| times.expires_at > slip.expires_at())
    }

    /// The top-level fields of a state with their encoded bytes.
    pub(crate) fn measure(&self, state: &T) -> Vec<(&'static str, usize)> {
        self.opener.core().envelope.syntax().measure(state, T::LAYOUT)
    }
}
