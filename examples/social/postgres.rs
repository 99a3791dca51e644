//! PostgreSQL, over one connection that is made again when it is gone.
//!
//! It may not know what is stored. Requests share the connection: their statements are under way at the same time, one behind the other.

use crate::database::{Row, Value};
use std::{error::Error as Fault, sync::Arc, time::Duration};
use tokio::sync::Mutex;
use tokio_postgres::{
    Client, Config, NoTls,
    types::{ToSql, Type},
};

pub(crate) struct Postgres {
    config: Config,
    /// The lock is held while somebody connects: all others wait for the same connection.
    client: Mutex<Option<Arc<Client>>>,
}

impl Postgres {
    /// Connects when it is asked for the first time.
    pub(crate) fn at(address: &str, patience: Duration) -> Result<Self, Box<dyn Fault + Send + Sync>> {
        let mut config: Config = address.parse()?;
        config.application_name("social").connect_timeout(patience);
        Ok(Self { config, client: Mutex::new(None) })
    }

    pub(crate) async fn set_up(&self, statements: &str) -> Result<(), Box<dyn Fault + Send + Sync>> {
        Ok(self.client().await?.batch_execute(statements).await?)
    }

    /// The values say of what type they are, so that it takes one round trip.
    pub(crate) async fn ask(
        &self,
        statement: &str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Box<dyn Fault + Send + Sync>> {
        let typed: Vec<_> = values.iter().map(typed).collect();
        let rows = self.client().await?.query_typed(statement, &typed).await?;
        rows.iter().map(read).collect()
    }

    /// Leaves a connection on which nobody answers: there may be nobody at its other end. The next request makes another.
    pub(crate) fn give_up(&self) {
        // If it is locked, another one is being made.
        if let Ok(mut client) = self.client.try_lock() {
            *client = None;
        }
    }

    async fn client(&self) -> Result<Arc<Client>, tokio_postgres::Error> {
        let mut kept = self.client.lock().await;
        if let Some(client) = kept.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        // On this machine, or in a network of one's own. Elsewhere a connector for TLS stands here.
        let (client, connection) = self.config.connect(NoTls).await?;
        // It ends when the last handle is gone, or the server; whoever asks then is told.
        tokio::spawn(connection);
        Ok(Arc::clone(kept.insert(Arc::new(client))))
    }
}

fn read(row: &tokio_postgres::Row) -> Result<Row, Box<dyn Fault + Send + Sync>> {
    let columns = row.columns().iter().enumerate();
    let values = columns.map(|(index, column)| match *column.type_() {
        Type::INT8 => row.try_get(index).map(Value::Number),
        Type::BYTEA => row.try_get(index).map(Value::Bytes),
        _ => row.try_get(index).map(Value::Text),
    });
    Ok(Row(values.collect::<Result<_, _>>()?))
}

fn typed(value: &Value) -> (&(dyn ToSql + Sync), Type) {
    match value {
        Value::Text(text) => (text, Type::TEXT),
        Value::Number(number) => (number, Type::INT8),
        Value::Bytes(bytes) => (bytes, Type::BYTEA),
    }
}
