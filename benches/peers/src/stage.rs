//! Where contenders enter: each must open what it has sealed, to the last field of the state, and refuse it when it was changed, before
//! anything of it is timed.

use crate::race::Race;
use crate::states::Positional;
use orderslip::SlipState;
use std::{collections::BTreeMap, fmt::Debug, hint::black_box};

pub const STATES: [&str; 3] = ["Session", "Cart10", "Cart30"];

/// A state that ours and every peer can carry.
pub trait State: SlipState + Clone + PartialEq + Debug {
    /// Ours alone, as no peer has a choice of layouts.
    type ByPosition: SlipState + Clone;
    fn by_position(self) -> Self::ByPosition;
    fn by_name(positional: Self::ByPosition) -> Self;
}

impl<T: SlipState + Clone + PartialEq + Debug> State for T
where
    Positional<T>: SlipState,
{
    type ByPosition = Positional<T>;

    fn by_position(self) -> Positional<T> {
        Positional(self)
    }

    fn by_name(positional: Positional<T>) -> T {
        positional.0
    }
}

/// What a token promises, and in which dress: like is compared with like.
#[derive(Clone, Copy, PartialEq)]
pub enum Class {
    /// Nobody but the servers can read or make it.
    Encrypted,
    /// The same as a JWE in the compact serialization.
    Jwe,
    /// Everybody can read it, the servers can make it.
    Signed,
    /// The same as a JWS in the compact serialization.
    Jws,
    /// Everybody can read and verify it, one can make it.
    PubliclySigned,
}

pub struct Contender {
    pub name: &'static str,
    pub class: Class,
}

/// All contenders, with the sizes of their tokens, and the race that they run.
#[derive(Default)]
pub struct Stage {
    pub race: Race<'static>,
    pub contenders: Vec<Contender>,
    sizes: BTreeMap<(&'static str, &'static str), usize>,
}

impl Stage {
    /// Characters of a token as the value of a cookie.
    pub fn size(&self, name: &'static str, state: &'static str) -> usize {
        *self.sizes.get(&(name, state)).expect("a contender that has entered")
    }

    /// Nanoseconds of the fastest sample.
    pub fn seal(&self, name: &str, state: &str) -> f64 {
        self.race.min(&format!("{state}/{name}/seal"))
    }

    pub fn open(&self, name: &str, state: &str) -> f64 {
        self.race.min(&format!("{state}/{name}/open"))
    }

    pub fn both(&self, name: &str, state: &str) -> f64 {
        self.seal(name, state) + self.open(name, state)
    }
}

/// The stage with one of the three states set up.
pub struct Scene<'a, T> {
    pub stage: &'a mut Stage,
    pub state_name: &'static str,
    pub state: T,
}

/// The cookie of those peers that seal whole cookies and not values.
pub const COOKIE: &str = "slip";

impl<T: State> Scene<'_, T> {
    /// `seal` makes a token, or for a peer that works on cookies the pair `slip=…` of a header; `open` reads it.
    pub fn enter(
        &mut self,
        name: &'static str,
        class: Class,
        seal: impl Fn(&T) -> String + 'static,
        open: impl Fn(&str) -> Option<T> + 'static,
    ) {
        let (state, token) = (self.state.clone(), seal(&self.state));
        assert_eq!(open(&token).as_ref(), Some(&state), "{name} opens what it has sealed");
        for changed in changed(&token) {
            assert!(open(&changed).is_none(), "{name} refuses a changed token");
        }
        let value = token.strip_prefix("slip=").unwrap_or(&token);
        self.stage.sizes.insert((name, self.state_name), value.len());
        if !self.stage.contenders.iter().any(|known| known.name == name) {
            self.stage.contenders.push(Contender { name, class });
        }
        self.stage.race.add(format!("{}/{name}/seal", self.state_name), move || {
            black_box(seal(black_box(&state)));
        });
        self.stage.race.add(format!("{}/{name}/open", self.state_name), move || {
            black_box(open(black_box(&token)).expect("a token that has just been sealed"));
        });
    }
}

/// The token with one character changed, in four places; never only in case, which is no change to a percent-encoded byte.
fn changed(token: &str) -> impl Iterator<Item = String> {
    (1..=4).map(|fifth| {
        let place = token.len() * fifth / 5;
        let (before, after) = token.split_at(place);
        let other = if after.starts_with(['a', 'A']) { 'B' } else { 'A' };
        format!("{before}{other}{}", after.get(1..).expect("tokens are ASCII"))
    })
}
