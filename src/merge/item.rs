//! Items as cookies: their names, opening all of a request, sealing a new one.
//!
//! It may not know how items are joined, nor which of them are dead.
//!
//! ```text
//! name  = jar's name ‖ class (o: operation, b: base) ‖ session tag 3 ‖ id 11      o: the id is the dot
//! value = base64url(IV 12 ‖ ciphertext ‖ tag 16)      of COSE_Encrypt0 [h'a10103', {5: IV}, ciphertext] (RFC 9052 section 5.2)
//! ```

use super::{
    Mergeable,
    anchor::{SessionKeys, SiblingKeys, TAG_TEXT},
    base::Base,
    dot::{Dot, ID_TEXT, Millis},
    record::Record,
    wire,
};
use crate::{
    bytes::{Wiped, text_len, token_bytes_into, token_text},
    crypto::{IV_LEN, TAG_LEN},
    error::Error,
};
use std::{collections::HashSet, sync::Arc};

/// The most items of our session that are looked at in one request: what one header of 16 KiB holds, with room. A request with more is
/// answered as unreadable, because a part of a jar is another state, and nobody may choose which part.
pub(crate) const MAX_ITEMS: usize = 256;

/// What browsers keep of one cookie, name and value (RFC 6265 section 6.1; Chromium drops a longer one without a word).
pub(crate) const MAX_COOKIE: usize = 4096;

/// How many characters the suffix of a name has.
pub(crate) const SUFFIX: usize = 1 + TAG_TEXT + ID_TEXT;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    Operation,
    Base,
}

impl Class {
    const fn letter(self) -> char {
        match self {
            Self::Operation => 'o',
            Self::Base => 'b',
        }
    }

    /// Of a suffix, which begins with it.
    fn of(suffix: &str) -> Option<Self> {
        [Self::Operation, Self::Base].into_iter().find(|known| suffix.starts_with(known.letter()))
    }
}

/// Whether it may be a part of a suffix.
fn is_text(suffix: &str) -> bool {
    suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// How the items of one jar are named.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: Arc<str>,
}

impl Names {
    /// `prefix` is everything in front of the class: `__Host-cart`, for one.
    pub(crate) fn new(prefix: &str) -> Result<Self, Error> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if prefix.is_empty() || prefix.len() > 64 || !prefix.bytes().all(is_token) {
            return Err(Error::misuse("the name of a jar is a token of 1 to 64 characters (RFC 6265 section 4.1.1)"));
        }
        Ok(Self { prefix: prefix.into() })
    }

    /// What all names begin with.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Of every name.
    pub(crate) fn item_len(&self) -> usize {
        self.prefix.len() + SUFFIX
    }

    /// Bytes that an item with a plaintext of so many takes as a cookie: `name=value`.
    pub(crate) fn cookie_len(&self, plaintext: usize) -> usize {
        self.item_len() + 1 + text_len(IV_LEN + plaintext + TAG_LEN)
    }

    pub(crate) fn name(&self, session: &SessionKeys, class: Class, id: &str) -> String {
        format!("{}{}{}{id}", self.prefix, class.letter(), session.tag())
    }

    /// Whether a name that begins so, and goes on for so many characters, may be one of ours.
    pub(crate) fn could_be(&self, name: &str, more: usize) -> bool {
        let suffix = name.strip_prefix(&*self.prefix);
        suffix.is_some_and(|suffix| {
            let has_class = suffix.is_empty() || Class::of(suffix).is_some();
            suffix.len() + more == SUFFIX && is_text(suffix) && has_class
        })
    }

    /// Class, tag and id of a name that may be one of ours.
    pub(crate) fn parse<'n>(&self, name: &'n str) -> Option<(Class, &'n str, &'n str)> {
        let suffix = name.strip_prefix(&*self.prefix)?;
        if suffix.len() != SUFFIX || !is_text(suffix) {
            return None;
        }
        let (class, rest) = suffix.split_at_checked(1)?;
        let class = Class::of(class)?;
        let (tag, id) = rest.split_at_checked(TAG_TEXT)?;
        Some((class, tag, id))
    }
}

/// An authentic item of a request.
pub(crate) struct Item<T: Mergeable> {
    pub(crate) name: String,
    /// Of the session that a login has ended.
    pub(crate) is_adopted: bool,
    /// Of the header, with the separator.
    pub(crate) bytes: usize,
    pub(crate) content: Content<T>,
}

