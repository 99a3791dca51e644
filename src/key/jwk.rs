//! One key from and to a JWK (RFC 7517), with the time members of OpenID Federation 1.0.
//!
//! It may not know about sets of keys. Everything in a JWK must agree with its one algorithm; what does not is refused with the
//! member's name and never its value. Members that are not ours are kept as they are.

use super::{Alg, Family, Key, KeyId, MIN_SECRET, Material, Revoked, Times};
use crate::{
    bytes::{self, Secret},
    crypto::{AeadKey, Curve, MacKey, Signer, Verifier},
    error::Error,
    json::{Json, Members},
    time::UnixTime,
};
use zeroize::Zeroizing;

/// The longest MAC or root secret, in bytes: longer ones are a mistake, not more secure.
const MAX_SECRET: usize = 512;

/// How much of a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disclosure {
    /// Everything: the file of a server.
    Secret,
    /// What verifiers need. Symmetric keys have no such part, and are not to be asked for it.
    Public,
}

pub(super) fn read(mut members: Members, expected: Option<Alg>) -> Result<Key, Error> {
    let kid = take_text(&mut members, "kid")?;
    let about = kid.as_ref().map(|kid| kid.to_string());
    read_members(members, kid, expected).map_err(|error| match about {
        Some(kid) => error.about_key(&kid),
        None => error,
    })
}

fn read_members(mut members: Members, kid: Option<Zeroizing<String>>, expected: Option<Alg>) -> Result<Key, Error> {
    let kty = take_text(&mut members, "kty")?.ok_or_else(|| Error::bad_key_member("kty", "missing"))?;
    let (alg, named) = algorithm(&mut members, &kty, expected)?;
    if *kty != *alg.kty() {
        return Err(Error::bad_key_member("kty", "does not fit the algorithm"));
    }
    let crv = take_text(&mut members, "crv")?;
    if crv.as_ref().map(|crv| crv.as_str()) != alg.crv() {
        return Err(Error::bad_key_member("crv", "does not fit the algorithm"));
    }
    let material = match alg.family() {
        Family::Sign(curve) => asymmetric(curve, &mut members)?,
        _ => symmetric(alg, &mut members)?,
    };
    let looks_at_use = named || !matches!(alg.family(), Family::Mac(_) | Family::Aead(_) | Family::Root(_));
    let may_seal = allowed_uses(alg, &material, looks_at_use, &mut members)?;
    let times = times(&mut members)?;
    // What a set says of a key that has been erased. Kept as a foreign member, it would make a set unreadable once written.
    if take(&mut members, "retired").is_some() {
        return Err(Error::bad_key_member("retired", "of a key that has been erased, and this one has not"));
    }
    let mut id = thumbprint(alg, &material);
    if let Some(kid) = kid {
        id = id.named(&kid)?;
    }
    Ok(Key::from_parts(id, alg, material, may_seal, times, members))
}

/// The algorithm, and whether the JWK itself names it.
fn algorithm(members: &mut Members, kty: &str, expected: Option<Alg>) -> Result<(Alg, bool), Error> {
    let alg = take_text(members, "alg")?;
    let enc = take_text(members, "enc")?;
    let Some(alg) = alg else {
        if enc.is_some() {
            return Err(Error::bad_key_member("enc", "without `alg`"));
        }
        let expected = expected.ok_or_else(|| Error::bad_key_member("alg", "missing: name the algorithm"))?;
        return Ok((expected, false));
    };
    let enc = enc.as_ref().map(|enc| enc.as_str());
    let found = Alg::from_jose(&alg, enc).ok_or_else(|| match (kty, enc) {
        ("oct" | "OKP" | "EC", None) => Error::bad_key_member("alg", "an algorithm that is not supported"),
        ("oct" | "OKP" | "EC", Some(_)) => Error::bad_key_member("enc", "does not go with `alg`"),
        _ => Error::bad_key_member("kty", "a kind of key that is not supported"),
    })?;
    match expected {
        Some(expected) if expected != found => Err(Error::bad_key_member("alg", "names another algorithm")),
        _ => Ok((found, true)),
    }
}

