//! curl with a jar: what a shop sets, it sends from then on. A visitor without a browser.
//!
//! It may not know what is in the cookies. The jar is the library's model of a browser's, which `model_jar` compares with a real one.

use crate::{Answer, Fault, curl};
use orderslip::{UnixTime, testing};

/// A client of one shop.
#[derive(Debug)]
pub struct Client {
    shop: String,
    jar: testing::Browser,
}

impl Client {
    /// With no cookies.
    #[must_use]
    pub fn of(shop: &str) -> Self {
        Self { shop: shop.to_owned(), jar: testing::Browser::at(shop) }
    }

    /// The same visitor at another address.
    #[must_use]
    pub fn moves_to(self, shop: &str) -> Self {
        Self { shop: shop.to_owned(), ..self }
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn get(&mut self, path: &str) -> Result<Answer, Fault> {
        self.ask(path, &[], None).await
    }

    /// Posts a form as a page of the shop does, and does not follow where it leads.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn post(&mut self, path: &str, form: &str) -> Result<Answer, Fault> {
        let origin = format!("Origin: {}", self.shop);
        self.ask(path, &[origin.as_bytes()], Some(form)).await
    }

    /// The same without a word of where the form comes from.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn post_from_nowhere(&mut self, path: &str, form: &str) -> Result<Answer, Fault> {
        self.ask(path, &[], Some(form)).await
    }

    async fn ask(&mut self, path: &str, fields: &[&[u8]], form: Option<&str>) -> Result<Answer, Fault> {
        let cookie = format!("Cookie: {}", self.cookies()?);
        let fields = [&[cookie.as_bytes()], fields].concat();
        let answer = curl(&format!("{}{path}", self.shop), &fields, form).await?;
        let lines: Vec<&str> = answer.all("set-cookie").collect();
        if let Some(refused) = self.jar.receive(&lines, UnixTime::now()?).iter().find_map(|kept| kept.as_ref().err()) {
            return Err(format!("a browser would not keep a cookie: {refused:?}").into());
        }
        Ok(answer)
    }

    /// All of its cookies, as a request carries them.
    ///
    /// # Errors
    /// If there is no time.
    pub fn cookies(&self) -> Result<String, Fault> {
        Ok(self.jar.header("/", UnixTime::now()?))
    }

    /// Those whose names begin so, likewise.
    ///
    /// # Errors
    /// If there is no time.
    pub fn cookies_called(&self, prefix: &str) -> Result<String, Fault> {
        let all = self.cookies()?;
        Ok(all.split("; ").filter(|pair| pair.starts_with(prefix)).collect::<Vec<_>>().join("; "))
    }
}
