//! A ring from and to a JWK Set (RFC 7517 section 5).
//!
//! It may not know where the text comes from or goes. Besides keys, a set holds what is left of retired ones:
//! `{"kid": …, "exp": …, "retired": true}`.

use super::{Contents, Keyring, Origin, RotationPolicy, policy, schedule::Retired};
use crate::{
    error::Error,
    json::{self, Json, Members},
    key::{Alg, Disclosure, Key, KeyId, MAX_KEY_TEXT},
    time::UnixTime,
};
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// A text that nobody may see: wiped when dropped, silent in `Debug`.
///
/// [`Keyring::to_jwks`](crate::Keyring::to_jwks) gives it, and [`expose`](Self::expose) what stands in it.
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The text itself. Whoever has it can make tokens.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

impl Keyring {
    /// Reads a JWK Set. Every key must name its algorithm; unknown members of a key are kept, unknown keys are refused.
    ///
    /// # Errors
    /// [`Error::is_misuse`], naming the key and the member: whatever [`Key::from_jwk`] or [`Keyring::new`] refuses, a
    /// text that is not one JSON object with a list `keys`, a `rotation` that is no policy, more than 4 MiB. Other members of the set are
    /// kept as they are.
    pub fn from_jwks(text: &str) -> Result<Self, Error> {
        read_set(text)?.assemble()
    }

    /// Reads a JWK Set that somebody else publishes for verifiers. Keys of other kinds than ours are passed over, as RFC 7517
    /// section 5 has it, so that an issuer can bring in a new algorithm without freezing those who do not know it.
    ///
    /// ```
    /// # use orderslip::{Keyring, Error};
    /// # fn main() -> Result<(), Error> {
    /// let theirs = r#"{"keys": [
    ///     {"kty": "RSA", "alg": "RS256", "kid": "1", "n": "AQAB", "e": "AQAB"},
    ///     {"kty": "OKP", "alg": "EdDSA", "kid": "2", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    /// ]}"#;
    /// let keys = Keyring::from_public_jwks(theirs)?;
    /// assert!(keys.get("1").is_none() && keys.get("2").is_some());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the set has a secret of any kind, which somebody should be told; if it has no key of ours; and
    /// else as [`from_jwks`](Self::from_jwks): a key of our kinds that is faulty is not passed over.
    pub fn from_public_jwks(text: &str) -> Result<Self, Error> {
        read_set(text)?.assemble_public()
    }

    /// As [`from_public_jwks`](Self::from_public_jwks), of entries that somebody else has parsed.
    #[cfg(feature = "jsonwebtoken")]
    pub(crate) fn from_public_entries(entries: Vec<Members>) -> Result<Self, Error> {
        Set { entries, contents: Contents::of(Vec::new(), Origin::Shared) }.assemble_public()
    }

    /// The whole ring as a JWK Set, with all secrets: for a secret store or a file of mode 0600.
    ///
    /// ```
    /// # use orderslip::{Keyring, Error};
    /// # fn main() -> Result<(), Error> {
    /// let keys = Keyring::generate()?;
    /// let same = Keyring::from_jwks(keys.to_jwks().expose())?;
    /// assert!(keys.ids().eq(same.ids()));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn to_jwks(&self) -> SecretText {
        let contents = self.ring.contents();
        let keys = contents.keys.iter().map(|key| key.to_json(Disclosure::Secret));
        let keys = keys.chain(contents.retired.iter().map(write_retired)).collect();
        let mut set = vec![("keys".to_owned(), Json::List(keys))];
        set.extend(contents.policy.map(|policy| (policy::MEMBER.to_owned(), policy.write())));
        set.extend(contents.foreign.iter().map(|(name, value)| (name.clone(), value.copy())));
        SecretText(render(set))
    }

    /// The public halves of the signing keys as a JWK Set, for services that verify and cannot seal.
    ///
    /// Revoked keys are in it with their `revoked` member; symmetric keys have no public half and are not.
    #[must_use]
    #[doc(alias("jwks.json", "well-known"))]
    pub fn public_jwks(&self) -> String {
        let keys = self.ring.keys().filter(|key| !key.is_symmetric()).map(|key| key.to_json(Disclosure::Public));
        String::clone(&render(vec![("keys".to_owned(), Json::List(keys.collect()))]))
    }
}

/// A set whose entries have not been looked into.
struct Set {
    entries: Vec<Members>,
    contents: Contents,
}

fn read_set(text: &str) -> Result<Set, Error> {
    if text.len() > MAX_KEY_TEXT {
        return Err(Error::bad_key("longer than any key set"));
    }
    let Some(Json::Object(set)) = json::parse(text) else {
        return Err(Error::bad_key("not one JSON object with unique members"));
    };
    let mut entries = None;
    let mut contents = Contents::of(Vec::new(), Origin::Shared);
    for (name, value) in set {
        match (name.as_str(), value) {
            ("keys", Json::List(list)) => entries = Some(list),
            ("keys", _) => return Err(Error::bad_key_member("keys", "not a list")),
            (policy::MEMBER, value) => contents.policy = Some(RotationPolicy::read(&value)?),
            // RFC 7517 section 5: other members of a set are ignored.
            (_, value) => contents.foreign.push((name, value)),
        }
    }
    let entries = entries.ok_or_else(|| Error::bad_key_member("keys", "missing"))?;
    let object = |entry| match entry {
        Json::Object(members) => Ok(members),
        _ => Err(Error::bad_key_member("keys", "holds no object")),
    };
    Ok(Set { entries: entries.into_iter().map(object).collect::<Result<_, _>>()?, contents })
}

