//! Sealing: from a state to a text, the first time and again.
//!
//! It may not know formats: it writes claims and state into whatever envelope its constructor chose.

mod carried;

use crate::{
    algs::PublicAlg,
    builder::Builder,
    cbor::write::Buffer,
    claims::{self, AnchorSecrets, Head, SlipId},
    context::Call,
    crypto::Iv,
    envelope::{
        With,
        cose::{encrypt::Encrypted, proven::Proven},
    },
    error::Error,
    key::Alg,
    keyring::Keys,
    lifetime::{Lifetime, Times},
    opener::Opener,
    slip::Slip,
    state::SlipState,
    time::UnixTime,
};
#[cfg(feature = "jose")]
use crate::{
    algs::{JweEnc, JwsAlg},
    envelope::jose::{OneAlg, jwe::Jwe, jws::Jws},
};
use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Seals states of one type into tokens, and opens them.
///
/// Its constructors say who can read a token and who can make one:
///
/// | | reads | makes | format |
/// |---|---|---|---|
/// | [`encrypted`](Self::encrypted) | your servers | your servers | COSE_Encrypt |
/// | [`signed`](Self::signed) | everybody | your servers | COSE_Mac0 |
/// | [`publicly_signed`](Self::publicly_signed) | everybody | who has the private key; everybody can verify | COSE_Sign1 |
/// | [`jws`](Self::jws) | everybody | as the algorithm has it | JWS |
/// | [`jwe`](Self::jwe) | who has the key | who has the key | JWE |
///
/// The last two are for services that speak JOSE; among servers of yours the first three are shorter, and faster. Which one to take, with
/// sizes: [`manual::choosing`](crate::manual::choosing).
///
/// Cheap to clone, and `Send + Sync`: make one at the start and share it.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, Slip, SlipState, Standing, Error}; use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart { lines: Vec<String> }
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// let keys = Keyring::generate()?;
/// let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(3600))).build()?;
///
/// let token = sealer.seal(&Cart { lines: vec![] })?;
/// let mut slip: Slip<Cart> = sealer.open(&token)?;
/// assert_eq!(slip.standing(), Standing::Current);
/// slip.state_mut().lines.push("soup".into());
/// let token = sealer.reseal(&slip)?;
/// assert_eq!(sealer.open(&token)?.state().lines, ["soup"]);
/// # Ok(()) }
/// ```
///
/// What the types exclude: a text is no slip, a slip of one type is none of another, who only opens cannot seal.
///
/// ```compile_fail,E0308
/// # use orderslip::{Sealer, SlipState};
/// fn resealing_an_unverified_text<T: SlipState>(sealer: &Sealer<T>, text: String) { sealer.reseal(&text); }
/// ```
///
/// ```compile_fail,E0308
/// # use orderslip::{Sealer, Slip, SlipState};
/// fn a_cart_for_a_session<A: SlipState, B: SlipState>(carts: &Sealer<A>, session: &Slip<B>) { carts.reseal(session); }
/// ```
///
/// ```compile_fail,E0599
/// # use orderslip::{Opener, SlipState};
/// fn sealing_with_public_keys<T: SlipState>(opener: &Opener<T>, state: &T) { opener.seal(state); }
/// ```
#[doc(alias("sign", "encrypt", "encode", "token"))]
pub struct Sealer<T> {
    opener: Opener<T>,
    lifetime: Lifetime,
}

/// What a builder that makes a [`Sealer`] is marked with.
#[derive(Debug)]
pub enum Seals {}

/// What is written of a slip besides its state.
type Written<'a> = (&'a SlipId, &'a Times, Option<&'a Arc<AnchorSecrets>>);

