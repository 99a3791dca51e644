//! Why two jars cannot be in one application: what the one sets or deletes, the other would take for its own.
//!
//! It may not know slips or requests: all it looks at are names.

use crate::{
    cookie::tombstone,
    merge::item::{self, Names},
};
use std::any::TypeId;

/// What a jar is for, and the names of all cookies that it reads, sets and deletes.
pub(crate) struct Claim {
    pub(crate) state: TypeId,
    pub(crate) purpose: &'static str,
    pub(crate) name: String,
    pub(crate) formers: Vec<String>,
    /// Of mergeable state, which has no cookie of the name itself.
    pub(crate) siblings: Option<Names>,
}

impl Claim {
    /// Why the two cannot be together.
    pub(crate) fn clash(&self, other: &Self) -> Option<&'static str> {
        match () {
            () if self.state == other.state => Some("two jars for one type of state: take a newtype"),
            () if self.purpose == other.purpose => Some("two types of state with one purpose"),
            () if self.name == other.name => Some("two jars with one cookie name"),
            () if self.formers.iter().any(|former| other.formers.contains(former)) => {
                Some("two jars with one former name: which moves first deletes what the other has not read")
            }
            () => self.takes(other).or_else(|| other.takes(self)),
        }
    }

    /// What this jar would take for its own of the other's.
    fn takes(&self, other: &Self) -> Option<&'static str> {
        let is_tombstone_of = |name: &str| {
            let suffix = other.name.strip_prefix(name);
            suffix.is_some_and(|suffix| tombstone::is_suffix(suffix.as_bytes()))
        };
        match () {
            () if self.formers.contains(&other.name) => {
                Some("a jar with another's former name, which the other reads as its own and deletes")
            }
            () if self.names().any(is_tombstone_of) => Some("a jar with the name of another's tombstone"),
            () if self.siblings.as_ref().is_some_and(|siblings| other.could_be(siblings)) => {
                Some("a jar whose cookies may be named like the siblings of another's state")
            }
            () => None,
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.formers.iter().chain([&self.name]).map(String::as_str)
    }

    /// Whether a cookie of this jar may have the name of a sibling.
    fn could_be(&self, siblings: &Names) -> bool {
        match &self.siblings {
            Some(_) => siblings.could_be(&self.name, item::SUFFIX),
            None => self.names().any(|name| [0, tombstone::SUFFIX].iter().any(|more| siblings.could_be(name, *more))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    enum Kind<'f> {
        Slips(&'f [&'f str]),
        Merged,
    }

    fn claim<T: 'static>(purpose: &'static str, name: &str, kind: Kind<'_>) -> Claim {
        let (formers, siblings) = match kind {
            Kind::Slips(formers) => (formers.iter().map(ToString::to_string).collect(), None),
            Kind::Merged => (Vec::new(), Some(Names::new(name).unwrap())),
        };
        Claim { state: TypeId::of::<T>(), purpose, name: name.to_owned(), formers, siblings }
    }

    #[test]
    fn t24_names_that_another_jar_would_take_for_its_own_are_refused() {
        use Kind::{Merged, Slips};
        let plain = Slips(&[]);
        for (one, other, clashes) in [
            (("cart", plain), ("session", plain), false),
            (("cart", plain), ("cart", plain), true),
            (("cart", Merged), ("cart", plain), true),
            // Former names.
            (("session", Slips(&["shop"])), ("shop", plain), true),
            (("session", Slips(&["shop"])), ("shop", Merged), true),
            (("session", Slips(&["shop"])), ("cart", Slips(&["shop"])), true),
            (("session", Slips(&["shop"])), ("cart", Slips(&["basket"])), false),
            // Tombstones.
            (("session", plain), ("session-xAbCd-_09", plain), true),
            (("session", Slips(&["shop"])), ("shop-xAbCd-_09", plain), true),
            (("session", plain), ("session-xAbCd-_0", plain), false),
            (("session", plain), ("session-xAbCd-_09", Merged), true),
            // Siblings: a letter and fourteen characters.
            (("cart", Merged), ("carto123456789abcde", plain), true),
            (("cart", Merged), ("cartb123456789abcde", plain), true),
            (("cart", Merged), ("cartx123456789abcde", plain), false),
            (("cart", Merged), ("carto123456789abcd", plain), false),
            (("cart", Merged), ("carto123456789abc.e", plain), false),
            (("cart", Merged), ("session", Slips(&["carto123456789abcde"])), true),
            // Tombstones that are named like siblings.
            (("cart", Merged), ("cartorder", plain), true),
            (("cart", Merged), ("cartbread", plain), true),
            (("cart", Merged), ("carthorse", plain), false),
            (("cart", Merged), ("cartoon", plain), false),
            // Siblings of two states.
            (("cart", Merged), ("carto", Merged), false),
        ] {
            let [first, second] = [claim::<u8>("test/one", one.0, one.1), claim::<u16>("test/other", other.0, other.1)];
            assert_eq!(first.clash(&second).is_some(), clashes, "{} and {}", one.0, other.0);
            assert_eq!(second.clash(&first), first.clash(&second));
        }
        let (one, other) = (claim::<u8>("test/one", "a", plain), claim::<u8>("test/other", "b", plain));
        assert!(one.clash(&other).is_some(), "one type");
        let (one, other) = (claim::<u8>("test/one", "a", plain), claim::<u16>("test/one", "b", plain));
        assert!(one.clash(&other).is_some(), "one purpose");
    }
}
