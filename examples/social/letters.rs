//! What members write to one other.
//!
//! It may not know slips or pages.

use crate::{database::Database, posts::Said};
use orderslip::{Error, UnixTime};

pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS letters (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        author TEXT NOT NULL, reader TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS letters_author ON letters (author, reader);
    CREATE INDEX IF NOT EXISTS letters_reader ON letters (reader);
";

#[derive(Clone)]
pub(crate) struct Letters(pub(crate) Database);

impl Letters {
    /// `false` if there is nobody to read it.
    pub(crate) async fn send(&self, author: &str, reader: &str, text: &str, now: UnixTime) -> Result<bool, Error> {
        let send = "
            INSERT INTO letters (author, reader, text, at) SELECT $1, name, $3, $4 FROM members WHERE name = $2
            RETURNING number";
        Ok(!self.0.ask(send, [author.into(), reader.into(), text.into(), now.into()]).await?.is_empty())
    }

    /// Between two, the oldest first.
    pub(crate) async fn between(&self, one: &str, other: &str) -> Result<Vec<Said>, Error> {
        let look = "
            SELECT author, text, at FROM letters
            WHERE (author = $1 AND reader = $2) OR (author = $2 AND reader = $1) ORDER BY number DESC LIMIT 100";
        self.0.ask(look, [one.into(), other.into()]).await?.iter().rev().map(Said::read).collect()
    }

    /// With whom a member writes, and the last letter of each; newest first.
    pub(crate) async fn partners(&self, of: &str) -> Result<Vec<(String, Said)>, Error> {
        let look = "
            SELECT author, text, at, CASE WHEN author = $1 THEN reader ELSE author END
            FROM letters WHERE number IN (
                SELECT max(number) FROM letters WHERE author = $1 OR reader = $1
                GROUP BY CASE WHEN author = $1 THEN reader ELSE author END
            ) ORDER BY number DESC LIMIT 50";
        let rows = self.0.ask(look, [of.into()]).await?;
        rows.iter().map(|row| Ok((row.text(3)?, Said::read(row)?))).collect()
    }
}
