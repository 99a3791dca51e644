//! Other people's COSE messages: the same algorithms and keys, in any header that RFC 9052 allows.
//!
//! It may not know claims, and nothing of ours is sealed in here but known answers. What it takes beyond our own shape:
//! the CWT tag 61 (RFC 8392 section 6), the fully specified algorithm numbers (RFC 9864), unknown headers without `crit`,
//! heads of any length, and the recipient `direct` (RFC 9053 section 6.1.1). What it refuses, though the RFC has it: an
//! algorithm in an unprotected header, any `crit`, indefinite lengths, detached payloads, a partial IV, other recipients.

use super::{
    ENCRYPT, ENCRYPT0, MAC, MAC0, SIGNATURE1, TAG_ENCRYPT, TAG_ENCRYPT0, TAG_MAC, TAG_MAC0, TAG_SIGN1, structure,
};
use crate::{
    cbor::{
        Fault, head_len,
        read::{Form, Item, Reader},
        walk,
        write::Buffer,
    },
    crypto::{AeadKey, IV_LEN, Iv, TAG_LEN, Unauthentic},
    error::Error,
    key::{Alg, DIRECT_HKDF_PROTECTED, Family, Key, kdf_context},
};

/// Header labels (RFC 9052 table 3, RFC 9053 table 8).
const ALG: i64 = 1;
const CRIT: i64 = 2;
const CONTENT_TYPE: i64 = 3;
const KEY_ID: i64 = 4;
const IV: i64 = 5;
const PARTIAL_IV: i64 = 6;
const SALT: i64 = -20;

/// PartyU and PartyV parameters (RFC 9053 table 10): our derivation has none, so a message that states some is another.
const PARTIES: std::ops::RangeInclusive<i64> = -26..=-21;

const CWT_TAG: u64 = 61;
const DIRECT: i64 = -6;
const DIRECT_HKDF: i64 = -10;

/// The longest message of other people's: eight of our tokens, to bound the work before authentication.
pub(crate) const MAX_MESSAGE: usize = 64 * 1024;

/// The most labels of one header map that are looked at: duplicates are searched pair by pair.
const MAX_LABELS: u64 = 32;

