//! A message that the next page shows once: "saved", after a form and its redirect. In a cookie of its own, and no store.
//!
//! Run it with `cargo run --example flash_message`: Ada saves something twice, and is told so once each time. With `-- --serve` it is
//! yours, at http://localhost:8080/.

#[path = "visitor/axum.rs"]
mod visitor; // who visits this example: not for your application

use axum::{
    Form, Router,
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Held, Jar, Jars},
    csrf::SameOrigin,
    web::{SameOriginLayer, SlipLayer},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What happened, and not the sentence: the page that shows it knows the language.
#[derive(Default, Serialize, Deserialize)]
enum Notice {
    #[default]
    Nothing,
    Saved {
        what: String,
    },
    NotSaved,
}

impl SlipState for Notice {
    const PURPOSE: &'static str = "notes.example/notice";
    const VERSION: u16 = 1;
}

async fn home(notice: Held<Notice>) -> Result<Markup, Error> {
    // Read and gone: the answer deletes the cookie.
    let notice = notice.take()?.unwrap_or_default();
    Ok(html! {
        @match notice {
            Notice::Nothing => {}
            Notice::Saved { what } => p role="status" { "Saved: " (what) }
            Notice::NotSaved => p role="alert" { "There was nothing to save." }
        }
        form action="/notes" method="post" { input name="note"; button { "save" } }
    })
}

#[derive(Deserialize)]
struct Note {
    note: String,
}

async fn save(notice: Held<Notice>, Form(Note { note }): Form<Note>) -> Result<Redirect, Error> {
    // Where yours saves the note. A cookie has no room for all of it: the message names its beginning.
    let what: String = note.chars().take(40).collect();
    notice.replace(if what.is_empty() { Notice::NotSaved } else { Notice::Saved { what } })?;
    Ok(Redirect::to("/"))
}

fn app(keys: &Keyring) -> Result<Router, Error> {
    // A minute is enough for a redirect. An old message that comes back does no harm, so it takes no tombstone.
    let sealer = Sealer::<Notice>::encrypted(keys).lifetime(Lifetime::absolute(Duration::from_secs(60)));
    let jars = Jars::new().with(Jar::builder("notice", sealer).without_tombstones().build()?)?;
    let pages = Router::new().route("/", get(home)).route("/notes", post(save));
    Ok(pages.layer(SlipLayer::new(jars)).layer(SameOriginLayer::new(SameOrigin::new())))
}

#[tokio::main]
async fn main() -> Result<(), visitor::Fault> {
    // Yours: `Keyring::from_file` or `from_env`, the same keys on all servers.
    let keys = Keyring::generate()?;
    let mut ada = visitor::Visitor::new("Ada", visitor::serve(app(&keys)?).await?);
    ada.get("/")?.hides("Saved")?;
    ada.post("/notes", "note=buy+soup")?.shows("Saved: buy soup")?;
    ada.get("/")?.hides("Saved")?;
    ada.post("/notes", "note=")?.shows("There was nothing to save.")?;
    ada.get("/")?.hides("There was nothing to save.")?;
    if ada.cookies()?.is_empty() { Ok(()) } else { Err("a message was left behind".into()) }
}
