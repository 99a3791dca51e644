//! What an answer sets and expires: the two-phase rule, and when a jar is compacted.
//!
//! It may not know HTTP. Nothing is expired but what a base *of this request* holds: a base that this answer sets may never arrive
//! (a browser drops a cookie that is too long, or one too many, and still carries out the expiries beside it).

use super::{
    Mergeable,
    admission::Load,
    anchor::{Anchor, SiblingKeys},
    base::Base,
    dot::Millis,
    item::{Class, Content, Item, MAX_COOKIE, NewItem},
    policy::{LIVE_BASES, LIVE_OPERATIONS, MOST_EXPIRED, QUIET, SETTLED},
    siblings::Siblings,
    wire,
};
use crate::error::Error;
use std::fmt;

/// What an answer does to the jar. New items come first on the wire.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) add: Vec<NewItem>,
    /// Full names of cookies.
    pub(crate) expire: Vec<String>,
}

/// The `Set-Cookie` fields of an answer, as far as they are for siblings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Block {
    /// How many bytes each has besides the cookie's name and value.
    pub(crate) around: usize,
    /// How many there may be in all, beside those for slips. Nothing is added or prepared for which there is no room; what was, or is a barrier that the outside world knows, goes out.
    pub(crate) room: usize,
}

impl Block {
    pub(crate) const UNLIMITED: Self = Self { around: 0, room: usize::MAX };
}

/// The same with every item sealed: what the jar planner puts into `Set-Cookie` lines, in this order.
#[derive(Debug)]
pub(crate) struct SealedPlan {
    /// Names and values.
    pub(crate) set: Vec<(String, String)>,
    /// Names to be expired with the attributes that they were set with.
    pub(crate) expire: Vec<String>,
}

impl<T: Mergeable> Siblings<T> {
    /// [`Siblings::plan`], sealed.
    pub(crate) fn sealed_plan(&self, block: Block, now: Millis) -> Result<SealedPlan, Error> {
        let Plan { add, expire } = self.plan(block, now)?;
        let set = add.iter().map(|item| item.seal(&self.keys.names, &self.keys.own));
        Ok(SealedPlan { set: set.collect::<Result<_, _>>()?, expire })
    }

    /// [`Siblings::carry_over`], sealed: the one cookie that a login sets beside the new slip.
    pub(crate) fn sealed_carry_over(&self, to: &Anchor, now: Millis) -> Result<(String, String), Error> {
        let keys = SiblingKeys::derive(to, T::PURPOSE, self.keys.names.clone())?;
        self.carry_over(&keys, now)?.seal(&keys.names, &keys.own)
    }
}

/// Shows how many, and no name: some logs are public.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("add", &self.add.len()).field("expire", &self.expire.len()).finish()
    }
}

pub(super) struct Planner<'a, T: Mergeable> {
    siblings: &'a Siblings<T>,
    block: Block,
    /// Of every item, in the jar's order: whether a base of the request holds all that it says.
    dead: Vec<bool>,
}

impl<'a, T: Mergeable> Planner<'a, T> {
    pub(super) fn new(siblings: &'a Siblings<T>, block: Block) -> Self {
        let items = &siblings.jar.items;
        let bases: Vec<(&str, &Base<T>)> =
            items.iter().filter(|item| !item.is_adopted).filter_map(|item| item.named_base()).collect();
        let is_dead = |item: &Item<T>| match &item.content {
            Content::Operation(record) => bases.iter().any(|(_, base)| base.knows(record.dot)),
            // What a login took over, it took as operations.
            Content::Base(_, old) if item.is_adopted => {
                old.ops.keys().all(|dot| bases.iter().any(|(_, base)| base.knows(*dot)))
            }
            Content::Base(id, old) => bases.iter().any(|(other, base)| {
                let outlives = || !old.covers(base) || (base.latest(), *other) > (old.latest(), id.as_str());
                *other != id.as_str() && base.covers(old) && outlives()
            }),
            Content::Opaque(_) | Content::Unreadable(_) => false,
        };
        let dead = items.iter().map(is_dead).collect();
        Self { siblings, block, dead }
    }

