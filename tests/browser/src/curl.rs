//! curl, for requests that no browser makes: the bytes of the header fields are ours.
//!
//! It may not know what they mean.

use crate::{Fault, parts};
use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
use tokio::process::Command;

/// What came back, byte for byte.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields as they stand, names in lower case.
    pub fields: Vec<(String, String)>,
    /// The rest.
    pub body: String,
}

impl Answer {
    /// The values of all fields of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The form's token that a page carries.
    ///
    /// # Errors
    /// If it has no forms.
    pub fn token(&self) -> Result<String, Fault> {
        let token = self.body.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        Ok(token.ok_or("a page without forms")?.to_owned())
    }

    /// The cookie of a name that the answer sets, as a request carries it.
    ///
    /// # Errors
    /// If it sets none.
    pub fn pair(&self, name: &str) -> Result<String, Fault> {
        let mut pairs = self.all("set-cookie").filter_map(|line| line.split(';').next());
        let is_meant =
            |pair: &&str| pair.split_once('=').is_some_and(|(found, value)| found == name && !value.is_empty());
        Ok(pairs.find(is_meant).ok_or_else(|| format!("no {name} was set"))?.to_owned())
    }
}

/// Asks with these header fields, given as bytes, and this form, if there is one.
///
/// # Errors
/// If there is no answer.
pub async fn curl(url: &str, fields: &[&[u8]], form: Option<&str>) -> Result<Answer, Fault> {
    let path = parts::path_of("curl").ok_or("no curl")?;
    let mut command = Command::new(path);
    command.args(["--silent", "--show-error", "--include", "--max-time", "30", "--noproxy", "*"]).kill_on_drop(true);
    for field in fields {
        command.arg("--header").arg(OsStr::from_bytes(field));
    }
    if let Some(form) = form {
        command.args(["--data", form]);
    }
    let output = command.arg(url).output().await?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or("an answer without an end of its header")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("an answer without a status")?.parse()?;
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let fields = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Ok(Answer { status, fields, body: body.to_owned() })
}
