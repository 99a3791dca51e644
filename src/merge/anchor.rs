//! What ties siblings to one session: a secret in its slip, and the keys that follow from it.
//!
//! It may not know states. Who finds the secret in an open session slip makes an [`Anchor`]; without one no item is read or
//! written. The slip must be encrypted, because who reads it reads the secret.
//!
//! ```text
//! K_enc, K_name = HKDF-SHA-256(secret 32, salt: slip id 16, info: CBOR ["orderslip/siblings", 1, purpose, "enc" | "name"])
//! tag           = first 3 characters of base64url(HMAC-SHA-256(K_name, "tag"))
//! cart id       = first 16 bytes of HMAC-SHA-256(K_name, "cart")
//! id of a base  = first 11 characters of base64url(HMAC-SHA-256(K_name, content))
//! ```
//!
//! The id is keyed because names show in logs, where a plain hash would let everybody test guesses of a cart's contents. No content is
//! as short as the two texts: a base begins with its version and five bytes of floor.
//!
//! A cart id is not drawn but derived: parallel requests of a new session agree on it without having met, and a guest's bases do
//! not carry its sixteen bytes.

use super::{base::CartId, dot::Millis, item::Names};
use crate::{
    bytes::{Secret, public_text},
    cbor::write::Buffer,
    claims::{ANCHOR_SECRET, AnchorSecrets, SlipId},
    context,
    crypto::{self, AeadKey, Cipher, Hash, IV_LEN, Iv, MacKey, TAG_LEN},
    envelope::cose::{ENCRYPT0, structure},
    error::Error,
};
use std::fmt;
use zeroize::Zeroizing;

/// Of the text in a name that tells the items of one session from those of another: 18 bits, which need not be more, because the key decides.
pub(crate) const TAG_TEXT: usize = 3;

/// {1: 3}: AES-256-GCM (RFC 9053 section 4.1). The header is constant, so it is not sent.
const PROTECTED: &[u8] = &[0xa1, 0x01, 0x03];

/// A session slip, as its siblings see it.
pub(crate) struct Anchor {
    pub(crate) id: SlipId,
    pub(crate) secret: Secret,
    /// The guest's session that this one has come from through a login.
    pub(crate) prev: Option<Prev>,
}

/// One predecessor and never a chain.
pub(crate) struct Prev {
    pub(crate) id: SlipId,
    pub(crate) secret: Secret,
    /// When the login was. Operations from one window before it to two transits after it are taken.
    pub(crate) login: Millis,
}

impl Anchor {
    /// As it stands in a slip.
    pub(crate) fn of(id: SlipId, secrets: &AnchorSecrets) -> Result<Self, Error> {
        let copy = |secret: &Secret| Secret::new(secret.expose().to_vec());
        let before = secrets.before.as_ref().map(|before| {
            let login = Millis::from_unix_millis(before.until).ok_or_else(|| Error::misuse("a login before 2025"))?;
            Ok::<_, Error>(Prev { id: before.id, secret: copy(&before.secret), login })
        });
        Ok(Self { id, secret: copy(&secrets.secret), prev: before.transpose()? })
    }

    /// For a session that begins with nothing: a new guest, or after a logout.
    #[cfg(test)]
    pub(crate) fn fresh(id: SlipId) -> Result<Self, Error> {
        Ok(Self { id, secret: Secret::new(crypto::random::<ANCHOR_SECRET>()?.to_vec()), prev: None })
    }

    /// For the session that a guest's becomes by a login.
    #[cfg(test)]
    pub(crate) fn after_login(&self, id: SlipId, now: Millis) -> Result<Self, Error> {
        let secret = Secret::new(self.secret.expose().to_vec());
        Ok(Self { prev: Some(Prev { id: self.id, secret, login: now }), ..Self::fresh(id)? })
    }
}

impl fmt::Debug for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anchor").field("has_prev", &self.prev.is_some()).finish_non_exhaustive()
    }
}

/// The keys of a session's items, and of those of its predecessor.
pub(crate) struct SiblingKeys {
    pub(crate) names: Names,
    pub(crate) own: SessionKeys,
    pub(crate) prev: Option<(SessionKeys, Millis)>,
}

/// The keys of one session's items.
pub(crate) struct SessionKeys {
    pub(crate) slip: SlipId,
    tag: String,
    enc: AeadKey,
    name: MacKey,
    /// Enc_structure of an item, with a gap for the cookie's name; all names of a jar are of one length.
    aad: Vec<u8>,
    gap: usize,
}

