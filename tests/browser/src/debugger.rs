//! A question to Chromium's debugger (the Chrome DevTools Protocol), by way of chromedriver.
//!
//! It may not know what is asked.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

#[derive(Debug)]
pub(crate) struct Debugger {
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl WebDriverCompatibleCommand for Debugger {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.method, "params": self.params }).to_string()))
    }
}
