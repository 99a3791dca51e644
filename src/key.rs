//! One key: its id, its one algorithm, its material, and the times in which it seals and opens.
//!
//! It may not know about other keys, about formats or about tokens. Secrets have no `Clone` and no `Deref`, show
//! nothing in `Debug`, and are wiped when dropped; what `ring` copies for its own use is not (see `crypto.rs`).

mod alg;
#[cfg(feature = "jose")]
mod budget;
mod derived;
mod id;
mod jwk;
mod kdf;
mod strength;

pub use self::alg::Alg;
pub use self::id::KeyId;
pub(crate) use self::{
    alg::Family,
    derived::{SALT_LEN, Salt},
    id::{WIRE_LEN, WireId},
    jwk::Disclosure,
    kdf::{DIRECT_HKDF_PROTECTED, context as kdf_context},
    strength::{weakness, weakness_of_private_half},
};

use self::derived::DerivedKeys;
use crate::{
    bytes::Secret,
    crypto::{AeadKey, Cipher, MacKey, Signer, Unauthentic, Verifier},
    error::Error,
    json::{self, Json, Members},
    time::UnixTime,
};
use std::fmt;
#[cfg(feature = "jose")]
use std::sync::OnceLock;

/// The shortest secret that is derived from or MACed with, in bytes: SHA-256's output (RFC 7518 section 3.2; [`manual::defaults`](crate::manual::defaults)).
pub const MIN_SECRET: usize = 32;

/// A key for exactly one algorithm, with its id and its times.
///
/// A key is accepted for opening until it [expires](Self::expires_at) or is revoked, whatever its activation time says;
/// of a ring's keys for one use, the one whose [activation](Self::activates_at) is the latest reached seals.
///
/// ```
/// # use orderslip::{Alg, Key, UnixTime, Error};
/// # fn main() -> Result<(), Error> {
/// let key = Key::generate(Alg::HkdfA256Gcm)?.activating_at(UnixTime::from_secs(1_800_000_000));
/// assert_eq!(key.alg(), Alg::HkdfA256Gcm);
/// assert!(!format!("{key:?}").contains("secret"));
/// # Ok(()) }
/// ```
///
/// No copy of a secret is made by accident:
///
/// ```compile_fail,E0599
/// # use orderslip::Key;
/// fn copy(key: &Key) -> Key { Key::clone(key) }
/// ```
pub struct Key {
    id: KeyId,
    alg: Alg,
    material: Material,
    may_seal: bool,
    times: Times,
    /// How much it may still encrypt as it is.
    #[cfg(feature = "jose")]
    budget: OnceLock<budget::Budget>,
    #[cfg(feature = "jose")]
    header: OnceLock<Box<str>>,
    /// Members of the JWK that are not ours: kept, so that reading and writing loses nothing.
    foreign: Members,
}

enum Material {
    Mac { secret: Secret, key: MacKey },
    Aead { secret: Secret, key: Box<AeadKey> },
    Root { secret: Secret, derived: DerivedKeys },
    Pair { private: Secret, signer: Box<Signer>, verifier: Verifier },
    Public { public: Vec<u8>, verifier: Verifier },
}

#[derive(Default)]
struct Times {
    created: Option<UnixTime>,
    activates: Option<UnixTime>,
    expires: Option<UnixTime>,
    revoked: Option<Revoked>,
}

struct Revoked {
    at: UnixTime,
    reason: Option<String>,
}

impl Key {
    /// A new random key.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the system gives no randomness.
    pub fn generate(alg: Alg) -> Result<Self, Error> {
        let material = match alg.family() {
            Family::Sign(curve) => {
                let (mut private, signer) = Signer::generate(curve)?;
                Material::pair(curve, Secret::new(std::mem::take(&mut *private)), signer)?
            }
            _ => {
                let mut secret = vec![0; alg.generated_len()];
                crate::crypto::fill_random(&mut secret)?;
                Material::symmetric(alg, Secret::new(secret))?
            }
        };
        Ok(Self::assemble(alg, material))
    }

