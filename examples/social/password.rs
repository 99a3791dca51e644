//! Passwords: argon2id, as many at a time as the memory of the machine may take.
//!
//! It may not know whose they are. What is kept is a text in the PHC format, which has its salt and what it cost in it.

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString, rand_core::OsRng},
};
use orderslip::Error;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// In characters: at least what NIST SP 800-63B-4 section 3.1.1.2 asks for where there is nothing beside the password.
const LENGTHS: std::ops::RangeInclusive<usize> = 15..=128;

/// Each takes 19 MiB (OWASP's figure, and the crate's default): who sends many at once waits, and does not fill the memory.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Of a password that nobody has: it is compared where there is no such member, so that the answer takes as long.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash_of("nobody has this one").unwrap_or_default());

/// What to keep of a password; `None` if it is none.
pub(crate) async fn hash(password: String) -> Result<Option<String>, Error> {
    if !LENGTHS.contains(&password.chars().count()) {
        return Ok(None);
    }
    in_turn(move || hash_of(&password)).await?.map(Some).ok_or_else(|| Error::unavailable("no hash was made"))
}

/// Whether it is the one that this was made of.
pub(crate) async fn fits(password: String, kept: Option<String>) -> Result<bool, Error> {
    in_turn(move || {
        let of_nobody = kept.is_none();
        let kept = kept.unwrap_or_else(|| NOBODYS.clone());
        let fits = PasswordHash::new(&kept)
            .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok());
        fits && !of_nobody
    })
    .await
}

fn hash_of(password: &str) -> Option<String> {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _turn = TURNS.acquire().await.map_err(Error::unavailable)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::unavailable)
}
