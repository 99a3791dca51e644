//! The token that all forms of a page carry. The example `social` has the same.
//!
//! It may not know what a form is for: `checked.rs` gets the token back.

use crate::slips::Session;
use maud::{Markup, html};
use orderslip::cookie::Held;

/// The token of the page's forms.
pub(crate) struct Forms(Option<String>);

impl Forms {
    /// Without a token the forms still work in a browser, which vouches for them: a session that cannot be read here is no reason to show
    /// nothing.
    pub(crate) fn of(session: &Held<Session>) -> Self {
        Self(session.form_token().ok())
    }

    pub(crate) fn hidden(&self) -> Markup {
        html! { @if let Some(token) = &self.0 { input type="hidden" name="token" value=(token); } }
    }
}
