//! What members say to everybody who follows them.
//!
//! It may not know slips or pages.

use crate::database::{Database, Row};
use orderslip::{Error, UnixTime};

pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS posts (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS posts_author ON posts (author);
";

#[derive(Clone)]
pub(crate) struct Posts(pub(crate) Database);

/// What somebody said, and when. A letter is one, too.
pub(crate) struct Said {
    pub(crate) author: String,
    pub(crate) text: String,
    pub(crate) at: UnixTime,
}

impl Posts {
    pub(crate) async fn add(&self, author: &str, text: &str, now: UnixTime) -> Result<(), Error> {
        let add = "INSERT INTO posts (author, text, at) VALUES ($1, $2, $3)";
        self.0.ask(add, [author.into(), text.into(), now.into()]).await.map(drop)
    }

    /// What a member said, and those whom they follow; newest first.
    pub(crate) async fn timeline(&self, of: &str) -> Result<Vec<Said>, Error> {
        let look = "
            SELECT author, text, at FROM posts
            WHERE author = $1 OR author IN (SELECT whom FROM follows WHERE who = $1) ORDER BY number DESC LIMIT 50";
        self.0.ask(look, [of.into()]).await?.iter().map(Said::read).collect()
    }

    /// What a member said.
    pub(crate) async fn by(&self, author: &str) -> Result<Vec<Said>, Error> {
        let look = "SELECT author, text, at FROM posts WHERE author = $1 ORDER BY number DESC LIMIT 50";
        self.0.ask(look, [author.into()]).await?.iter().map(Said::read).collect()
    }
}

impl Said {
    /// Of a row with author, text and time.
    pub(crate) fn read(row: &Row) -> Result<Self, Error> {
        let at = UnixTime::from_secs(u64::try_from(row.number(2)?).unwrap_or_default());
        Ok(Self { author: row.text(0)?, text: row.text(1)?, at })
    }
}