pub(crate) fn mac0_verify(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
    let mut reader = start(bytes, TAG_MAC0, 4).map_err(malformed)?;
    let (headers, payload, tag) = proven_parts(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    verify_mac(key, &headers, payload, tag, &structure(MAC0, headers.protected, external_aad))
}

pub(crate) fn mac_verify(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
    let mut reader = start(bytes, TAG_MAC, 5).map_err(malformed)?;
    let (headers, payload, tag) = proven_parts(&mut reader).map_err(malformed)?;
    let recipient = Recipient::read(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    if !matches!(recipient, Recipient::Direct) {
        return Err(Error::not_authentic("another algorithm than the key's"));
    }
    verify_mac(key, &headers, payload, tag, &structure(MAC, headers.protected, external_aad))
}

fn verify_mac(key: &Key, headers: &Headers<'_>, payload: &[u8], tag: &[u8], before: &[u8]) -> Result<Vec<u8>, Error> {
    headers.alg_is(key.alg())?;
    let mac = key.mac().ok_or_else(|| Error::not_authentic("not a MAC key"))?;
    mac.verify(&message(before, payload), tag).map_err(unauthentic)?;
    Ok(payload.to_vec())
}

pub(crate) fn sign1_verify(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
    let mut reader = start(bytes, TAG_SIGN1, 4).map_err(malformed)?;
    let (headers, payload, signature) = proven_parts(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    headers.alg_is(key.alg())?;
    let verifier = key.verifier().ok_or_else(|| Error::not_authentic("not a key for signatures"))?;
    let before = structure(SIGNATURE1, headers.protected, external_aad);
    verifier.verify(&message(&before, payload), signature).map_err(unauthentic)?;
    Ok(payload.to_vec())
}

pub(crate) fn encrypt0_open(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
    let mut reader = start(bytes, TAG_ENCRYPT0, 3).map_err(malformed)?;
    let (headers, ciphertext) = encrypted_parts(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    headers.alg_is(key.alg())?;
    let aead = key.aead().ok_or_else(|| Error::not_authentic("not a content key"))?;
    decrypt(aead, &headers, ciphertext, &structure(ENCRYPT0, headers.protected, external_aad))
}

pub(crate) fn encrypt_open(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
    let mut reader = start(bytes, TAG_ENCRYPT, 4).map_err(malformed)?;
    let (headers, ciphertext) = encrypted_parts(&mut reader).map_err(malformed)?;
    let recipient = Recipient::read(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    headers.alg_is(key.alg())?;
    let aad = structure(ENCRYPT, headers.protected, external_aad);
    // The key says which recipient it is for; the message is only compared with it.
    match (key.alg().family(), recipient) {
        (Family::Aead(_), Recipient::Direct) => {
            let aead = key.aead().ok_or_else(|| Error::not_authentic("not a content key"))?;
            decrypt(aead, &headers, ciphertext, &aad)
        }
        (Family::Root(_), Recipient::DirectHkdf { protected, salt }) => {
            let info = kdf_context(key.alg(), protected, None);
            let aead = key.derive(salt, &info).ok_or_else(|| Error::not_authentic("not a secret to derive from"))?;
            decrypt(&aead, &headers, ciphertext, &aad)
        }
        _ => Err(Error::not_authentic("another algorithm than the key's")),
    }
}

/// A known answer: our own shape, with the salt and IV given.
pub(crate) fn encrypt_seal(
    payload: &[u8],
    key: &Key,
    external_aad: &[u8],
    salt: &[u8],
    iv: [u8; IV_LEN],
) -> Result<Vec<u8>, Error> {
    if salt.is_empty() {
        return Err(Error::misuse("a salt is not empty (RFC 9053 section 6.1.2)"));
    }
    let protected = protected(key.alg());
    let info = kdf_context(key.alg(), DIRECT_HKDF_PROTECTED, None);
    let aead = key.derive(salt, &info).ok_or_else(|| Error::misuse("not a secret to derive from"))?;
    let mut ciphertext = payload.to_vec();
    let tag = aead.seal(Iv::given(iv), &structure(ENCRYPT, &protected, external_aad), &mut ciphertext)?;
    ciphertext.extend_from_slice(&tag);
    let mut out = Buffer::default();
    let mut cbor = out.cbor();
    cbor.tag(TAG_ENCRYPT).array(4).bytes(&protected).map(1).int(IV).bytes(&iv).bytes(&ciphertext);
    cbor.array(1).array(3).bytes(DIRECT_HKDF_PROTECTED);
    cbor.map(2).uint(4).bytes(key.id().wire()).int(SALT).bytes(salt).bytes(&[]);
    if out.len() > MAX_MESSAGE {
        return Err(Error::too_large(out.len(), MAX_MESSAGE, Vec::new()));
    }
    Ok(out.bytes().to_vec())
}

fn protected(alg: Alg) -> Vec<u8> {
    let mut out = Buffer::default();
    out.cbor().map(1).int(ALG).int(alg.cose_id());
    out.bytes().to_vec()
}

/// The tag, with or without the CWT tag around it, and the array's head.
fn start(bytes: &[u8], expected: u64, elements: u64) -> Result<Reader<'_>, Fault> {
    if bytes.len() > MAX_MESSAGE {
        return Err(Fault("longer than any message"));
    }
    let mut reader = Reader::new(bytes, Form::Any);
    let tag = match reader.tag()? {
        CWT_TAG => reader.tag()?,
        tag => tag,
    };
    if tag != expected {
        return Err(Fault("another kind of message"));
    }
    reader.array_of(elements)?;
    Ok(reader)
}

/// `protected, unprotected, payload, proof`.
fn proven_parts<'b>(reader: &mut Reader<'b>) -> Result<(Headers<'b>, &'b [u8], &'b [u8]), Fault> {
    Ok((Headers::read(reader)?, reader.bytes()?, reader.bytes()?))
}

/// `protected, unprotected, ciphertext`.
fn encrypted_parts<'b>(reader: &mut Reader<'b>) -> Result<(Headers<'b>, &'b [u8]), Fault> {
    Ok((Headers::read(reader)?, reader.bytes()?))
}

fn message(before: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Buffer::with_room(0, before.len() + head_len(u64::MAX) + payload.len());
    out.push(before);
    out.cbor().bytes(payload);
    out.publish().to_vec()
}

fn decrypt(aead: &AeadKey, headers: &Headers<'_>, ciphertext: &[u8], aad: &[u8]) -> Result<Vec<u8>, Error> {
    let iv = headers.iv.and_then(|iv| iv.try_into().ok());
    let iv = iv.ok_or_else(|| Error::malformed("an IV that is missing or not of 12 bytes"))?;
    if ciphertext.len() < TAG_LEN {
        return Err(Error::malformed("a ciphertext shorter than its tag"));
    }
    let mut plaintext = ciphertext.to_vec();
    let len = aead.open(iv, aad, &mut plaintext).map_err(unauthentic)?;
    plaintext.truncate(len);
    Ok(plaintext)
}

fn malformed(Fault(why): Fault) -> Error {
    Error::malformed(why)
}

fn unauthentic(_: Unauthentic) -> Error {
    Error::not_authentic("the proof does not hold")
}

/// Both header buckets of one layer.
struct Headers<'b> {
    /// As it stands in the message: this is what was authenticated, not a re-encoding.
    protected: &'b [u8],
    alg: Option<i64>,
    unprotected_alg: Option<i64>,
    iv: Option<&'b [u8]>,
    salt: Option<&'b [u8]>,
}

impl<'b> Headers<'b> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Fault> {
        let protected = reader.bytes()?;
        let mut headers = Self { protected, alg: None, unprotected_alg: None, iv: None, salt: None };
        let mut labels = Vec::new();
        // RFC 9052 section 3: no parameters are a zero-length string, or an empty map.
        if !protected.is_empty() {
            let mut inner = Reader::new(protected, Form::Any);
            headers.bucket(&mut inner, &mut labels, true)?;
            inner.end()?;
        }
        headers.bucket(reader, &mut labels, false)?;
        Ok(headers)
    }

    /// Labels are unique in both buckets together: duplicates are malformed (RFC 9052 section 3).
    fn bucket(&mut self, reader: &mut Reader<'b>, labels: &mut Vec<Label<'b>>, protected: bool) -> Result<(), Fault> {
        let entries = reader.map()?;
        if entries > MAX_LABELS {
            return Err(Fault("more headers than anybody needs"));
        }
        for _ in 0..entries {
            let label = Label::of(reader.item()?)?;
            if labels.contains(&label) {
                return Err(Fault("a duplicate label"));
            }
            labels.push(label);
            let Label::Int(label) = label else {
                walk::skip_meant(reader)?;
                continue;
            };
            match label {
                ALG if protected => self.alg = Some(integer(reader.item()?)?),
                ALG => self.unprotected_alg = Some(integer(reader.item()?)?),
                // Nobody here looks at them; of another type they are none all the same.
                CONTENT_TYPE if !matches!(reader.item()?, Item::Uint(_) | Item::Text(_)) => {
                    return Err(Fault("a content type of another type"));
                }
                KEY_ID => drop(reader.bytes()?),
                IV => self.iv = Some(reader.bytes()?),
                SALT => self.salt = Some(reader.bytes()?),
                CRIT => return Err(Fault("a critical header")),
                PARTIAL_IV => return Err(Fault("a partial IV")),
                CONTENT_TYPE => {}
                _ if PARTIES.contains(&label) => return Err(Fault("a header of another key derivation")),
                _ => walk::skip_meant(reader)?,
            }
        }
        Ok(())
    }

    /// The protected algorithm must be the key's; an unprotected one is not authenticated and never enough.
    fn alg_is(&self, alg: Alg) -> Result<(), Error> {
        let named = self.alg.is_some_and(|found| found == alg.cose_id() || Some(found) == alg.cose_alias());
        if named { Ok(()) } else { Err(Error::not_authentic("another algorithm than the key's")) }
    }
}

