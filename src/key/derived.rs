//! The content keys that a root secret has lately been asked for.
//!
//! It may not know what a token is: whoever works with a content key says whether the work proved it. Only then is it remembered, so that
//! an attacker's salts cannot push out the ones in use, and a failed open leaves no trace. The memory belongs to its key and dies with it.

use super::{Alg, kdf};
use crate::{
    bytes::Secret,
    crypto::{AeadKey, Cipher, Unauthentic},
};
use arc_swap::ArcSwapOption;
use std::sync::{Arc, OnceLock};

/// Salts are drawn at random, so their first bytes spread them evenly; nobody else's salt is ever put in.
const DRAWERS: usize = 256;

/// The most in one drawer. In all 4,096 content keys, 2.6 MB, and hardly one of 2,000 sealers' within their hour finds no room
/// (`docs/scale.md`). More than these are derived anew, for each token that needs one.
const DRAWER: usize = 16;

/// Of our tokens: with the IV, 224 random bits a token.
pub(crate) const SALT_LEN: usize = 16;

pub(crate) type Salt = [u8; SALT_LEN];

/// Salts with their keys, oldest first.
type Remembered = Vec<(Salt, Arc<AeadKey>)>;

/// Read without a lock, by every token that is opened; a drawer is replaced as a whole, which copies sixteen entries at the most.
type Drawer = ArcSwapOption<Remembered>;

#[derive(Default)]
pub(super) struct DerivedKeys {
    /// Made when the first is remembered: most keys of a large ring open nothing.
    drawers: OnceLock<Box<[Drawer]>>,
}

impl DerivedKeys {
    /// Works with the content key of this salt, and remembers it if the work proves that somebody has sealed with it.
    pub(super) fn with<R>(
        &self,
        root: (Alg, Cipher, &Secret),
        salt: &Salt,
        work: impl FnOnce(&AeadKey) -> Result<R, Unauthentic>,
    ) -> Result<R, Unauthentic> {
        if let Some(drawer) = self.drawer(salt)
            && let Some(recent) = &*drawer.load()
            && let Some((_, key)) = recent.iter().rfind(|(known, _)| known == salt)
        {
            return work(key);
        }
        self.with_new(root, salt, work)
    }

    #[cold]
    fn with_new<R>(
        &self,
        (alg, cipher, secret): (Alg, Cipher, &Secret),
        salt: &Salt,
        work: impl FnOnce(&AeadKey) -> Result<R, Unauthentic>,
    ) -> Result<R, Unauthentic> {
        let key = derive(alg, cipher, secret, salt).ok_or(Unauthentic)?;
        let proof = work(&key)?;
        self.remember(*salt, key);
        Ok(proof)
    }

    fn drawer(&self, [first, ..]: &Salt) -> Option<&Drawer> {
        self.drawers.get()?.get(usize::from(*first))
    }

    fn remember(&self, salt: Salt, key: AeadKey) {
        self.drawers.get_or_init(|| (0..DRAWERS).map(|_| Drawer::empty()).collect());
        let (Some(drawer), key) = (self.drawer(&salt), Arc::new(key)) else { return };
        // Tried again if another thread has put something in meanwhile, so that none loses what another remembers.
        drawer.rcu(|recent| {
            let recent = recent.as_ref().map_or(&[][..], |recent| recent);
            let is_known = recent.iter().any(|(known, _)| *known == salt);
            let oldest = (recent.len() + 1).saturating_sub(DRAWER);
            let kept = recent.iter().skip(if is_known { 0 } else { oldest });
            let new = (!is_known).then(|| (salt, Arc::clone(&key)));
            Some(Arc::new(kept.map(|(salt, key)| (*salt, Arc::clone(key))).chain(new).collect()))
        });
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        let lens =
            self.drawers.get().into_iter().flatten().map(|drawer| drawer.load().as_ref().map_or(0, |it| it.len()));
        lens.sum()
    }
}

pub(super) fn derive(alg: Alg, cipher: Cipher, secret: &Secret, salt: &Salt) -> Option<AeadKey> {
    kdf::content_key(cipher, secret, salt, &kdf::context(alg, kdf::DIRECT_HKDF_PROTECTED, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    fn root() -> Key {
        Key::generate(Alg::HkdfA256Gcm).unwrap()
    }

    fn salt(first: u8, second: u8) -> Salt {
        let mut salt = [7; SALT_LEN];
        [salt[0], salt[1]] = [first, second];
        salt
    }

    fn is_known(key: &Key, salt: &Salt) -> bool {
        let (_, derived) = key.root().expect("a root key");
        let recent = derived.drawer(salt).and_then(|drawer| drawer.load_full());
        recent.is_some_and(|recent| recent.iter().any(|(known, _)| known == salt))
    }

    #[test]
    #[cfg_attr(miri, ignore = "thousands of keys")]
    fn t39_only_proven_keys_are_remembered_and_only_so_many() {
        let key = root();
        assert!(key.with_content_key(b"never proven: no", |_| Err::<(), _>(Unauthentic)).is_err());
        assert_eq!(key.remembered(), 0);
        for second in 0..200 {
            key.with_content_key(&salt(1, second), |_| Ok(())).unwrap();
            key.with_content_key(&salt(1, second), |_| Ok(())).unwrap();
            assert_eq!(key.remembered(), DRAWER.min(usize::from(second) + 1));
        }
        assert!(is_known(&key, &salt(1, 199)) && is_known(&key, &salt(1, 184)), "the latest");
        assert!(!is_known(&key, &salt(1, 183)) && !is_known(&key, &salt(1, 0)));
        // One drawer's are not in another's way.
        for first in 0..=u8::MAX {
            for second in 0..20 {
                key.with_content_key(&salt(first, second), |_| Ok(())).unwrap();
            }
        }
        assert_eq!(key.remembered(), DRAWERS * DRAWER);
    }

    #[test]
    #[cfg_attr(miri, ignore = "thousands of keys")]
    fn t39_a_failed_open_changes_nothing_of_what_is_remembered() {
        let key = root();
        let proven: Vec<Salt> =
            (0..=u8::MAX).flat_map(|first| (0..16).map(move |second| salt(first, second))).collect();
        for salt in &proven {
            key.with_content_key(salt, |_| Ok(())).unwrap();
        }
        for salt in (0..=u8::MAX).flat_map(|first| (100..110).map(move |second| salt(first, second))) {
            assert!(key.with_content_key(&salt, |_| Err::<(), _>(Unauthentic)).is_err());
            // A known salt with a tag that does not hold is a failure, too.
            assert!(key.with_content_key(&proven[0], |_| Err::<(), _>(Unauthentic)).is_err());
        }
        assert!(proven.iter().all(|salt| is_known(&key, salt)));
        assert_eq!(key.remembered(), proven.len());
    }

    #[test]
    fn threads_that_remember_at_once_lose_nothing() {
        let key = root();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let key = &key;
                scope.spawn(move || {
                    for second in 0..4 {
                        key.with_content_key(&salt(9, thread * 4 + second), |_| Ok(())).unwrap();
                    }
                });
            }
        });
        assert!((0..16).all(|second| is_known(&key, &salt(9, second))));
    }

    /// What `docs/scale.md` reckons with: an entry's salt and pointer, its key and the two counts before it.
    #[test]
    fn what_is_remembered_is_bounded() {
        let entry = size_of::<(Salt, Arc<AeadKey>)>() + size_of::<AeadKey>() + 2 * size_of::<usize>();
        assert!(DRAWERS * DRAWER * entry <= 2_600_000, "{entry} bytes an entry");
    }
}
