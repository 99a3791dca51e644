//! What a browser sends at once.
//!
//! It may not know to which cart, nor what becomes of it.

use crate::op::Op;

/// What is in the cart first, one after the other, and then what is sent all at once.
#[derive(Clone, Debug)]
pub(crate) struct Burst {
    pub(crate) first: Vec<Op>,
    pub(crate) at_once: Vec<Op>,
}

/// How many at once.
pub(crate) const KS: [usize; 5] = [2, 4, 8, 16, 32];

impl Burst {
    /// Every kind of burst with so many writes at once.
    pub(crate) fn all(k: usize) -> [Self; 4] {
        [Self::adds(k), Self::one_more(k), Self::removes_and_adds(k), Self::checkouts_and_adds(k)]
    }

    /// Different articles.
    pub(crate) fn adds(k: usize) -> Self {
        Self { first: adds("old", 3).collect(), at_once: adds("new", k).collect() }
    }

    /// One more of the same.
    pub(crate) fn one_more(k: usize) -> Self {
        Self { first: vec![Op::Add("soup".into())], at_once: vec![Op::Add("soup".into()); k] }
    }

    /// Half of the writes take out what is there.
    pub(crate) fn removes_and_adds(k: usize) -> Self {
        let gone = k / 2;
        let removes = (0..gone).map(|n| Op::Remove(format!("old-{n}")));
        Self { first: adds("old", gone + 1).collect(), at_once: mixed(removes, adds("new", k - gone)) }
    }

    /// One checkout, or two if there are more than two writes.
    pub(crate) fn checkouts_and_adds(k: usize) -> Self {
        let checkouts = if k > 2 { 2 } else { 1 };
        let orders = std::iter::repeat_n(Op::Checkout, checkouts);
        Self { first: adds("old", 3).collect(), at_once: mixed(orders, adds("new", k - checkouts)) }
    }
}

fn adds(what: &str, count: usize) -> impl Iterator<Item = Op> {
    (0..count).map(move |n| Op::Add(format!("{what}-{n}")))
}

/// One of these, one of those, until there are none.
fn mixed(mut these: impl Iterator<Item = Op>, mut those: impl Iterator<Item = Op>) -> Vec<Op> {
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(these.next().into_iter().chain(those.next()));
        if all.len() == before {
            return all;
        }
    }
}