impl SiblingKeys {
    /// `purpose` is that of the mergeable state.
    pub(crate) fn derive(anchor: &Anchor, purpose: &str, names: Names) -> Result<Self, Error> {
        let own = SessionKeys::derive(anchor.id, &anchor.secret, purpose, &names)?;
        let prev = anchor.prev.as_ref();
        let prev =
            prev.map(|prev| SessionKeys::derive(prev.id, &prev.secret, purpose, &names).map(|keys| (keys, prev.login)));
        Ok(Self { own, prev: prev.transpose()?, names })
    }
}

impl SessionKeys {
    fn derive(slip: SlipId, secret: &Secret, purpose: &str, names: &Names) -> Result<Self, Error> {
        if secret.len() != ANCHOR_SECRET {
            return Err(Error::misuse("a sibling secret has 32 bytes"));
        }
        let key = |of: &str| -> Result<Zeroizing<[u8; 32]>, Error> {
            let mut info = Buffer::default();
            info.cbor().array(4).text("orderslip/siblings").uint(1).text(purpose).text(of);
            let mut key = Zeroizing::new([0; 32]);
            crypto::hkdf_sha256(secret.expose(), slip.as_bytes(), &[info.bytes()], &mut key[..])
                .ok_or_else(|| Error::misuse("HKDF gives 32 bytes"))?;
            Ok(key)
        };
        let enc = AeadKey::new(Cipher::Aes256Gcm, &key("enc")?[..])
            .ok_or_else(|| Error::misuse("a key of AES-256 has 32 bytes"))?;
        let name = MacKey::new(Hash::Sha256, &key("name")?[..]);
        let tag = prefix_text(name.sign(b"tag").as_ref(), TAG_TEXT);
        // Behind the name stand [slip id] and []: 81 50 <16> 80.
        let context = context::external_aad(purpose, &vec![0; names.item_len()], &[slip.as_bytes()])?;
        let aad = structure(ENCRYPT0, PROTECTED, context.bytes());
        let gap = aad.len().saturating_sub(slip.as_bytes().len() + 3 + names.item_len());
        Ok(Self { slip, tag, enc, name, aad, gap })
    }

    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    /// The id of a base with this content.
    pub(crate) fn base_id(&self, content: &[u8]) -> String {
        prefix_text(self.name.sign(content).as_ref(), super::dot::ID_TEXT)
    }

    pub(crate) fn cart_id(&self) -> CartId {
        let mac = self.name.sign(b"cart");
        CartId::new(mac.as_ref().first_chunk().copied().unwrap_or_default())
    }

    /// Writes the Enc_structure of the item with this name over what the buffer held.
    fn write_aad(&self, name: &str, aad: &mut Vec<u8>) {
        aad.clone_from(&self.aad);
        if let Some(gap) = aad.get_mut(self.gap..self.gap + name.len()) {
            gap.copy_from_slice(name.as_bytes());
        }
    }

    /// IV ‖ ciphertext ‖ tag. The IV comes from the system, never from a dot or the content: two parallel requests may make the same
    /// dot, and one IV used twice gives the key of the proof away (NIST SP 800-38D appendix A).
    pub(crate) fn seal(&self, name: &str, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        let iv = Iv::fresh()?;
        let mut out = Buffer::with_room(IV_LEN, plaintext.len() + TAG_LEN);
        out.push(plaintext);
        if let Some(room) = out.bytes_mut().first_chunk_mut() {
            *room = iv.bytes();
        }
        let mut aad = Vec::new();
        self.write_aad(name, &mut aad);
        let tag = self.enc.seal(iv, &aad, out.bytes_mut().get_mut(IV_LEN..).unwrap_or_default())?;
        out.push(&tag);
        Ok(out.publish().to_vec())
    }

    /// The plaintext, if the item is authentic and has this name. The buffer is any that was used before.
    pub(crate) fn open<'b>(&self, name: &str, item: &'b mut [u8], aad: &mut Vec<u8>) -> Option<&'b [u8]> {
        let (iv, ciphertext) = item.split_first_chunk_mut::<IV_LEN>()?;
        if ciphertext.len() < TAG_LEN {
            return None;
        }
        self.write_aad(name, aad);
        let len = self.enc.open(*iv, aad, ciphertext).ok()?;
        ciphertext.get(..len)
    }
}

fn prefix_text(mac: &[u8], characters: usize) -> String {
    public_text(mac).chars().take(characters).collect()
}

impl fmt::Debug for SiblingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiblingKeys").field("has_prev", &self.prev.is_some()).finish_non_exhaustive()
    }
}
