//! What a command says: rows of keys, findings, lines. One report, two ways to print it.
//!
//! It may not know how it came about. There is no secret in it, but in the one text that `--reveal` asks for.

use crate::{failure::Failure, uses::Use};
use orderslip::{Finding, Key, Keyring, SecretText, UnixTime};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{
    fmt,
    path::Path,
    time::{Duration, SystemTime},
};

/// What a command says.
#[derive(Default)]
pub(crate) struct Report {
    /// What was done, in a word or two for people and as a member `done` for scripts.
    pub(crate) done: Option<String>,
    /// Why a check was passed over.
    pub(crate) emergency: Option<String>,
    pub(crate) keys: Vec<Row>,
    pub(crate) findings: Vec<Found>,
    /// Further members, which people get as lines.
    pub(crate) facts: Vec<(&'static str, Value)>,
    /// Printed as it stands, and nothing else with it.
    pub(crate) document: Option<Document>,
    /// Whether there being no finding is worth saying.
    pub(crate) checked: bool,
}

pub(crate) enum Document {
    Public(String),
    Secret(SecretText),
}

/// A key, and what it does now.
#[derive(Serialize)]
pub(crate) struct Row {
    id: String,
    #[serde(rename = "use")]
    purpose: String,
    state: &'static str,
    made_at: Option<u64>,
    activates_at: Option<u64>,
    expires_at: Option<u64>,
    revoked_at: Option<u64>,
    revoked_because: Option<String>,
}

/// A finding, in the ring or between two.
#[derive(Serialize)]
pub(crate) struct Found {
    #[serde(skip_serializing_if = "Option::is_none")]
    ring: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    kind: &'static str,
    key: Option<String>,
    message: String,
}

impl Row {
    pub(crate) fn of(key: &Key, ring: &Keyring, now: UnixTime) -> Self {
        let seconds = |time: Option<UnixTime>| time.map(UnixTime::as_secs);
        Self {
            id: key.id().to_string(),
            purpose: Use::of(key.alg()).map_or_else(|| format!("{:?}", key.alg()), |found| found.name().to_owned()),
            state: state(key, ring, now),
            made_at: seconds(key.made_at()),
            activates_at: seconds(key.activates_at()),
            expires_at: seconds(key.expires_at()),
            revoked_at: seconds(key.revoked_at()),
            revoked_because: key.revoked_because().map(str::to_owned),
        }
    }

    pub(crate) fn erased(id: &str, expires_at: UnixTime) -> Self {
        Self {
            id: id.to_owned(),
            purpose: String::default(),
            state: "erased",
            made_at: None,
            activates_at: None,
            expires_at: Some(expires_at.as_secs()),
            revoked_at: None,
            revoked_because: None,
        }
    }
}

fn state(key: &Key, ring: &Keyring, now: UnixTime) -> &'static str {
    let seals = ring.sealing_id(key.alg(), now) == Some(key.id());
    let waits = key.activates_at().is_some_and(|from| from > now);
    match key {
        _ if key.revoked_at().is_some() => "revoked",
        _ if key.expires_at().is_some_and(|end| end <= now) => "over",
        _ if !key.can_seal() => "verifies",
        _ if seals => "seals",
        _ if waits => "next",
        _ => "opens",
    }
}

impl Found {
    /// In a ring among several, and perhaps against another of them.
    pub(crate) fn within(self, ring: &Path, other: Option<&Path>) -> Self {
        let name = |path: &Path| path.display().to_string();
        Self { ring: Some(name(ring)), other: other.map(name), ..self }
    }

    pub(crate) fn of(finding: &Finding) -> Self {
        let (kind, message) = match finding {
            Finding::ActivatesTooSoon { earliest, .. } => (
                "activates_too_soon",
                format!("seals before every server has it; {} is the earliest that is not too soon", date(*earliest)),
            ),
            Finding::StrandsTokens { earliest, .. } => (
                "strands_tokens",
                format!("ends before its last token does; {} is the earliest that strands none", date(*earliest)),
            ),
            Finding::NothingSeals { alg, from } => {
                let purpose = Use::of(*alg).map_or_else(|| format!("{alg:?}"), |found| found.name().to_owned());
                ("nothing_seals", format!("nothing seals for `{purpose}` from {}", date(*from)))
            }
            Finding::NotThere { from, .. } => {
                ("not_there", format!("seals from {}, and the other ring does not know it", date(*from)))
            }
            Finding::OverThere { from, .. } => {
                ("over_there", format!("has live tokens, and is over in the other ring from {}", date(*from)))
            }
            Finding::OtherKeyThere { .. } => ("other_key_there", "is another key in the other ring".to_owned()),
            Finding::TimesDiffer { member, .. } => {
                ("times_differ", format!("has another `{member}` in the other ring; nobody is refused for it"))
            }
            other => ("other", other.to_string()),
        };
        Self { ring: None, other: None, kind, key: finding.key().map(ToString::to_string), message }
    }
}

