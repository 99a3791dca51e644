//! Looking into a token of ours: what it shows to everybody, and what it shows to the holder of its key.
//!
//! It may not decide anything: neither function looks at the end of a token's life, and nothing that `inspect` gives is proven.

#[cfg(feature = "jose")]
use crate::envelope::jose;
use crate::{
    bytes,
    claims::{self, Head, SlipId},
    codec::{Encoded, Syntax},
    envelope::{
        Anatomy, Envelope, Named, With,
        cose::{FIRST_CHARACTERS, encrypt::Encrypted, proven::Proven},
    },
    error::Error,
    hazmat::mint::BoundTo,
    key::{Alg, Key},
    keyring::{Keyring, Keys},
    lifetime::Times,
    time::UnixTime,
};

/// What a token shows without any key. **Nothing of it is proven**: anybody can write such a text.
///
/// [`inspect`](crate::hazmat::inspect()) gives it.
#[derive(Clone, Debug)]
pub struct Inspection {
    format: &'static str,
    alg: Alg,
    named: Named,
    parts: Vec<(&'static str, usize)>,
    claims: Option<Claims>,
}

impl Inspection {
    /// The message: `COSE_Encrypt`, `COSE_Mac0`, `COSE_Sign1`, `JWS` or `JWE`.
    #[must_use]
    pub fn format(&self) -> &'static str {
        self.format
    }

    /// The algorithm that the header names.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The key id as the token has it: of a COSE message eight bytes in base64url, the beginning of the key's thumbprint; of a JOSE
    /// message the `kid` of the key's JWK. An attacker's text: escape it before you show it.
    ///
    /// The ring's own: [`KeyId`](crate::KeyId).
    #[must_use]
    pub fn key_id(&self) -> String {
        match &self.named {
            Named::Wire(wire) => bytes::public_text(wire),
            #[cfg(feature = "jose")]
            Named::Text(kid) => kid.clone(),
        }
    }

    /// The key of a ring that the token names, whether the ring would still accept it or not.
    #[must_use]
    pub fn key<'k>(&self, keys: &'k Keyring) -> Option<&'k Key> {
        match &self.named {
            Named::Wire(wire) => keys.by_wire(wire),
            #[cfg(feature = "jose")]
            Named::Text(kid) => keys.get(kid),
        }
    }

    /// The parts with their sizes in bytes, before base64url, in their order.
    ///
    /// [`manual::command`](crate::manual::command#tokens) shows some.
    #[must_use]
    pub fn parts(&self) -> &[(&'static str, usize)] {
        &self.parts
    }

    /// What a signed token says in clear. `None` for an encrypted one, and for claims that are not ours.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }
}

/// The claims of a token: proven if they come from [`reveal`], and not if they come from [`inspect`].
#[derive(Clone)]
pub struct Claims {
    id: SlipId,
    times: Times,
    version: u64,
    state: Vec<u8>,
    is_json: bool,
}

impl Claims {
    fn new(head: Head, state: Vec<u8>, is_json: bool) -> Self {
        Self { id: head.id, times: head.times, version: head.version, state, is_json }
    }

    /// The slip's id (`cti`).
    #[must_use]
    pub fn id(&self) -> SlipId {
        self.id
    }

    /// When the token was sealed (`iat`).
    ///
    /// Proven, it is [`Slip::sealed_at`](crate::Slip::sealed_at).
    #[must_use]
    pub fn sealed_at(&self) -> UnixTime {
        self.times.sealed_at
    }

    /// When the slip began.
    ///
    /// Proven, it is [`Slip::began_at`](crate::Slip::began_at).
    #[must_use]
    pub fn began_at(&self) -> UnixTime {
        self.times.began_at
    }

