//! The verifier: it knows a URL and the shape of a ticket, and says of a token whether it is one.
//!
//! It may not know who issues, nor what keys are. It cannot issue itself: an [`Opener`] has no `seal` (the documentation of
//! `Sealer` has the example that does not compile), and no `Sealer` is built from public keys, which the story shows.
//!
//! | request | answer |
//! |---|---|
//! | `POST /check`, a token | the [`Verdict`] |
//! | `GET /rehearsal/keys` | the [`Inventory`] |

use crate::{
    Fault,
    freshness::PAUSE,
    process,
    rehearsal::Now,
    remote_keys::{Account, RemoteKeys},
    ticket::Ticket,
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use orderslip::{Error, ErrorKind, MAX_TOKEN_TEXT, Opener, Slip, UnixTime};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

struct Verifier {
    keys: RemoteKeys,
    opener: Opener<Ticket>,
}

/// What becomes of a token. It does not say why one was rejected: that is for the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Verified { seat: u16 },
    Rejected,
    Expired,
    Unreadable,
    Unavailable,
}

/// What the verifier has, and what it took to get it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Inventory {
    pub(crate) keys: Vec<String>,
    pub(crate) account: Account,
}

/// Serves until killed, or until whoever started this process is gone.
pub(crate) async fn work(url: String, now: UnixTime) -> Result<(), Fault> {
    let keys = RemoteKeys::fetch(url, now).await?;
    let opener = Opener::publicly_signed(keys.ring()).build()?;
    let routes = Router::new()
        .route("/check", post(check))
        .route("/rehearsal/keys", get(inventory))
        .layer(DefaultBodyLimit::max(MAX_TOKEN_TEXT))
        .with_state(Arc::new(Verifier { keys, opener }));
    process::serve(routes).await
}

async fn check(State(verifier): State<Arc<Verifier>>, Now(now): Now, token: String) -> Response {
    verifier.keys.keep_fresh(now).await;
    let mut opened = verifier.opener.open_at(&token, now);
    // Perhaps a key that is new; perhaps nothing but a guess. One more look is all that it gets.
    if opened.as_ref().is_err_and(|error| error.kind() == ErrorKind::UnknownKey) {
        verifier.keys.look_for_unknown_key(now).await;
        opened = verifier.opener.open_at(&token, now);
    }
    match Verdict::of(opened) {
        verdict @ Verdict::Verified { .. } => Json(verdict).into_response(),
        verdict @ (Verdict::Rejected | Verdict::Expired) => (StatusCode::UNAUTHORIZED, Json(verdict)).into_response(),
        verdict @ (Verdict::Unreadable | Verdict::Unavailable) => {
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, PAUSE.as_secs().to_string())], Json(verdict))
                .into_response()
        }
    }
}

/// For the report.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified { seat } => write!(f, "verified, seat {seat}"),
            Self::Rejected => f.write_str("rejected"),
            Self::Expired => f.write_str("expired"),
            Self::Unreadable => f.write_str("unreadable"),
            Self::Unavailable => f.write_str("unavailable"),
        }
    }
}

impl Verdict {
    fn of(opened: Result<Slip<Ticket>, Error>) -> Self {
        match opened {
            Ok(slip) => Self::Verified { seat: slip.state().seat },
            Err(error) if error.is_rejected() => Self::Rejected,
            Err(error) if error.is_expired() => Self::Expired,
            Err(error) if error.is_unreadable() => Self::Unreadable,
            Err(error) => {
                eprintln!("verifier: {error}");
                Self::Unavailable
            }
        }
    }
}

async fn inventory(State(verifier): State<Arc<Verifier>>) -> Json<Inventory> {
    let keys = verifier.keys.ring().current().ids().map(ToString::to_string).collect();
    Json(Inventory { keys, account: verifier.keys.account() })
}
