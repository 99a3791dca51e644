//! One named cookie of an application: how it is sealed, how it is set, what it may cost.
//!
//! It may not know requests in detail or handlers: those are in `reading.rs` and `visit.rs`.

use crate::{
    builder::Builder,
    claims::SlipId,
    cookie::{
        attributes::{Attributes, Prefix, SameSite, Settings},
        budget::{Budget, Tally},
        form_token::FormTokens,
        former::Former,
        request::Cookies,
        tombstone::Tombstones,
        visit::Visit,
    },
    error::Error,
    opener::Opener,
    revoke::Guard,
    sealer::{Sealer, Seals},
    slip::Slip,
    state::SlipState,
    time::UnixTime,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// One cookie of an application, and the slips that it carries.
///
/// The cookie's name is bound into every token, so that a value under another name is rejected.
///
/// ```
/// use orderslip::{Keyring, Lifetime, Sealer, SlipState, cookie::{Cookies, Jar, Outcome}};
/// use std::time::Duration;
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Cart { lines: Vec<String> }
///
/// impl SlipState for Cart {
///     const PURPOSE: &'static str = "shop.example/cart";
///     const VERSION: u16 = 1;
/// }
///
/// # fn main() -> Result<(), orderslip::Error> {
/// let keys = Keyring::generate()?;
/// let week = Lifetime::absolute(Duration::from_secs(7 * 86_400));
/// let carts = Jar::builder("cart", Sealer::<Cart>::encrypted(&keys).lifetime(week)).build()?;
///
/// // A request comes, and is answered:
/// let mut visit = carts.visit(Cookies::from_fields([b"theme=dark".as_slice()]))?;
/// visit.update(|cart| cart.lines.push("soup".into()))?;
/// let plan = visit.plan();
/// let line = &plan.set_cookie()[0];
/// assert!(line.starts_with("__Host-cart=") && line.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"));
///
/// // The next request brings it back:
/// let pair = line.split(';').next().unwrap_or_default();
/// let mut visit = carts.visit(Cookies::from_fields([pair.as_bytes()]))?;
/// assert_eq!(visit.outcome(), Outcome::Opened);
/// assert_eq!(visit.state().map(|cart| cart.lines.len()), Some(1));
/// assert!(visit.plan().set_cookie().is_empty(), "nothing is written unless it changed or is due");
/// # Ok(()) }
/// ```
#[doc(alias("session", "cookie", "CookieJar"))]
pub struct Jar<T>(Arc<Inner<T>>);

pub(crate) struct Inner<T> {
    pub(crate) sealer: Sealer<T>,
    pub(crate) attributes: Attributes,
    pub(crate) budget: Budget,
    pub(crate) formers: Vec<Earlier<T>>,
    pub(crate) tombstones: Option<Tombstones>,
    pub(crate) forms: FormTokens,
    /// What knows of slips that were ended from elsewhere.
    pub(crate) guard: Option<Guard>,
    /// Whether browsers keep the cookie when they are closed.
    outlives_browser: bool,
    /// What the cookies of mergeable state are like, too.
    pub(crate) settings: Settings,
    /// Whether mergeable state is tied to its slips.
    is_anchor: AtomicBool,
}

/// A cookie from which slips are taken, and the tombstones that were set beside it.
pub(crate) struct Earlier<T> {
    pub(crate) attributes: Attributes,
    pub(crate) opener: Opener<T>,
    tombstones: Option<Tombstones>,
}

impl<T: SlipState> Jar<T> {
    /// A cookie of this name, before its prefix: `__Host-` unless [`prefix`](JarBuilder::prefix) says otherwise.
    ///
    /// Take [`Sealer::encrypted`] unless everybody may read what is in it: a browser's extensions, its backups and whoever sits before it
    /// do.
    pub fn builder(name: &str, sealer: Builder<T, Seals>) -> JarBuilder<T> {
        JarBuilder {
            name: name.to_owned(),
            sealer,
            settings: Settings::default(),
            budget: Budget::default(),
            formers: Vec::new(),
            tombstones: true,
            outlives_browser: true,
            guard: None,
        }
    }

    /// The cookie's name on the wire, with its prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.attributes.name()
    }

    /// What a request brought, now.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the clock cannot tell. A cookie that is junk is no error.
    pub fn visit(&self, cookies: Cookies) -> Result<Visit<T>, Error> {
        Ok(self.visit_at(cookies, self.0.sealer.now()?))
    }

    /// What a request brought, as of the given time.
    ///
    /// See [`visit`](Self::visit).
    #[must_use]
    pub fn visit_at(&self, cookies: Cookies, now: UnixTime) -> Visit<T> {
        Visit::new(Arc::clone(&self.0), Arc::new(Request::new(cookies)), now)
    }

    /// The text of a token for this cookie that begins a new slip: for tests, and for answers that no handler plans.
    ///
    /// # Errors
    /// As [`Sealer::seal_at`].
    pub fn mint_at(&self, state: &T, now: UnixTime) -> Result<String, Error> {
        self.0.sealer.seal_at(state, now)
    }

    pub(crate) fn inner(&self) -> &Arc<Inner<T>> {
        &self.0
    }
}

