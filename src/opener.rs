//! Opening: from a text to a verified slip. Here bytes and meaning meet, in one function.
//!
//! It may not know how anything is sealed.

#[cfg(feature = "jose")]
use crate::{
    algs::{JweEnc, JwsAlg},
    envelope::jose::{OneAlg, jwe::Jwe, jws::Jws},
};
use crate::{
    builder::{Adopt, Adopted, Builder},
    bytes::MAX_TOKEN_TEXT,
    claims::{Claims, SlipId},
    context::{Call, Context},
    envelope::{Envelope, With, cose::proven::Proven},
    error::Error,
    keyring::Keys,
    lifetime::Lifetime,
    slip::{Provenance, Slip},
    state::{self, SlipState},
    time::{Clock, UnixTime},
};
use std::{
    fmt,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

/// Opens tokens of one type, and cannot seal any.
///
/// Cheap to clone, and `Send + Sync`. A sealer has one in it ([`Sealer::opener`](crate::Sealer::opener)); a service that
/// must verify and not mint makes one from public keys:
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Opener, PublicAlg, Sealer, SlipState, Error}; use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Ticket { seat: u16 }
/// # impl SlipState for Ticket { const PURPOSE: &'static str = "fair.example/ticket"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// // The ticket office:
/// let keys = Keyring::generate()?;
/// let office = Sealer::<Ticket>::publicly_signed(&keys, PublicAlg::Ed25519)
///     .lifetime(Lifetime::absolute(Duration::from_secs(86_400)))
///     .build()?;
/// let token = office.seal(&Ticket { seat: 12 })?;
///
/// // The door, which has the public keys only:
/// let public = Keyring::from_jwks(&keys.public_jwks())?;
/// let door = Opener::<Ticket>::publicly_signed(&public).build()?;
/// assert_eq!(door.open(&token)?.state().seat, 12);
/// # Ok(()) }
/// ```
#[doc(alias("verify", "decrypt", "verifier"))]
pub struct Opener<T>(Arc<Core<T>>);

/// What a builder that makes an [`Opener`] is marked with.
#[derive(Debug)]
pub enum Opens {}

/// What a sealer and its opener share.
pub(crate) struct Core<T> {
    pub(crate) keys: Keys,
    pub(crate) envelope: Arc<dyn Envelope>,
    pub(crate) context: Context,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) leeway: Duration,
    /// The longest text that was made of a state: what the next one may well take.
    pub(crate) longest: AtomicUsize,
    lifetime: Option<Lifetime>,
    adopts: Arc<[Adopt<T>]>,
    /// What the deployment binds: kept for the like of this under another carrier.
    bindings: Vec<Vec<u8>>,
}

/// What is expected of the first token, in bytes: a small one.
const SHORT: usize = 512;

impl<T: SlipState> Opener<T> {
    /// Opens COSE_Sign1 with EdDSA or ES256, as each key says, from public keys or from pairs.
    pub fn publicly_signed(keys: impl Into<Keys>) -> Builder<T, Opens> {
        Builder::new(keys.into(), Proven::sign1(&[]))
    }

    /// Opens the tokens of [`Sealer::jws`](crate::Sealer::jws) with this algorithm and seals none, be it that it has public keys only.
    #[cfg(feature = "jose")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
    pub fn jws(keys: impl Into<Keys>, alg: JwsAlg) -> Builder<T, Opens> {
        Builder::new(keys.into(), Jws(OneAlg::opening(alg.alg())))
    }

    /// Opens the tokens of [`Sealer::jwe`](crate::Sealer::jwe) with this content encryption, and seals none.
    #[cfg(feature = "jose")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
    pub fn jwe(keys: impl Into<Keys>, enc: JweEnc) -> Builder<T, Opens> {
        Builder::new(keys.into(), Jwe(OneAlg::opening(enc.alg())))
    }

    pub(crate) fn from_builder<Makes>(builder: Builder<T, Makes>, carrier: &[u8]) -> Result<Self, Error> {
        let context = builder.context(carrier)?;
        let Builder { keys, envelope, lifetime, leeway, clock, adopts, bindings, .. } = builder;
        let adopts = adopts.into();
        Ok(Self(Arc::new(Core {
            keys,
            envelope,
            context,
            clock,
            lifetime,
            leeway,
            adopts,
            bindings,
            longest: AtomicUsize::new(SHORT),
        })))
    }

    /// Opens the same tokens as they were made for another carrier.
    pub(crate) fn under(&self, carrier: &[u8]) -> Result<Self, Error> {
        let adopts = Arc::clone(&self.0.adopts);
        self.0.like(T::PURPOSE, carrier, self.0.lifetime, adopts).map(|core| Self(Arc::new(core)))
    }

    /// Opens states of another type with the same keys, in the same format.
    pub(crate) fn twin<U: SlipState>(&self, carrier: &[u8], lifetime: Lifetime) -> Result<Opener<U>, Error> {
        self.0.like(U::PURPOSE, carrier, Some(lifetime), Arc::new([])).map(|core| Opener(Arc::new(core)))
    }

    pub(crate) fn core(&self) -> &Core<T> {
        &self.0
    }

    /// Opens a token now.
    ///
    /// # Errors
    /// As [`open_at`](Self::open_at), and [`Error::is_unavailable`] if the clock cannot tell.
    #[doc(alias("verify", "decrypt", "decode"))]
    pub fn open(&self, text: &str) -> Result<Slip<T>, Error> {
        self.open_at(text, self.0.clock.now()?)
    }

    /// Opens a token as of the given time.
    ///
    /// # Errors
    /// [`Error::is_rejected`], [`Error::is_expired`] and [`Error::is_unreadable`] as each says.
    pub fn open_at(&self, text: &str, now: UnixTime) -> Result<Slip<T>, Error> {
        self.0.open(text, &Call::UNBOUND, now)
    }

