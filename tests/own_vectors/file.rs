//! A vector as a file: lines `name: value`, an empty line, and the text that is judged.
//!
//! It may not know what the names mean.

use std::fmt::Write as _;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Vector {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Vector {
    pub(crate) fn new(comment: &str, expect: &str) -> Self {
        Self { headers: Vec::new(), body: Vec::new() }.with("comment", comment).with("expect", expect)
    }

    /// With one more line.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        assert!(!value.contains('\n'), "{name} is one line");
        self.headers.push((name.to_owned(), value));
        self
    }

    pub(crate) fn about(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v str> {
        self.headers.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn demand(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_else(|_| panic!("not text: {self:?}"))
    }

    /// What the two say differently, the words about themselves aside.
    pub(crate) fn differences(&self, other: &Self) -> usize {
        let told = |vector: &Self| -> Vec<(String, String)> {
            let about = [
                "comment",
                "expect",
                "good",
                "changed",
                "state",
                "payload",
                "content-key",
                "kdf-context",
                "external-aad",
                "anchor-secret",
            ];
            vector.headers.iter().filter(|(name, _)| !about.contains(&name.as_str())).cloned().collect()
        };
        let (ours, theirs) = (told(self), told(other));
        let only = |one: &[(String, String)], other: &[(String, String)]| {
            one.iter().filter(|line| !other.contains(line)).count()
        };
        only(&ours, &theirs).max(only(&theirs, &ours)) + usize::from(self.body != other.body)
    }

    pub(crate) fn written(&self) -> Vec<u8> {
        let mut out = String::new();
        for (name, value) in &self.headers {
            writeln!(out, "{name}: {value}").expect("memory takes every write");
        }
        // What an editor or a mail would spoil stands in hexadecimal.
        let is_plain =
            self.body.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') && !self.body.ends_with(b" ");
        if is_plain {
            return [out.as_bytes(), b"\n", &self.body, b"\n"].concat();
        }
        format!("{out}encoding: hex\n\n{}\n", crate::forge::hex(&self.body)).into_bytes()
    }

    pub(crate) fn read(text: &str) -> Self {
        let (front, body) = text.split_once("\n\n").unwrap_or_else(|| panic!("no empty line in {text:?}"));
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("not a header: {line:?}"));
            (name.to_owned(), value.to_owned())
        };
        let mut headers: Vec<_> = front.lines().map(header).collect();
        let body = body.strip_suffix('\n').expect("an end of the last line");
        let is_hex = headers.iter().any(|(name, _)| name == "encoding");
        headers.retain(|(name, _)| name != "encoding");
        Self { headers, body: if is_hex { unhex(body) } else { body.as_bytes().to_vec() } }
    }
}

pub(crate) fn unhex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