/// A request's cookies, and what all jars spend on its answer.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) cookies: Cookies,
    pub(crate) tally: Tally,
}

impl Request {
    pub(crate) fn new(cookies: Cookies) -> Self {
        Self { cookies, tally: Tally::default() }
    }
}

impl<T: SlipState> Inner<T> {
    /// Whether this browser has been told that a slip has ended: under whichever name, as servers of both are there while a name is changed.
    pub(crate) fn has_ended(&self, id: &SlipId, cookies: &Cookies, now: UnixTime) -> bool {
        let formers = self.formers.iter().map(|former| (&former.tombstones, former.attributes.name()));
        let mut all = std::iter::once((&self.tombstones, self.attributes.name())).chain(formers);
        all.any(|(tombstones, name)| {
            tombstones.as_ref().is_some_and(|stones| stones.stands_for(id, name, cookies, now))
        })
    }

    /// From now on its slips carry the secret that mergeable state is tied by.
    pub(crate) fn become_anchor(&self) {
        self.is_anchor.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_anchor(&self) -> bool {
        self.is_anchor.load(Ordering::Relaxed)
    }

    /// The line that gives the client a token of a slip.
    pub(crate) fn line(&self, slip: &Slip<T>, token: &str, now: UnixTime) -> String {
        self.attributes.set("", token, self.outlives_browser.then(|| slip.expires_at().since(now)))
    }
}

/// The settings of a [`Jar`].
#[must_use = "a builder does nothing until it is built"]
pub struct JarBuilder<T> {
    name: String,
    sealer: Builder<T, Seals>,
    settings: Settings,
    budget: Budget,
    formers: Vec<Former>,
    tombstones: bool,
    outlives_browser: bool,
    guard: Option<Guard>,
}

impl<T: SlipState> JarBuilder<T> {
    /// What the name begins with; [`Prefix::Host`] unless set.
    pub fn prefix(mut self, prefix: Prefix) -> Self {
        self.settings.prefix = prefix;
        self
    }

    /// With which requests from other sites the cookie goes; [`SameSite::Lax`] unless set.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.settings.same_site = same_site;
        self
    }

    /// Keeps a cookie for each site that embeds yours (CHIPS): `Partitioned`.
    pub fn partitioned(mut self) -> Self {
        self.settings.partitioned = true;
        self
    }

