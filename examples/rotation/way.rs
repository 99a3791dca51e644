//! The three ways to rotate a key that the rehearsal compares.
//!
//! It may not know how any of them is done.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// The next key is everywhere before it seals, and the last one stays until its tokens are over.
    Staged,
    /// The next key seals at once, and the last one stays until its tokens are over.
    Hasty,
    /// The next key takes the place of the last one.
    Naive,
}

impl Way {
    pub(crate) const ALL: [Self; 3] = [Self::Staged, Self::Hasty, Self::Naive];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Hasty => "hasty",
            Self::Naive => "naive",
        }
    }
}

/// What the operator does when it is due.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Stage,
    Retire,
    Prune,
}

impl Act {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Retire => "retire",
            Self::Prune => "prune",
        }
    }
}
