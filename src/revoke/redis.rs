//! Both lists in a Redis that all servers share: one node, or a Cluster.
//!
//! It may not know policies: it answers within its time limit or says that it cannot. It keeps ids and digests, never a subject, a state or a
//! token.

mod connection;
mod keys;
mod recent;
mod scripts;

use self::{
    connection::Connection,
    keys::{Keys, Shard},
    recent::Recent,
};
use crate::{
    error::Error,
    revoke::{Query, Redeemed, Redemption, Redemptions, Revocation, Revocations, Verdict},
    time::UnixTime,
};
use ::redis::{Pipeline, Value, pipe};
use futures_util::future::{join3, try_join_all};
use std::{fmt, sync::Arc, time::Duration};

/// How long an operation may take; [`RedisStore::time_limit`] sets another. Some ten thousand times what one takes on a loopback
/// (`cargo bench --features redis --bench stores`): what takes longer is not slow, it is down.
pub const DEFAULT_TIME_LIMIT: Duration = Duration::from_millis(500);

/// [`Revocations`] and [`Redemptions`] in Redis. Clones share their connection.
///
/// ```no_run
/// use orderslip::{Error, revoke::{Guard, RedisStore, Redeemer}};
///
/// async fn stores(url: &str) -> Result<(Guard, Redeemer), Error> {
///     let store = RedisStore::new(url)?.connect().await?;
///     Ok((Guard::fail_closed(store.clone()), Redeemer::new(store)))
/// }
/// # fn main() { drop(stores("redis://:password@sessions.internal/0")); }
/// ```
///
/// It takes any server that speaks Redis' protocol and runs its Lua: Redis from 5, Valkey, KeyDB. For `rediss://` the application turns on a TLS
/// feature of the crate `redis` (`tokio-rustls-comp`, and installs rustls' provider as that crate says).
///
/// # What it keeps
///
/// Ids lie in hashes by when their slips began, in steps of six hours, so that memory is taken back wholesale and at the latest six hours after the last of a hash
/// is over. Every key has an expiry but the sixteen marks, which say since when the list is complete. What an entry takes
/// stands in [`manual::revocation`](crate::manual::revocation).
///
/// # What it forgets
///
/// A Redis that was emptied or restarted without its data finds no mark of its own, and makes a new one with the time: slips that began
/// before it are [`Verdict::Forgotten`] from then on. So it is when a list comes new to an application, unless [`found`](Self::found) says once that
/// nothing was revoked before. What it cannot see is a server that lost its last second: a replica that took over, an
/// `appendfsync everysec` that did not come to it. Nor a `maxmemory-policy` that throws keys out: set `noeviction`; [`connect`](Self::connect) says if it is not.
///
/// # Panics
/// It must be asked within a tokio runtime that has its clock and its sockets on (`enable_all`), as axum's and actix-web's is.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    connection: Connection,
    keys: Keys,
    limit: Duration,
    recent: Option<Recent>,
}

impl RedisStore {
    /// A single node: `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS. It connects when it is first asked, or by
    /// [`connect`](Self::connect).
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the URL is none, or of a kind for which the crate `redis` was not built.
    pub fn new(url: &str) -> Result<Self, Error> {
        Connection::single(url).map(Self::over)
    }

