//! Sessions in a PostgreSQL: a row for each, in a table of the evening's own.
//!
//! It may not know what is in a session.

use super::AN_EVENING_SECS;
use crate::{Fault, stores::Place};
use std::sync::{Mutex, PoisonError};
use tokio_postgres::{Client, Config, Error, NoTls, Statement};

pub(super) struct Sessions {
    config: Config,
    table: String,
    /// Those that nobody uses right now: a connection does one thing at a time.
    idle: Mutex<Vec<Line>>,
}

/// A connection, and what it has been taught.
struct Line {
    client: Client,
    load: Statement,
    save: Statement,
}

impl Sessions {
    pub(super) fn at(place: &Place) -> Result<Self, Fault> {
        Ok(Self { config: place.url.parse()?, table: table(place), idle: Mutex::default() })
    }

    pub(super) async fn load(&self, id: &str) -> Result<Option<Vec<u8>>, Fault> {
        let line = self.line().await?;
        let row = line.client.query_opt(&line.load, &[&id]).await?;
        self.put_back(line);
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub(super) async fn save(&self, id: &str, session: &[u8]) -> Result<(), Fault> {
        let line = self.line().await?;
        line.client.execute(&line.save, &[&id, &session]).await?;
        self.put_back(line);
        Ok(())
    }

    async fn line(&self) -> Result<Line, Error> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(line) if line.client.is_closed() => {}
                Some(line) => return Ok(line),
                None => return self.another().await,
            }
        }
    }

    async fn another(&self) -> Result<Line, Error> {
        let (client, table) = (connect(&self.config).await?, &self.table);
        let load = format!("SELECT session FROM {table} WHERE id = $1 AND ends > now()");
        let save = format!(
            "INSERT INTO {table} VALUES ($1, $2, now() + interval '{AN_EVENING_SECS} seconds')
             ON CONFLICT (id) DO UPDATE SET session = excluded.session, ends = excluded.ends"
        );
        let (load, save) = (client.prepare(&load).await?, client.prepare(&save).await?);
        Ok(Line { client, load, save })
    }

    /// One that has failed is not put back.
    fn put_back(&self, line: Line) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

async fn connect(config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    // Whoever waits for an answer hears of an error.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

/// A name of letters, digits and `_`, so that it needs no quotes.
fn table(place: &Place) -> String {
    format!("{}_sessions", place.evening)
}

/// Makes the table, before any waiter comes.
pub(crate) async fn prepare(place: &Place) -> Result<(), Fault> {
    let client = connect(&place.url.parse()?).await?;
    let table = table(place);
    Ok(client
        .batch_execute(&format!(
            "CREATE TABLE {table} (id text PRIMARY KEY, session bytea NOT NULL, ends timestamptz NOT NULL)"
        ))
        .await?)
}

/// Takes the table away, and says how many bytes it had, with its index.
pub(crate) async fn clear(place: &Place) -> Result<u64, Fault> {
    let client = connect(&place.url.parse()?).await?;
    let table = table(place);
    let size =
        client.query_one(&format!("SELECT pg_total_relation_size('{table}')"), &[]).await?.try_get::<_, i64>(0)?;
    client.batch_execute(&format!("DROP TABLE {table}")).await?;
    Ok(size.unsigned_abs())
}
