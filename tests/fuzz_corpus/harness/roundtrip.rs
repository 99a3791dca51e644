//! What is sealed opens as what it was, in every format, bound or not, and nowhere else.

use super::states::{Either, Positional, TIME, Typed, builder};
use crate::forge::keys::ALL;
use arbitrary::{Arbitrary, Result, Unstructured};
use orderslip::{SlipState, UnixTime};
use std::{fmt::Debug, time::Duration};

impl<'a> Arbitrary<'a> for Typed {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            small: u.arbitrary()?,
            signed: u.arbitrary()?,
            large: u.arbitrary()?,
            text: u.arbitrary()?,
            letter: u.arbitrary()?,
            bytes: u.arbitrary()?,
            list: u.arbitrary()?,
            map: u.arbitrary()?,
            numbers: u.arbitrary()?,
            pair: u.arbitrary()?,
            unit: (),
            // In itself only so often, or the budget goes into nothing else.
            later: if !u.is_empty() && u.ratio(1, 4)? { Some(Box::new(u.arbitrary()?)) } else { None },
        })
    }
}

impl<'a> Arbitrary<'a> for Either {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=3)? {
            0 => Self::Nothing,
            1 => Self::One(u.arbitrary()?),
            2 => Self::Two(u.arbitrary()?, u.arbitrary()?),
            _ => Self::Named { left: u.arbitrary()?, right: u.arbitrary()? },
        })
    }
}

/// How it is sealed.
#[derive(Debug)]
struct Way {
    format: usize,
    deployment: Vec<Vec<u8>>,
    call: Vec<Vec<u8>>,
    later: u16,
}

impl<'a> Arbitrary<'a> for Way {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            format: u.choose_index(ALL.len())?,
            deployment: u.arbitrary()?,
            call: u.arbitrary()?,
            later: u.arbitrary()?,
        })
    }
}

fn there_and_back<T: SlipState + Debug + PartialEq>(way: &Way, state: &T) {
    let alg = ALL[way.format];
    let built = way.deployment.iter().fold(builder::<T>(alg), |builder, binding| builder.bind(binding)).build();
    let sealer = match built {
        Ok(sealer) => sealer,
        Err(error) => return assert!(error.is_misuse() && way.deployment.len() > 16),
    };
    let bound = sealer.bound(&way.call);
    let token = match bound.seal_at(state, TIME) {
        Ok(token) => token,
        Err(error) => {
            assert!(error.is_too_large() || error.is_misuse(), "{error:?}");
            if error.is_misuse() {
                // Deeper than 32 levels, or too many bindings.
                assert!(way.call.len() > 16 || format!("{state:?}").matches("later: Some").count() > 3, "{error}");
            }
            return;
        }
    };
    assert!(token.len() <= orderslip::MAX_TOKEN_TEXT);
    let slip = bound.open_at(&token, TIME).expect("what was sealed opens");
    assert_eq!(slip.state(), state);
    // At another time it is over or not yet, or the same.
    let later = UnixTime::from_secs(TIME.as_secs() + u64::from(way.later));
    match bound.open_at(&token, later) {
        Ok(again) => assert_eq!((again.id(), again.state()), (slip.id(), slip.state())),
        Err(error) => assert!(error.is_expired() && later >= slip.expires_at(), "{error:?}"),
    }
    if let Ok(token) = bound.reseal_at(&slip, TIME.saturating_add(Duration::from_secs(5))) {
        let again = bound.open_at(&token, TIME.saturating_add(Duration::from_secs(5))).expect("sealed again");
        assert_eq!((again.id(), again.began_at(), again.state()), (slip.id(), slip.began_at(), slip.state()));
    }
    // Bound to anything else it is none.
    let mut other = way.call.clone();
    other.push(b"other".to_vec());
    let elsewhere = sealer.bound(&other).open_at(&token, TIME);
    assert!(elsewhere.is_err_and(|error| error.is_rejected() || (error.is_misuse() && other.len() > 16)));
}

pub fn roundtrip(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok((way, state)) = input.arbitrary::<(Way, Typed)>() else { return };
    if input.is_empty() {
        there_and_back(&way, &state);
    } else {
        there_and_back(&way, &Positional(state));
    }
}
