//! A list of one's own: what was revoked and what was redeemed, in two tables of the database that the application has anyway.
//!
//! It may not know what a slip is about, nor what is done if it does not answer: that is the guard's. To take it elsewhere, copy this file, and
//! put the pool that you have in the place of `Database`: all it does is run one statement. What it must keep to is in
//! `orderslip::revoke`; here it is the database that does:
//!
//! - *sees every revocation*: a statement that has been answered is committed, and the next one of any process finds it;
//! - *at most once*: of all inserts with one primary key one succeeds, and the others wait until they know;
//! - *bounded*: what is over is deleted, by [`Store::prune`]. Of a hundred thousand revoked slips each takes 224 bytes in PostgreSQL and 84 in
//!   SQLite, indexes and all;
//! - *honest*: a table that was made anew, or emptied, knows that it cannot know of what came before.

use crate::database::{Database, Value};
use orderslip::{
    Error, UnixTime,
    revoke::{Query, Redeemed, Redemption, Redemptions, Revocation, Revocations, Verdict},
};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS revoked (
        kind TEXT NOT NULL, digest BYTEA NOT NULL,
        before BIGINT NOT NULL, spared BYTEA NOT NULL, began BIGINT NOT NULL, until BIGINT NOT NULL,
        PRIMARY KEY (kind, digest)
    );
    CREATE TABLE IF NOT EXISTS redeemed (key BYTEA PRIMARY KEY, record BYTEA NOT NULL, until BIGINT NOT NULL);
    CREATE INDEX IF NOT EXISTS revoked_until ON revoked (until);
    CREATE INDEX IF NOT EXISTS redeemed_until ON redeemed (until);
";

/// The row that says since when the list is complete.
const BEGIN: &str = "
    INSERT INTO revoked (kind, digest, before, spared, began, until) VALUES ('since', $1, $2, $1, 0, $3)
    ON CONFLICT (kind, digest) DO NOTHING";

/// Everything that either of two ends: the later time, and of the slip that goes with it no more than what the other one spares, too, or began
/// after it ($7 is nobody).
const REVOKE: &str = "
    INSERT INTO revoked (kind, digest, before, spared, began, until) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (kind, digest) DO UPDATE SET
        spared = CASE
            WHEN excluded.before >= revoked.before AND (excluded.spared = revoked.spared OR excluded.began > revoked.before)
                THEN excluded.spared
            WHEN excluded.before < revoked.before AND (excluded.spared = revoked.spared OR revoked.began > excluded.before)
                THEN revoked.spared
            ELSE $7 END,
        began = CASE WHEN excluded.before >= revoked.before THEN excluded.began ELSE revoked.began END,
        before = GREATEST(excluded.before, revoked.before),
        until = GREATEST(excluded.until, revoked.until)";

/// All that is known of a slip: four rows at most, each found by its key.
const LOOK_UP: &str = "
    SELECT kind, before FROM revoked WHERE kind = 'since'
        OR (kind = 'slip' AND digest = $1)
        OR (kind = 'subject' AND digest = $2 AND before >= $3 AND spared <> $1)
        OR (kind = 'key' AND digest = $4)";

/// If the list is complete since the thing could have been done.
const REDEEM: &str = "
    INSERT INTO redeemed (key, record, until)
    SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM revoked WHERE kind = 'since' AND before <= $4)
    ON CONFLICT (key) DO NOTHING RETURNING until";

#[derive(Clone)]
pub(crate) struct Store(Database);

impl Store {
    /// The store of a database that has the tables.
    pub(crate) fn of(database: Database) -> Self {
        Self(database)
    }

    /// Makes the tables where there are none. Nothing was revoked or redeemed before this time, or slips of before it shall not be good any more: as long
    /// as there has never been a list, say when the first slip was sealed.
    pub(crate) async fn set_up(&self, since: UnixTime) -> Result<(), Error> {
        self.0.set_up(TABLES).await?;
        self.0.ask(BEGIN, [Value::Bytes(Vec::new()), since.into(), i64::MAX.into()]).await.map(drop)
    }

    /// Deletes what is over. Any process may, at any time.
    pub(crate) async fn prune(&self, now: UnixTime) -> Result<(), Error> {
        self.0.ask("DELETE FROM revoked WHERE until <= $1", [now.into()]).await?;
        self.0.ask("DELETE FROM redeemed WHERE until <= $1", [now.into()]).await.map(drop)
    }
}

impl Revocations for Store {
    async fn revoke(&self, revocation: &Revocation) -> Result<(), Error> {
        let never = UnixTime::from_secs(0);
        let (kind, digest, before, spared) = match revocation {
            Revocation::Slip { id, .. } => ("slip", id.as_bytes().as_slice(), never, None),
            Revocation::Subject { subject, before, spared, .. } => {
                ("subject", &subject.as_bytes()[..], *before, *spared)
            }
            Revocation::Key { key, .. } => ("key", &key.as_bytes()[..], never, None),
            // Not done is better than not known to be not done.
            _ => return Err(Error::unavailable("a kind of revocation that came after this list")),
        };
        // Nobody's id is empty.
        let nobody = || Value::Bytes(Vec::new());
        let id = spared.map_or_else(nobody, |slip| slip.id().as_bytes().as_slice().into());
        let began = spared.map_or(never, |slip| slip.began_at()).into();
        let values = [kind.into(), digest.into(), before.into(), id, began, revocation.until().into(), nobody()];
        self.0.ask(REVOKE, values).await.map(drop)
    }

    async fn look_up(&self, query: &Query) -> Result<Verdict, Error> {
        let digest =
            |of: Option<orderslip::revoke::Digest>| Value::Bytes(of.map_or(Vec::new(), |of| of.as_bytes().to_vec()));
        let id = query.slip.as_bytes().as_slice();
        let values = [id.into(), digest(query.subject), query.began_at.into(), digest(query.key)];
        let mut is_known_since = None;
        for row in self.0.ask(LOOK_UP, values).await? {
            if row.text(0)? != "since" {
                return Ok(Verdict::Revoked);
            }
            is_known_since = u64::try_from(row.number(1)?).ok().map(UnixTime::from_secs);
        }
        let is_complete = is_known_since.is_some_and(|since| since <= query.began_at);
        Ok(if is_complete { Verdict::Good } else { Verdict::Forgotten })
    }
}

impl Redemptions for Store {
    async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Error> {
        let key = || redemption.key().as_bytes().as_slice().into();
        let began_at = redemption.began_at().map_or(i64::MAX.into(), Value::from);
        let values = [key(), redemption.record().into(), redemption.until().into(), began_at];
        if !self.0.ask(REDEEM, values).await?.is_empty() {
            return Ok(Redeemed::Now);
        }
        match self.0.ask("SELECT record FROM redeemed WHERE key = $1", [key()]).await?.first() {
            Some(row) => Ok(Redeemed::Before(row.bytes(0)?)),
            // Neither taken nor there: the list begins after the thing could have been done.
            None => Err(Error::revoked()),
        }
    }
}