impl Report {
    pub(crate) fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    pub(crate) fn to_json(&self) -> Result<String, Failure> {
        let failed = |error: serde_json::Error| Failure::Bad(error.to_string());
        match &self.document {
            Some(Document::Public(text)) => return Ok(format!("{text}\n")),
            Some(Document::Secret(text)) => return Ok(format!("{}\n", text.expose())),
            None => {}
        }
        let mut object = Map::new();
        object.extend(self.done.as_ref().map(|done| ("done".to_owned(), done.as_str().into())));
        object.extend(self.emergency.as_ref().map(|reason| ("emergency".to_owned(), reason.as_str().into())));
        object.extend(self.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        if !self.keys.is_empty() {
            object.insert("keys".to_owned(), serde_json::to_value(&self.keys).map_err(failed)?);
        }
        if self.checked || self.has_findings() {
            object.insert("findings".to_owned(), serde_json::to_value(&self.findings).map_err(failed)?);
        }
        Ok(format!("{}\n", Value::Object(object)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.document {
            Some(Document::Public(text)) => return writeln!(f, "{text}"),
            Some(Document::Secret(text)) => return writeln!(f, "{}", text.expose()),
            None => {}
        }
        if let Some(done) = &self.done {
            writeln!(f, "{done}")?;
        }
        if let Some(reason) = &self.emergency {
            writeln!(f, "emergency: {reason}")?;
        }
        for (name, value) in &self.facts {
            let name = name.replace('_', " ");
            match value {
                Value::String(text) => writeln!(f, "{name}: {}", plain(text))?,
                Value::Array(list) => {
                    writeln!(f, "{name}: {}", list.iter().map(row_of).collect::<Vec<_>>().join(", "))?
                }
                value => writeln!(f, "{name}: {value}")?,
            }
        }
        if !self.keys.is_empty() {
            writeln!(f, "{:<10} {:<18} {:<43}  times", "state", "use", "key")?;
        }
        for row in &self.keys {
            writeln!(f, "{row}")?;
        }
        for found in &self.findings {
            writeln!(f, "{found}")?;
        }
        if self.checked && !self.has_findings() {
            writeln!(f, "nobody is logged out by this schedule")?;
        }
        Ok(())
    }
}

/// What others may have written, for a terminal: no character moves the cursor or turns the line around.
fn plain(text: &str) -> String {
    let moves = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if moves(c) {
            shown.extend(c.escape_unicode())
        } else {
            shown.push(c)
        }
        shown
    })
}

/// The members of an element, one behind the other.
fn row_of(element: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match element {
        Value::Object(members) => members.values().map(text).collect::<Vec<_>>().join(" "),
        value => text(value),
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<10} {:<18} {:<43}", self.state, self.purpose, plain(&self.id))?;
        let times = [
            ("made", self.made_at),
            ("seals from", self.activates_at),
            ("opens until", self.expires_at),
            ("revoked", self.revoked_at),
        ];
        let mut told = times.into_iter().filter_map(|(name, time)| Some((name, time?))).peekable();
        f.write_str(if told.peek().is_some() { " " } else { "" })?;
        while let Some((name, time)) = told.next() {
            let comma = if told.peek().is_some() { "," } else { "" };
            write!(f, " {name} {}{comma}", date(UnixTime::from_secs(time)))?;
        }
        self.revoked_because.as_ref().map_or(Ok(()), |reason| write!(f, " ({reason:?})"))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("found: ")?;
        if let Some(ring) = &self.ring {
            write!(f, "{ring}: ")?;
        }
        if let Some(other) = &self.other {
            write!(f, "against {other}: ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "key {} ", plain(key))?;
        }
        f.write_str(&self.message)
    }
}

/// As people read it, RFC 3339.
pub(crate) fn date(time: UnixTime) -> String {
    match SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs())) {
        Some(time) => humantime::format_rfc3339_seconds(time).to_string(),
        None => time.to_string(),
    }
}

/// As people write it on the command line: in the largest unit that fits without a rest.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let fits = units.into_iter().find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size));
    let (size, unit) = fits.unwrap_or((1, "s"));
    format!("{}{unit}", seconds / size)
}