impl<T: SlipState> Sealer<T> {
    /// Tokens that only your servers read and make: the default choice.
    ///
    /// AES-256-GCM, or ChaCha20/Poly1305 if the ring's sealing key is for it ([`Alg::HkdfChaCha20Poly1305`]). A token has
    /// some 175 characters for the envelope and the claims, and 4/3 of the state's bytes.
    #[doc(alias("encrypt", "AES-GCM", "CWT", "private"))]
    pub fn encrypted(keys: impl Into<Keys>) -> Builder<T, Seals> {
        Builder::new(keys.into(), Encrypted::new())
    }

    /// Tokens that everybody reads and only your servers make and verify: HMAC with SHA-256.
    #[doc(alias("sign", "HMAC", "MAC"))]
    pub fn signed(keys: impl Into<Keys>) -> Builder<T, Seals> {
        Builder::new(keys.into(), Proven::MAC0)
    }

    /// Tokens that everybody reads, everybody with the public keys verifies, and only your servers make.
    ///
    /// `alg` says what is sealed with; the tokens of either algorithm are opened, as the key that they name says.
    #[doc(alias("sign", "Ed25519", "ES256"))]
    pub fn publicly_signed(keys: impl Into<Keys>, alg: PublicAlg) -> Builder<T, Seals> {
        let algs: &'static [Alg] = match alg {
            PublicAlg::Ed25519 => &[Alg::Ed25519],
            PublicAlg::Es256 => &[Alg::Es256],
        };
        Builder::new(keys.into(), Proven::sign1(algs))
    }

    /// Tokens for services that speak JOSE, signed: a JWS in the compact serialization (RFC 7515), which most people call a JWT.
    ///
    /// The claims are `exp`, `iat`, `jti` (the slip's id), `aud` (the purpose), `ctx` if anything is bound, and
    /// `slip`: `{"v", "began", "ends", "st"}`, where `st` is the state as JSON. The header has `alg`, the `kid` of the key's JWK, and
    /// `"typ":"orderslip+jwt"`. A reader elsewhere must compare `typ` and `aud`, and look at `exp`: only `open` does so by itself.
    /// Tokens of this algorithm alone are opened.
    ///
    /// The state is written with names, whatever its [`Layout`](crate::Layout). JSON has no word for a float that is no number: it is
    /// written as `null` and does not come back.
    ///
    /// ```
    /// # use orderslip::{JwsAlg, Keyring, Lifetime, Opener, Sealer, SlipState, Error}; use std::time::Duration;
    /// # #[derive(serde::Serialize, serde::Deserialize)] struct Ticket { seat: u16 }
    /// # impl SlipState for Ticket { const PURPOSE: &'static str = "fair.example/ticket"; const VERSION: u16 = 1; }
    /// # fn main() -> Result<(), Error> {
    /// let keys = Keyring::generate()?;
    /// let office = Sealer::<Ticket>::jws(&keys, JwsAlg::Es256)
    ///     .lifetime(Lifetime::absolute(Duration::from_secs(86_400)))
    ///     .build()?;
    /// let token = office.seal(&Ticket { seat: 12 })?;
    /// assert!(token.starts_with("eyJ"));
    ///
    /// let public = Keyring::from_public_jwks(&keys.public_jwks())?;
    /// let door = Opener::<Ticket>::jws(&public, JwsAlg::Es256).build()?;
    /// assert_eq!(door.open(&token)?.state().seat, 12);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "jose")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
    #[doc(alias("sign", "jwt", "JWT", "HS256"))]
    pub fn jws(keys: impl Into<Keys>, alg: JwsAlg) -> Builder<T, Seals> {
        Builder::new(keys.into(), Jws(OneAlg::sealing(alg.alg())))
    }

    /// Tokens for services that speak JOSE, encrypted: a JWE in the compact serialization (RFC 7516) with `dir`, under a key of the ring
    /// for [`Alg::A256Gcm`] or [`Alg::A128Gcm`].
    ///
    /// The claims are those of [`jws`](Self::jws), and nothing is ever compressed. Every token is encrypted under the key itself, with 96
    /// bits at random, so a key is good for 2^32 tokens in all (NIST SP 800-38D section 8.3): a process stops at 2^31, with
    /// [`Error::is_misuse`]. [`encrypted`](Self::encrypted) has no such end.
    ///
    /// ```
    /// # use orderslip::{Alg, JweEnc, Key, Keyring, Lifetime, Sealer, SlipState, Error}; use std::time::Duration;
    /// # #[derive(serde::Serialize, serde::Deserialize)] struct Ticket { seat: u16 }
    /// # impl SlipState for Ticket { const PURPOSE: &'static str = "fair.example/ticket"; const VERSION: u16 = 1; }
    /// # fn main() -> Result<(), Error> {
    /// let keys = Keyring::new(vec![Key::generate(Alg::A256Gcm)?])?;
    /// let sealer = Sealer::<Ticket>::jwe(&keys, JweEnc::A256Gcm)
    ///     .lifetime(Lifetime::absolute(Duration::from_secs(86_400)))
    ///     .build()?;
    /// let token = sealer.seal(&Ticket { seat: 12 })?;
    /// assert_eq!(token.split('.').count(), 5);
    /// assert_eq!(sealer.open(&token)?.state().seat, 12);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "jose")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
    #[doc(alias("encrypt", "jwt", "JWT"))]
    pub fn jwe(keys: impl Into<Keys>, enc: JweEnc) -> Builder<T, Seals> {
        Builder::new(keys.into(), Jwe(OneAlg::sealing(enc.alg())))
    }

    /// Seals a state, now. It begins a new slip, with a new id and a full lifetime.
    ///
    /// # Errors
    /// As [`seal_at`](Self::seal_at), and [`Error::is_unavailable`] if the clock cannot tell.
    #[doc(alias("sign", "encrypt", "encode"))]
    pub fn seal(&self, state: &T) -> Result<String, Error> {
        self.seal_at(state, self.now()?)
    }

    /// Seals a state as of the given time.
    ///
    /// # Errors
    /// [`Error::is_too_large`] if the token would be longer than 8 KiB, naming the largest fields; [`Error::is_misuse`] if the
    /// ring has no key that seals now, the state nests deeper than 32, its own `Serialize` fails, or it skips a field though it
    /// is positional; [`Error::is_unavailable`] if the system gives no randomness.
    pub fn seal_at(&self, state: &T, now: UnixTime) -> Result<String, Error> {
        self.begin(state, &Call::UNBOUND, now)
    }

    /// Opens a token, now.
    ///
    /// # Errors
    /// As [`Opener::open`].
    #[doc(alias("verify", "decrypt", "decode"))]
    pub fn open(&self, text: &str) -> Result<Slip<T>, Error> {
        self.opener.open(text)
    }

    /// Opens a token as of the given time.
    ///
    /// # Errors
    /// As [`Opener::open_at`].
    pub fn open_at(&self, text: &str, now: UnixTime) -> Result<Slip<T>, Error> {
        self.opener.open_at(text, now)
    }

    /// Seals an opened slip again, now: the same id, the same beginning, a fresh idle time, never beyond the absolute end.
    ///
    /// # Errors
    /// As [`reseal_at`](Self::reseal_at), and [`Error::is_unavailable`] if the clock cannot tell.
    #[doc(alias("refresh", "renew"))]
    pub fn reseal(&self, slip: &Slip<T>) -> Result<String, Error> {
        self.reseal_at(slip, self.now()?)
    }

    /// Seals an opened slip again as of the given time.
    ///
    /// The token is bound as this sealer is, whichever one opened the slip: an application with a sealer for each tenant ([`bind`](crate::Builder::bind)) opens and seals again
    /// with the same one, or takes one sealer and [`bound`](Self::bound), where a mistake is [`Error::is_misuse`].
    ///
    /// # Errors
    /// [`Error::is_expired`] at or after the absolute end, [`Error::is_misuse`] if the slip was opened under other
    /// [bindings](Self::bound), and else as [`seal_at`](Self::seal_at).
    pub fn reseal_at(&self, slip: &Slip<T>, now: UnixTime) -> Result<String, Error> {
        self.again(slip, &Call::UNBOUND, now)
    }

    /// A sealer for tokens that are bound to something of this call as well: a tenant, a session's id, a request's method.
    ///
    /// A token that was sealed under other bindings, or none, is rejected. At most 16; their order counts; they take no bytes
    /// of a COSE token, and in a JOSE token the 30 characters of a digest (`ctx`). What is [adopted](Builder::adopt) was bound to nothing, and
    /// is not checked against them.
    ///
    /// ```
    /// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error}; use std::time::Duration;
    /// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
    /// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
    /// # fn main() -> Result<(), Error> {
    /// # let keys = Keyring::generate()?;
    /// # let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(60))).build()?;
    /// let token = sealer.bound(&["tenant 7"]).seal(&Cart {})?;
    /// assert!(sealer.bound(&["tenant 7"]).open(&token).is_ok());
    /// assert!(sealer.bound(&["tenant 8"]).open(&token).unwrap_err().is_rejected());
    /// assert!(sealer.open(&token).unwrap_err().is_rejected());
    /// # Ok(()) }
    /// ```
    pub fn bound<B: AsRef<[u8]>>(&self, bindings: &[B]) -> Bound<'_, T> {
        Bound { sealer: self, call: Call::new(bindings).ok() }
    }

    /// The opening half.
    #[must_use]
    pub fn opener(&self) -> Opener<T> {
        self.opener.clone()
    }

    /// Ends the use of the current content key: for the moment after a snapshot of the machine, or of the process, was
    /// restored, because its copies would go on with the same one. It ends no session and has nothing to do with
    /// [`revoke::Epoch`](crate::revoke::Epoch).
    ///
    /// How long an epoch lasts otherwise: [`manual::scale`](crate::manual::scale).
    pub fn new_epoch(&self) {
        self.opener.core().envelope.new_epoch();
    }

    /// From the beginning of a slip to its end.
    pub(crate) fn longest_life(&self) -> Duration {
        self.lifetime.longest(Duration::ZERO)
    }

    pub(crate) fn now(&self) -> Result<UnixTime, Error> {
        self.opener.core().clock.now()
    }

    fn begin(&self, state: &T, call: &Call, now: UnixTime) -> Result<String, Error> {
        let times = self.lifetime.begin(now)?;
        let (id, iv) = SlipId::with_iv()?;
        self.write(state, (&id, &times, None), Some(iv), call, now)
    }

    fn again(&self, slip: &Slip<T>, call: &Call, now: UnixTime) -> Result<String, Error> {
        if slip.call() != call.digest() {
            return Err(Error::misuse("a slip is resealed under the bindings that it was opened with"));
        }
        let times = self.lifetime.renew(slip.times(), now)?;
        self.write(slip.state(), (&slip.id(), &times, slip.anchor()), None, call, now)
    }

    fn write(
        &self,
        state: &T,
        (id, times, anchor): Written<'_>,
        iv: Option<Iv>,
        call: &Call,
        now: UnixTime,
    ) -> Result<String, Error> {
        let core = self.opener.core();
        let ring = core.keys.ring();
        let longest = core.longest.load(Ordering::Relaxed);
        let with = With { ring: &ring, context: &core.context, call, now, expected: longest };
        let head = Head { id: *id, times: *times, version: T::VERSION.into() };
        let syntax = core.envelope.syntax();
        let mut payload = |out: &mut Buffer| {
            claims::write(syntax, out, &head, anchor.map(AsRef::as_ref), (&core.context, call), |out| {
                syntax.write(state, T::LAYOUT, out)
            })
        };
        let text =
            core.envelope.seal(&with, iv, &mut payload).map_err(|error| match (error.size(), error.limit()) {
                (Some(size), Some(limit)) => Error::too_large(size, limit, syntax.measure(state, T::LAYOUT)),
                _ => error,
            })?;
        if text.len() > longest {
            core.longest.store(text.len(), Ordering::Relaxed);
        }
        Ok(text)
    }
}

