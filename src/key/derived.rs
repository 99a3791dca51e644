//! The content keys that a root secret has lately been asked for.
//!
//! It may not know whether a token is good: its user says so. Only then is a key remembered, so that an attacker's salts
//! cannot push out the ones in use, and a failed open leaves no trace. The memory belongs to its key and dies with it.

use super::{Alg, kdf};
use crate::{
    bytes::Secret,
    crypto::{AeadKey, Cipher},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many content keys are remembered: those of sixty-four sealers that are all within their hour.
const REMEMBERED: usize = 64;

/// Salts with their keys, oldest first.
type Remembered = VecDeque<(Box<[u8]>, Arc<AeadKey>)>;

#[derive(Default)]
pub(super) struct DerivedKeys {
    recent: Mutex<Remembered>,
}

/// A content key, and whether it came from memory.
pub(crate) struct ContentKey<'a> {
    key: Arc<AeadKey>,
    /// Where to remember it, and for which salt, once it has authenticated a token.
    unproven: Option<(&'a DerivedKeys, Box<[u8]>)>,
}

impl DerivedKeys {
    pub(super) fn get<'a>(&'a self, alg: Alg, cipher: Cipher, secret: &Secret, salt: &[u8]) -> Option<ContentKey<'a>> {
        if let Some((_, key)) = self.lock().iter().rev().find(|(known, _)| **known == *salt) {
            return Some(ContentKey { key: Arc::clone(key), unproven: None });
        }
        let info = kdf::context(alg, kdf::DIRECT_HKDF_PROTECTED, None);
        let key = Arc::new(kdf::content_key(cipher, secret, salt, &info)?);
        Some(ContentKey { key, unproven: Some((self, salt.into())) })
    }

    /// A thread that panicked held no half-made entry: the keys are as good as before.
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.lock().len()
    }
}

impl ContentKey<'_> {
    pub(crate) fn key(&self) -> &AeadKey {
        &self.key
    }

    /// For sealing: the epoch keeps the key itself.
    pub(crate) fn into_key(self) -> Arc<AeadKey> {
        self.key
    }

    /// A token has authenticated under this key.
    pub(crate) fn remember(self) {
        let Some((keys, salt)) = self.unproven else { return };
        let mut recent = keys.lock();
        if recent.iter().any(|(known, _)| *known == salt) {
            return;
        }
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        recent.push_back((salt, self.key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    #[test]
    fn t39_only_proven_keys_are_remembered_and_only_so_many() {
        let key = Key::generate(Alg::HkdfA256Gcm).unwrap();
        drop(key.content_key(b"never proven").unwrap());
        assert_eq!(key.remembered(), 0);
        for salt in 0..200_u8 {
            key.content_key(&[salt; 16]).unwrap().remember();
            key.content_key(&[salt; 16]).unwrap().remember();
            assert_eq!(key.remembered(), REMEMBERED.min(usize::from(salt) + 1));
        }
        assert!(key.content_key(&[199; 16]).unwrap().unproven.is_none());
        assert!(key.content_key(&[0; 16]).unwrap().unproven.is_some());
    }
}
