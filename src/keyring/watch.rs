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
    /// not judged. A text that is no good ring is refused: an event says so (level ERROR, target `orderslip::keyring`), the
    /// ring in use stays, and [`status`](Self::status) has the error. Well-formed `revoked` members of keys in use are applied
    /// all the same: a stray comma must not keep a stolen key alive.
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
    /// [`Error::is_unavailable`] if the file cannot be read, [`Error::is_misuse`] if there is no good ring in it, or if there
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
        // One look at a time, so that none brings back what a later one has replaced. Nobody else waits for a slow disk.
        let _turn = self.turn();
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
        let is_new = |watch: &mut Watch| {
            watch.unreadable = None;
            digest != watch.seen
        };
        if !self.note(is_new).unwrap_or_default() || !is_ripe(digest) {
            return Ok(false);
        }
        match Keyring::from_jwks(&text) {
            Ok(keyring) => {
                keyring.warn_if_readable_by_others(&path);
                tracing::info!(path = %path.display(), keys = keyring.ids().count(), "a new key ring was loaded");
                self.put(keyring);
                self.note(|watch| (watch.seen, watch.refused) = (digest, None));
                Ok(true)
            }
            Err(error) => {
                self.note(|watch| (watch.seen, watch.refused) = (digest, Some(error.clone())));
                tracing::error!(path = %path.display(), %error, "the new key ring was refused; the one in use stays");
                if let Some(revoked) = self.with_revocations_of(&text) {
                    self.put(revoked);
                }
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

    /// The ring in use without the keys that a text revokes which is otherwise no good; none if it revokes none.
    fn with_revocations_of(&self, text: &str) -> Option<Keyring> {
        let current = Keyring { ring: self.ring() };
        let mut revoked = current.clone();
        for Revocation { kid, at, reason } in jwks::revocations(text) {
            let is_news = revoked.get(&kid).is_some_and(|key| key.revoked_at().is_none());
            if let (true, Ok(next)) = (is_news, revoked.revoke(&kid, &reason, at)) {
                tracing::warn!(key = %kid, "the key was revoked, as the refused ring says");
                revoked = next;
            }
        }
        (!Arc::ptr_eq(&revoked.ring, &current.ring)).then_some(revoked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_when_two_looks_in_a_row_find_the_same() {
        let mut last_look = None;
        let looks = ["old", "half", "half", "half", "new", "half", "new", "new"];
        let taken = looks.map(|text| is_as_before(&mut last_look, digest(text)));
        assert_eq!(taken, [false, false, true, true, false, false, false, true]);
    }
}
