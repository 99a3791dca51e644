//! The stores that the command line names: where they are, and under what name the sessions of one evening are in them.
//!
//! It may not know what is stored.

use crate::{Fault, architecture::Architecture, options::Options, waiter};
use ring::rand::{SystemRandom, generate};
use serde::{Deserialize, Serialize};

/// What is there to keep sessions in.
pub(crate) struct Stores {
    redis: Option<String>,
    postgres: Option<String>,
}

/// What a waiter is told of a store. No `Debug`: the URL may hold a password.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) url: String,
    /// A name that nobody else has: what is in the store besides is left alone.
    pub(crate) evening: String,
}

impl Stores {
    pub(crate) fn named_by(options: &Options) -> Self {
        Self { redis: options.redis.clone(), postgres: options.postgres.clone() }
    }

    /// All ways to keep an order for which there is what they take.
    pub(crate) fn architectures(&self) -> impl Iterator<Item = Architecture> + use<> {
        let (redis, postgres) = (self.redis.is_some(), self.postgres.is_some());
        Architecture::ALL.into_iter().filter(move |architecture| match architecture {
            Architecture::Redis => redis,
            Architecture::Postgres => postgres,
            _ => true,
        })
    }

    /// A place of its own in the store of this architecture, ready for waiters.
    pub(crate) async fn place_for(&self, architecture: Architecture) -> Result<Option<Place>, Fault> {
        let url = match architecture {
            Architecture::Redis => &self.redis,
            Architecture::Postgres => &self.postgres,
            _ => return Ok(None),
        };
        let Some(url) = url.clone() else { return Ok(None) };
        let random = generate::<[u8; 8]>(&SystemRandom::new()).map_err(|_| "a system without randomness")?;
        let evening = format!("restaurant_{:016x}", u64::from_be_bytes(random.expose()));
        let place = Place { url, evening };
        let ready = match architecture {
            Architecture::Redis => waiter::redis::look(&place).await,
            _ => waiter::postgres::prepare(&place).await,
        };
        ready.map_err(|fault| format!("{}: {fault}", architecture.name()))?;
        Ok(Some(place))
    }
}

/// Takes the sessions of the evening away, and says how many bytes they had.
pub(crate) async fn clear(architecture: Architecture, place: &Place) -> Result<u64, Fault> {
    match architecture {
        Architecture::Redis => waiter::redis::clear(place).await,
        _ => waiter::postgres::clear(place).await,
    }
}