    /// Reads one JWK (RFC 7517) that names its algorithm.
    ///
    /// # Errors
    /// [`Error::is_misuse`], with the member that is at fault: not one JSON object, a duplicate member, no algorithm or
    /// an unknown one, `use`, `key_ops`, `kty` or `crv` that do not fit it, a key of the wrong length, a point that is
    /// not on the curve or of small order, a private half that does not belong to the public one.
    pub fn from_jwk(jwk: &str) -> Result<Self, Error> {
        jwk::read(parse_object(jwk)?, None)
    }

    /// Reads one JWK that names no algorithm; a JWK that names another one is refused.
    ///
    /// A symmetric key's `use` is not looked at when it names no algorithm: the member is defined for public keys
    /// (RFC 7517 section 4.2), and the caller's word is the more exact one.
    ///
    /// # Errors
    /// As [`from_jwk`](Self::from_jwk).
    pub fn from_jwk_as(jwk: &str, alg: Alg) -> Result<Self, Error> {
        jwk::read(parse_object(jwk)?, Some(alg))
    }

    /// One element of a set.
    pub(crate) fn from_json(value: Json) -> Result<Self, Error> {
        match value {
            Json::Object(members) => jwk::read(members, None),
            _ => Err(Error::bad_key("not one JSON object with unique members")),
        }
    }

    /// From secret bytes that were drawn or derived for this algorithm alone.
    pub(crate) fn from_secret(alg: Alg, secret: Secret) -> Result<Self, Error> {
        let material = match alg.family() {
            Family::Sign(curve) => {
                let seed = secret.expose().try_into().map_err(|_| Error::bad_key("not an Ed25519 seed"))?;
                let signer = Signer::from_seed(seed)?;
                Material::pair(curve, secret, signer)?
            }
            _ => Material::symmetric(alg, secret)?,
        };
        Ok(Self::assemble(alg, material))
    }

    fn assemble(alg: Alg, material: Material) -> Self {
        let id = jwk::thumbprint(alg, &material);
        Self::from_parts(id, alg, material, true, Times::default(), Members::new())
    }

    fn from_parts(id: KeyId, alg: Alg, material: Material, may_seal: bool, times: Times, foreign: Members) -> Self {
        Self {
            id,
            alg,
            material,
            may_seal,
            times,
            #[cfg(feature = "jose")]
            budget: OnceLock::new(),
            #[cfg(feature = "jose")]
            header: OnceLock::new(),
            foreign,
        }
    }

    /// The key's public id.
    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The one algorithm that the key is for.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// When the key becomes the one that seals (JWK member `nbf`); `None` is since ever. [`Keyring::stage`](crate::Keyring::stage) sets it.
    #[must_use]
    pub fn activates_at(&self) -> Option<UnixTime> {
        self.times.activates
    }

