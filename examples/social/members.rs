//! Members, and who follows whom.
//!
//! It may not know slips or pages.

use crate::database::{Database, Value};
use orderslip::{Error, UnixTime};

pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS members (name TEXT PRIMARY KEY, password TEXT NOT NULL, since BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS follows (who TEXT NOT NULL, whom TEXT NOT NULL, PRIMARY KEY (who, whom));
";

/// A name that somebody may have: it stands in paths as it is.
pub(crate) fn is_name(name: &str) -> bool {
    (2..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[derive(Clone)]
pub(crate) struct Members(pub(crate) Database);

/// A member as another one sees them.
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) posts: i64,
    pub(crate) followers: i64,
    pub(crate) is_followed: bool,
}

impl Members {
    /// `false` if the name is taken.
    pub(crate) async fn add(&self, name: &str, password: &str, now: UnixTime) -> Result<bool, Error> {
        let add = "INSERT INTO members (name, password, since) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING name";
        Ok(!self.0.ask(add, [name.into(), password.into(), now.into()]).await?.is_empty())
    }

    pub(crate) async fn exists(&self, name: &str) -> Result<bool, Error> {
        Ok(self.password(name).await?.is_some())
    }

    /// What is kept of the password; `None` if there is no such member.
    pub(crate) async fn password(&self, name: &str) -> Result<Option<String>, Error> {
        let rows = self.0.ask("SELECT password FROM members WHERE name = $1", [name.into()]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }

    pub(crate) async fn set_password(&self, name: &str, password: &str) -> Result<(), Error> {
        let set = "UPDATE members SET password = $2 WHERE name = $1";
        self.0.ask(set, [name.into(), password.into()]).await.map(drop)
    }

    pub(crate) async fn follow(&self, who: &str, whom: &str, follows: bool) -> Result<(), Error> {
        let change = if follows {
            "INSERT INTO follows (who, whom) SELECT $1, name FROM members WHERE name = $2 ON CONFLICT (who, whom) DO NOTHING"
        } else {
            "DELETE FROM follows WHERE who = $1 AND whom = $2"
        };
        self.0.ask(change, [who.into(), whom.into()]).await.map(drop)
    }

    /// All others, or the one of this name.
    pub(crate) async fn profiles(&self, eyes: &str, of: Option<&str>) -> Result<Vec<Profile>, Error> {
        let look = "
            SELECT name,
                (SELECT count(*) FROM posts WHERE author = name),
                (SELECT count(*) FROM follows WHERE whom = name),
                (SELECT count(*) FROM follows WHERE whom = name AND who = $1)
            FROM members WHERE name = $2 OR ($2 = '' AND name <> $1) ORDER BY name LIMIT 100";
        let rows = self.0.ask(look, [eyes.into(), Value::from(of.unwrap_or_default())]).await?;
        let profile = |row: &crate::database::Row| {
            Ok(Profile {
                name: row.text(0)?,
                posts: row.number(1)?,
                followers: row.number(2)?,
                is_followed: row.number(3)? > 0,
            })
        };
        rows.iter().map(profile).collect()
    }
}