    pub(super) fn plan(&self) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        for record in &self.siblings.staged {
            let plaintext = wire::operation(record);
            plan.add.push(NewItem { class: Class::Operation, id: record.dot.to_text(), plaintext });
        }
        plan.add.extend(self.compaction(&plan.add)?);
        let mut size: usize = plan.add.iter().map(|item| self.line(self.cookie_len(item.plaintext.len()))).sum();
        for name in self.to_expire() {
            size += self.line(name.len() + 1);
            if plan.expire.len() == MOST_EXPIRED || size > self.block.room {
                break;
            }
            plan.expire.push(name.to_owned());
        }
        Ok(plan)
    }

    /// A base of what the request brought, and of nothing that this answer adds, so that parallel requests with the same jar write the
    /// same bytes under the same name.
    ///
    /// One that does not fit beside what else the answer sets is written by another answer: a longer head is a 502 behind nginx.
    fn compaction(&self, staged: &[NewItem]) -> Result<Option<NewItem>, Error> {
        if !self.is_due() {
            return Ok(None);
        }
        let siblings = self.siblings;
        let plaintext = wire::base(&siblings.joined.clone().fold(siblings.fold_limit(&siblings.joined)))?;
        let id = siblings.keys.own.base_id(&plaintext);
        let size = self.cookie_len(plaintext.len());
        let policy = &siblings.desk.policy;
        let is_there = siblings.jar.items.iter().filter_map(Item::named_base).any(|(known, _)| known == id);
        let sizes = staged.iter().map(|item| self.cookie_len(item.plaintext.len()));
        let block: usize = sizes.clone().chain([size]).map(|cookie| self.line(cookie)).sum();
        if size > policy.base_limit() || block > self.block.room || is_there {
            return Ok(None);
        }
        let present = siblings.present();
        let load = Load {
            // With "; " in front of each.
            header: siblings.header.saturating_add(sizes.map(|cookie| cookie + 2).sum()),
            items: siblings.jar.items.len(),
            beside: &siblings.beside,
            reserve: &|_, _| 0,
            has: &|class, id, at| siblings.has_arrived(&present, class, id, at),
        };
        let own: Vec<String> = siblings.staged.iter().map(|record| record.dot.to_text()).collect();
        let (slip, base) = (siblings.keys.own.slip, (id.as_str(), size + 2));
        let times = (siblings.joined.latest(), siblings.arrival);
        let fits = siblings.desk.issued.admit_base(slip, policy, &load, &own, base, times);
        Ok(fits.then_some(NewItem { class: Class::Base, id, plaintext }))
    }

    fn is_due(&self) -> bool {
        let siblings = self.siblings;
        let live = || siblings.jar.items.iter().zip(&self.dead).filter(|(_, dead)| !**dead).map(|(item, _)| item);
        let operations: Vec<_> = live().filter_map(Item::operation).collect();
        let bases = live().filter(|item| item.base().is_some()).count();
        let newest = operations.iter().map(|record| record.dot.time()).max().unwrap_or_default();
        let quiet_for = |time| siblings.arrival >= newest.plus(time);
        quiet_for(QUIET) && (operations.len() >= LIVE_OPERATIONS || bases >= LIVE_BASES)
            || quiet_for(SETTLED) && !operations.is_empty()
            || siblings.is_at_rest(&siblings.joined)
    }

    /// An upper bound for the cookie of the base that will hold everything that is here, and so many operations more, whose cookies have
    /// so many bytes in the header.
    pub(super) fn next_base(&self, count: usize, bytes: usize) -> usize {
        /// A record in a base has no dot in its name: five bytes when it is close to the one before, eight at most; and a head.
        const RECORD: usize = 9;
        let frame = self.cookie_len(0) + 2;
        // Four characters of base64 are three bytes; the frame of the cookie is not in them.
        let plaintext = |count: usize, bytes: usize| {
            (bytes.saturating_sub(count.saturating_mul(frame)).saturating_mul(3)).div_ceil(4) + count
        };
        let live = self.siblings.jar.items.iter().zip(&self.dead).filter(|(_, dead)| !**dead);
        let bases = self.siblings.jar.items.iter().filter(|item| item.base().is_some());
        let base = bases.map(|item| plaintext(1, item.bytes)).max().unwrap_or(16);
        let operations = live.filter(|(item, _)| item.operation().is_some());
        let operations: usize = operations.map(|(item, _)| plaintext(1, item.bytes) + RECORD).sum();
        let staged: usize = self.siblings.staged.iter().map(|record| record.body.bytes.len() + RECORD).sum();
        let arriving = plaintext(count, bytes).saturating_add(count.saturating_mul(RECORD));
        let sum = (base + operations + staged).saturating_add(arriving).min(MAX_COOKIE);
        self.cookie_len(sum).min(self.siblings.desk.policy.base_limit())
    }

    /// Dead items; those that are not ours or not authentic, unless operations of the session before are still to come.
    fn to_expire(&self) -> impl Iterator<Item = &str> {
        let jar = &self.siblings.jar;
        let mut dead: Vec<&str> =
            jar.items.iter().zip(&self.dead).filter(|(_, dead)| **dead).map(|(item, _)| item.name.as_str()).collect();
        dead.sort_unstable();
        dead.dedup();
        let adopts = self.siblings.adopts();
        let strangers = jar.forged.iter().chain(&jar.foreign).filter(move |_| !adopts);
        dead.into_iter().chain(strangers.map(String::as_str))
    }

    fn cookie_len(&self, plaintext: usize) -> usize {
        self.siblings.keys.names.cookie_len(plaintext)
    }

    fn line(&self, cookie: usize) -> usize {
        cookie + self.block.around
    }
}

impl<T: Mergeable> Item<T> {
    pub(super) fn base(&self) -> Option<&Base<T>> {
        self.named_base().map(|(_, base)| base)
    }

    pub(super) fn named_base(&self) -> Option<(&str, &Base<T>)> {
        match &self.content {
            Content::Base(id, base) => Some((id, base)),
            _ => None,
        }
    }

    pub(super) fn operation(&self) -> Option<&super::record::Record<T>> {
        match &self.content {
            Content::Operation(record) => Some(record),
            _ => None,
        }
    }
}
