//! A shared ring that follows a file.
//!
//! It may not know who uses the ring. The file is read, not watched for events: that works on every system and on network
//! file systems, and sees whatever a path leads to, so the symbolic links that Kubernetes swaps under a mounted secret need
//! nothing of their own. A ring takes a few kilobytes; reading it every other second costs nothing that one could measure.

use super::{
    Keyring, SharedKeyring,
    jwks::{self, Revocation},
    shared::{Shared, now},
    source,
};
use crate::{crypto, error::Error, time::UnixTime};
use std::{
    path::PathBuf,
    sync::{Arc, Weak, mpsc},
    time::Duration,
};

/// How often the file is read: a rotation takes hours and a revocation should take seconds.
const EVERY: Duration = Duration::from_secs(2);

/// Which file, and what was last seen in it.
pub(super) struct Watch {
    path: PathBuf,
    seen: Digest,
    /// Why what was last seen was refused.
    refused: Option<Error>,
    /// Why nothing could be seen at the last look.
    unreadable: Option<Error>,
    checked_at: UnixTime,
    /// Its end wakes the thread, which then ends, too.
    _stop: mpsc::Sender<()>,
}

/// Of the file's text. Nothing can be guessed from it, as every secret of a ring has at least 128 bits.
type Digest = [u8; 32];

fn digest(text: &str) -> Digest {
    crypto::sha256(text.as_bytes())
}

impl Watch {
    pub(super) fn checked_at(&self) -> UnixTime {
        self.checked_at
    }

    pub(super) fn last_error(&self) -> Option<&Error> {
        self.unreadable.as_ref().or(self.refused.as_ref())
    }
}

impl SharedKeyring {
    /// Loads a ring from a file and follows the file: it is looked at every two seconds, by a thread that ends with the last
    /// handle, sealer and opener.
    ///
    /// A file that changes is taken when two looks in a row find the same text, so that one that is just being written is
    /// not judged. A text that is no good ring is refused: an event says so (level ERROR, target `orderslip::keyring::watch`), the
    /// ring in use stays, and [`status`](Self::status) has the error. Well-formed `revoked` members of keys in use are applied
    /// all the same, so that a fault elsewhere in the set does not keep a stolen key alive. For that the text must still be one JSON
    /// object with a list of keys, and no member in it twice: of one that is not (a stray comma, a file cut short) nothing can be told, and the event says so.
    ///
    /// A ring that is put in with [`replace`](Self::replace) while the file is being read stays.
    ///
    /// After a fork, the child has the ring and not the thread; let it make a handle of its own.
    ///
    /// ```
    /// # use orderslip::{Error, Keyring, SharedKeyring};
    /// # fn main() -> Result<(), Error> {
    /// # let dir = tempfile::tempdir().expect("a place for files");
    /// # let path = dir.path().join("ring.json");
    /// # Keyring::generate()?.to_file(&path)?;
    /// let keys = SharedKeyring::watch_file(&path)?;
    /// // … sealers and openers of `&keys` …
    /// assert!(keys.status().last_error().is_none(), "the file and the ring in use are the same");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`Keyring::from_file`]: the first ring must be good. [`Error::is_unavailable`] if there can be no further thread.
    pub fn watch_file(path: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::watch_file_every(path, EVERY)
    }

    /// As [`watch_file`](Self::watch_file), with another pause between two looks. `Duration::MAX` is for programs that call
    /// [`reload`](Self::reload) themselves.
    ///
    /// # Errors
    /// As [`watch_file`](Self::watch_file).
    pub fn watch_file_every(path: impl Into<PathBuf>, pause: Duration) -> Result<Self, Error> {
        let path = path.into();
        let text = source::read(&path)?;
        let keyring = Keyring::from_jwks(&text)?;
        keyring.warn_if_readable_by_others(&path);
        let (stop, stopped) = mpsc::channel();
        let seen = digest(&text);
        let watch = Watch { path, seen, refused: None, unreadable: None, checked_at: now(), _stop: stop };
        let shared = Arc::new(Shared::new(keyring, Some(watch)));
        let weak = Arc::downgrade(&shared);
        std::thread::Builder::new()
            .name("orderslip-keys".to_owned())
            .spawn(move || follow(&weak, &stopped, pause))
            .map_err(|cause| Error::unreadable_source("no thread to watch the key file with", cause))?;
        Ok(Self(shared))
    }