impl<T: SlipState> Builder<T, Seals> {
    /// Makes the sealer.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no lifetime was set, it is shorter than a second or its idle part longer than the absolute
    /// one, the ring has no secret for the format (one that is over or revoked will do: it says of its tokens that they have ended, and a ring may be replaced), the leeway is over ten minutes, or there are more than 16
    /// bindings.
    pub fn build(self) -> Result<Sealer<T>, Error> {
        // No carrier: its tokens go wherever the program puts them.
        self.build_for(b"")
    }

    /// Makes the sealer of one carrier.
    pub(crate) fn build_for(self, carrier: &[u8]) -> Result<Sealer<T>, Error> {
        let lifetime = self.lifetime.ok_or_else(|| Error::misuse("a sealer needs a lifetime"))?;
        let algs = self.envelope.sealing_algs();
        if !self.keys.ring().has(|key| key.can_seal() && algs.contains(&key.alg())) {
            return Err(Error::misuse("the ring has no key that could seal in this format"));
        }
        let longest = lifetime.longest(self.leeway);
        if let Some(allowed) = self.keys.ring().longest_life().filter(|allowed| *allowed < longest) {
            let (longest, allowed) = (longest.as_secs(), allowed.as_secs());
            tracing::warn!(longest, allowed, "tokens outlive what the key ring's schedule allows for, in seconds");
        }
        Ok(Sealer { lifetime, opener: Opener::from_builder(self, carrier)? })
    }
}

