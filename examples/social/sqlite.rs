//! SQLite in a file that all processes of one machine open.
//!
//! It may not know what is stored. It waits for the disk, and so works on threads that may.

use crate::database::{Row, Value};
use rusqlite::{
    Connection, Result, ToSql, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};
use std::{
    error::Error as Fault,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

pub(crate) struct Sqlite(Arc<Mutex<Connection>>);

impl Sqlite {
    /// Opens the file, and makes it if it is not there.
    pub(crate) fn open(file: &str, patience: Duration) -> Result<Self, Box<dyn Fault + Send + Sync>> {
        let connection = Connection::open(file)?;
        // Another process may be writing: SQLite waits, and asks again.
        connection.busy_timeout(patience)?;
        // A process that reads does not wait for one that writes.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    pub(crate) async fn set_up(&self, statements: &'static str) -> Result<(), Box<dyn Fault + Send + Sync>> {
        self.work(move |connection| connection.execute_batch(&in_sqlites_words(statements))).await
    }

    pub(crate) async fn ask(
        &self,
        statement: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Box<dyn Fault + Send + Sync>> {
        self.work(move |connection| {
            let mut prepared = connection.prepare_cached(&in_sqlites_words(statement))?;
            let columns = prepared.column_count();
            let mut rows = prepared.query(params_from_iter(values))?;
            let mut answer = Vec::new();
            while let Some(row) = rows.next()? {
                answer.push(Row((0..columns).map(|column| row.get_ref(column).map(value)).collect::<Result<_>>()?));
            }
            Ok(answer)
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T, Box<dyn Fault + Send + Sync>> {
        let connection = Arc::clone(&self.0);
        // A statement that panicked was rolled back with its transaction.
        let work = move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(tokio::task::spawn_blocking(work).await??)
    }
}

/// What PostgreSQL calls otherwise: the first value, the larger of two numbers, and a key that counts by itself.
fn in_sqlites_words(statement: &str) -> String {
    let words =
        [("$", "?"), ("GREATEST(", "max("), ("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "INTEGER PRIMARY KEY")];
    words.iter().fold(statement.to_owned(), |statement, (theirs, ours)| statement.replace(theirs, ours))
}

/// There are no others in our tables.
fn value(found: ValueRef<'_>) -> Value {
    match found {
        ValueRef::Integer(number) => Value::Number(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Value::Bytes(Vec::new()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