    /// When the key is no longer accepted (JWK member `exp`).
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.times.expires
    }

    /// When [`revoke`](crate::Keyring::revoke) was called for it (JWK member `revoked`), if it was. It is not accepted at any time then.
    #[must_use]
    pub fn revoked_at(&self) -> Option<UnixTime> {
        self.times.revoked.as_ref().map(|revoked| revoked.at)
    }

    /// Why the key was revoked, in the words of whoever did it. [`Keyring::revoke`](crate::Keyring::revoke) sets it.
    #[must_use]
    pub fn revoked_because(&self) -> Option<&str> {
        self.times.revoked.as_ref().and_then(|revoked| revoked.reason.as_deref())
    }

    /// When the key was made, or when a ring got it (JWK member `iat`), if it says so. [`Keyring::stage`](crate::Keyring::stage) sets it.
    #[must_use]
    pub fn made_at(&self) -> Option<UnixTime> {
        self.times.created
    }

    /// Whether the key can seal, or, being public, only open.
    #[must_use]
    pub fn can_seal(&self) -> bool {
        self.may_seal && !matches!(self.material, Material::Public { .. })
    }

    /// The same key under another name: the `kid` that a set or the tokens of another program call it by. COSE tokens are not
    /// concerned, as they name a key by the beginning of its thumbprint.
    ///
    /// ```
    /// # use orderslip::{Alg, Key, Error};
    /// # fn main() -> Result<(), Error> {
    /// let key = Key::generate(Alg::Hs256)?.named("2026-11")?;
    /// assert_eq!(key.id().as_str(), "2026-11");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the name is empty, longer than 256 bytes, or has control characters.
    pub fn named(mut self, kid: &str) -> Result<Self, Error> {
        self.id = self.id.named(kid)?;
        #[cfg(feature = "jose")]
        {
            self.header = OnceLock::new();
        }
        Ok(self)
    }

    /// The same key with an activation time.
    #[must_use]
    pub fn activating_at(mut self, time: UnixTime) -> Self {
        self.times.activates = Some(time);
        self
    }

    /// The same key with an end. In a ring it is [`Keyring::retire`](crate::Keyring::retire) that knows when that may be.
    #[must_use]
    pub fn expiring_at(mut self, time: UnixTime) -> Self {
        self.times.expires = Some(time);
        self
    }

    pub(crate) fn without_end(mut self) -> Self {
        self.times.expires = None;
        self
    }

    pub(crate) fn being_made_at(mut self, time: UnixTime) -> Self {
        self.times.created = Some(time);
        self
    }

    /// The first revocation stands.
    pub(crate) fn revoked(mut self, at: UnixTime, reason: &str) -> Self {
        self.times.revoked.get_or_insert_with(|| Revoked { at, reason: Some(reason.to_owned()) });
        self
    }

    /// Whether tokens of this key are opened at this time.
    pub(crate) fn is_accepted(&self, now: UnixTime) -> bool {
        self.times.revoked.is_none() && self.times.expires.is_none_or(|end| now < end)
    }

    pub(crate) fn is_public(&self) -> bool {
        matches!(self.material, Material::Public { .. })
    }

    pub(crate) fn is_symmetric(&self) -> bool {
        matches!(self.material, Material::Mac { .. } | Material::Aead { .. } | Material::Root { .. })
    }

    /// The bytes that must be kept from everybody; none for a public key.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match &self.material {
            Material::Mac { secret, .. } | Material::Aead { secret, .. } | Material::Root { secret, .. } => {
                Some(secret)
            }
            Material::Pair { private, .. } => Some(private),
            Material::Public { .. } => None,
        }
    }

    /// The point or string that verifiers need; none for a symmetric key.
    #[cfg(feature = "jsonwebtoken")]
    pub(crate) fn public(&self) -> Option<&[u8]> {
        self.material.public()
    }

    pub(crate) fn mac(&self) -> Option<&MacKey> {
        match &self.material {
            Material::Mac { key, .. } => Some(key),
            _ => None,
        }
    }

    pub(crate) fn aead(&self) -> Option<&AeadKey> {
        match &self.material {
            Material::Aead { key, .. } => Some(key),
            _ => None,
        }
    }

    pub(crate) fn signer(&self) -> Option<&Signer> {
        match &self.material {
            Material::Pair { signer, .. } => Some(signer),
            _ => None,
        }
    }

    pub(crate) fn verifier(&self) -> Option<&Verifier> {
        match &self.material {
            Material::Pair { verifier, .. } | Material::Public { verifier, .. } => Some(verifier),
            _ => None,
        }
    }

    /// Verifies a MAC or a signature, whichever the key is for; a key that is for neither verifies nothing.
    pub(crate) fn verify(&self, message: &[u8], proof: &[u8]) -> Result<(), Unauthentic> {
        match self.mac() {
            Some(mac) => mac.verify(message, proof),
            None => self.verifier().ok_or(Unauthentic)?.verify(message, proof),
        }
    }

    /// Works with the content key for a salt: from the small memory of those that have authenticated a token, or derived anew.
    pub(crate) fn with_content_key<R>(
        &self,
        salt: &Salt,
        work: impl FnOnce(&AeadKey) -> Result<R, Unauthentic>,
    ) -> Result<R, Unauthentic> {
        let ((cipher, secret), derived) = self.root().ok_or(Unauthentic)?;
        derived.with((self.alg, cipher, secret), salt, work)
    }

    /// A content key to begin with: nobody has proved it, so it is remembered by whoever asked.
    pub(crate) fn derive_content_key(&self, salt: &Salt) -> Option<AeadKey> {
        self.root().and_then(|((cipher, secret), _)| derived::derive(self.alg, cipher, secret, salt))
    }

    fn root(&self) -> Option<((Cipher, &Secret), &DerivedKeys)> {
        match (&self.material, self.alg.family()) {
            (Material::Root { secret, derived }, Family::Root(cipher)) => Some(((cipher, secret), derived)),
            _ => None,
        }
    }

    /// The header of this key's messages, which is the same for all of them. Whoever knows what stands in it makes it, once.
    #[cfg(feature = "jose")]
    pub(crate) fn header(&self, make: impl FnOnce() -> Box<str>) -> &str {
        self.header.get_or_init(make)
    }

    /// Counts a message that this very key will encrypt, and refuses one too many.
    #[cfg(feature = "jose")]
    pub(crate) fn count_message(&self) -> Result<(), Error> {
        // The wire id is the beginning of the thumbprint, whatever the key is called.
        let budget = self.budget.get_or_init(|| budget::Budget::of(&crate::bytes::public_text(self.id.wire())));
        budget.take()
    }

    /// How many messages were counted.
    #[cfg(all(test, feature = "jose"))]
    pub(crate) fn counted(&self) -> u64 {
        self.budget.get().map_or(0, budget::Budget::used)
    }

    /// How many content keys are remembered.
    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        self.root().map_or(0, |(_, derived)| derived.remembered())
    }

    /// Derives a content key under a context of the caller's: for other people's messages, and not remembered.
    pub(crate) fn derive(&self, salt: &[u8], info: &[u8]) -> Option<AeadKey> {
        self.root().and_then(|((cipher, secret), _)| kdf::content_key(cipher, secret, salt, info))
    }

    pub(crate) fn to_json(&self, disclosure: Disclosure) -> Json {
        jwk::write(self, disclosure)
    }
}