    /// Looks at the file now, and takes what it finds without a second look: for a signal handler, or a test.
    ///
    /// Returns whether the ring was replaced.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the file cannot be read, [`Error::is_misuse`] if there is no good ring in it, be it new or one that was refused before, or if there
    /// is no file, as the handle was made by [`new`](Self::new). The ring in use stays.
    pub fn reload(&self) -> Result<bool, Error> {
        self.0.look(|_| true)
    }
}

/// The thread: two looks in a row decide.
fn follow(shared: &Weak<Shared>, stopped: &mpsc::Receiver<()>, pause: Duration) {
    let mut last_look = None;
    while stopped.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
        let Some(shared) = shared.upgrade() else { return };
        // What goes wrong has been told, and is kept for `status`.
        let _ = shared.look(|digest| is_as_before(&mut last_look, digest));
    }
}

/// Whether the last look has found the same. What a file is in the middle of a write is not found twice.
fn is_as_before(last_look: &mut Option<Digest>, digest: Digest) -> bool {
    last_look.replace(digest) == Some(digest)
}

impl Shared {
    /// Looks at the file, and takes what is new in it if that is ripe.
    ///
    /// No event is told while the desk is held: whoever listens may ask for the status.
    fn look(&self, is_ripe: impl FnOnce(Digest) -> bool) -> Result<bool, Error> {
        // One look at a time, so that none brings back what a later one has replaced. Nobody else waits for a slow disk: a ring that is put
        // in by hand meanwhile is the later one.
        let _turn = self.turn();
        let before = self.ring();
        let nowhere = || Error::misuse("a shared ring that was not made from a file");
        let path = self.desk().watch.as_ref().map(|watch| watch.path.clone()).ok_or_else(nowhere)?;
        let text = match source::read(&path) {
            Ok(text) => text,
            Err(error) => {
                if self.note(|watch| watch.unreadable.replace(error.clone())).flatten().is_none() {
                    tracing::error!(path = %path.display(), %error, "the key file cannot be read; the ring in use stays");
                }
                return Err(error);
            }
        };
        let digest = digest(&text);
        let judge = |watch: &mut Watch| {
            watch.unreadable = None;
            if digest == watch.seen { watch.refused.clone().map_or(Ok(false), Err) } else { Ok(true) }
        };
        // What was refused before has been told, and is refused all the same.
        let is_new = self.note(judge).unwrap_or(Ok(false))?;
        if !is_new || !is_ripe(digest) {
            return Ok(false);
        }
        match Keyring::from_jwks(&text) {
            Ok(keyring) => {
                keyring.warn_if_readable_by_others(&path);
                let keys = keyring.ids().count();
                let is_taken = self.put(|current| Arc::ptr_eq(&current.ring, &before).then_some(keyring));
                self.note(|watch| (watch.seen, watch.refused) = (digest, None));
                if is_taken {
                    tracing::info!(path = %path.display(), keys, "a new key ring was loaded");
                } else {
                    tracing::warn!(path = %path.display(), "another key ring was put in while the file was read, and stays");
                }
                Ok(is_taken)
            }
            Err(error) => {
                self.note(|watch| (watch.seen, watch.refused) = (digest, Some(error.clone())));
                let revocations = jwks::revocations(&text);
                let revocations_read = revocations.is_some();
                tracing::error!(path = %path.display(), %error, revocations_read, "the new key ring was refused; the one in use stays");
                self.revoke(&revocations.unwrap_or_default());
                Err(error)
            }
        }
    }

