//! The fair: both services at work, and what a visitor or an operator can ask of them.
//!
//! It may not know what should come of it.

use crate::{
    Fault,
    operator::Operator,
    options::{ISSUER, VERIFIER},
    process::{self, Server},
    published, rehearsal,
    verifier::{Inventory, Verdict},
};
use orderslip::UnixTime;
use reqwest::{Client, RequestBuilder, Response, header::IF_NONE_MATCH};
use std::ffi::OsStr;
use tokio::task::JoinSet;

pub(crate) struct Fair {
    client: Client,
    issuer: Server,
    verifier: Server,
    pub(crate) operator: Operator,
}

impl Fair {
    pub(crate) async fn open(now: UnixTime) -> Result<Self, Fault> {
        let operator = Operator::new()?;
        let issuer = Server::start([OsStr::new(ISSUER), operator.ring().as_os_str()]).await?;
        // All that the verifier is told.
        let url = format!("http://{}{}", issuer.address, published::PATH);
        let verifier = Server::start([VERIFIER, &url, &now.to_string()]).await?;
        Ok(Self { client: process::client()?, issuer, verifier, operator })
    }

    /// A ticket from the issuer.
    pub(crate) async fn ticket(&self, seat: u16, now: UnixTime) -> Result<String, Fault> {
        let url = format!("http://{}/tickets/{seat}", self.issuer.address);
        let answer = at(self.client.post(url), now).send().await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    /// What the verifier says of a token.
    pub(crate) async fn verdict(&self, token: &str, now: UnixTime) -> Result<Verdict, Fault> {
        verdict(self.to_the_verifier(token, now)).await
    }

    /// What the verifier says of many tokens that come at once.
    pub(crate) async fn verdicts(&self, tokens: &[String], now: UnixTime) -> Result<Vec<Verdict>, Fault> {
        let mut asked = JoinSet::new();
        for token in tokens {
            asked.spawn(verdict(self.to_the_verifier(token, now)));
        }
        asked.join_all().await.into_iter().collect()
    }

    /// What the verifier has.
    pub(crate) async fn inventory(&self) -> Result<Inventory, Fault> {
        let url = format!("http://{}/rehearsal/keys", self.verifier.address);
        let answer = self.client.get(url).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// The issuer's public keys, as anybody gets them.
    pub(crate) async fn public_keys(&self, if_none_match: Option<&str>) -> Result<Response, Fault> {
        let request = self.client.get(format!("http://{}{}", self.issuer.address, published::PATH));
        let request = if_none_match.into_iter().fold(request, |request, tag| request.header(IF_NONE_MATCH, tag));
        Ok(request.send().await?)
    }

    /// The issuer looks at its file.
    pub(crate) async fn reload(&self) -> Result<(), Fault> {
        self.tell_the_issuer("reload").await
    }

    /// The next so many requests for the keys fail.
    pub(crate) async fn break_down(&self, requests: u32) -> Result<(), Fault> {
        self.tell_the_issuer(&format!("outage/{requests}")).await
    }

    pub(crate) async fn kill_the_issuer(&mut self) -> Result<(), Fault> {
        self.issuer.kill().await
    }

    async fn tell_the_issuer(&self, what: &str) -> Result<(), Fault> {
        let url = format!("http://{}/rehearsal/{what}", self.issuer.address);
        self.client.post(url).send().await?.error_for_status()?;
        Ok(())
    }

    fn to_the_verifier(&self, token: &str, now: UnixTime) -> RequestBuilder {
        let url = format!("http://{}/check", self.verifier.address);
        at(self.client.post(url), now).body(token.to_owned())
    }
}

fn at(request: RequestBuilder, now: UnixTime) -> RequestBuilder {
    request.header(rehearsal::HEADER, now.as_secs())
}

/// Every verdict comes as JSON, the bad ones with a status that says so, too.
async fn verdict(request: RequestBuilder) -> Result<Verdict, Fault> {
    Ok(serde_json::from_slice(&request.send().await?.bytes().await?)?)
}
