//! From the cookies of a request to one slip, or to the reason why there is none.
//!
//! It may not know what an answer will be. Of several cookies of one name at most one may be ours: who plants a second one must gain
//! nothing (docs/threats.md T72).

use crate::{
    cookie::{event, jar::Inner, request::Cookies},
    error::{Error, ErrorKind, Rejection},
    slip::Slip,
    state::SlipState,
    time::UnixTime,
};
use std::{ops::Range, str};

/// The most cookies of one name that are looked at with a key: browsers send one, an attacker may send as many as the header holds. What
/// is malformed costs no more than its length, and does not count.
const MAX_CANDIDATES: usize = 32;

/// What a request has brought of one slip.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error, cookie::{Cookies, Jar, Outcome}}; use std::time::Duration;
/// # #[derive(Default, serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// # let keys = Keyring::generate()?;
/// let carts = Jar::builder("cart", Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(60)))).build()?;
/// let visit = carts.visit(Cookies::from_fields([b"__Host-cart=junk".as_slice()]))?;
/// assert_eq!(visit.outcome(), Outcome::Rejected);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// No cookie of this name.
    Absent,
    /// A slip: authentic, in time, of this browser's session.
    Opened,
    /// It was one, and its life or that of its key is over.
    Expired,
    /// It is none of ours, or two of ours, of which nobody can say which one is meant.
    Rejected,
    /// It may be one, but not here and now: see [`Error::is_unreadable`]. Or its [upgrade](SlipState::upgrade) failed otherwise, or the
    /// [list](crate::revoke) of those that were revoked did not answer.
    Unreadable,
    /// It was one, and this browser has been told that it has ended.
    LoggedOut,
    /// It was one, and a [list](crate::revoke) that all servers share says that it was ended from elsewhere; or its
    /// [upgrade](SlipState::upgrade) says so.
    Revoked,
}

/// What was found, before a handler does anything.
pub(crate) struct Brought<T> {
    pub(crate) outcome: Outcome,
    pub(crate) slip: Option<Slip<T>>,
    /// Why there is no slip.
    pub(crate) error: Option<Error>,
    /// The absolute end of the slip.
    pub(crate) ends_at: Option<UnixTime>,
    /// Where the slip's text stands.
    pub(crate) place: Option<Place>,
    /// Whether there is a cookie of the present name; and which of the former ones there are.
    pub(crate) is_there: bool,
    pub(crate) formers: Vec<usize>,
    /// The bytes that the cookies of the present name and of the former ones take in the request: who writes the one deletes the others.
    pub(crate) takes: usize,
    /// Whether the cookies of the name are of no use to anybody, so that they may be deleted.
    pub(crate) is_useless: bool,
}

/// The text of a slip in the request, and the former name under which it was found, if it was.
#[derive(Clone)]
pub(crate) struct Place {
    value: Range<usize>,
    former: Option<usize>,
}

impl<T> Brought<T> {
    /// Whether the slip stands under a former name.
    pub(crate) fn is_former(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.former.is_some())
    }
}

impl Place {
    /// The bytes of the text.
    pub(crate) fn len(&self) -> usize {
        self.value.len()
    }
}

/// A cookie that was tried, and where its value stands.
type Tried<T> = (Result<Slip<T>, Error>, Range<usize>);

/// What the cookies of one name come to.
struct Named<T> {
    best: Option<Tried<T>>,
    count: usize,
    takes: usize,
    is_ambiguous: bool,
    /// Whether there were too many to look at all of them.
    is_cut: bool,
}

/// What the request has of a slip, under all the names that its cookie has or had.
struct Found<T> {
    named: Named<T>,
    /// The former name under which it was found, if it was.
    former: Option<usize>,
    /// The former names of which there are cookies.
    formers: Vec<usize>,
    /// Of the present name: whether there is a cookie.
    is_there: bool,
    /// The bytes that the cookies of all these names take.
    takes: usize,
    /// Whether any name had too many cookies to look at.
    is_cut: bool,
}

fn find<T: SlipState>(jar: &Inner<T>, cookies: &Cookies, now: UnixTime) -> Found<T> {
    let named_now = named(cookies, jar.attributes.name(), |text| jar.sealer.open_at(text, now));
    // What is proven to be ours and cannot be read here is not overwritten by what stands under a former name.
    let is_found = match &named_now.best {
        Some((Ok(_), _)) => true,
        Some((Err(error), _)) => is_kept(error),
        None => false,
    };
    let (is_there, takes, is_cut) = (named_now.count > 0, named_now.takes, named_now.is_cut);
    let mut found = Found { named: named_now, former: None, formers: Vec::new(), is_there, takes, is_cut };
    for (index, old) in jar.formers.iter().enumerate() {
        let here = named(cookies, old.attributes.name(), |text| old.opener.open_at(text, now));
        if here.count == 0 {
            continue;
        }
        found.formers.push(index);
        found.is_cut |= here.is_cut;
        // Once, if a cookie was set in several ways under one name: each has a former of its own, which deletes it where it stands.
        let name = old.attributes.name();
        let is_counted = jar.formers.iter().take(index).any(|before| before.attributes.name() == name);
        found.takes += if is_counted || name == jar.attributes.name() { 0 } else { here.takes };
        // The present name goes first; under a former one stands what counts if it is worth more: what opens, and what may open elsewhere.
        let worth = |named: &Named<T>| named.best.as_ref().map(|(opened, _)| rank(opened));
        let is_better = worth(&here) > worth(&found.named);
        if !is_found && found.former.is_none() && is_better && !found.named.is_ambiguous {
            (found.named, found.former) = (here, Some(index));
        }
    }
    found
}

