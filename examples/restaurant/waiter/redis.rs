//! Sessions in a Redis: a text under a key of its own for each, which ends by itself.
//!
//! It may not know what is in a session.

use super::AN_EVENING_SECS;
use crate::{Fault, stores::Place};
use redis::{AsyncCommands as _, AsyncIter, Client, RedisResult, aio::MultiplexedConnection};
use std::sync::{Mutex, PoisonError};

pub(super) struct Sessions {
    client: Client,
    prefix: String,
    /// One for all requests at once. It is left when it fails, and the next request makes another.
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl Sessions {
    pub(super) fn at(place: &Place) -> Result<Self, Fault> {
        Ok(Self { client: Client::open(&*place.url)?, prefix: prefix(place), connection: Mutex::default() })
    }

    pub(super) async fn load(&self, id: &str) -> Result<Option<Vec<u8>>, Fault> {
        let mut connection = self.connection().await?;
        Ok(self.or_leave(connection.get(self.key(id)).await)?)
    }

    pub(super) async fn save(&self, id: &str, session: &[u8]) -> Result<(), Fault> {
        let mut connection = self.connection().await?;
        Ok(self.or_leave(connection.set_ex(self.key(id), session, AN_EVENING_SECS).await)?)
    }

    fn key(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        let known = self.known().clone();
        match known {
            Some(connection) => Ok(connection),
            None => {
                let connection = self.client.get_multiplexed_async_connection().await?;
                *self.known() = Some(connection.clone());
                Ok(connection)
            }
        }
    }

    fn or_leave<T>(&self, answer: RedisResult<T>) -> RedisResult<T> {
        if answer.as_ref().is_err_and(redis::RedisError::is_unrecoverable_error) {
            *self.known() = None;
        }
        answer
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<MultiplexedConnection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn prefix(place: &Place) -> String {
    format!("{}:", place.evening)
}

/// Whether there is a Redis that answers.
pub(crate) async fn look(place: &Place) -> Result<(), Fault> {
    let mut connection = Client::open(&*place.url)?.get_multiplexed_async_connection().await?;
    Ok(connection.ping::<()>().await?)
}

/// Takes all sessions of the evening away, and says how many bytes of memory they had.
pub(crate) async fn clear(place: &Place) -> Result<u64, Fault> {
    let mut connection = Client::open(&*place.url)?.get_multiplexed_async_connection().await?;
    let mut keys: Vec<String> = Vec::new();
    {
        let mut found: AsyncIter<'_, String> = connection.scan_match(format!("{}*", prefix(place))).await?;
        while let Some(key) = found.next_item().await {
            keys.push(key?);
        }
    }
    let mut bytes = 0;
    for key in keys {
        bytes +=
            redis::cmd("MEMORY").arg("USAGE").arg(&key).query_async::<Option<u64>>(&mut connection).await?.unwrap_or(0);
        connection.unlink::<_, ()>(&key).await?;
    }
    Ok(bytes)
}
