//! A connection that many requests share, and that is made anew when it fails.
//!
//! It may not know keys or scripts, nor how long anybody waits: who does drops what it waits for.

use crate::error::Error;
use ::redis::{
    AsyncConnectionConfig, Client, Pipeline, RedisError, Value, aio::MultiplexedConnection, cluster::ClusterClient,
    cluster_async::ClusterConnection,
};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Mutex as AsyncMutex;

pub(super) struct Connection {
    server: Server,
    /// What is connected. Under a lock of its own, so that it can be taken away without waiting.
    live: Mutex<Option<Live>>,
    /// Held by who connects: a server that does not answer is knocked at by one, and the others wait for that.
    door: AsyncMutex<()>,
}

enum Server {
    Single(Client),
    Cluster(Box<ClusterClient>),
}

/// Both are cheap to clone, and take many requests at once.
#[derive(Clone)]
enum Live {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Connection {
    pub(super) fn single(url: &str) -> Result<Self, Error> {
        Client::open(url).map(|client| Self::to(Server::Single(client))).map_err(no_url)
    }

    pub(super) fn cluster(urls: &[&str]) -> Result<Self, Error> {
        // No replica is asked: it may not have heard of the last revocation.
        let client = ClusterClient::builder(urls.iter().copied()).retries(1).build();
        client.map(|client| Self::to(Server::Cluster(Box::new(client)))).map_err(no_url)
    }

    fn to(server: Server) -> Self {
        Self { server, live: Mutex::default(), door: AsyncMutex::default() }
    }

    /// What the server answers to each of the commands, which are all of one shard.
    pub(super) async fn run(&self, pipe: &Pipeline) -> Result<Vec<Value>, Error> {
        let answers = match self.live().await? {
            Live::Single(mut connection) => pipe.query_async(&mut connection).await,
            Live::Cluster(mut connection) => pipe.query_async(&mut connection).await,
        };
        answers.map_err(|error: RedisError| {
            // Also after an answer that is an error: it may come from a server that has become another one's replica.
            self.discard();
            Error::unavailable(error)
        })
    }

    /// What a single server throws out when it is full, if it tells.
    pub(super) async fn eviction(&self) -> Option<String> {
        let Server::Single(_) = self.server else { return None };
        let mut pipe = ::redis::pipe();
        pipe.cmd("INFO").arg("memory");
        let Some(Value::BulkString(told)) = self.run(&pipe).await.ok()?.pop() else { return None };
        let told = String::from_utf8(told).ok()?;
        told.lines().find_map(|line| line.trim().strip_prefix("maxmemory_policy:").map(str::to_owned))
    }

    /// The next one connects anew.
    pub(super) fn discard(&self) {
        self.set(None);
    }

    async fn live(&self) -> Result<Live, Error> {
        if let Some(live) = self.get() {
            return Ok(live);
        }
        let _door = self.door.lock().await;
        // Somebody else may have connected meanwhile.
        if let Some(live) = self.get() {
            return Ok(live);
        }
        let live = match &self.server {
            Server::Single(client) => {
                let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
                client.get_multiplexed_async_connection_with_config(&config).await.map(Live::Single)
            }
            Server::Cluster(client) => client.get_async_connection().await.map(Live::Cluster),
        };
        let live = live.map_err(Error::unavailable)?;
        self.set(Some(live.clone()));
        Ok(live)
    }

    fn get(&self) -> Option<Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, live: Option<Live>) {
        *self.live.lock().unwrap_or_else(PoisonError::into_inner) = live;
    }
}

/// What is wrong with a URL is not said: it may hold a password.
fn no_url(_: RedisError) -> Error {
    Error::misuse("not the URL of a Redis, or one of a kind that the crate `redis` was built without")
}