pub(crate) fn read<T: SlipState>(jar: &Inner<T>, cookies: &Cookies, now: UnixTime) -> Brought<T> {
    let Found { named: found, former, formers, is_there, takes, is_cut } = find(jar, cookies, now);
    let place = found.best.as_ref().map(|(_, value)| Place { value: value.clone(), former });
    let blank = Brought {
        outcome: Outcome::Absent,
        slip: None,
        error: None,
        ends_at: None,
        place,
        is_there,
        formers,
        takes,
        is_useless: false,
    };
    let size = blank.place.as_ref().map_or(0, |place| place.value.len());
    if found.is_ambiguous {
        event::ambiguous(jar.attributes.name(), found.count);
        let error = Some(Error::not_authentic("several authentic cookies of one name"));
        return Brought { outcome: Outcome::Rejected, error, ..blank };
    }
    match found.best {
        None => blank,
        Some((Ok(slip), _)) if slip.ends_at() <= now => {
            // Accepted for the leeway's sake, and never to be sealed again.
            event::expired(jar.attributes.name(), size);
            Brought {
                outcome: Outcome::Expired,
                error: Some(Error::expired(now.since(slip.ends_at()).as_secs())),
                is_useless: !is_cut,
                ..blank
            }
        }
        Some((Ok(slip), _)) if jar.has_ended(&slip.id(), cookies, now) => {
            event::logged_out(jar.attributes.name(), size);
            Brought { outcome: Outcome::LoggedOut, is_useless: !is_cut, ..blank }
        }
        Some((Ok(slip), _)) => {
            Brought { outcome: Outcome::Opened, ends_at: Some(slip.ends_at()), slip: Some(slip), ..blank }
        }
        Some((Err(error), value)) => {
            let outcome = match () {
                () if error.is_rejected() => Outcome::Rejected,
                () if error.is_expired() => Outcome::Expired,
                () if error.is_revoked() => Outcome::Revoked,
                // What a state's own upgrade could not do now, it may do later.
                () => Outcome::Unreadable,
            };
            let text = cookies.at(&value).and_then(|value| str::from_utf8(value).ok());
            event::refused(jar.attributes.name(), &error, text, size);
            let is_useless = outcome != Outcome::Unreadable && !is_cut;
            Brought { outcome, error: Some(error), is_useless, ..blank }
        }
    }
}

/// Whether the client has something that is proven to be ours and is not over, though it cannot be read here and now.
pub(crate) fn is_kept(error: &Error) -> bool {
    let is_over = error.is_rejected() || error.is_expired() || error.is_revoked();
    !is_over && error.kind() != ErrorKind::UnknownKey
}

/// The text of what was found.
pub(crate) fn text<'c>(cookies: &'c Cookies, place: &Place) -> Option<&'c str> {
    str::from_utf8(cookies.at(&place.value)?).ok()
}

/// Opens again what was found, to have its state as it was.
pub(crate) fn again<T: SlipState>(jar: &Inner<T>, cookies: &Cookies, place: &Place, now: UnixTime) -> Option<Slip<T>> {
    let text = text(cookies, place)?;
    match place.former {
        None => jar.sealer.open_at(text, now).ok(),
        Some(index) => jar.formers.get(index)?.opener.open_at(text, now).ok(),
    }
}

/// Tries the cookies of a name. One that opens is better than one that is unreadable, that than one that has expired, that than junk.
fn named<T>(cookies: &Cookies, name: &str, open: impl Fn(&str) -> Result<Slip<T>, Error>) -> Named<T> {
    let mut all = Named { best: None, count: 0, takes: 0, is_ambiguous: false, is_cut: false };
    let mut tried = 0;
    for place in cookies.places(name) {
        all.count += 1;
        all.takes += name.len() + 1 + place.len() + 2;
        if tried == MAX_CANDIDATES {
            // What has not been looked at is not deleted either.
            all.is_cut = true;
            continue;
        }
        let Some(value) = cookies.at(&place) else { continue };
        if all.best.as_ref().is_some_and(|(_, best)| cookies.at(best) == Some(value)) {
            continue; // The same cookie twice.
        }
        let text = str::from_utf8(value).map_err(|_| Error::malformed("not text"));
        let opened = text.and_then(&open);
        let is_malformed = opened.as_ref().is_err_and(|error| error.rejection() == Some(Rejection::Malformed));
        tried += usize::from(!is_malformed);
        let is_better = match (&opened, &all.best) {
            (_, None) => true,
            // Sent twice with different paths while it was renewed: the later one.
            (Ok(new), Some((Ok(old), _))) if new.id() == old.id() => new.sealed_at() > old.sealed_at(),
            (Ok(_), Some((Ok(_), _))) => {
                all.is_ambiguous = true;
                false
            }
            (new, Some((old, _))) => rank(new) > rank(old),
        };
        if is_better {
            all.best = Some((opened, place));
        }
    }
    all
}

fn rank<T>(opened: &Result<T, Error>) -> u8 {
    match opened.as_ref().map_err(Error::kind) {
        Ok(_) => 4,
        Err(ErrorKind::Rejected) => 0,
        Err(ErrorKind::Expired | ErrorKind::KeyRetired | ErrorKind::Revoked) => 1,
        Err(ErrorKind::UnknownKey) => 2,
        // Proven to be ours.
        Err(_) => 3,
    }
}
