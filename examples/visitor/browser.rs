//! Who visits the examples: a browser's cookie jar and a socket. Pages are read as text, and redirects are followed.
//!
//! It may not know what it visits, nor what serves it. An application has nothing of this.
#![allow(dead_code, reason = "each example uses a part of it")]

use orderslip::{UnixTime, testing::Browser};
use std::{
    error::Error,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// A clone has the same cookies: a second browser that somebody copied them to.
#[derive(Clone)]
pub(crate) struct Visitor {
    name: &'static str,
    at: SocketAddr,
    browser: Browser,
}

/// What came back, and has not been looked at: its cookies are not in the browser yet.
pub(crate) struct Answer {
    asked: String,
    status: u16,
    header: Vec<(String, String)>,
    html: String,
}

/// What is on the screen.
pub(crate) struct Page {
    status: u16,
    text: String,
    html: String,
}

impl Visitor {
    pub(crate) fn new(name: &'static str, at: SocketAddr) -> Self {
        Self { name, at, browser: Browser::at("http://localhost") }
    }

    /// Somebody else, with the cookies of this one.
    pub(crate) fn copied_by(&self, name: &'static str) -> Self {
        Self { name, ..self.clone() }
    }

    pub(crate) fn get(&mut self, path: &str) -> Result<Page, Fault> {
        let answer = self.send("GET", path, "")?;
        self.receive(answer)
    }

    pub(crate) fn post(&mut self, path: &str, form: &str) -> Result<Page, Fault> {
        let answer = self.send("POST", path, form)?;
        self.receive(answer)
    }

    /// Asks with the cookies that the browser has now. Two can be under way at once: send both, and receive them in either order.
    pub(crate) fn send(&self, method: &str, path: &str, form: &str) -> Result<Answer, Fault> {
        let cookies = match self.browser.header("/", UnixTime::now()?) {
            none if none.is_empty() => none,
            pairs => format!("Cookie: {pairs}\r\n"),
        };
        let mut socket = TcpStream::connect(self.at)?;
        socket.set_read_timeout(Some(Duration::from_secs(10)))?;
        // HTTP/1.0: the answer ends where the connection does.
        write!(
            socket,
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\n{cookies}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.at,
            form.len()
        )?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        let (header, body) = answer.split_once("\r\n\r\n").ok_or("an answer without an end of its header")?;
        let mut lines = header.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("an answer without a status")?;
        let fields = lines.filter_map(|line| line.split_once(": "));
        Ok(Answer {
            asked: format!("{}: {method} {path}", self.name),
            status: status.parse()?,
            header: fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
            html: body.to_owned(),
        })
    }

    /// Keeps the cookies of an answer, and goes where it sends the browser.
    pub(crate) fn receive(&mut self, answer: Answer) -> Result<Page, Fault> {
        let all = |name| answer.header.iter().filter(move |field| field.0 == name).map(|field| &field.1);
        let lines: Vec<&String> = all("set-cookie").collect();
        if self.browser.receive(&lines, UnixTime::now()?).iter().any(Result::is_err) {
            return Err("a browser would have dropped a cookie".into());
        }
        let (text, asked) = (text(&answer.html), answer.asked.chars().take(32).collect::<String>());
        match all("location").next() {
            Some(path) if answer.status == 303 => {
                println!("{asked:<32} {} to {path}", answer.status);
                self.get(path)
            }
            _ => {
                println!("{asked:<32} {} {text}", answer.status);
                Ok(Page { status: answer.status, text, html: answer.html })
            }
        }
    }

    /// The names of all cookies.
    pub(crate) fn cookies(&self) -> Result<Vec<&str>, Fault> {
        Ok(self.browser.names(UnixTime::now()?))
    }
}

impl Page {
    /// Goes on if this is on the page, and else ends the example.
    pub(crate) fn shows(&self, text: &str) -> Result<&Self, Fault> {
        if self.text.contains(text) { Ok(self) } else { Err(format!("{text:?} is not on the page").into()) }
    }

    /// Goes on if this is not on the page.
    pub(crate) fn hides(&self, text: &str) -> Result<&Self, Fault> {
        if self.text.contains(text) { Err(format!("{text:?} is on the page").into()) } else { Ok(self) }
    }

    /// Where the first form goes whose path begins so.
    pub(crate) fn action(&self, path: &str) -> Option<&str> {
        let at = self.html.find(&format!("\"{path}"))?;
        self.html.get(at + 1..)?.split('"').next()
    }

    /// Goes on if this was the answer's status.
    pub(crate) fn is(&self, status: u16) -> Result<&Self, Fault> {
        if self.status == status { Ok(self) } else { Err(format!("not {status}").into()) }
    }
}

/// What a page says, without its tags.
fn text(html: &str) -> String {
    let said = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, said)| said).trim());
    said.filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" | ")
}