pub(crate) enum Content<T: Mergeable> {
    Operation(Record<T>),
    /// An operation whose frame a newer program has written.
    Opaque(Dot),
    Base(String, Base<T>),
    /// A base that is of a newer version, or does not decode.
    Unreadable(Error),
}

/// All items of a request.
pub(crate) struct Jar<T: Mergeable> {
    pub(crate) items: Vec<Item<T>>,
    /// Names with our session's tag whose items did not open.
    pub(crate) forged: Vec<String>,
    /// Names with another tag.
    pub(crate) foreign: Vec<String>,
    /// There were more than [`MAX_ITEMS`].
    pub(crate) overflows: bool,
}

impl<T: Mergeable> Jar<T> {
    pub(crate) const fn empty() -> Self {
        Self { items: Vec::new(), forged: Vec::new(), foreign: Vec::new(), overflows: false }
    }

    /// Opens every item among the cookies of a request, the predecessor's too.
    pub(crate) fn open<'c>(keys: &SiblingKeys, cookies: impl Iterator<Item = (&'c str, &'c str)>) -> Self {
        let mut jar = Self::empty();
        let (mut seen, mut aad) = (0, Vec::new());
        // As long as any item, so that none is moved and leaves a copy behind.
        let mut bytes = Wiped::new(Vec::with_capacity(MAX_COOKIE));
        for (name, value) in cookies {
            let Some((class, tag, id)) = keys.names.parse(name) else { continue };
            let own = (keys.own.tag() == tag).then_some((&keys.own, false));
            let prev = keys.prev.as_ref().filter(|(prev, _)| prev.tag() == tag).map(|(prev, _)| (prev, true));
            if own.is_none() && prev.is_none() {
                jar.foreign.push(name.to_owned());
                continue;
            }
            seen += 1;
            if seen > MAX_ITEMS {
                jar.overflows = true;
                break;
            }
            // Two, if the tags are the same by chance: once in 2^18 logins.
            let opened = own.into_iter().chain(prev).find_map(|(session, is_adopted)| {
                token_bytes_into(value, 0, &mut bytes).ok()?;
                let plaintext = session.open(name, &mut bytes, &mut aad)?;
                Some((is_adopted, read(class, id, plaintext)?))
            });
            match opened {
                Some((is_adopted, content)) => {
                    let bytes = name.len() + 1 + value.len() + 2;
                    jar.items.push(Item { name: name.to_owned(), is_adopted, bytes, content });
                }
                None => jar.forged.push(name.to_owned()),
            }
        }
        // A cookie that opens beats a duplicate of its name that does not.
        if !jar.forged.is_empty() {
            let good: HashSet<&str> = jar.items.iter().map(|item| item.name.as_str()).collect();
            jar.forged.retain(|name| !good.contains(name.as_str()));
        }
        jar
    }
}

/// Reads the plaintext of an item whose name and tag were authentic. `None` if the id is none.
pub(crate) fn read<T: Mergeable>(class: Class, id: &str, plaintext: &[u8]) -> Option<Content<T>> {
    Some(match class {
        Class::Operation => {
            let dot = Dot::from_text(id)?;
            wire::read_operation(dot, plaintext).map_or(Content::Opaque(dot), Content::Operation)
        }
        Class::Base => match wire::read_base(plaintext) {
            Ok(base) => Content::Base(id.to_owned(), base),
            Err(error) => Content::Unreadable(error),
        },
    })
}

/// An item to be set.
#[derive(Clone)]
pub(crate) struct NewItem {
    pub(crate) class: Class,
    pub(crate) id: String,
    pub(crate) plaintext: Wiped,
}

impl NewItem {
    /// The cookie: its name and its value.
    pub(crate) fn seal(&self, names: &Names, session: &SessionKeys) -> Result<(String, String), Error> {
        let name = names.name(session, self.class, &self.id);
        let sealed = session.seal(&name, &self.plaintext)?;
        Ok((name, token_text(&sealed)))
    }
}

impl<T: Mergeable> Item<T> {
    /// The latest time that the item speaks of.
    pub(crate) fn latest(&self) -> Millis {
        match &self.content {
            Content::Operation(record) => {
                record.dot.time().max(record.seen.as_ref().map_or(Millis::ZERO, |seen| seen.floor))
            }
            Content::Opaque(dot) => dot.time(),
            Content::Base(_, base) => base.latest(),
            Content::Unreadable(_) => Millis::ZERO,
        }
    }
}
