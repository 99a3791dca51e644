//! The list of where a member is logged in: a reference to each slip, so that it can be ended from elsewhere.
//!
//! It may not decide who is logged in: that is the slip's, and the list of what was revoked. This one is for people to look at; a row that is
//! missing ends nothing, and one that has stayed lets nobody in.

use crate::database::Database;
use orderslip::{Error, UnixTime, revoke::SlipRef};

pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS sessions (slip TEXT PRIMARY KEY, member TEXT NOT NULL, device TEXT NOT NULL, until BIGINT NOT NULL);
    CREATE INDEX IF NOT EXISTS sessions_member ON sessions (member);
    CREATE INDEX IF NOT EXISTS sessions_until ON sessions (until);
";

#[derive(Clone)]
pub(crate) struct Sessions(pub(crate) Database);

/// One device on which a member is logged in.
pub(crate) struct Listed {
    pub(crate) slip: SlipRef,
    pub(crate) device: String,
}

impl Sessions {
    pub(crate) async fn add(&self, member: &str, slip: &SlipRef, device: &str) -> Result<(), Error> {
        let add = "INSERT INTO sessions (slip, member, device, until) VALUES ($1, $2, $3, $4)";
        let values = [slip.to_string().as_str().into(), member.into(), device.into(), slip.ends_at().into()];
        self.0.ask(add, values).await.map(drop)
    }

    /// Newest first.
    pub(crate) async fn of(&self, member: &str, now: UnixTime) -> Result<Vec<Listed>, Error> {
        let look = "SELECT slip, device FROM sessions WHERE member = $1 AND until > $2 LIMIT 100";
        let rows = self.0.ask(look, [member.into(), now.into()]).await?;
        let listed = rows.iter().map(|row| Ok(Listed { slip: row.text(0)?.parse()?, device: row.text(1)? }));
        let mut listed = listed.collect::<Result<Vec<_>, Error>>()?;
        listed.sort_by_key(|one| (std::cmp::Reverse(one.slip.began_at()), one.slip.id()));
        Ok(listed)
    }

    pub(crate) async fn remove(&self, slip: &SlipRef) -> Result<(), Error> {
        self.0.ask("DELETE FROM sessions WHERE slip = $1", [slip.to_string().as_str().into()]).await.map(drop)
    }

    /// All of a member.
    pub(crate) async fn remove_all(&self, member: &str) -> Result<(), Error> {
        self.0.ask("DELETE FROM sessions WHERE member = $1", [member.into()]).await.map(drop)
    }

    /// Forgets what is over.
    pub(crate) async fn prune(&self, now: UnixTime) -> Result<(), Error> {
        self.0.ask("DELETE FROM sessions WHERE until <= $1", [now.into()]).await.map(drop)
    }
}
