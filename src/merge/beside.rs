//! What other states have in the header that a state shares with them.
//!
//! It sees names and lengths of cookies. It may not know keys, nor open anything: what others have under way, their own memory knows.

use super::{
    item::{Class, Names},
    policy::Policy,
};

/// By how much a base may be longer than the operations that it holds, if there was none before: an empty one has sixteen bytes, and a record
/// in it a head.
const FIRST_BASE: usize = 40;

/// All other states of the application.
#[derive(Default)]
pub(crate) struct Beside(Vec<Other>);

#[derive(Default)]
struct Other {
    items: usize,
    /// What its cookies take of the header.
    bytes: usize,
    /// Of that its bases: what stays when all else is folded.
    bases: usize,
    /// A base takes no more.
    most: usize,
}

impl Beside {
    /// One more, with the cookies of its name.
    pub(crate) fn add<'c>(
        &mut self,
        names: &Names,
        policy: &Policy,
        cookies: impl Iterator<Item = (&'c [u8], &'c [u8])>,
    ) {
        let mut other = Other { most: policy.base_limit(), ..Other::default() };
        for (name, value) in cookies {
            let Some((class, ..)) = str::from_utf8(name).ok().and_then(|name| names.parse(name)) else { continue };
            // "=", and "; " in front.
            let bytes = name.len() + value.len() + 3;
            other.items += 1;
            other.bytes += bytes;
            other.bases += if class == Class::Base { bytes } else { 0 };
        }
        self.0.push(other);
    }

    /// How many states there are, the one that shares with these included.
    pub(crate) fn states(&self) -> usize {
        self.0.len() + 1
    }

    /// Their items in the header.
    pub(crate) fn items(&self) -> usize {
        self.0.iter().map(|other| other.items).sum()
    }

    /// An upper bound for their next bases, if each has so many bytes under way.
    pub(crate) fn reserve(&self, under_way: usize) -> usize {
        self.sum(|other| other.bytes.saturating_add(under_way).saturating_add(FIRST_BASE).min(other.most))
    }

    /// The same once all that the header holds of them is folded.
    pub(crate) fn folded_reserve(&self, under_way: usize) -> usize {
        self.sum(|other| other.bases.saturating_add(under_way).saturating_add(FIRST_BASE).min(other.most))
    }

    /// What they take of the header.
    pub(crate) fn bytes(&self) -> usize {
        self.sum(|other| other.bytes)
    }

    /// What they take of it when all but their bases is folded.
    pub(crate) fn bases(&self) -> usize {
        self.sum(|other| other.bases)
    }

    fn sum(&self, of: impl Fn(&Other) -> usize) -> usize {
        self.0.iter().map(of).fold(0, usize::saturating_add)
    }

    /// Of others that have so many items, of so many bytes, of which so many are bases'.
    #[cfg(test)]
    pub(super) fn with(others: &[(usize, usize, usize)]) -> Self {
        let most = Policy::default().base_limit();
        Self(others.iter().map(|&(items, bytes, bases)| Other { items, bytes, bases, most }).collect())
    }
}
