//! What may go wrong, and the exit code that says so.
//!
//! It may not know commands. No text in here holds a secret: the library's errors do not, and nothing else is quoted.

use orderslip::Error;
use std::{fmt, io, process::ExitCode};

/// Something was found that would log people out, or a change was refused because it would.
pub(crate) const FOUND: u8 = 1;
/// The ring, the key or the token is no good. (2 is `clap`'s, for arguments that it does not take.)
const BAD_INPUT: u8 = 3;
/// A file or the system did not answer.
const UNAVAILABLE: u8 = 4;

#[derive(Debug)]
pub(crate) enum Failure {
    /// The schedule would log people out, and nobody said that this is an emergency.
    Refused(String),
    /// What was given cannot be worked with.
    Bad(String),
    /// What was needed did not answer.
    Unavailable(String),
}

impl Failure {
    pub(crate) fn io(what: &str, cause: &io::Error) -> Self {
        Self::Unavailable(format!("{what}: {cause}"))
    }

    /// The same, with the file that it is about.
    pub(crate) fn about(self, subject: &str) -> Self {
        match self {
            Self::Refused(text) => Self::Refused(format!("{subject}: {text}")),
            Self::Bad(text) => Self::Bad(format!("{subject}: {text}")),
            Self::Unavailable(text) => Self::Unavailable(format!("{subject}: {text}")),
        }
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused(_) => FOUND,
            Self::Bad(_) => BAD_INPUT,
            Self::Unavailable(_) => UNAVAILABLE,
        })
    }

    pub(crate) fn to_json(&self) -> String {
        let kind = match self {
            Self::Refused(_) => "refused",
            Self::Bad(_) => "bad_input",
            Self::Unavailable(_) => "unavailable",
        };
        serde_json::json!({ "error": kind, "message": self.to_string() }).to_string()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        let text = format!("{error}{cause}");
        if error.is_unavailable() { Self::Unavailable(text) } else { Self::Bad(text) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Bad(text) | Self::Unavailable(text) => f.write_str(text),
        }
    }
}
