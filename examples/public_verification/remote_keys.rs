//! A ring whose keys are another service's: fetched from a URL, kept, and fetched again when that is due.
//!
//! It may not know tokens. Together with `freshness.rs` it is the verifier's part to copy.
//!
//! | what happens | what it does |
//! |---|---|
//! | `max-age` is over | asks again, with the tag of what it has; other requests do not wait |
//! | 304 | keeps the ring for another `max-age` |
//! | 200 | takes the new ring, if it is a good one of public keys |
//! | anything else, or nothing | goes on with the ring that it has, and asks again after a pause |
//! | a token names a key that it does not have | asks, at most once a pause |
//!
//! It goes on with an old ring for as long as it takes. That is what keeps verification up while the issuer is down, and it
//! means that a revocation does not arrive as long as somebody can keep the two apart: raise an alarm when no answer has come
//! for several times `max-age`.

use crate::{Fault, freshness::Freshness, process};
use orderslip::{Keyring, SharedKeyring, UnixTime};
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT, AGE, CACHE_CONTROL, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH},
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

/// RFC 7517 section 8.5.1, and what many issuers say instead.
const JWK_SET: &str = "application/jwk-set+json, application/json";

/// For an answer that does not say how long it holds.
const UNTOLD: Duration = Duration::from_secs(300);

/// No set of public keys is longer.
const LONGEST_DOCUMENT: usize = 256 * 1024;

pub(crate) struct RemoteKeys {
    client: Client,
    url: String,
    ring: SharedKeyring,
    kept: Mutex<Kept>,
    /// Whoever asks the issuer holds it.
    asking: tokio::sync::Mutex<()>,
}

/// What is known of the ring in use.
struct Kept {
    tag: Option<HeaderValue>,
    freshness: Freshness,
    account: Account,
}

/// How often the issuer was asked, and what it said.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) changed: u32,
    pub(crate) unchanged: u32,
    pub(crate) failed: u32,
}

/// For the report.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changed, unchanged, failed } = self;
        write!(f, "{changed} changed, {unchanged} unchanged, {failed} failed")
    }
}

impl RemoteKeys {
    /// Asks for the first time. A verifier without keys can do nothing, so this must succeed.
    pub(crate) async fn fetch(url: String, now: UnixTime) -> Result<Self, Fault> {
        let client = process::client()?;
        let Answer::Changed { ring, tag, max_age } = ask(&client, &url, None).await? else {
            return Err("an issuer that says that nothing has changed, at the first request".into());
        };
        let account = Account { changed: 1, ..Account::default() };
        let kept = Kept { tag, freshness: Freshness::new(now, max_age), account };
        let ring = SharedKeyring::new(ring);
        Ok(Self { client, url, ring, kept: Mutex::new(kept), asking: tokio::sync::Mutex::default() })
    }

    /// The ring, for openers: they follow it.
    pub(crate) fn ring(&self) -> &SharedKeyring {
        &self.ring
    }

    pub(crate) fn account(&self) -> Account {
        self.kept().account
    }

    /// Before a token is opened: asks again if `max-age` is over, and if nobody else is asking already.
    pub(crate) async fn keep_fresh(&self, now: UnixTime) {
        if !self.kept().freshness.is_stale(now) {
            return;
        }
        if let Ok(_alone) = self.asking.try_lock() {
            self.ask_if_it_is_time(now).await;
        }
    }

    /// After a token named a key that is not in the ring. Who waits here for somebody else's answer does not ask
    /// again, and waits no longer than one request may take.
    pub(crate) async fn look_for_unknown_key(&self, now: UnixTime) {
        let _alone = self.asking.lock().await;
        self.ask_if_it_is_time(now).await;
    }

    async fn ask_if_it_is_time(&self, now: UnixTime) {
        if !self.kept().freshness.take_turn(now) {
            return;
        }
        let tag = self.kept().tag.clone();
        let answer = ask(&self.client, &self.url, tag).await;
        let mut kept = self.kept();
        match answer {
            Ok(Answer::Unchanged { max_age }) => {
                kept.account.unchanged += 1;
                kept.freshness.answered(now, max_age);
            }
            Ok(Answer::Changed { ring, tag, max_age }) => {
                kept.account.changed += 1;
                kept.freshness.answered(now, max_age);
                kept.tag = tag;
                self.ring.replace(ring);
            }
            Err(fault) => {
                kept.account.failed += 1;
                eprintln!("verifier: the keys in use stay, as no others came: {fault}");
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("nobody panics while writing down what came")
    }
}

enum Answer {
    Unchanged { max_age: Duration },
    Changed { ring: Keyring, tag: Option<HeaderValue>, max_age: Duration },
}

async fn ask(client: &Client, url: &str, tag: Option<HeaderValue>) -> Result<Answer, Fault> {
    let request = client.get(url).header(ACCEPT, JWK_SET);
    let request = match tag {
        Some(tag) => request.header(IF_NONE_MATCH, tag),
        None => request,
    };
    let answer = request.send().await?;
    let max_age = max_age(answer.headers());
    match answer.status() {
        StatusCode::NOT_MODIFIED => Ok(Answer::Unchanged { max_age }),
        StatusCode::OK => {
            let tag = answer.headers().get(ETAG).cloned();
            Ok(Answer::Changed { ring: Keyring::from_public_jwks(&document(answer).await?)?, tag, max_age })
        }
        other => Err(format!("the issuer answered {other}").into()),
    }
}

/// The body, read no further than any set of keys goes.
async fn document(mut answer: Response) -> Result<String, Fault> {
    let mut document = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if document.len() + chunk.len() > LONGEST_DOCUMENT {
            return Err("a document that is longer than any set of keys".into());
        }
        document.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8(document)?)
}

/// How much longer the answer holds: `max-age`, less the time that it has spent in caches (RFC 9111 section 4.2).
fn max_age(headers: &HeaderMap) -> Duration {
    let cache_control = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let told = cache_control.flat_map(|line| line.split(',')).find_map(|directive| {
        let directive = directive.trim().to_ascii_lowercase();
        match directive.as_str() {
            "no-store" | "no-cache" => Some(Duration::ZERO),
            other => other.strip_prefix("max-age=")?.parse().ok().map(Duration::from_secs),
        }
    });
    let age =
        headers.get(AGE).and_then(|age| age.to_str().ok()?.parse().ok()).map_or(Duration::ZERO, Duration::from_secs);
    told.unwrap_or(UNTOLD).saturating_sub(age)
}