/// A sealer for one call's bindings: [`Sealer::bound`].
#[must_use]
pub struct Bound<'a, T> {
    sealer: &'a Sealer<T>,
    /// `None` if there were too many: said when it is used.
    call: Option<Call>,
}

impl<T: SlipState> Bound<'_, T> {
    /// As [`Sealer::seal`].
    ///
    /// # Errors
    /// As [`Sealer::seal`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn seal(&self, state: &T) -> Result<String, Error> {
        self.seal_at(state, self.sealer.now()?)
    }

    /// As [`Sealer::seal_at`].
    ///
    /// # Errors
    /// As [`Sealer::seal_at`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn seal_at(&self, state: &T, now: UnixTime) -> Result<String, Error> {
        self.sealer.begin(state, self.call()?, now)
    }

    /// As [`Sealer::open`].
    ///
    /// # Errors
    /// As [`Sealer::open`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn open(&self, text: &str) -> Result<Slip<T>, Error> {
        self.open_at(text, self.sealer.now()?)
    }

    /// As [`Sealer::open_at`].
    ///
    /// # Errors
    /// As [`Sealer::open_at`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn open_at(&self, text: &str, now: UnixTime) -> Result<Slip<T>, Error> {
        self.sealer.opener.core().open(text, self.call()?, now)
    }

    /// As [`Sealer::reseal`].
    ///
    /// # Errors
    /// As [`Sealer::reseal`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn reseal(&self, slip: &Slip<T>) -> Result<String, Error> {
        self.reseal_at(slip, self.sealer.now()?)
    }

    /// As [`Sealer::reseal_at`].
    ///
    /// # Errors
    /// As [`Sealer::reseal_at`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn reseal_at(&self, slip: &Slip<T>, now: UnixTime) -> Result<String, Error> {
        self.sealer.again(slip, self.call()?, now)
    }

    fn call(&self) -> Result<&Call, Error> {
        self.call.as_ref().ok_or_else(|| Error::misuse("more than 16 bindings"))
    }
}

impl<T> Clone for Sealer<T> {
    fn clone(&self) -> Self {
        Self { opener: self.opener.clone(), lifetime: self.lifetime }
    }
}

impl<T> fmt::Debug for Sealer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("opener", &self.opener).field("lifetime", &self.lifetime).finish()
    }
}

impl<T> fmt::Debug for Bound<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bound").field(self.sealer).finish()
    }
}
