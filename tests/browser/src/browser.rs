//! Chromium, driven by chromedriver: a fresh one with a profile of its own.
//!
//! It may not know the shop.

use crate::{Fault, debugger::Debugger, process, process::Process};
use fantoccini::{
    Client, ClientBuilder, Locator,
    error::CmdError,
    wd::{Capabilities, WindowHandle},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;

/// A running browser. Dropped, it is killed with all its processes.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    _driver: Process,
    profile: TempDir,
}

/// From one look at a page to the next.
const PAUSE: Duration = Duration::from_millis(10);

/// For a machine without a screen, on which everybody is root, and from which nobody is to be called.
const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
    "--lang=en",
];

impl Browser {
    /// Starts a browser whose pages may run scripts, or may not. Those of the shop have none.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(with_scripts: bool) -> Result<Self, Fault> {
        let mut driver = Process::start("chromedriver", ["--port=0"])?;
        let port = |line: &str| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok();
        let port = driver.hears(port).await?;
        let profile = TempDir::with_prefix("orderslip-browser-")?;
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let scripts = if with_scripts { 1 } else { 2 };
        let options = json!({
            "goog:chromeOptions": {
                "args": flags,
                "prefs": { "profile.managed_default_content_settings.javascript": scripts },
            },
        });
        let capabilities: Capabilities = serde_json::from_value(options)?;
        let mut client = ClientBuilder::new(HttpConnector::new());
        let client = client.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await?;
        Ok(Self { client, _driver: driver, profile })
    }

    /// Everything else that WebDriver can do.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn goto(&self, url: &str) -> Result<(), Fault> {
        Ok(self.client.goto(url).await?)
    }

    /// Clicks on the first element of a selector.
    ///
    /// # Errors
    /// If there is none.
    pub async fn choose(&self, css: &str) -> Result<(), Fault> {
        Ok(self.client.find(Locator::Css(css)).await?.click().await?)
    }

    /// Clicks on the first element of a selector, and waits for the page that it leads to.
    ///
    /// # Errors
    /// If there is none, or it leads nowhere.
    pub async fn click(&self, css: &str) -> Result<(), Fault> {
        let old = self.client.find(Locator::Css("html")).await?;
        self.choose(css).await?;
        // The driver waits by itself, but not while another window is loading.
        while old.tag_name().await.is_ok() {
            tokio::time::sleep(PAUSE).await;
        }
        self.wait_for("footer").await
    }

    /// Waits until the present page has such an element.
    ///
    /// # Errors
    /// If it never has.
    pub async fn wait_for(&self, css: &str) -> Result<(), Fault> {
        self.client.wait().every(PAUSE).for_element(Locator::Css(css)).await?;
        Ok(())
    }

    /// Puts a text into a field.
    ///
    /// # Errors
    /// If there is none.
    pub async fn fill(&self, css: &str, text: &str) -> Result<(), Fault> {
        let field = self.client.find(Locator::Css(css)).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// The text of the first element of a selector, if there is one.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub async fn text(&self, css: &str) -> Result<Option<String>, Fault> {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => Ok(Some(element.text().await?)),
            Err(error) if error.is_no_such_element() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// How many elements of a selector there are.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub async fn count(&self, css: &str) -> Result<usize, Fault> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// The value of a cookie that goes to the present page, scripts or no scripts.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub async fn cookie(&self, name: &str) -> Result<Option<String>, Fault> {
        let all = self.client.get_all_cookies().await?;
        Ok(all.iter().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned()))
    }

    /// The cookies whose names begin so, names and values.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub async fn cookies_called(&self, prefix: &str) -> Result<Vec<(String, String)>, Fault> {
        let all = self.client.get_all_cookies().await?;
        let ours = all.iter().filter(|cookie| cookie.name().starts_with(prefix));
        Ok(ours.map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect())
    }

    /// Puts a cookie into the browser's jar, as a page at this address would have set it.
    ///
    /// # Errors
    /// If the browser does not take it.
    pub async fn plant(&self, url: &str, name: &str, value: &str) -> Result<(), Fault> {
        let cookie = json!({ "name": name, "value": value, "url": url, "path": "/", "secure": true, "httpOnly": true });
        let set = self.debugger("Network.setCookie", cookie).await?;
        if set["success"] == true { Ok(()) } else { Err(format!("the browser did not take {name}").into()) }
    }

    /// Takes a cookie of this address out of the browser's jar.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub async fn uproot(&self, url: &str, name: &str) -> Result<(), Fault> {
        self.debugger("Network.deleteCookies", json!({ "name": name, "url": url })).await?;
        Ok(())
    }

    /// Has the present page run a script that leads another window, called `other`, somewhere. Does not wait for it to arrive.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub async fn elsewhere(&self, script: &str) -> Result<(), Fault> {
        self.client.execute(script, vec![]).await?;
        Ok(())
    }

    /// Goes over to the window that is not the present one, and waits until this is on its page.
    ///
    /// # Errors
    /// If there are not two, or it never is.
    pub async fn switch_until(&self, css: &str) -> Result<(), Fault> {
        let present = self.client.window().await?;
        let other = self.client.windows().await?.into_iter().find(|window| *window != present);
        self.client.switch_to_window(other.ok_or("there is but one window")?).await?;
        self.wait_for(css).await
    }

    /// Opens another window and goes there; gives the one that was left and the new one.
    ///
    /// # Errors
    /// If the browser does not.
    pub async fn open_window(&self) -> Result<(WindowHandle, WindowHandle), Fault> {
        let (left, new) = (self.client.window().await?, self.client.new_window(false).await?.handle);
        self.client.switch_to_window(new.clone()).await?;
        Ok((left, new))
    }

    /// Asks the browser's debugger (the Chrome DevTools Protocol).
    ///
    /// # Errors
    /// If it does not know the method.
    pub async fn debugger(&self, method: &str, params: Value) -> Result<Value, CmdError> {
        self.client.issue_cmd(Debugger { method: method.to_owned(), params }).await
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(profile) = self.profile.path().to_str() {
            process::kill_all_with(profile);
        }
    }
}
