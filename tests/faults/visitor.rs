//! A visitor of the shop, with a browser's jar and a connection of its own.
//!
//! It may not know what goes wrong. It takes a page for what it shows, and nothing for granted.

use crate::{Fault, must, shop::Shop};
use orderslip::{UnixTime, testing::Browser};
use reqwest::{
    Client, Method, StatusCode,
    header::{COOKIE, HeaderValue, ORIGIN, SET_COOKIE},
};
use serde_json::Value;
use std::time::Duration;

/// A write that is refused for the moment is made again, so often at most.
const PATIENCE: u32 = 600;
/// What has taken so long is not answered: longer than the front door waits for a process.
const NO_ANSWER: Duration = Duration::from_secs(60);

pub(crate) struct Visitor {
    client: Client,
    origin: String,
    pub(crate) jar: Browser,
    pub(crate) requests: u64,
    /// Answered 502 or 503, or not at all.
    pub(crate) refused: u64,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

impl Visitor {
    /// Somebody with an empty jar.
    pub(crate) fn of(shop: &Shop) -> Result<Self, Fault> {
        let origin = format!("http://127.0.0.1:{}", shop.port);
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(NO_ANSWER).build()?;
        Ok(Self { client, jar: Browser::at(&origin), origin, requests: 0, refused: 0 })
    }

    /// The same browser at this moment, in another place. What it sets is not seen here.
    pub(crate) fn copy(&self) -> Self {
        let Self { client, origin, jar, .. } = self;
        Self { client: client.clone(), origin: origin.clone(), jar: jar.clone(), requests: 0, refused: 0 }
    }

    pub(crate) fn cookies(&self) -> Result<String, Fault> {
        Ok(self.jar.header("/", UnixTime::now()?))
    }

    /// `None` if there is no answer. Whatever one sets is kept.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Option<Page>, Fault> {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Result<Option<Page>, Fault> {
        self.ask(Method::POST, path, Some(form)).await
    }

    /// The same again and again while it is refused for the moment: 502, 503, or no answer.
    pub(crate) async fn post_until_done(&mut self, path: &str, form: &str) -> Result<Page, Fault> {
        for _ in 0..PATIENCE {
            match self.post(path, form).await? {
                Some(page) if !page.is_refused() => return Ok(page),
                // Elsewhere somebody begins to serve. How long that takes decides nothing.
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        Err(format!("{path} is refused for good").into())
    }

    pub(crate) async fn get_until_there(&mut self, path: &str) -> Result<Page, Fault> {
        for _ in 0..PATIENCE {
            match self.get(path).await? {
                Some(page) if !page.is_refused() => return Ok(page),
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        Err(format!("{path} is refused for good").into())
    }

    async fn ask(&mut self, method: Method, path: &str, form: Option<&str>) -> Result<Option<Page>, Fault> {
        let cookies = HeaderValue::from_str(&self.cookies()?)?;
        self.ask_with(method, path, form, cookies, true).await
    }

    /// With these cookies. What the answer sets is kept only if it is to be.
    pub(crate) async fn ask_with(
        &mut self,
        method: Method,
        path: &str,
        form: Option<&str>,
        cookies: HeaderValue,
        keep: bool,
    ) -> Result<Option<Page>, Fault> {
        self.requests += 1;
        let asked = self.client.request(method, format!("{}{path}", self.origin)).header(COOKIE, cookies);
        let asked = match form {
            Some(form) => asked
                .header(ORIGIN, &self.origin)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form.to_owned()),
            None => asked,
        };
        let Ok(answer) = asked.send().await else {
            self.refused += 1;
            return Ok(None);
        };
        let lines: Vec<String> = answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .map(|line| Ok(line.to_str()?.to_owned()))
            .collect::<Result<_, Fault>>()?;
        let page = Page { status: answer.status(), body: answer.text().await.unwrap_or_default() };
        self.refused += u64::from(page.is_refused());
        if keep {
            let kept = self.jar.receive(&lines, UnixTime::now()?);
            must(kept.iter().all(Result::is_ok), || format!("a browser would not keep a cookie: {kept:?}"))?;
        }
        Ok(Some(page))
    }

    /// Comes in: from now on there is something that a cart belongs to.
    pub(crate) async fn enter(&mut self) -> Result<(), Fault> {
        self.get_until_there("/cart").await?;
        Ok(())
    }

    /// So many more cups.
    pub(crate) async fn add(&mut self, cups: u64) -> Result<(), Fault> {
        let page = self.post_until_done("/cart/add", &format!("sku=cup&quantity={cups}")).await?;
        must(page.status == StatusCode::SEE_OTHER, || format!("a cup was answered {}", page.status))
    }

    pub(crate) async fn log_in(&mut self) -> Result<(), Fault> {
        let page = self.post_until_done("/login", "name=Ada&password=soup").await?;
        must(page.status == StatusCode::SEE_OTHER, || format!("a login was answered {}", page.status))
    }

    /// How many cups are in the cart.
    pub(crate) async fn cups(&mut self) -> Result<u64, Fault> {
        let page = self.get_until_there("/cart").await?;
        page.cups().ok_or_else(|| format!("a page without a cart, {}", page.status).into())
    }
}

impl Page {
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.status.as_u16(), 502 | 503)
    }

    /// The cups in the cart that the panel shows; `None` if there are other things, which nobody here puts in, or no panel.
    pub(crate) fn cups(&self) -> Option<u64> {
        let cart = self.slip("cart")?;
        let lines = cart.get("lines")?.as_array()?;
        let is_cup = |line: &Value| line.get("sku").is_some_and(|sku| sku == "cup");
        let cups = lines.iter().map(|line| line.get("quantity")?.as_u64().filter(|_| is_cup(line)));
        cups.sum()
    }

    /// The process that has served it.
    pub(crate) fn process(&self) -> Option<u32> {
        self.body.split_once("id=\"process\">")?.1.split_once('<')?.0.parse().ok()
    }

    /// Who is logged in.
    pub(crate) fn user(&self) -> Option<String> {
        self.slip("session")?.get("user")?.as_str().map(str::to_owned)
    }

    fn slip(&self, name: &str) -> Option<Value> {
        let (_, rest) = self.body.split_once(&format!("id=\"slip-{name}\""))?;
        let (section, _) = rest.split_once("</section>")?;
        let (text, _) = section.split_once("<pre>")?.1.split_once("</pre>")?;
        serde_json::from_str(
            &text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
        )
        .ok()
    }
}
