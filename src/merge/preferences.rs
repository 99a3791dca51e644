//! Plain fields, of which the last write counts: theme, locale, what was dismissed.
//!
//! It may not know cookies. Never who the user is or what the user may do: that belongs into the session slip, whole.

use super::{Mergeable, Siblings};
use crate::{
    error::Error,
    state::{Old, SlipState},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

/// What the fields are for.
pub trait Fields: Send + Sync + 'static {
    /// As [`SlipState::PURPOSE`].
    const PURPOSE: &'static str;

    /// As [`SlipState::VERSION`].
    const VERSION: u16;
}

/// Fields that two tabs may set at once without one of them setting the other's back.
///
/// ```
/// use orderslip::merge::{Fields, Mergeable, Preferences, Set};
///
/// struct Display;
/// impl Fields for Display {
///     const PURPOSE: &'static str = "shop.example/display";
///     const VERSION: u16 = 1;
/// }
///
/// let mut display = Preferences::<Display>::default();
/// display.apply(&Set("theme".into(), Some("dark".into())));
/// display.apply(&Set("locale".into(), Some("de".into())));
/// assert_eq!(display.get("theme"), Some("dark"));
/// ```
pub struct Preferences<F> {
    fields: BTreeMap<String, String>,
    kind: PhantomData<fn() -> F>,
}

/// This field becomes this, or is cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set(pub String, pub Option<String>);

impl<F> Preferences<F> {
    /// What a field was last set to.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    /// Every field that is set, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(field, value)| (field.as_str(), value.as_str()))
    }
}

impl<F: Fields> Siblings<Preferences<F>> {
    /// Sets a field, or clears it.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub fn set(&mut self, field: impl Into<String>, value: Option<String>) -> Result<(), Error> {
        self.update(&Set(field.into(), value))
    }
}

impl<F: Fields> SlipState for Preferences<F> {
    const PURPOSE: &'static str = F::PURPOSE;
    const VERSION: u16 = F::VERSION;

    /// The shape is ours and has been one: what was set is set.
    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        old.decode()
    }
}

impl<F: Fields> Mergeable for Preferences<F> {
    type Op = Set;

    fn apply(&mut self, Set(field, value): &Set) {
        match value {
            Some(value) => drop(self.fields.insert(field.clone(), value.clone())),
            None => drop(self.fields.remove(field)),
        }
    }
}

impl<F> Clone for Preferences<F> {
    fn clone(&self) -> Self {
        Self { fields: self.fields.clone(), kind: PhantomData }
    }
}

impl<F> Default for Preferences<F> {
    fn default() -> Self {
        Self { fields: BTreeMap::new(), kind: PhantomData }
    }
}

impl<F> PartialEq for Preferences<F> {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl<F> Eq for Preferences<F> {}

impl<F> fmt::Debug for Preferences<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preferences").field("fields", &self.fields).finish()
    }
}

impl<F> Serialize for Preferences<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl<'de, F> Deserialize<'de> for Preferences<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { fields: BTreeMap::deserialize(deserializer)?, kind: PhantomData })
    }
}
