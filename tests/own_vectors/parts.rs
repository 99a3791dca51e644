//! A message as named parts, and rows that say what becomes of one of them.

use crate::{file::Vector, kinds::Kind};

/// The bytes of every part, in their order.
#[derive(Clone)]
pub(crate) struct Parts(Vec<(&'static str, Vec<u8>)>);

impl Parts {
    pub(crate) fn new(parts: Vec<(&'static str, Vec<u8>)>) -> Self {
        Self(parts)
    }

    pub(crate) fn get(&self, name: &str) -> &[u8] {
        let found = self.0.iter().find(|(found, _)| *found == name);
        found.map(|(_, bytes)| &bytes[..]).unwrap_or_else(|| panic!("no part is called {name}"))
    }

    /// All those from one to another, in their order.
    pub(crate) fn between(&self, first: &str, last: &str) -> Vec<u8> {
        let at = |name| {
            self.0.iter().position(|(found, _)| *found == name).unwrap_or_else(|| panic!("no part is called {name}"))
        };
        self.0[at(first)..=at(last)].iter().flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    /// The same with one other part: exactly one thing is changed.
    pub(crate) fn with(&self, name: &str, bytes: Vec<u8>) -> Self {
        assert!(self.get(name) != bytes, "{name} is what it was");
        let mut parts = self.clone();
        for (found, old) in &mut parts.0 {
            if *found == name {
                old.clone_from(&bytes);
            }
        }
        parts
    }
}

/// One scenario.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) expect: &'static str,
    pub(crate) comment: String,
    pub(crate) change: Change,
}

pub(crate) enum Change {
    /// Another part; whatever is proven is proven over it.
    Part(&'static str, Vec<u8>),
    /// The same of claims, with so many of them in all: their count goes with them.
    Claims(&'static str, Vec<u8>, u8),
    /// Another text, after everything.
    Text(String),
    /// The same text, and another question.
    Ask(&'static str, String),
}

pub(crate) fn part(
    name: &str,
    part: &'static str,
    bytes: impl Into<Vec<u8>>,
    expect: &'static str,
    comment: &str,
) -> Row {
    Row { name: name.to_owned(), expect, comment: comment.to_owned(), change: Change::Part(part, bytes.into()) }
}

pub(crate) fn claims(
    name: &str,
    part: &'static str,
    bytes: impl Into<Vec<u8>>,
    count: u8,
    expect: &'static str,
    comment: &str,
) -> Row {
    Row {
        name: name.to_owned(),
        expect,
        comment: comment.to_owned(),
        change: Change::Claims(part, bytes.into(), count),
    }
}

pub(crate) fn text(name: &str, text: impl Into<String>, expect: &'static str, comment: &str) -> Row {
    Row { name: name.to_owned(), expect, comment: comment.to_owned(), change: Change::Text(text.into()) }
}

pub(crate) fn ask(
    name: &str,
    what: &'static str,
    value: impl Into<String>,
    expect: &'static str,
    comment: &str,
) -> Row {
    Row { name: name.to_owned(), expect, comment: comment.to_owned(), change: Change::Ask(what, value.into()) }
}

pub(crate) const OPENS: &str = "opens";
pub(crate) const MALFORMED: &str = "rejected malformed";
pub(crate) const FORGED: &str = "rejected not-authentic";
pub(crate) const UNDECODABLE: &str = "undecodable";
pub(crate) const UNKNOWN: &str = "unknown-key";

/// The vectors of a kind of token: the good one, and one for each row.
pub(crate) fn vectors(kind: Kind, rows: Vec<Row>) -> Vec<(String, Vector)> {
    let good = kind.good();
    let token = kind.token(&good);
    let folder = format!("slips/{}", kind.folder());
    let mut all = vec![(format!("{folder}/good"), kind.describe_good(&good))];
    for Row { name, expect, comment, change } in rows {
        let about = Vector::new(&comment, expect).with("good", format!("{folder}/good"));
        let (about, question, body) = match change {
            Change::Part(part, bytes) => (about.with("changed", part), None, kind.token(&good.with(part, bytes))),
            Change::Claims(part, bytes, count) => {
                let claims = good.with(part, bytes).with("claims", vec![0xa0 + count]);
                (about.with("changed", part), None, kind.token(&claims))
            }
            Change::Text(text) => (about.with("changed", "text"), None, text),
            Change::Ask(what, value) => (about.with("changed", what), Some((what, value)), token.clone()),
        };
        let vector = kind.question(question.as_ref().map(|(what, value)| (*what, value.as_str())));
        let vector = vector.into_iter().fold(about, |about, (name, value)| about.with(name, value));
        all.push((format!("{folder}/{name}"), vector.about(body)));
    }
    all
}
