//! The content keys that a root secret has lately been asked for.
//!
//! It may not know what a token is: whoever works with a content key says whether the work proved it. Only then is it remembered, so that
//! an attacker's salts cannot push out the ones in use, and a failed open leaves no trace. The memory belongs to its key and dies with it.

use super::{Alg, kdf};
use crate::{
    bytes::Secret,
    crypto::{AeadKey, Cipher, Unauthentic},
};
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many content keys are remembered: those of sixty-four sealers that are all within their hour.
const REMEMBERED: usize = 64;

/// Of our tokens: with the IV, 224 random bits a token.
pub(crate) const SALT_LEN: usize = 16;

pub(crate) type Salt = [u8; SALT_LEN];

/// Salts with their keys, oldest first.
type Remembered = Vec<(Salt, Arc<AeadKey>)>;

/// Read without a lock, by every token that is opened; replaced as a whole once an hour and sealer.
#[derive(Default)]
pub(super) struct DerivedKeys {
    recent: ArcSwap<Remembered>,
    /// Held while the memory is replaced, so that no two threads lose what the other has put in.
    remembering: Mutex<()>,
}

impl DerivedKeys {
    /// Works with the content key of this salt, and remembers it if the work proves that somebody has sealed with it.
    pub(super) fn with<R>(
        &self,
        (alg, cipher, secret): (Alg, Cipher, &Secret),
        salt: &Salt,
        work: impl FnOnce(&AeadKey) -> Result<R, Unauthentic>,
    ) -> Result<R, Unauthentic> {
        if let Some((_, key)) = self.recent.load().iter().rfind(|(known, _)| known == salt) {
            return work(key);
        }
        let key = derive(alg, cipher, secret, salt).ok_or(Unauthentic)?;
        let proof = work(&key)?;
        self.remember(*salt, key);
        Ok(proof)
    }

    fn remember(&self, salt: Salt, key: AeadKey) {
        // A thread that panicked left no half-made memory behind: it is replaced as a whole.
        let _remembering = self.remembering.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = self.recent.load();
        if recent.iter().any(|(known, _)| *known == salt) {
            return;
        }
        let oldest = (recent.len() + 1).saturating_sub(REMEMBERED);
        let kept = recent.iter().skip(oldest).map(|(salt, key)| (*salt, Arc::clone(key)));
        self.recent.store(Arc::new(kept.chain([(salt, Arc::new(key))]).collect()));
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.recent.load().len()
    }
}

pub(super) fn derive(alg: Alg, cipher: Cipher, secret: &Secret, salt: &Salt) -> Option<AeadKey> {
    kdf::content_key(cipher, secret, salt, &kdf::context(alg, kdf::DIRECT_HKDF_PROTECTED, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    #[test]
    fn t39_only_proven_keys_are_remembered_and_only_so_many() {
        let key = Key::generate(Alg::HkdfA256Gcm).unwrap();
        assert!(key.with_content_key(b"never proven: no", |_| Err::<(), _>(Unauthentic)).is_err());
        assert_eq!(key.remembered(), 0);
        for salt in 0..200_u8 {
            key.with_content_key(&[salt; 16], |_| Ok(())).unwrap();
            key.with_content_key(&[salt; 16], |_| Ok(())).unwrap();
            assert_eq!(key.remembered(), REMEMBERED.min(usize::from(salt) + 1));
        }
        let Some((_, derived)) = key.root() else { panic!("a root key") };
        let is_known = |salt: u8| derived.recent.load().iter().any(|(known, _)| *known == [salt; 16]);
        assert!(is_known(199) && is_known(136));
        assert!(!is_known(135) && !is_known(0));
    }
}
