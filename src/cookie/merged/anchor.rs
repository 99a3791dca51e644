//! The jar that mergeable state is tied to, and its slip in a request, whatever the type of that is.
//!
//! It may not know the state that is tied to it.

use crate::{
    cookie::{
        held::Held,
        jar::{Inner, Jar},
        jars::Visits,
        visit::Tied,
    },
    error::Error,
    merge::dot::Millis,
    state::SlipState,
};
use std::{
    any::{Any, TypeId},
    pin::Pin,
    sync::Arc,
};

/// The jar that another is tied to, whatever its type.
pub(crate) trait AnchorJar: Send + Sync {
    fn state(&self) -> TypeId;
    /// Whether it is this jar, and not another one for the same type.
    fn is(&self, jar: &(dyn Any + Send + Sync)) -> bool;
    fn held(&self, visits: &Visits) -> Result<Box<dyn AnchorSlip>, Error>;
    /// Asks its list of revocations, if it has one.
    fn check<'a>(&'a self, visits: &'a Visits) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;
    /// Whether a handler has put another slip in the place of the one that the request brought.
    fn is_replaced(&self, visits: &Visits) -> bool;
    /// Whether the slip that the request brought is about to be sealed again, with what came before it; or has been, if a handler has asked for what is tied to it.
    fn remembers_before(&self, visits: &Visits, is_asked_for: bool) -> bool;
    fn forget_before(&self, visits: &Visits);
    fn now(&self) -> Result<Millis, Error>;
}

/// A slip of it.
pub(crate) trait AnchorSlip: Send {
    fn tie(&self, writes: bool) -> Result<Tied, Error>;
    fn tied(&self) -> Option<Tied>;
}

pub(super) struct Anchored<S>(pub(super) Arc<Inner<S>>);

impl<S: SlipState + Default> AnchorJar for Anchored<S> {
    fn state(&self) -> TypeId {
        TypeId::of::<S>()
    }

    fn is(&self, jar: &(dyn Any + Send + Sync)) -> bool {
        jar.downcast_ref::<Jar<S>>().is_some_and(|jar| Arc::ptr_eq(jar.inner(), &self.0))
    }

    fn held(&self, visits: &Visits) -> Result<Box<dyn AnchorSlip>, Error> {
        let held: Box<dyn AnchorSlip> = Box::new(visits.held::<S>()?);
        Ok(held)
    }

    fn check<'a>(&'a self, visits: &'a Visits) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>> {
        Box::pin(async move { visits.checked::<S>().await.map(drop) })
    }

    fn is_replaced(&self, visits: &Visits) -> bool {
        visits.opened::<S>().is_some_and(|held| held.visit().is_replaced())
    }

    fn remembers_before(&self, visits: &Visits, is_asked_for: bool) -> bool {
        visits.opened::<S>().is_some_and(|held| held.visit().remembers_before(is_asked_for))
    }

    fn forget_before(&self, visits: &Visits) {
        if let Some(held) = visits.opened::<S>() {
            held.visit().forget_before();
        }
    }

    fn now(&self) -> Result<Millis, Error> {
        let now = Millis::from_unix_millis(self.0.sealer.now_millis()?);
        now.ok_or_else(|| Error::busy("the system's clock stands before 2025 or after 2059"))
    }
}

impl<S: SlipState + Default> AnchorSlip for Held<S> {
    fn tie(&self, writes: bool) -> Result<Tied, Error> {
        self.visit().tie(writes)
    }

    fn tied(&self) -> Option<Tied> {
        self.visit().tied()
    }
}