impl Material {
    fn symmetric(alg: Alg, secret: Secret) -> Result<Self, Error> {
        match alg.family() {
            Family::Mac(hash) => {
                let key = MacKey::new(hash, secret.expose());
                Ok(Self::Mac { secret, key })
            }
            Family::Aead(cipher) => {
                let key = AeadKey::new(cipher, secret.expose()).ok_or_else(|| Error::bad_key("of the wrong length"))?;
                Ok(Self::Aead { secret, key: Box::new(key) })
            }
            Family::Root(_) => Ok(Self::Root { secret, derived: DerivedKeys::default() }),
            Family::Sign(_) => Err(Error::bad_key("not a symmetric algorithm")),
        }
    }

    fn pair(curve: crate::crypto::Curve, private: Secret, signer: Signer) -> Result<Self, Error> {
        let verifier = Verifier::new(curve, signer.public()).ok_or_else(|| Error::bad_key("no point of the curve"))?;
        Ok(Self::Pair { private, signer: Box::new(signer), verifier })
    }

    fn public(&self) -> Option<&[u8]> {
        match self {
            Self::Pair { signer, .. } => Some(signer.public()),
            Self::Public { public, .. } => Some(public),
            _ => None,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).field("alg", &self.alg).finish_non_exhaustive()
    }
}

/// The longest text of one key or one set: far beyond a thousand keys of any algorithm here, and bounded.
pub(crate) const MAX_KEY_TEXT: usize = 4 * 1024 * 1024;

fn parse_object(text: &str) -> Result<Members, Error> {
    if text.len() > MAX_KEY_TEXT {
        return Err(Error::bad_key("longer than any key"));
    }
    match json::parse(text) {
        Some(Json::Object(members)) => Ok(members),
        _ => Err(Error::bad_key("not one JSON object with unique members")),
    }
}
