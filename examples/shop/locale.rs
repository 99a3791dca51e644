//! The two languages of the shop, and how each writes money and time.
//!
//! It may not know pages: the words are in `texts.rs`.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A language of the shop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Locale {
    #[default]
    En,
    De,
}

impl Locale {
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::De];

    /// As it stands in forms and in `lang` (BCP 47).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// One of two texts.
    pub(crate) fn pick<T>(self, english: T, german: T) -> T {
        match self {
            Self::En => english,
            Self::De => german,
        }
    }

    pub(crate) fn money(self, cents: u64) -> String {
        let (whole, rest) = (cents / 100, cents % 100);
        self.pick(format!("€{whole}.{rest:02}"), format!("{whole},{rest:02}\u{a0}€"))
    }

    /// Roughly how long: the largest unit that there are two of.
    pub(crate) fn span(self, span: Duration) -> String {
        let secs = span.as_secs();
        match secs {
            0..120 => format!("{secs} s"),
            120..7200 => format!("{} min", secs / 60),
            7200..172_800 => format!("{} h", secs / 3600),
            _ => format!("{} {}", secs / 86_400, self.pick("days", "Tage")),
        }
    }
}
