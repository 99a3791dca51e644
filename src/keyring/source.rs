//! Where a ring comes from besides a JWK Set in hand: a file, the environment, one secret.
//!
//! It may not know formats of keys. It looks at the permissions of a file and says what it saw as an event.

use super::{Contents, Keyring, Origin};
use crate::{
    bytes::Secret,
    crypto,
    error::Error,
    key::{Alg, Key, MAX_KEY_TEXT, MIN_SECRET, weakness},
    time::UnixTime,
};
use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
};
use zeroize::Zeroizing;

/// The shortest secret *text* in the environment: what 32 random bytes take in base64, without padding.
const MIN_SECRET_TEXT: usize = 43;

impl Keyring {
    /// Derives a ring from secrets of at least 32 bytes each, for small deployments: the first seals, the others are
    /// accepted as well.
    ///
    /// From each secret a key for `encrypted`, one for `signed` and one for `publicly_signed` with Ed25519 are derived
    /// (HKDF-SHA-256, one label each; P-256 keys cannot be derived with `ring`). To rotate without logging anybody out,
    /// give every server the next secret as *also accepted* first; when all have it, swap the two; drop the old one when
    /// the longest lifetime has passed.
    ///
    /// ```
    /// # use orderslip::{Keyring, Error};
    /// # fn main() -> Result<(), Error> {
    /// # let [sealing, next] = [[7_u8; 2], [8; 2]].map(|salt| (0..32).flat_map(|n: u8| [n.wrapping_mul(37), salt[0] ^ n]).collect::<Vec<_>>());
    /// // Each from your secret store: `openssl rand -base64 32`.
    /// let keys = Keyring::from_secrets(sealing, &[&next])?;
    /// # drop(keys); Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::is_misuse`] if a secret is shorter than 32 bytes, plainly guessable, or given twice.
    #[doc(alias("SECRET_KEY", "password"))]
    pub fn from_secrets(sealing: impl AsRef<[u8]>, also_accepted: &[&[u8]]) -> Result<Self, Error> {
        let mut keys = derive(sealing.as_ref())?.into_keys();
        for secret in also_accepted {
            // "Accepted, and never the one that seals" is an activation that is not reached.
            let accepted = derive(secret)?.into_keys();
            keys.extend(accepted.into_iter().map(|key| key.activating_at(UnixTime::MAX)));
        }
        Self::assemble(Contents::of(keys, Origin::Shared))
    }

    /// Reads an environment variable: a JWK Set if it begins with `{`, and else one or more secrets separated by white
    /// space, of which the first seals ([`from_secrets`](Self::from_secrets)).
    ///
    /// A secret is any text of at least 43 characters, taken as it stands: `openssl rand -base64 32` prints one.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the variable is not set, is not UTF-8, or holds what the two functions refuse.
    pub fn from_env(name: &str) -> Result<Self, Error> {
        let value = std::env::var(name).map_err(|error| {
            Error::misuse(match error {
                std::env::VarError::NotPresent => format!("the environment variable {name:?} is not set"),
                std::env::VarError::NotUnicode(_) => format!("the environment variable {name:?} is not UTF-8"),
            })
        })?;
        let value = Zeroizing::new(value);
        if value.trim_start().starts_with('{') {
            return Self::from_jwks(&value);
        }
        let secrets: Vec<&[u8]> = value.split_whitespace().map(str::as_bytes).collect();
        if secrets.iter().any(|secret| secret.len() < MIN_SECRET_TEXT) {
            return Err(Error::bad_key("a secret text of fewer than 43 characters: take `openssl rand -base64 32`"));
        }
        match secrets.split_first() {
            Some((sealing, accepted)) => Self::from_secrets(sealing, accepted),
            None => Err(Error::misuse(format!("the environment variable {name:?} is empty"))),
        }
    }