    /// An opener for tokens that are bound to something of this call as well.
    pub fn bound<B: AsRef<[u8]>>(&self, bindings: &[B]) -> BoundOpener<'_, T> {
        BoundOpener { opener: self, call: Call::new(bindings).ok() }
    }
}

impl<T: SlipState> Builder<T, Opens> {
    /// Makes the opener.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the ring has no key for the format, a lifetime is shorter than a second or its idle part
    /// longer than the absolute one, the leeway is over ten minutes, there are more than 16 bindings, or it adopts and has no
    /// lifetime.
    pub fn build(self) -> Result<Opener<T>, Error> {
        // No carrier: its tokens come from wherever the program gets them.
        Opener::from_builder(self, b"")
    }
}

/// An opener for one call's bindings.
///
/// [`Opener::bound`] makes it.
#[must_use]
pub struct BoundOpener<'a, T> {
    opener: &'a Opener<T>,
    /// `None` if there were too many: said when it is used.
    call: Option<Call>,
}

impl<T: SlipState> BoundOpener<'_, T> {
    /// Opens a token now.
    ///
    /// # Errors
    /// As [`Opener::open`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn open(&self, text: &str) -> Result<Slip<T>, Error> {
        self.open_at(text, self.opener.0.clock.now()?)
    }

    /// Opens a token as of the given time.
    ///
    /// # Errors
    /// As [`Opener::open_at`], and [`Error::is_misuse`] for more than 16 bindings.
    pub fn open_at(&self, text: &str, now: UnixTime) -> Result<Slip<T>, Error> {
        let call = self.call.as_ref().ok_or_else(|| Error::misuse("more than 16 bindings"))?;
        self.opener.0.open(text, call, now)
    }
}

impl<T: SlipState> Core<T> {
    fn like<U>(
        &self,
        purpose: &str,
        carrier: &[u8],
        lifetime: Option<Lifetime>,
        adopts: Arc<[Adopt<U>]>,
    ) -> Result<Core<U>, Error> {
        Ok(Core {
            keys: self.keys.clone(),
            envelope: Arc::clone(&self.envelope),
            context: Context::new(purpose, carrier, &self.bindings)?,
            clock: Arc::clone(&self.clock),
            leeway: self.leeway,
            lifetime,
            adopts,
            bindings: self.bindings.clone(),
            longest: AtomicUsize::new(SHORT),
        })
    }

    pub(crate) fn open(&self, text: &str, call: &Call, now: UnixTime) -> Result<Slip<T>, Error> {
        let ring = self.keys.ring();
        let with = With { ring: &ring, context: &self.context, call, now, expected: 0 };
        let authentic = match self.envelope.open(&with, text) {
            Ok(authentic) => authentic,
            Err(error) => return self.adopt(text, call, now).unwrap_or(Err(error)),
        };
        let claims = Claims::read(authentic, (&self.context, call), Some(T::VERSION))?;
        self.read(claims, call, now)
    }

    /// The slip of a token whose claims have been read.
    #[inline]
    fn read(&self, mut claims: Claims, call: &Call, now: UnixTime) -> Result<Slip<T>, Error> {
        let (head, key_is_current) = (claims.head, claims.key_is_current());
        let times = self.lifetime.map_or(head.times, |lifetime| lifetime.effective(head.times));
        times.check(now, self.leeway)?;
        let half_idle = self.lifetime.is_some_and(|lifetime| lifetime.is_half_idle(&times, now));
        let provenance = Provenance::of(head.version != u64::from(T::VERSION), key_is_current);
        let mut anchor = claims.anchor.take();
        self.decode(&mut claims, call, times.expires_at, |state| {
            Slip::opened(state, head.id, times, provenance, half_idle, call.digest(), anchor.take())
        })
    }

    /// Puts the state into its slip. A state is moved once more wherever it passes through two hands: so there is one way out of here.
    #[inline]
    fn decode(
        &self,
        claims: &mut Claims,
        call: &Call,
        held_until: UnixTime,
        mut slip: impl FnMut(T) -> Slip<T>,
    ) -> Result<Slip<T>, Error> {
        loop {
            let opened = state::read(claims.head.version, claims.state(), held_until.as_secs(), &mut slip);
            // At the most once: the second time it is found where it was looked for.
            if opened.is_ok() || !claims.find_state_again((&self.context, call)) {
                return opened;
            }
        }
    }

    /// Only what claims to be none of ours: a forged token gets no second reader (CVE-2026-39324).
    fn adopt(&self, text: &str, call: &Call, now: UnixTime) -> Option<Result<Slip<T>, Error>> {
        let mut readers = self.adopts.iter().filter(|adopt| now < adopt.until).peekable();
        readers.peek()?;
        if text.len() > MAX_TOKEN_TEXT || self.envelope.is_ours(text) {
            return None;
        }
        let adopted = readers.find_map(|adopt| (adopt.read)(text, now, self.leeway))?;
        Some(adopted.and_then(|adopted| self.begin(adopted, call, now)))
    }

    fn begin(&self, Adopted { state, began_at }: Adopted<T>, call: &Call, now: UnixTime) -> Result<Slip<T>, Error> {
        let lifetime = self.lifetime.ok_or_else(|| Error::misuse("what is adopted needs a lifetime"))?;
        let times = match began_at {
            None => lifetime.begin(now)?,
            Some(began_at) => lifetime.renew(&lifetime.begin(began_at)?, now)?,
        };
        Ok(Slip::adopted(state, SlipId::random()?, times, call.digest()))
    }
}

impl<T> Clone for Opener<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Opener<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("keys", &self.0.keys).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for BoundOpener<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BoundOpener").field(self.opener).finish()
    }
}