    /// A Cluster, from the URLs of one node or more of it.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn cluster<U: AsRef<str>>(urls: &[U]) -> Result<Self, Error> {
        let urls: Vec<&str> = urls.iter().map(AsRef::as_ref).collect();
        Connection::cluster(&urls).map(Self::over)
    }

    fn over(connection: Connection) -> Self {
        let keys = Keys::new("orderslip");
        Self(Arc::new(Inner { connection, keys, limit: DEFAULT_TIME_LIMIT, recent: None }))
    }

    /// What every key begins with, `orderslip` unless set: for several applications in one Redis. Printable ASCII without braces.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if it is something else, or the store has been cloned.
    pub fn prefix(self, prefix: &str) -> Result<Self, Error> {
        if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_graphic() && !b"{}".contains(&byte)) {
            return Err(Error::misuse("a prefix is printable ASCII without braces"));
        }
        self.set(|inner| inner.keys = Keys::new(prefix))
    }

    /// How long an operation may take in all, connecting included; [`DEFAULT_TIME_LIMIT`] unless set.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the store has been cloned.
    pub fn time_limit(self, limit: Duration) -> Result<Self, Error> {
        self.set(|inner| inner.limit = limit)
    }

    /// Lets this process believe for so long that a slip is good which it has asked about: a slip revoked elsewhere may pass that much longer here. Not unless set. A
    /// second of it takes most of the questions off the store where a page makes many requests.
    ///
    /// It keeps at most 32,768 answers, of about a hundred bytes each.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the store has been cloned.
    pub fn stale_up_to(self, staleness: Duration) -> Result<Self, Error> {
        self.set(|inner| inner.recent = Some(Recent::new(staleness)))
    }

    /// Connects now, and gives a store that is new, or was emptied, its [mark](Self#what-it-forgets) before any slip begins. Without this the
    /// first question does both: then who logged in before it is logged out by a guard that fails closed.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the store does not answer. It is there all the same when it comes back: an application that starts
    /// without its store goes on with a clone.
    pub async fn connect(self) -> Result<Self, Error> {
        self.found(UnixTime::now()?).await?;
        let told = self.within(async { Ok(self.0.connection.eviction().await) }).await;
        if let Ok(Some(policy)) = told
            && policy != "noeviction"
        {
            tracing::warn!(
                reason = "eviction",
                policy,
                "a Redis that is full throws out what was revoked: set `noeviction`"
            );
        }
        Ok(self)
    }

    fn set(self, set: impl FnOnce(&mut Inner)) -> Result<Self, Error> {
        let mut inner = Arc::try_unwrap(self.0).map_err(|_| Error::misuse("a store is set up before it is cloned"))?;
        set(&mut inner);
        Ok(Self(Arc::new(inner)))
    }

    /// Says that in a store which is new nothing was revoked or redeemed since a time at least, so that slips which began then are not
    /// [`Verdict::Forgotten`]: once, when an application gets its first store, before its servers use it. Of a store that is not new it changes nothing.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the store does not answer.
    pub async fn found(&self, since: UnixTime) -> Result<(), Error> {
        self.within(self.mark(since)).await
    }

    /// A mark in every shard that has none.
    async fn mark(&self, since: UnixTime) -> Result<(), Error> {
        let marks = Shard::all().map(|shard| async move {
            let mut pipe = pipe();
            pipe.cmd("SET").arg(self.0.keys.mark(shard)).arg(since.as_secs()).arg("NX");
            self.0.connection.run(&pipe).await.map(drop)
        });
        try_join_all(marks).await.map(drop)
    }

    /// What a question or a script finds that should have been there: marks from now on, and when that is.
    async fn mark_anew(&self) -> Result<UnixTime, Error> {
        let now = UnixTime::now()?;
        tracing::debug!(%now, "a list of revocations has no mark: it is new, or was emptied");
        self.mark(now).await?;
        Ok(now)
    }

    /// Does it, or gives up when its time is over.
    async fn within<R>(&self, work: impl Future<Output = Result<R, Error>>) -> Result<R, Error> {
        match tokio::time::timeout(self.0.limit, work).await {
            Ok(result) => result,
            Err(elapsed) => {
                // Whatever hangs does not hang the next one as well.
                self.0.connection.discard();
                Err(Error::unavailable(elapsed))
            }
        }
    }

    /// Runs a script that answers with a list, and gives a store that has lost its marks new ones first.
    async fn script(&self, shard: Shard, make: impl Fn(&mut Pipeline)) -> Result<Vec<Value>, Error> {
        for _ in 0..2 {
            let mut pipe = pipe();
            make(&mut pipe);
            let mut answers = self.0.connection.run(&pipe).await?;
            match answers.pop() {
                Some(Value::Array(answer)) if !answer.is_empty() => return Ok(answer),
                Some(Value::Array(_)) => drop(self.mark_anew().await?),
                _ => return Err(Error::unavailable(garbled(shard))),
            }
        }
        Err(Error::unavailable("a list of revocations keeps losing its mark"))
    }

    async fn tell(&self, revocation: &Revocation) -> Result<(), Error> {
        let told = |shard, key: String, script, arguments: Vec<Vec<u8>>| async move {
            let mark = self.0.keys.mark(shard);
            let make = |pipe: &mut Pipeline| {
                pipe.cmd("EVAL").arg(script).arg(2).arg(&mark).arg(&key).arg(&arguments);
            };
            self.script(shard, make).await.map(drop)
        };
        let (keys, decimal) = (&self.0.keys, |time: UnixTime| time.as_secs().to_string().into_bytes());
        match revocation {
            Revocation::Slip { id, began_at, until } => {
                let (shard, key) = keys.slip(id, *began_at);
                told(shard, key, scripts::REVOKE_SLIP, vec![decimal(*until), id.as_bytes().to_vec()]).await
            }
            Revocation::Subject { subject, before, spared, until } => {
                let (shard, key) = keys.subject(subject);
                let id = spared.map(|slip| slip.id().to_string().into_bytes()).unwrap_or_default();
                let began_at = spared.map_or(UnixTime::from_secs(0), |slip| slip.began_at());
                let words = vec![decimal(*until), decimal(*before), id, decimal(began_at)];
                told(shard, key, scripts::REVOKE_ALL, words).await
            }
            Revocation::Key { key, until } => {
                let (shard, key) = keys.sealing_key(key);
                told(shard, key, scripts::REVOKE_ALL, vec![decimal(*until), b"0".to_vec(), Vec::new(), b"0".to_vec()])
                    .await
            }
        }
    }

    /// One round: what it takes to know all of it is asked at the same time.
    async fn ask(&self, query: &Query) -> Result<Verdict, Error> {
        let keys = &self.0.keys;
        let one = |found: Option<(Shard, String)>, field: Option<&[u8]>| {
            let asked = found.map(|(shard, key)| {
                let mut pipe = pipe();
                pipe.cmd("GET").arg(keys.mark(shard));
                match field {
                    Some(field) => pipe.cmd("HEXISTS").arg(key).arg(field),
                    None => pipe.cmd("GET").arg(key),
                };
                (shard, pipe)
            });
            async move {
                let Some((shard, pipe)) = asked else { return Ok(None) };
                let answers = self.0.connection.run(&pipe).await?;
                let [mark, answer] = <[Value; 2]>::try_from(answers).map_err(|_| Error::unavailable(garbled(shard)))?;
                Ok::<_, Error>(Some((shard, mark, answer)))
            }
        };
        let slip = one(Some(keys.slip(&query.slip, query.began_at)), Some(query.slip.as_bytes()));
        let subject = one(query.subject.as_ref().map(|subject| keys.subject(subject)), None);
        let key = one(query.key.as_ref().map(|key| keys.sealing_key(key)), None);
        let (slip, subject, key) = join3(slip, subject, key).await;
        let (slip, subject, key) = (slip?, subject?, key?);

        let mut is_young = false;
        for (shard, mark, _) in [&slip, &subject, &key].into_iter().flatten() {
            match mark {
                Value::Nil => is_young |= query.began_at < self.mark_anew().await?,
                mark => {
                    is_young |=
                        query.began_at.as_secs() < number(mark).ok_or_else(|| Error::unavailable(garbled(*shard)))?
                }
            }
        }
        let is_listed = |answer: &Option<(Shard, Value, Value)>| match answer {
            None | Some((_, _, Value::Nil | Value::Int(0))) => Ok(false),
            Some((_, _, Value::Int(1))) => Ok(true),
            Some((shard, _, value)) => {
                scripts::is_meant(value, query).ok_or_else(|| Error::unavailable(garbled(*shard)))
            }
        };
        let is_key_listed = key.as_ref().is_some_and(|(_, _, answer)| !matches!(answer, Value::Nil));
        Ok(match () {
            () if is_listed(&slip)? || is_listed(&subject)? || is_key_listed => Verdict::Revoked,
            () if is_young => Verdict::Forgotten,
            () => Verdict::Good,
        })
    }
}

