//! Making a token for a purpose that is no type of the program: for tests of services in other languages, and for a command.
//!
//! It may not know the program's types. What a `Sealer` knows by its type, the caller says here, and nothing checks that it is
//! what the program that opens the token says.

use crate::{
    algs::PublicAlg,
    cbor::{Layout, write::Buffer},
    claims::{self, Head, SlipId},
    context::{Call, Context, is_purpose},
    envelope::{
        Envelope, With,
        cose::{encrypt::Encrypted, proven::Proven},
    },
    error::Error,
    key::Alg,
    keyring::{Keyring, Keys},
    lifetime::Lifetime,
    time::UnixTime,
};
#[cfg(feature = "jose")]
use crate::{
    algs::{JweEnc, JwsAlg},
    envelope::jose::{OneAlg, jwe::Jwe, jws::Jws},
};
use serde::Serialize;

/// Which constructor of [`Sealer`](crate::Sealer) a token is as if from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// [`Sealer::encrypted`](crate::Sealer::encrypted).
    Encrypted,
    /// [`Sealer::signed`](crate::Sealer::signed).
    Signed,
    /// [`Sealer::publicly_signed`](crate::Sealer::publicly_signed).
    PubliclySigned(PublicAlg),
    /// [`Sealer::jws`](crate::Sealer::jws).
    #[cfg(feature = "jose")]
    Jws(JwsAlg),
    /// [`Sealer::jwe`](crate::Sealer::jwe).
    #[cfg(feature = "jose")]
    Jwe(JweEnc),
}

/// What a token is bound to: all that both sides must agree on and that is not in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoundTo<'a> {
    /// [`SlipState::PURPOSE`](crate::SlipState::PURPOSE).
    pub purpose: &'a str,
    /// The cookie's name; empty for a token of a plain [`Sealer`](crate::Sealer).
    pub carrier: &'a str,
    /// What [`Builder::bind`](crate::Builder::bind) was given.
    pub deployment: &'a [Vec<u8>],
    /// What [`Sealer::bound`](crate::Sealer::bound) was given.
    pub call: &'a [Vec<u8>],
}

impl<'a> BoundTo<'a> {
    /// Bound to nothing but a purpose.
    #[must_use]
    pub const fn purpose(purpose: &'a str) -> Self {
        Self { purpose, carrier: "", deployment: &[], call: &[] }
    }

    pub(super) fn contexts(&self) -> Result<(Context, Call), Error> {
        if !is_purpose(self.purpose) {
            return Err(Error::misuse("a purpose is printable ASCII without spaces, 1 to 64 bytes"));
        }
        Ok((Context::new(self.purpose, self.carrier.as_bytes(), self.deployment)?, Call::new(self.call)?))
    }
}

/// The `external_aad` (RFC 9052 section 4.3) of tokens that are bound so: deterministic CBOR
/// `["orderslip", 1, purpose, carrier, [deployment…], [call…]]`.
///
/// ```
/// let bound_to = orderslip::hazmat::BoundTo::purpose("shop/cart");
/// assert_eq!(orderslip::hazmat::external_aad(&bound_to)?, b"\x86\x69orderslip\x01\x69shop/cart\x40\x80\x80");
/// # Ok::<(), orderslip::Error>(())
/// ```
///
/// # Errors
/// [`Error::is_misuse`] if the purpose is none, or there are more than 16 bindings of one kind.
pub fn external_aad(bound_to: &BoundTo<'_>) -> Result<Vec<u8>, Error> {
    let (context, call) = bound_to.contexts()?;
    Ok(context.external_aad(&call).into_owned())
}

/// What a token is made of.
#[derive(Clone, Copy, Debug)]
pub struct Mint<'a, S> {
    /// Who can read it and who can make it.
    pub format: Format,
    /// What it is bound to.
    pub bound_to: BoundTo<'a>,
    /// [`SlipState::VERSION`](crate::SlipState::VERSION).
    pub version: u16,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// The state: written with field names ([`Layout::Named`]).
    pub state: &'a S,
}

/// Seals a state as the sealer of a type with this purpose and this version would.
///
/// # Errors
/// As [`Sealer::seal`](crate::Sealer::seal): [`Error::is_misuse`] if the ring has no key that seals now in this format, or for
/// settings that a builder refuses; [`Error::is_too_large`]; [`Error::is_unavailable`].
pub fn mint<S: Serialize>(keys: &Keyring, spec: &Mint<'_, S>, now: UnixTime) -> Result<String, Error> {
    spec.lifetime.check()?;
    let (context, call) = spec.bound_to.contexts()?;
    let ((id, iv), times) = (SlipId::with_iv()?, spec.lifetime.begin(now)?);
    let keys = Keys::from(keys);
    let ring = keys.ring();
    let with = With { ring: &ring, context: &context, call: &call, now, expected: 0 };
    let head = Head { id, times, version: spec.version.into() };
    let envelope = envelope(spec.format);
    let syntax = envelope.syntax();
    envelope.seal(&with, Some(iv), &mut |out: &mut Buffer| {
        claims::write(syntax, out, &head, None, (&context, &call), |out| syntax.write(spec.state, Layout::Named, out))
    })
}

fn envelope(format: Format) -> Box<dyn Envelope> {
    match format {
        Format::Encrypted => Box::new(Encrypted::new()),
        Format::Signed => Box::new(Proven::MAC0),
        Format::PubliclySigned(PublicAlg::Ed25519) => Box::new(Proven::sign1(&[Alg::Ed25519])),
        Format::PubliclySigned(PublicAlg::Es256) => Box::new(Proven::sign1(&[Alg::Es256])),
        #[cfg(feature = "jose")]
        Format::Jws(alg) => Box::new(Jws(OneAlg::sealing(alg.alg()))),
        #[cfg(feature = "jose")]
        Format::Jwe(enc) => Box::new(Jwe(OneAlg::sealing(enc.alg()))),
    }
}