    /// Reads a JWK Set from a file. That others than its owner may read a file with secrets is an event, not an error:
    /// mounted Kubernetes secrets are so.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the file cannot be read, and [`Error::is_misuse`] as [`from_jwks`](Self::from_jwks).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let keyring = Self::from_jwks(&read(path)?)?;
        keyring.warn_if_readable_by_others(path);
        Ok(keyring)
    }

    /// Reads a JWK Set from a file that nobody but its owner may read, if it holds secrets: where files are yours to set the
    /// mode of, this is the function to take.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if others may read the file (a mode of more than 0700) and it holds secrets, and else as
    /// [`from_file`](Self::from_file). On systems without such modes there is no such check.
    pub fn from_private_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let keyring = Self::from_jwks(&read(path)?)?;
        if keyring.holds_secrets() && is_readable_by_others(path) {
            return Err(Error::misuse(
                "the key file holds secrets and others than its owner may read it: `chmod 600` it",
            ));
        }
        Ok(keyring)
    }

    pub(super) fn warn_if_readable_by_others(&self, path: &Path) {
        if self.holds_secrets() && is_readable_by_others(path) {
            tracing::warn!(path = %path.display(), "the key file holds secrets and others than its owner may read it");
        }
    }

    fn holds_secrets(&self) -> bool {
        self.ring.has(|key| key.secret().is_some())
    }

    /// Writes the ring with all its secrets to a file of mode 0600, whole or not at all. A file that was there keeps its owner.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the file cannot be written.
    pub fn to_file(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        write_atomically(path, self.to_jwks().expose().as_bytes())
            .map_err(|cause| Error::unreadable_source("the key file cannot be written", cause))
    }
}

/// The text of a key file. A file that is longer than any set is read no further, and what is no file (a pipe, a device)
/// not at all, as it might never end.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, Error> {
    let cannot = |cause| Error::unreadable_source("the key file cannot be read", cause);
    let regular = |metadata: std::io::Result<fs::Metadata>| match metadata {
        Ok(metadata) if !metadata.is_file() => Err(cannot(std::io::Error::other("not a regular file"))),
        metadata => metadata.map_err(cannot),
    };
    // Before it is opened, as opening a pipe waits for a writer; and after, as another may stand there by then.
    regular(fs::metadata(path))?;
    let file = fs::File::open(path).map_err(cannot)?;
    let metadata = regular(file.metadata())?;
    let limit = u64::try_from(MAX_KEY_TEXT).unwrap_or(u64::MAX).saturating_add(1);
    // One allocation that is large enough, so that growing leaves no copy behind.
    let room = usize::try_from(metadata.len().min(limit)).unwrap_or(MAX_KEY_TEXT).saturating_add(1);
    let mut text = Zeroizing::new(String::with_capacity(room));
    file.take(limit).read_to_string(&mut text).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::InvalidData => Error::bad_key("not UTF-8"),
        _ => cannot(cause),
    })?;
    Ok(text)
}

/// What one secret gives.
struct Derived {
    encrypted: Key,
    signed: Key,
    publicly_signed: Key,
}

impl Derived {
    fn into_keys(self) -> Vec<Key> {
        vec![self.encrypted, self.signed, self.publicly_signed]
    }
}

fn derive(secret: &[u8]) -> Result<Derived, Error> {
    if secret.len() < MIN_SECRET {
        return Err(Error::bad_key("a secret shorter than 32 bytes"));
    }
    if let Some(why) = weakness(secret) {
        return Err(Error::bad_key(why));
    }
    // One label a use, so that no bytes are both a MAC key and an encryption key (RFC 8725 section 3.3, docs/threats.md T14).
    let key = |alg, label: &[u8]| {
        let mut out = vec![0; 32];
        crypto::hkdf_sha256(secret, b"orderslip secret v1", &[label], &mut out)
            .ok_or_else(|| Error::bad_key("not derivable"))?;
        Key::from_secret(alg, Secret::new(out))
    };
    Ok(Derived {
        encrypted: key(Alg::HkdfA256Gcm, b"encrypt: direct+HKDF-SHA-256 A256GCM")?,
        signed: key(Alg::Hs256, b"mac: HMAC 256/256")?,
        publicly_signed: key(Alg::Ed25519, b"sign: EdDSA Ed25519")?,
    })
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

/// A server must still be able to read its file after an administrator has changed it.
#[cfg(unix)]
fn keep_the_owner(old: &Path, new: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let Ok(old) = fs::metadata(old) else { return Ok(()) };
    let owner = new.metadata()?;
    if (old.uid(), old.gid()) == (owner.uid(), owner.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_the_owner(_: &Path, _: &fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Beside the target, then renamed over it: a reader sees the old file or the new one.
fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let [a, b, c, d] = crypto::random::<4>().map_err(std::io::Error::other)?;
    let mut name = path.file_name().ok_or(std::io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{a:02x}{b:02x}{c:02x}{d:02x}.new"));
    let beside = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        keep_the_owner(path, &file)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        let _ = fs::remove_file(&beside); // nothing to be done about a second failure
    }
    done
}