    /// When the token ends (`exp`), if the reader's own lifetime does not end it sooner.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.times.expires_at
    }

    /// When the slip ends, however often it is resealed.
    ///
    /// Proven, it is [`Slip::ends_at`](crate::Slip::ends_at).
    #[must_use]
    pub fn ends_at(&self) -> UnixTime {
        self.times.ends_at
    }

    /// The version of the state.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether the state is JSON, as in a JOSE message, and not CBOR.
    ///
    /// See [`Sealer::jws`](crate::Sealer::jws).
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// The state as CBOR (RFC 8949), or as [JSON](Self::is_json). Whoever logs it logs what a user has in the session.
    #[must_use]
    pub fn state(&self) -> &[u8] {
        &self.state
    }
}

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claims")
            .field("version", &self.version)
            .field("state", &self.state.len())
            .finish_non_exhaustive()
    }
}

/// Takes a token apart without any key.
///
/// ```
/// use orderslip::{Keyring, Lifetime, UnixTime, hazmat};
/// # fn main() -> Result<(), orderslip::Error> {
/// let keys = Keyring::generate()?;
/// let spec = hazmat::Mint {
///     format: hazmat::Format::Encrypted,
///     bound_to: hazmat::BoundTo::purpose("shop.example/cart"),
///     version: 1,
///     lifetime: Lifetime::absolute(std::time::Duration::from_secs(60)),
///     state: &["SOUP"],
/// };
/// let now = UnixTime::from_secs(1_800_000_000);
/// let token = hazmat::mint(&keys, &spec, now)?;
///
/// let shown = hazmat::inspect(&token)?;
/// assert_eq!(shown.format(), "COSE_Encrypt");
/// assert!(shown.key(&keys).is_some() && shown.claims().is_none());
///
/// let claims = hazmat::reveal(&token, &keys, &spec.bound_to, now)?;
/// assert_eq!(claims.state(), b"\x81\x64SOUP");
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::is_rejected`] if the text is no token of ours.
pub fn inspect(token: &str) -> Result<Inspection, Error> {
    let Anatomy { format, alg, key, parts, payload, syntax } = format_of(token)?.dissect(token)?;
    let claims = payload.and_then(|payload| claims::read_unproven(syntax, &payload)).map(|unproven| {
        let claims::Unproven { head, state } = unproven;
        Claims::new(head, state, syntax != Syntax::Cbor)
    });
    Ok(Inspection { format, alg, named: key, parts, claims })
}

/// Authenticates a token and gives its claims and its state, **even if its life is over**.
///
/// # Errors
/// [`Error::is_rejected`] if it is no token of ours, or not one for this purpose and these bindings; [`Error::is_unreadable`] if
/// its key is not in the ring or its claims are not ours; [`Error::is_expired`] if its key has ended or was revoked.
pub fn reveal(token: &str, keys: &Keyring, bound_to: &BoundTo<'_>, now: UnixTime) -> Result<Claims, Error> {
    let (context, call) = bound_to.contexts()?;
    let keys = Keys::from(keys);
    let ring = keys.ring();
    let with = With { ring: &ring, context: &context, call: &call, now, expected: 0 };
    let authentic = format_of(token)?.open(&with, token)?;
    let claims = claims::Claims::read(authentic, (&context, &call), None)?;
    Ok(match claims.state() {
        Encoded::Cbor(state) => Claims::new(claims.head, state.to_vec(), false),
        #[cfg(feature = "jose")]
        Encoded::Json(state) => Claims::new(claims.head, state.as_bytes().to_vec(), true),
    })
}

/// Told by the first characters alone, and of a JOSE message by its header; whoever reads on is strict.
fn format_of(token: &str) -> Result<Box<dyn Envelope>, Error> {
    let [encrypted, mac0, sign1] = FIRST_CHARACTERS;
    match token {
        _ if token.starts_with(encrypted) => Ok(Box::new(Encrypted::new())),
        _ if token.starts_with(mac0) => Ok(Box::new(Proven::MAC0)),
        _ if token.starts_with(sign1) => Ok(Box::new(Proven::sign1(&[]))),
        #[cfg(feature = "jose")]
        _ => jose::envelope_of(token),
        #[cfg(not(feature = "jose"))]
        _ => Err(Error::malformed("not the beginning of a token")),
    }
}
