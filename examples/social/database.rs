//! The database that all processes share, asked in bounded time: SQLite in a file, or PostgreSQL.
//!
//! It may not know what is stored. Statements are PostgreSQL's, one at a time, and each is a transaction of its own.

use crate::{postgres::Postgres, sqlite::Sqlite};
use orderslip::Error;
use std::{error::Error as Fault, sync::Arc, time::Duration};

/// A handle on it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Database {
    engine: Arc<Engine>,
    /// The longest that a request waits for it.
    patience: Duration,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

/// What goes into a statement, and comes out of it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    Bytes(Vec<u8>),
}

/// One row of an answer.
pub(crate) struct Row(pub(crate) Vec<Value>);

impl Database {
    /// `postgres://…` is a server's address, and anything else the name of a file.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if it is neither. A server that is not there yet is no error before it is asked.
    pub(crate) fn at(address: &str, patience: Duration) -> Result<Self, Error> {
        let engine = if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Postgres::at(address, patience).map(Box::new).map(Engine::Postgres)
        } else {
            Sqlite::open(address, patience).map(Engine::Sqlite)
        };
        Ok(Self { engine: Arc::new(engine.map_err(Error::unavailable)?), patience })
    }

    /// Runs statements without values: what makes the tables.
    pub(crate) async fn set_up(&self, statements: &'static str) -> Result<(), Error> {
        self.in_time(async {
            match &*self.engine {
                Engine::Sqlite(sqlite) => sqlite.set_up(statements).await,
                Engine::Postgres(postgres) => postgres.set_up(statements).await,
            }
        })
        .await
    }

    /// Runs one statement, and gives its rows. `$1` in it is the first value.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if it fails, or takes too long: then nobody knows whether it was done.
    pub(crate) async fn ask(
        &self,
        statement: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Row>, Error> {
        let values = values.into_iter().collect();
        self.in_time(async {
            match &*self.engine {
                Engine::Sqlite(sqlite) => sqlite.ask(statement, values).await,
                Engine::Postgres(postgres) => postgres.ask(statement, values).await,
            }
        })
        .await
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Box<dyn Fault + Send + Sync>>>,
    ) -> Result<T, Error> {
        match tokio::time::timeout(self.patience, work).await {
            Ok(done) => done.map_err(Error::unavailable),
            Err(late) => {
                if let Engine::Postgres(postgres) = &*self.engine {
                    postgres.give_up();
                }
                Err(Error::unavailable(late))
            }
        }
    }
}

impl Row {
    pub(crate) fn text(&self, column: usize) -> Result<String, Error> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text.clone()),
            other => Err(unexpected(other)),
        }
    }

    pub(crate) fn number(&self, column: usize) -> Result<i64, Error> {
        match self.0.get(column) {
            Some(Value::Number(number)) => Ok(*number),
            other => Err(unexpected(other)),
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>, Error> {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => Ok(bytes.clone()),
            other => Err(unexpected(other)),
        }
    }
}

/// The tables are not those of this program. What is in them is nobody's business.
fn unexpected(value: Option<&Value>) -> Error {
    Error::unavailable(match value {
        None => "a column is missing",
        Some(Value::Text(_)) => "a text where none should be",
        Some(Value::Number(_)) => "a number where none should be",
        Some(Value::Bytes(_)) => "bytes where none should be",
    })
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// Seconds that no `BIGINT` holds are as good as never.
impl From<orderslip::UnixTime> for Value {
    fn from(time: orderslip::UnixTime) -> Self {
        Self::Number(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
    }
}