fn symmetric(alg: Alg, members: &mut Members) -> Result<Material, Error> {
    for foreign in ["d", "x", "y"] {
        if take(members, foreign).is_some() {
            return Err(Error::bad_key_member("kty", "`oct`, with members of a key pair"));
        }
    }
    let secret = take_bytes(members, "k")?.ok_or_else(|| Error::bad_key_member("k", "missing"))?;
    let len = secret.len();
    let refuse = |why| Err(Error::bad_key_member("k", why));
    match alg.family() {
        Family::Mac(hash) if len < hash.len() => refuse("shorter than the hash (RFC 7518 section 3.2)"),
        Family::Root(_) if len < MIN_SECRET => refuse("shorter than 32 bytes"),
        Family::Mac(_) | Family::Root(_) if len > MAX_SECRET => refuse("longer than 512 bytes"),
        Family::Mac(hash) => Ok(Material::Mac { key: MacKey::new(hash, secret.expose()), secret }),
        Family::Aead(cipher) => match AeadKey::new(cipher, secret.expose()) {
            Some(key) => Ok(Material::Aead { secret, key: Box::new(key) }),
            None => refuse("not of the cipher's length"),
        },
        Family::Root(_) | Family::Sign(_) => Material::symmetric(alg, secret),
    }
}

fn asymmetric(curve: Curve, members: &mut Members) -> Result<Material, Error> {
    if take(members, "k").is_some() {
        return Err(Error::bad_key_member("kty", "a key pair, with the member of a symmetric key"));
    }
    let mut coordinate = |name| {
        let bytes = take_bytes(members, name)?.ok_or_else(|| Error::bad_key_member(name, "missing"))?;
        if bytes.len() == curve.field_len() {
            Ok(bytes)
        } else {
            Err(Error::bad_key_member(name, "of the wrong length"))
        }
    };
    let mut public = Vec::with_capacity(curve.public_len());
    let x = coordinate("x")?;
    if curve == Curve::Ed25519 {
        public.extend_from_slice(x.expose());
        if take(members, "y").is_some() {
            return Err(Error::bad_key_member("y", "of no use to this curve"));
        }
    } else {
        public.push(0x04); // SEC 1 section 2.3.3: an uncompressed point
        public.extend_from_slice(x.expose());
        public.extend_from_slice(coordinate("y")?.expose());
    }
    let verifier = Verifier::new(curve, &public).ok_or_else(|| {
        // Its length is right, and ring looks at points of this curve where it uses them.
        let why = match curve {
            Curve::Ed25519 => "a point of small order, for which anybody can sign",
            Curve::P256 | Curve::P384 => "no point of the curve",
        };
        Error::bad_key_member("x", why)
    })?;
    let Some(private) = take_bytes(members, "d")? else { return Ok(Material::Public { public, verifier }) };
    if private.len() != curve.field_len() {
        return Err(Error::bad_key_member("d", "of the wrong length"));
    }
    let signer = Signer::new(curve, private.expose(), &public)
        .ok_or_else(|| Error::bad_key_member("d", "does not belong to the public key"))?;
    Ok(Material::Pair { private, signer: Box::new(signer), verifier })
}

/// Whether the key may seal, as `use` and `key_ops` have it. Every key must at least be allowed to open.
fn allowed_uses(alg: Alg, material: &Material, looks_at_use: bool, members: &mut Members) -> Result<bool, Error> {
    let public_use = take_text(members, "use")?;
    if looks_at_use && public_use.is_some_and(|found| *found != *alg.public_use()) {
        return Err(Error::bad_key_member("use", "does not fit the algorithm"));
    }
    let Some(ops) = take(members, "key_ops") else { return Ok(true) };
    let Json::List(ops) = ops else { return Err(Error::bad_key_member("key_ops", "not a list")) };
    let texts: Option<Vec<&str>> = ops.iter().map(Json::as_text).collect();
    let texts = texts.ok_or_else(|| Error::bad_key_member("key_ops", "not a list of texts"))?;
    let [seals, opens] = alg.key_ops();
    // First, so that what is compared pair by pair are the few names that there are.
    let all_known = texts.iter().all(|op| seals.contains(op) || opens.contains(op));
    let twice =
        all_known && texts.iter().enumerate().any(|(index, op)| texts.iter().skip(index + 1).any(|other| op == other));
    let may_seal = texts.iter().any(|op| seals.contains(op));
    let may_open =
        texts.iter().any(|op| opens.contains(op)) || (may_seal && !matches!(material, Material::Public { .. }));
    if !all_known || twice || !may_open {
        return Err(Error::bad_key_member("key_ops", "does not fit the algorithm"));
    }
    Ok(may_seal)
}

fn times(members: &mut Members) -> Result<Times, Error> {
    let revoked = match take(members, "revoked") {
        None => None,
        Some(Json::Object(mut revoked)) => {
            let at = take_time(&mut revoked, "revoked_at")?;
            let at = at.ok_or_else(|| Error::bad_key_member("revoked_at", "missing"))?;
            Some(Revoked { at, reason: take_text(&mut revoked, "reason")?.map(|reason| reason.to_string()) })
        }
        Some(_) => return Err(Error::bad_key_member("revoked", "not an object")),
    };
    Ok(Times {
        created: take_time(members, "iat")?,
        activates: take_time(members, "nbf")?,
        expires: take_time(members, "exp")?,
        revoked,
    })
}