/// The one recipient of a direct mode (RFC 9052 section 8.5.1: there is no other, and it has no ciphertext).
enum Recipient<'b> {
    Direct,
    DirectHkdf { protected: &'b [u8], salt: &'b [u8] },
}

impl<'b> Recipient<'b> {
    fn read(reader: &mut Reader<'b>) -> Result<Self, Fault> {
        reader.array_of(1)?;
        reader.array_of(3)?;
        let headers = Headers::read(reader)?;
        if !reader.bytes()?.is_empty() {
            return Err(Fault("a recipient with a ciphertext in a direct mode"));
        }
        match (headers.alg, headers.unprotected_alg) {
            // RFC 9053 section 6.1.1: the protected header is empty, so the algorithm cannot be in it. The content
            // layer's algorithm is authenticated, and the key is for that one alone.
            (None, Some(DIRECT)) if headers.protected.is_empty() => Ok(Self::Direct),
            (Some(DIRECT_HKDF), None) => {
                // RFC 9053 section 6.1.2: a salt or a party's nonce MUST be present. To HKDF an empty salt is none.
                let salt = headers.salt.filter(|salt| !salt.is_empty()).ok_or(Fault("a recipient without a salt"))?;
                Ok(Self::DirectHkdf { protected: headers.protected, salt })
            }
            _ => Err(Fault("a recipient of another kind")),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label<'b> {
    Int(i64),
    Text(&'b str),
}

impl<'b> Label<'b> {
    fn of(item: Item<'b>) -> Result<Self, Fault> {
        match item {
            Item::Text(text) => Ok(Self::Text(text)),
            item => integer(item).map(Self::Int),
        }
    }
}

fn integer(item: Item<'_>) -> Result<i64, Fault> {
    let value = match item {
        Item::Uint(value) => i64::try_from(value).ok(),
        Item::Negative(argument) => i64::try_from(argument).ok().map(|argument| -1 - argument),
        _ => None,
    };
    value.ok_or(Fault("not an integer of 64 bits"))
}
