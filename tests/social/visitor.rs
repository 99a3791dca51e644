//! A visitor: a client over HTTP with a browser's jar, who fills in the forms of the pages.
//!
//! It may not know what should come out. It says nothing of where a form comes from, so that the forms' tokens count.

use crate::{Fault, house::House};
use orderslip::{UnixTime, testing::Browser};
use reqwest::{
    Client, Method, RequestBuilder,
    header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE, USER_AGENT},
    redirect::Policy,
};
use std::time::Duration;

/// What has taken so long is not answered: longer than the front door waits for a process.
const NO_ANSWER: Duration = Duration::from_secs(60);

/// A clone is a thief: it has the same cookies, and what either is told later the other does not hear.
#[derive(Clone)]
pub(crate) struct Visitor {
    origin: String,
    agent: &'static str,
    client: Client,
    jar: Browser,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) page: String,
    /// Where it leads.
    pub(crate) location: String,
    /// The process that has answered.
    pub(crate) process: u32,
    pub(crate) retry_after: bool,
    pub(crate) sets_cookies: bool,
}

pub(crate) const PASSWORD: &str = "soup with bread";

impl Visitor {
    pub(crate) fn of(house: &House, agent: &'static str) -> Result<Self, Fault> {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(NO_ANSWER).build()?;
        Ok(Self { origin: house.origin.clone(), agent, client, jar: Browser::at(&house.origin) })
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, Fault> {
        self.send(self.client.request(Method::GET, format!("{}{path}", self.origin))).await
    }

    /// Posts a form that a page has, token and all.
    pub(crate) async fn post(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Fault> {
        let page = self.get(from).await?.page;
        let token = between(&page, "name=\"token\" value=\"", "\"").ok_or("a page without a form")?.to_owned();
        self.post_with(&token, path, fields).await
    }

    pub(crate) async fn post_with(
        &mut self,
        token: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Fault> {
        let fields: Vec<_> = [("token", token)].iter().chain(fields).copied().collect();
        self.send(self.client.request(Method::POST, format!("{}{path}", self.origin)).form(&fields)).await
    }

    /// As a browser posts a form without fields: it says itself where that comes from.
    pub(crate) async fn post_from_its_page(&mut self, path: &str) -> Result<Answer, Fault> {
        let request = self.client.request(Method::POST, format!("{}{path}", self.origin));
        self.send(request.header(ORIGIN, self.origin.clone()).form(&[("token", "")])).await
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Answer, Fault> {
        let cookies = self.jar.header("/", UnixTime::now()?);
        let answer = request.header(COOKIE, cookies).header(USER_AGENT, self.agent).send().await?;
        let field = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let lines: Vec<&str> =
            answer.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()).collect();
        assert!(self.jar.receive(&lines, UnixTime::now()?).iter().all(Result::is_ok), "a browser would drop one");
        Ok(Answer {
            status: answer.status().as_u16(),
            location: field(LOCATION.as_str()).to_owned(),
            process: field("served-by").parse().unwrap_or_default(),
            retry_after: answer.headers().contains_key("retry-after"),
            sets_cookies: !lines.is_empty(),
            page: answer.text().await?,
        })
    }

    pub(crate) async fn try_to_log_in(&mut self, name: &str, password: &str) -> Result<Answer, Fault> {
        self.post("/login", "/login", &[("name", name), ("password", password)]).await
    }

    /// Until it holds: what begins in the very second of a logout from everywhere ends with it.
    pub(crate) async fn log_in(&mut self, name: &str, password: &str) -> Result<(), Fault> {
        while self.member().await?.as_deref() != Some(name) {
            let answer = self.try_to_log_in(name, password).await?;
            assert_eq!((answer.status, answer.location.as_str()), (303, "/"));
        }
        Ok(())
    }

    /// As whom the first page greets them.
    pub(crate) async fn member(&mut self) -> Result<Option<String>, Fault> {
        let page = self.get("/").await?.page;
        Ok(between(&page, "id=\"member\">", "<").map(str::to_owned))
    }

    /// The id of the slip, as the page beside it says.
    pub(crate) async fn slip(&mut self) -> Result<String, Fault> {
        let page = self.get("/devices").await?.page;
        Ok(between(&page, "<dt>Id</dt><dd><code>", "<").ok_or("no slip")?.to_owned())
    }

    /// The ids of the sessions on the list of devices.
    pub(crate) async fn listed(&mut self) -> Result<Vec<String>, Fault> {
        let page = self.get("/devices").await?.page;
        Ok(page.split("data-slip=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect())
    }

    /// Nobody lets them in: at every process, as three in a row are three.
    pub(crate) async fn is_out(&mut self) -> Result<bool, Fault> {
        for _ in 0..3 {
            // As they came: a browser would have been told to forget it by the first.
            let answer = self.clone().get("/devices").await?;
            if (answer.status, answer.location.as_str()) != (303, "/login") {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The processes, in the order in which the door asks them from now on.
    pub(crate) async fn turns(&mut self) -> Result<[u32; 3], Fault> {
        Ok([self.get("/").await?.process, self.get("/").await?.process, self.get("/").await?.process])
    }
}

pub(crate) fn between<'p>(page: &'p str, before: &str, after: &str) -> Option<&'p str> {
    page.split_once(before)?.1.split(after).next()
}