/// The id by RFC 7638: SHA-256 over the required members in their order, and nothing else.
pub(super) fn thumbprint(alg: Alg, material: &Material) -> KeyId {
    let kty = alg.kty();
    let canonical = match material {
        Material::Mac { secret, .. } | Material::Aead { secret, .. } | Material::Root { secret, .. } => {
            let k = bytes::secret_text(secret);
            // Whatever grows leaves behind what it was.
            let parts = [r#"{"k":""#, &k, r#"","kty":""#, kty, r#""}"#];
            let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
            parts.iter().for_each(|part| text.push_str(part));
            text
        }
        Material::Pair { .. } | Material::Public { .. } => {
            let crv = alg.crv().unwrap_or_default();
            let (x, y) = coordinates(material);
            let y = y.map(|y| format!(r#","y":"{y}""#)).unwrap_or_default();
            Zeroizing::new(format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}"{y}}}"#))
        }
    };
    KeyId::of_thumbprint(canonical.as_bytes())
}

fn coordinates(material: &Material) -> (String, Option<String>) {
    match material.public() {
        Some([0x04, point @ ..]) if point.len() > 32 => {
            let (x, y) = point.split_at(point.len() / 2);
            (bytes::public_text(x), Some(bytes::public_text(y)))
        }
        public => (bytes::public_text(public.unwrap_or_default()), None),
    }
}

pub(super) fn write(key: &Key, disclosure: Disclosure) -> Json {
    let (alg, enc) = key.alg.jose_names();
    let mut members = Members::new();
    let mut add = |name: &str, value: Json| members.push((name.to_owned(), value));
    add("kty", Json::text(key.alg.kty()));
    if let Some(crv) = key.alg.crv() {
        let (x, y) = coordinates(&key.material);
        add("crv", Json::text(crv));
        add("x", Json::text(x));
        if let Some(y) = y {
            add("y", Json::text(y));
        }
    }
    if let (Disclosure::Secret, Some(secret)) = (disclosure, key.secret()) {
        let name = if key.is_symmetric() { "k" } else { "d" };
        add(name, Json::Text(bytes::secret_text(secret)));
    }
    add("kid", Json::text(key.id.as_str()));
    add("alg", Json::text(alg));
    if let Some(enc) = enc {
        add("enc", Json::text(enc));
    }
    add("use", Json::text(key.alg.public_use()));
    if !key.may_seal && disclosure == Disclosure::Secret {
        let [_, opens] = key.alg.key_ops();
        add("key_ops", Json::List(opens.iter().copied().map(Json::text).collect()));
    }
    let Times { created, activates, expires, revoked } = &key.times;
    for (name, time) in [("iat", created), ("nbf", activates), ("exp", expires)] {
        if let Some(time) = time {
            add(name, Json::Number(time.as_secs().into()));
        }
    }
    if let Some(Revoked { at, reason }) = revoked {
        let mut object = vec![("revoked_at".to_owned(), Json::Number(at.as_secs().into()))];
        object.extend(reason.as_deref().map(|reason| ("reason".to_owned(), Json::text(reason))));
        add("revoked", Json::Object(object));
    }
    if disclosure == Disclosure::Secret {
        members.extend(key.foreign.iter().map(|(name, value)| (name.clone(), value.copy())));
    }
    Json::Object(members)
}

fn take(members: &mut Members, name: &str) -> Option<Json> {
    let at = members.iter().position(|(found, _)| found == name)?;
    Some(members.remove(at).1)
}

fn take_text(members: &mut Members, name: &'static str) -> Result<Option<Zeroizing<String>>, Error> {
    match take(members, name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Error::bad_key_member(name, "not a text")),
    }
}

/// A member of the wrong type is an error and never "absent" (CVE-2026-25537).
fn take_time(members: &mut Members, name: &'static str) -> Result<Option<UnixTime>, Error> {
    match take(members, name) {
        None => Ok(None),
        Some(value) => match value.as_u64().and_then(UnixTime::from_wire) {
            Some(time) => Ok(Some(time)),
            None => Err(Error::bad_key_member(name, "not whole seconds between 1970 and 9999")),
        },
    }
}

fn take_bytes(members: &mut Members, name: &'static str) -> Result<Option<Secret>, Error> {
    let Some(text) = take_text(members, name)? else { return Ok(None) };
    match bytes::secret_bytes(&text) {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(Error::bad_key_member(name, "not canonical base64url")),
    }
}
