//! Why a handler could not do what it was asked for, and what that is as an answer.
//!
//! It may not know which handler it was, nor words: those are put into the answer further out. The example `social` has the same file.

use crate::account::LOG_IN;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use orderslip::{Error, web::NotHeld};

/// Why a handler could not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Sorry {
    Error(Error),
    Status(StatusCode),
    /// It is for those who are logged in.
    LogIn,
    /// An answer as it is.
    Answer(Box<Response>),
}

impl From<Error> for Sorry {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<NotHeld> for Sorry {
    /// Nobody is sent to log in because a slip cannot be read here and now: that passes, and the answer says when.
    fn from(missing: NotHeld) -> Self {
        let answer = missing.into_response();
        if answer.status() == StatusCode::UNAUTHORIZED { Self::LogIn } else { Self::Answer(Box::new(answer)) }
    }
}

/// The status and the error, for whoever puts words into it.
impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        match self {
            Self::Status(status) => status.into_response(),
            Self::LogIn => Redirect::to(LOG_IN).into_response(),
            Self::Answer(answer) => *answer,
            Self::Error(error) => {
                if error.is_misuse() || error.is_unavailable() {
                    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                    eprintln!("{}: {error}{cause}", env!("CARGO_CRATE_NAME"));
                }
                let mut answer = error.clone().into_response();
                answer.extensions_mut().insert(error);
                answer
            }
        }
    }
}