    /// Writes down what a look has found.
    fn note<R>(&self, found: impl FnOnce(&mut Watch) -> R) -> Option<R> {
        let mut desk = self.desk();
        let watch = desk.watch.as_mut()?;
        watch.checked_at = now();
        Some(found(watch))
    }

    /// Takes the keys out of use that a text revokes which is otherwise no good.
    fn revoke(&self, revocations: &[Revocation]) {
        let mut done = Vec::new();
        self.put(|current| {
            let mut revoked = current.clone();
            for Revocation { kid, at, reason } in revocations {
                let is_news = revoked.get(kid).is_some_and(|key| key.revoked_at().is_none());
                if let (true, Ok(next)) = (is_news, revoked.revoke(kid, reason, *at)) {
                    done.push(kid);
                    revoked = next;
                }
            }
            (!done.is_empty()).then_some(revoked)
        });
        for kid in done {
            tracing::warn!(key = %kid, "the key was revoked, as the refused ring says");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Alg, Key};

    #[test]
    fn a_file_is_taken_when_two_looks_in_a_row_find_the_same() {
        let mut last_look = None;
        let looks = ["old", "half", "half", "half", "new", "half", "new", "new"];
        let taken = looks.map(|text| is_as_before(&mut last_look, digest(text)));
        assert_eq!(taken, [false, false, true, true, false, false, false, true]);
    }

    fn ring_of(alg: Alg) -> Keyring {
        Keyring::new(vec![Key::generate(alg).unwrap()]).unwrap()
    }

    /// A handle on a file that nobody but the test looks at, and the file.
    fn desk(keyring: &Keyring) -> (SharedKeyring, PathBuf, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ring.json");
        keyring.to_file(&path).unwrap();
        (SharedKeyring::watch_file_every(&path, Duration::MAX).unwrap(), path, folder)
    }

    /// Between the reading of the file and the taking of what stood in it.
    #[test]
    fn t82_a_ring_put_in_by_hand_is_not_undone_by_a_look_that_began_before() {
        let (keys, path, _folder) = desk(&ring_of(Alg::Hs256));
        ring_of(Alg::Hs256).to_file(&path).unwrap();
        let by_hand = ring_of(Alg::Hs256);
        let taken = keys.0.look(|_| {
            keys.replace(by_hand.clone());
            true
        });
        assert!(!taken.unwrap());
        assert!(Arc::ptr_eq(&keys.0.ring(), &by_hand.ring));
        assert!(!keys.reload().unwrap(), "the file is the one that was seen");
        let next = ring_of(Alg::Hs256);
        next.to_file(&path).unwrap();
        assert!(keys.reload().unwrap() && keys.current().ids().eq(next.ids()), "the next is taken as ever");
    }

    /// Puts in a ring when it is told that a key was revoked.
    struct Hasty(SharedKeyring, Keyring);

    impl tracing::Subscriber for Hasty {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            *metadata.level() == tracing::Level::WARN
        }
        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, _: &tracing::Event<'_>) {
            // Its own ring is an event, too.
            if !self.0.current().ids().eq(self.1.ids()) {
                self.0.replace(self.1.clone());
            }
        }
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }

    /// Nor by the revocations of a file that is refused.
    #[test]
    fn t82_a_ring_put_in_by_hand_is_not_undone_by_a_revocation_that_came_before() {
        let stolen = ring_of(Alg::Hs256);
        let id = stolen.ids().next().unwrap().to_string();
        let (keys, path, _folder) = desk(&stolen);
        std::fs::write(path, format!(r#"{{"keys":[{{"kid":"{id}","revoked":{{"revoked_at":1}}}}]}}"#)).unwrap();
        let by_hand = ring_of(Alg::Hs256);
        tracing::subscriber::with_default(Hasty(keys.clone(), by_hand.clone()), || {
            assert!(keys.reload().unwrap_err().is_misuse());
        });
        assert!(Arc::ptr_eq(&keys.0.ring(), &by_hand.ring));
    }
}