impl Revocations for RedisStore {
    async fn revoke(&self, revocation: &Revocation) -> Result<(), Error> {
        let told = self.within(self.tell(revocation)).await;
        // Not before: a question that is under way meanwhile may still hear that the slip is good. Also if nobody knows whether it was done.
        if let Some(recent) = &self.0.recent {
            recent.clear();
        }
        told
    }

    async fn look_up(&self, query: &Query) -> Result<Verdict, Error> {
        let Some(recent) = &self.0.recent else { return self.within(self.ask(query)).await };
        let ticket = match recent.find(query) {
            Ok(verdict) => return Ok(verdict),
            Err(ticket) => ticket,
        };
        let verdict = self.within(self.ask(query)).await?;
        recent.keep(ticket, query, verdict);
        Ok(verdict)
    }
}

impl Redemptions for RedisStore {
    async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Error> {
        let (shard, key) = self.0.keys.redeemed(redemption.key());
        let began_at = redemption.began_at().map(|time| time.as_secs().to_string()).unwrap_or_default();
        let mark = self.0.keys.mark(shard);
        let make = |pipe: &mut Pipeline| {
            let eval = pipe.cmd("EVAL").arg(scripts::REDEEM).arg(2).arg(&mark).arg(&key);
            eval.arg(redemption.until().as_secs()).arg(&began_at).arg(redemption.record());
        };
        let mut answer = self.within(self.script(shard, make)).await?;
        let record = answer.pop();
        match (answer.pop(), record) {
            (None, Some(Value::Int(1))) => Ok(Redeemed::Now),
            (None, Some(Value::Int(2))) => Err(Error::revoked()),
            (Some(Value::Int(0)), Some(Value::BulkString(record))) => Ok(Redeemed::Before(record)),
            _ => Err(Error::unavailable(garbled(shard))),
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    let Value::BulkString(digits) = value else { return None };
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn garbled(shard: Shard) -> String {
    format!("a key of shard {shard} holds what this library did not write")
}

/// Shows no address, which may have a password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("keys", &self.0.keys).field("limit", &self.0.limit).finish_non_exhaustive()
    }
}
