//! A Chromium that is driven by chromedriver (W3C WebDriver, JSON over HTTP): a fresh one with a profile of its own.
//!
//! It may not know what its pages are for.

use crate::Fault;
use axum::http::header::CONTENT_TYPE;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{env, path::PathBuf, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// For a machine without a screen, on which everybody is root, and from which nobody is to be called.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--ignore-certificate-errors",
];

/// A script that takes longer hangs. The longest sends sixteen thousand writes.
const PATIENCE_MILLIS: u64 = 1_800_000;

pub(crate) struct Driver {
    client: Client,
    session: String,
    _chromedriver: Child,
    profile: TempDir,
}

/// Whether the machine has what it takes.
pub(crate) fn is_here() -> bool {
    let folders: Vec<PathBuf> = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    ["chromium", "chromedriver"].iter().all(|name| folders.iter().any(|folder| folder.join(name).is_file()))
}

impl Driver {
    pub(crate) async fn start() -> Result<Self, Fault> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut chromedriver = command.spawn()?;
        let mut said = BufReader::new(chromedriver.stdout.take().ok_or("no output")?).lines();
        let port = loop {
            let line = said.next_line().await?.ok_or("chromedriver did not start")?;
            if let Some((_, port)) = line.split_once("successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let profile = TempDir::with_prefix("orderslip-tabs-")?;
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": flags },
            "timeouts": { "script": PATIENCE_MILLIS },
        } } });
        let session = format!("http://127.0.0.1:{port}/session");
        let mut driver = Self { client: Client::new(), session, _chromedriver: chromedriver, profile };
        let answer = driver.command(Method::POST, "", &wanted).await?;
        let id = answer.get("sessionId").and_then(Value::as_str).ok_or("a session without an id")?;
        driver.session = format!("{}/{id}", driver.session);
        Ok(driver)
    }

    /// Any command of WebDriver, with a body if it is one that has.
    pub(crate) async fn command(&self, method: Method, path: &str, body: &Value) -> Result<Value, Fault> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.session));
        if method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let text = request.send().await?.text().await?;
        let mut answer: Value = serde_json::from_str(&text)?;
        let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
        match value.get("error").and_then(Value::as_str) {
            Some(error) => {
                Err(format!("{error}: {}", value.get("message").and_then(Value::as_str).unwrap_or_default()).into())
            }
            None => Ok(value),
        }
    }

    pub(crate) async fn goto(&self, url: &str) -> Result<(), Fault> {
        self.command(Method::POST, "/url", &json!({ "url": url })).await.map(drop)
    }

    /// All that go to the present page.
    pub(crate) async fn delete_cookies(&self) -> Result<(), Fault> {
        self.command(Method::DELETE, "/cookie", &Value::Null).await.map(drop)
    }

    /// What an expression is on the present page, once it is settled; `args` are called so there.
    pub(crate) async fn ask(&self, expression: &str, args: Value) -> Result<Value, Fault> {
        let script = format!(
            "const [args, done] = arguments;
             (async () => {expression})().then(value => done({{ value }}), error => done({{ error: String(error) }}));"
        );
        let mut answer =
            self.command(Method::POST, "/execute/async", &json!({ "script": script, "args": [args] })).await?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.into()),
            None => Ok(answer.get_mut("value").map(Value::take).unwrap_or_default()),
        }
    }

    pub(crate) async fn quit(self) {
        // If it is gone already, so much the better.
        let _ = self.command(Method::DELETE, "", &Value::Null).await;
    }
}

impl Drop for Driver {
    /// Ends what was started with our profile, which no other browser has.
    fn drop(&mut self) {
        let profile = self.profile.path().display().to_string();
        for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&line).contains(&profile) {
                let _ = std::process::Command::new("kill").arg("-KILL").arg(process.file_name()).status();
            }
        }
    }
}
