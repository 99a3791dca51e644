//! The settings of a sealer or an opener, before it is built.
//!
//! It may not know how anything is sealed or opened.

#[cfg(feature = "jose")]
use crate::foreign_jwt::ForeignJwt;
use crate::{
    context::{Context, is_purpose},
    envelope::Envelope,
    error::Error,
    keyring::Keys,
    lifetime::{DEFAULT_LEEWAY, Lifetime, MAX_LEEWAY},
    state::SlipState,
    time::{Clock, SystemClock, UnixTime},
};
use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

/// The settings of a [`Sealer`](crate::Sealer) or an [`Opener`](crate::Opener), which `build()` makes.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error, UnixTime}; use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart { lines: Vec<String> }
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// let keys = Keyring::generate()?;
/// let sealer = Sealer::<Cart>::encrypted(&keys)
///     .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
///     .leeway(Duration::from_secs(5))
///     .bind("eu-central")
///     .build()?;
/// # drop(sealer); Ok(()) }
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct Builder<T, Makes> {
    pub(crate) keys: Keys,
    pub(crate) envelope: Arc<dyn Envelope>,
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) leeway: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) adopts: Vec<Adopt<T>>,
    pub(crate) bindings: Vec<Vec<u8>>,
    makes: PhantomData<fn() -> Makes>,
}

type ForeignReader<T> = Box<dyn Fn(&str, UnixTime, Duration) -> Option<Result<Adopted<T>, Error>> + Send + Sync>;

/// Texts that are not ours, and until when somebody else may read them.
pub(crate) struct Adopt<T> {
    pub(crate) until: UnixTime,
    /// Gets the time and the leeway, too.
    pub(crate) read: ForeignReader<T>,
}

/// What somebody else has read.
pub(crate) struct Adopted<T> {
    pub(crate) state: T,
    /// When it began, if that is known.
    pub(crate) began_at: Option<UnixTime>,
}

impl<T: SlipState, Makes> Builder<T, Makes> {
    pub(crate) fn new(keys: Keys, envelope: impl Envelope + 'static) -> Self {
        const {
            assert!(is_purpose(T::PURPOSE), "PURPOSE must be printable ASCII without spaces, 1 to 64 bytes");
        }
        Self {
            keys,
            envelope: Arc::new(envelope),
            lifetime: None,
            leeway: DEFAULT_LEEWAY,
            clock: Arc::new(SystemClock),
            adopts: Vec::new(),
            bindings: Vec::new(),
            makes: PhantomData,
        }
    }

    /// How long slips live. A sealer must be told, and whoever adopts; an opener that is told takes it as a further limit.
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// How much the clocks of two servers may differ: 30 seconds unless set, at most 10 minutes. Whole seconds. Clocks that are
    /// each half a minute off, one ahead and one behind, differ by a minute.
    #[doc(alias("skew", "tolerance"))]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Binds all tokens to something besides the purpose: a deployment, a host. Each call adds one binding, at most 16; their
    /// order counts. They take no bytes of a COSE token; a JOSE token has a digest of 22 characters of them (`ctx`).
    #[doc(alias("aad", "issuer", "tenant"))]
    pub fn bind(mut self, binding: impl AsRef<[u8]>) -> Self {
        self.bindings.push(binding.as_ref().to_vec());
        self
    }

    /// Another clock than the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Until the given time, offers a text that is not of the sealer's own kind to `read`, so that sessions survive a migration.
    ///
    /// What `read` accepts begins anew: a new id, a full lifetime, and the standing
    /// [`OldFormat`](crate::Reason::OldFormat). `read` gets what any client may send, at most 8 KiB, and must verify it
    /// itself. A text that begins like our COSE tokens is never offered, be it good or forged, nor to a JOSE sealer one whose header names
    /// our type. A COSE sealer does offer our own JWS and JWE: that is how one moves from those to COSE, with an
    /// [`Opener`](crate::Opener) of the old kind in `read`. An old text can be replayed until then, and is another slip each time: nothing that goes by ids, as a
    /// [`Guard`](crate::revoke::Guard) or a [`Redeemer`](crate::revoke::Redeemer), knows it again. Of several calls each adds a reader;
    /// the first that knows a text decides.
    ///
    /// An old text is bound to nothing: it is adopted under whatever [bindings](crate::Sealer::bound) a call has, which `read` does not
    /// see, and what is sealed next is bound to them. If a session is one tenant's, let the state say whose, and compare that with the
    /// request's tenant when [`standing`](crate::Slip::standing) is `OldFormat`.
    #[doc(alias("migrate", "legacy"))]
    pub fn adopt(mut self, until: UnixTime, read: impl Fn(&str) -> Option<T> + Send + Sync + 'static) -> Self {
        let read = move |text: &str, _: UnixTime, _: Duration| Some(Ok(Adopted { state: read(text)?, began_at: None }));
        self.adopts.push(Adopt { until, read: Box::new(read) });
        self
    }

    /// Until the profile's end, accepts JWTs of another program, so that sessions survive a migration: see [`ForeignJwt`].
    ///
    /// `read` gets the claims of a verified token and makes a state of them, or refuses. The slip has a new id and the standing
    /// [`OldFormat`](crate::Reason::OldFormat), and its absolute lifetime counts from the token's `iat`, if it has one: an old token that is
    /// used again and again gains no further life. Without `iat` it begins now. As with [`adopt`](Self::adopt), the token is bound to
    /// nothing, and whose tenant's it is must be asked of the state. Our own JWS are no such JWTs, whatever the profile says.
    #[cfg(feature = "jose")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
    #[doc(alias("migrate", "jsonwebtoken"))]
    pub fn accept_jwt<C: serde::de::DeserializeOwned>(
        mut self,
        profile: ForeignJwt,
        read: impl Fn(C) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        let until = profile.accept_until;
        let read = move |text: &str, now: UnixTime, leeway: Duration| {
            let accepted = match profile.read(text, now, leeway)? {
                Ok(accepted) => accepted,
                Err(error) => return Some(Err(error)),
            };
            Some(Ok(Adopted { state: read(accepted.claims)?, began_at: accepted.issued_at }))
        };
        self.adopts.push(Adopt { until, read: Box::new(read) });
        self
    }

    /// The checks that both kinds share, and the context. The carrier is the name of the cookie, or nothing.
    pub(crate) fn context(&self, carrier: &[u8]) -> Result<Context, Error> {
        if self.leeway > MAX_LEEWAY {
            return Err(Error::misuse("a leeway of more than ten minutes"));
        }
        match &self.lifetime {
            Some(lifetime) => lifetime.check()?,
            None if !self.adopts.is_empty() => return Err(Error::misuse("what is adopted needs a lifetime")),
            None => {}
        }
        let algs = self.envelope.opening_algs();
        if !self.keys.ring().has(|key| algs.contains(&key.alg())) {
            return Err(Error::misuse("the ring has no key of an algorithm that this format takes"));
        }
        Context::new(T::PURPOSE, carrier, &self.bindings)
    }
}

impl<T, Makes> fmt::Debug for Builder<T, Makes> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("lifetime", &self.lifetime)
            .field("leeway", &self.leeway)
            .field("adopts", &self.adopts.len())
            .finish_non_exhaustive()
    }
}