    /// The path below which the cookie is sent; `/` unless set. Another one takes another prefix than [`Prefix::Host`].
    ///
    /// A path is no wall: a page of another path of the same host reads what it likes.
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.settings.path);
        self
    }

    /// The domain with all whose hosts the cookie is shared; only the host that sets it unless set. It takes another prefix than
    /// [`Prefix::Host`].
    pub fn domain(mut self, domain: &str) -> Self {
        self.settings.domain = Some(domain.to_owned());
        self
    }

    /// Lets the page's scripts see the cookie: no `HttpOnly`.
    ///
    /// Why it has it: [`manual::cookies`](crate::manual::cookies#one-cookie).
    #[doc(alias("HttpOnly"))]
    pub fn readable_by_scripts(mut self) -> Self {
        self.settings.http_only = false;
        self
    }

    /// **In development only**: sends the cookie over plain HTTP, without `Secure` and without its prefix.
    ///
    /// Rarely needed: Chromium, Firefox and curl take `http://localhost` for a secure place. A jar `session` is then called so on the wire,
    /// and clashes with another's former name `session`.
    ///
    /// What else browsers drop: [`testing::Browser`](crate::manual::troubleshooting#the-cookie-is-set-and-does-not-come-back).
    #[doc(alias("Secure", "localhost"))]
    pub fn insecure_for_development(mut self) -> Self {
        self.settings.secure = false;
        self
    }

    /// No `Max-Age`: the cookie goes when the browser is closed, unless it restores its tabs. The slip ends at its time all the same.
    ///
    /// How long that is: [`Lifetime`](crate::Lifetime).
    pub fn until_the_browser_closes(mut self) -> Self {
        self.outlives_browser = false;
        self
    }

    /// No tombstones: an answer that was in flight brings back a slip that has ended. For what may come back, such as a flash message.
    ///
    /// What they are: [`manual::cookies`](crate::manual::cookies#what-a-handler-may-do).
    #[doc(alias("flash"))]
    pub fn without_tombstones(mut self) -> Self {
        self.tombstones = false;
        self
    }

    /// Asks a list of revocations about every slip that a request brings, once for each request and jar in which somebody asks for the slip.
    ///
    /// The extractors of the adapters do so. Without them it is [`Visits::checked`](crate::cookie::Visits::checked) or [`Visit::check`]; a slip
    /// that was not checked is not there.
    #[doc(alias("blacklist", "denylist"))]
    pub fn revocations(mut self, guard: &Guard) -> Self {
        self.guard = Some(guard.clone());
        self
    }

    /// Takes slips from a cookie that had this name on the wire, prefix and all, and moves them to the present one. If it had another domain or path, or was partitioned and
    /// is not, say so: [`Former`].
    ///
    /// Deploy it everywhere before anything depends on it: a server that does not know the new name finds no slip.
    ///
    /// The order of the steps: [`manual::migration`](crate::manual::migration#two-deploys-not-one).
    pub fn formerly(mut self, name: impl Into<Former>) -> Self {
        self.formers.push(name.into());
        self
    }

    /// The limits; [`Budget::default`] unless set.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Makes the jar.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the name or an attribute would break its line, attributes contradict each other, a budget is beyond what
    /// browsers keep, or the sealer cannot be built.
    pub fn build(self) -> Result<Jar<T>, Error> {
        self.budget.check()?;
        let attributes = Attributes::new(&self.name, &self.settings)?;
        let sealer = self.sealer.build_for(attributes.name().as_bytes())?;
        let earlier = |former: Former| {
            let other = former.attributes(&self.settings)?;
            if other.name() == attributes.name() {
                // Without its prefix, in development, a cookie may have the name that it had before.
                if other.is_one_with(&attributes) || !self.settings.secure {
                    return Ok(None);
                }
                return Err(Error::misuse(
                    "nobody can tell a cookie of another domain or path under the same name: take a new one",
                ));
            }
            let attributes = other;
            let opener = sealer.opener().under(attributes.name().as_bytes())?;
            let tombstones = self.tombstones.then(|| Tombstones::new(&sealer, attributes.name())).transpose()?;
            Ok(Some(Earlier { attributes, opener, tombstones }))
        };
        let formers =
            self.formers.into_iter().map(earlier).filter_map(Result::transpose).collect::<Result<_, Error>>()?;
        let tombstones = self.tombstones.then(|| Tombstones::new(&sealer, attributes.name())).transpose()?;
        let forms = FormTokens::new(&sealer, attributes.name())?;
        let (budget, outlives_browser, guard) = (self.budget, self.outlives_browser, self.guard);
        if let Some(guard) = &guard {
            guard.cover(sealer.longest_life());
        }
        let is_anchor = AtomicBool::new(false);
        let settings = self.settings;
        let inner = Inner {
            sealer,
            attributes,
            budget,
            formers,
            tombstones,
            forms,
            guard,
            outlives_browser,
            settings,
            is_anchor,
        };
        Ok(Jar(Arc::new(inner)))
    }
}

impl<T> Clone for Jar<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Jar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jar")
            .field("attributes", &self.0.attributes)
            .field("budget", &self.0.budget)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for JarBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JarBuilder").field("name", &self.name).field("settings", &self.settings).finish_non_exhaustive()
    }
}
