//! The stage of a scenario: a shop, a gate before it, a browser before that, and what can be seen of the shop's pages.
//!
//! It may not know what is played.

use crate::{Browser, Fault, Gate, Shop, parts};
use serde_json::Value;
use std::{ops::Deref, path::Path, time::Duration};

/// After so long a scenario hangs. On an idle machine none takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(240);

/// Everything that a scenario plays with. It is a [`Browser`], too.
#[derive(Debug)]
pub struct Stage {
    browser: Browser,
    /// Between the browser and the shop.
    pub gate: Gate,
    /// Behind the gate.
    pub shop: Shop,
}

/// Plays a scenario in a shop with so many waiters, if the machine has what it needs.
///
/// # Panics
/// If the scenario fails or hangs; there is a picture of the browser's window then.
pub async fn perform(waiters: u32, scenario: impl AsyncFnOnce(&Stage) -> Result<(), Fault>) {
    play(waiters, true, scenario).await;
}

/// The same in a browser that runs no scripts.
///
/// # Panics
/// If the scenario fails or hangs; there is a picture of the browser's window then.
pub async fn perform_without_scripts(waiters: u32, scenario: impl AsyncFnOnce(&Stage) -> Result<(), Fault>) {
    play(waiters, false, scenario).await;
}

async fn play(waiters: u32, with_scripts: bool, scenario: impl AsyncFnOnce(&Stage) -> Result<(), Fault>) {
    if !parts::are_here(&["shop", "chromium", "chromedriver"]) {
        return;
    }
    let played = tokio::time::timeout(PATIENCE, async {
        let stage = Stage::open(waiters, with_scripts).await?;
        let played = scenario(&stage).await;
        if played.is_err() {
            let name = std::thread::current().name().unwrap_or("scenario").replace("::", "-");
            stage.photograph(&format!("failed-{name}")).await?;
        }
        played
    });
    match played.await {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => panic!("{fault}"),
        Err(_) => panic!("it hangs"),
    }
}

impl Stage {
    async fn open(waiters: u32, with_scripts: bool) -> Result<Self, Fault> {
        let (shop, browser) = tokio::try_join!(Shop::open(waiters), Browser::start(with_scripts))?;
        let gate = Gate::open(shop.port).await?;
        Ok(Self { browser, gate, shop })
    }

    /// The address of a path, by way of the gate.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.gate.port)
    }

    /// Goes to a path of the shop.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn visit(&self, path: &str) -> Result<(), Fault> {
        self.goto(&self.url(path)).await
    }

    /// Puts one of these into the cart, from the catalogue.
    ///
    /// # Errors
    /// If the browser does not find its way.
    pub async fn add(&self, sku: &str) -> Result<(), Fault> {
        self.visit("/").await?;
        self.click(&format!("#add-{sku}")).await
    }

    /// Logs in.
    ///
    /// # Errors
    /// If the browser does not find its way.
    pub async fn log_in(&self, name: &str) -> Result<(), Fault> {
        self.visit("/login").await?;
        self.fill("[name=name]", name).await?;
        self.fill("[name=password]", "soup").await?;
        self.click("#log-in-now").await
    }

    /// Who is logged in, as the present page says.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub async fn user(&self) -> Result<Option<String>, Fault> {
        self.text("header .user").await
    }

    /// What the slip holds, as the panel of the present page shows it.
    ///
    /// # Errors
    /// If it shows no JSON.
    pub async fn slip(&self, name: &str) -> Result<Option<Value>, Fault> {
        let shown = self.text(&format!("#slip-{name} pre")).await?;
        Ok(shown.map(|shown| serde_json::from_str(&shown)).transpose()?)
    }

    /// What is in the cart, and how many of each, as the panel of the present page shows it.
    ///
    /// # Errors
    /// If it shows no cart.
    pub async fn cart(&self) -> Result<Vec<(String, u64)>, Fault> {
        let Some(cart) = self.slip("cart").await? else { return Ok(Vec::new()) };
        let lines = cart["lines"].as_array().cloned().unwrap_or_default();
        let line = |line: &Value| (line["sku"].as_str().unwrap_or_default().to_owned(), line["quantity"].as_u64());
        Ok(lines.iter().map(line).map(|(sku, quantity)| (sku, quantity.unwrap_or_default())).collect())
    }

    /// The process that served the present page, as it says.
    ///
    /// # Errors
    /// If it does not.
    pub async fn process(&self) -> Result<u32, Fault> {
        Ok(self.text("#process").await?.ok_or("no process on the page")?.parse()?)
    }

    /// Keeps a picture of the present page for people to look at.
    ///
    /// # Errors
    /// If there is none.
    pub async fn photograph(&self, name: &str) -> Result<(), Fault> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/browser-screenshots"));
        std::fs::create_dir_all(folder)?;
        Ok(std::fs::write(folder.join(format!("{name}.png")), self.client().screenshot().await?)?)
    }
}

impl Deref for Stage {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}