impl Set {
    /// Of a document for the public: without a secret, and of the kinds of key that are here.
    fn assemble_public(mut self) -> Result<Keyring, Error> {
        for entry in &self.entries {
            let secret = SECRET_MEMBERS.into_iter().find(|name| json::member(entry, name).is_some());
            if let Some(member) = secret {
                let kid = json::member(entry, "kid").and_then(Json::as_text).unwrap_or_default();
                return Err(Error::bad_key_member(member, "a secret, in a document for the public").about_key(kid));
            }
        }
        self.entries.retain(is_of_ours);
        self.assemble()
    }

    fn assemble(mut self) -> Result<Keyring, Error> {
        for members in self.entries {
            match read_retired(&members)? {
                Some(gone) => self.contents.retired.push(gone),
                None => self.contents.keys.push(Arc::new(Key::from_json(Json::Object(members))?)),
            }
        }
        Keyring::assemble(self.contents)
    }
}

/// Of symmetric keys, of elliptic curves and of RSA (RFC 7518 section 6).
const SECRET_MEMBERS: [&str; 8] = ["k", "d", "p", "q", "dp", "dq", "qi", "oth"];

/// Whether an entry says that it is a public key of an algorithm here. It may still be faulty.
fn is_of_ours(entry: &Members) -> bool {
    let text = |name| json::member(entry, name).and_then(Json::as_text);
    let alg = text("alg").and_then(|alg| Alg::from_jose(alg, None)).filter(|alg| !alg.is_symmetric());
    alg.is_some_and(|alg| text("kty") == Some(alg.kty()) && text("crv") == alg.crv() && text("use") != Some("enc"))
}

/// The well-formed `revoked` members of a set of which nothing else need be right: who was revoked, when and why. `None` if the text is no
/// JSON object with a list of keys, or longer than any: then nobody can say what stands in it.
pub(super) fn revocations(text: &str) -> Option<Vec<Revocation>> {
    if text.len() > MAX_KEY_TEXT {
        return None;
    }
    let Some(Json::Object(set)) = json::parse(text) else { return None };
    let Some((_, Json::List(entries))) = set.into_iter().find(|(name, _)| name == "keys") else { return None };
    Some(entries.into_iter().filter_map(Revocation::read).collect())
}

pub(super) struct Revocation {
    pub(super) kid: String,
    pub(super) at: UnixTime,
    pub(super) reason: String,
}

impl Revocation {
    fn read(entry: Json) -> Option<Self> {
        let Json::Object(entry) = entry else { return None };
        let Some(Json::Object(revoked)) = json::member(&entry, "revoked") else { return None };
        let text = |members, name| json::member(members, name).and_then(Json::as_text);
        let at = json::member(revoked, "revoked_at").and_then(Json::as_u64).and_then(UnixTime::from_wire)?;
        let reason = text(revoked, "reason").unwrap_or_default().to_owned();
        let kid = match text(&entry, "kid") {
            Some(kid) => kid.to_owned(),
            // A key without a name has its thumbprint.
            None => Key::from_json(Json::Object(entry)).ok()?.id().as_str().to_owned(),
        };
        Some(Self { kid, at, reason })
    }
}

/// The private member that tells the wire id of a retired key whose `kid` is not its thumbprint.
const WIRE_ID: &str = "wire_id";

fn read_retired(members: &Members) -> Result<Option<Retired>, Error> {
    let member = |name| json::member(members, name);
    match member("retired") {
        None => return Ok(None),
        Some(Json::Bool(true)) => {}
        Some(_) => return Err(Error::bad_key_member("retired", "not `true`")),
    }
    let kid =
        member("kid").and_then(Json::as_text).ok_or_else(|| Error::bad_key_member("kid", "missing, or not a text"))?;
    let refuse = |member, why| Error::bad_key_member(member, why).about_key(kid);
    if ["k", "d"].into_iter().any(|secret| member(secret).is_some()) {
        return Err(refuse("retired", "a retired key must not keep its secret"));
    }
    let expires = member("exp").and_then(Json::as_u64).and_then(UnixTime::from_wire);
    let expires = expires.ok_or_else(|| refuse("exp", "missing, or not whole seconds"))?;
    let id = KeyId::of_retired(kid, member(WIRE_ID).and_then(Json::as_text));
    let id = id.map_err(|why| refuse("kid", why))?;
    Ok(Some(Retired { id, expires }))
}

fn write_retired(gone: &Retired) -> Json {
    let mut members = vec![("kid".to_owned(), Json::text(gone.id.as_str()))];
    members.extend(gone.id.wire_unless_told().map(|wire| (WIRE_ID.to_owned(), Json::text(wire))));
    members.push(("exp".to_owned(), Json::Number(gone.expires.as_secs().into())));
    members.push(("retired".to_owned(), Json::Bool(true)));
    Json::Object(members)
}

fn render(set: Members) -> Zeroizing<String> {
    let set = Json::Object(set);
    // Measured first, and then written into one allocation: one that grew would leave copies behind.
    let mut size = Size(0);
    write(&mut size, &set);
    let mut out = Vec::with_capacity(size.0);
    write(&mut out, &set);
    #[expect(clippy::ok_expect, reason = "the error would show the bytes, which hold every secret")]
    Zeroizing::new(String::from_utf8(out).ok().expect("JSON is UTF-8"))
}

fn write(out: impl std::io::Write, set: &Json) {
    serde_json::to_writer_pretty(out, set).expect("memory takes every write, and our values have no map with odd keys");
}

/// How much was written, and nothing else of it.
struct Size(usize);

impl std::io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
