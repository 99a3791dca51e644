//! The plaintext of an item, byte for byte.
//!
//! It may not know cookies or keys. Everything in here was authentic before it is read; a fault means another program or a newer one.
//!
//! ```text
//! operation = varint(version × 2 + is a barrier)  [floor 5  varint n  n × dot]  CBOR(op)
//! base      = varint(version × 4 + has last × 2 + has cart id)  floor 5  [cart id 16]  [last 8]
//!             varint n  n × record  CBOR(state)
//! record    = varint(ms since the record before, the first since the floor)  noise 3
//!             varint(k × 4 + other version × 2 + is a barrier)
//!             k = 0: [varint version]  varint length  CBOR(op)      k > 0: the k-th op of this base again
//!             barrier: floor 5  varint n  n × varint(index)         earlier records that it did not see
//!                               varint n  n × dot                   what it saw and is not here
//! dot       = varint(ms since the dot before, the first since the floor)  noise 3
//! ```
//!
//! Two things make a base small. An op that is there again ("+1 of soup", fifty times) costs one byte for what and five for when.
//! And a barrier has seen nearly all that stands before it, so it names what it has *not* seen.

use super::{
    Mergeable,
    base::{Base, CartId},
    canonical,
    dot::{Dot, Millis},
    record::{Body, Record, Seen},
};
use crate::{
    bytes::Wiped,
    cbor::Fault,
    codec::Encoded,
    error::{Error, Undecodable},
    state,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const CUT_OFF: Fault = Fault("an item that is cut off");

/// The plaintext of an operation's cookie. Its dot is in the cookie's name.
pub(crate) fn operation<T: Mergeable>(record: &Record<T>) -> Wiped {
    let mut out = Out::with_room(16 + record.body.bytes.len());
    out.varint(u64::from(record.body.version) * 2 + u64::from(record.is_barrier()));
    if let Some(seen) = &record.seen {
        out.push(&seen.floor.to_bytes());
        out.dots(seen.floor, seen.dots.iter().copied());
    }
    out.push(&record.body.bytes);
    out.0
}

pub(crate) fn read_operation<T: Mergeable>(dot: Dot, plaintext: &[u8]) -> Result<Record<T>, Fault> {
    let mut scan = Scan(plaintext);
    let head = scan.varint()?;
    let seen = match head & 1 {
        0 => None,
        _ => {
            let floor = Millis::from_bytes(scan.take()?);
            Some(Arc::new(Seen { floor, dots: scan.dots(floor)? }))
        }
    };
    let body = Body::read(version(head >> 1)?, scan.0);
    Ok(Record { dot, body: Arc::new(body), seen })
}

/// The plaintext of a base's cookie: equal bases are equal bytes.
pub(crate) fn base<T: Mergeable>(base: &Base<T>) -> Result<Wiped, Error> {
    let snap = canonical::encode(&base.snap, T::LAYOUT)?;
    let mut out = Out::with_room(64 + snap.len() + base.ops.len() * 24);
    let flags = u64::from(base.cart.is_some()) + 2 * u64::from(base.last.is_some());
    out.varint(u64::from(T::VERSION) * 4 + flags);
    out.push(&base.floor.to_bytes());
    if let Some(cart) = &base.cart {
        out.push(cart.as_bytes());
    }
    if let Some(last) = base.last {
        out.push(&last.to_bytes());
    }
    out.count(base.ops.len());
    let mut known: Vec<&Body<T>> = Vec::new();
    let mut before = base.floor;
    for (index, record) in base.ops.values().enumerate() {
        before = out.dot(before, record.dot);
        let again = known.iter().position(|body| body.is_same(&record.body)).map_or(0, |k| k + 1);
        let foreign = again == 0 && record.body.version != T::VERSION;
        out.count(again * 4 + 2 * usize::from(foreign) + usize::from(record.is_barrier()));
        if foreign {
            out.varint(record.body.version.into());
        }
        if again == 0 {
            out.count(record.body.bytes.len());
            out.push(&record.body.bytes);
            known.push(&record.body);
        }
        if let Some(seen) = &record.seen {
            out.push(&seen.floor.to_bytes());
            let earlier = base.ops.values().take(index).enumerate().filter(|(_, other)| !other.is_barrier());
            let unseen: Vec<usize> = earlier.filter(|(_, other)| !seen.contains(other.dot)).map(|(at, _)| at).collect();
            out.count(unseen.len());
            for at in unseen {
                out.count(at);
            }
            let here = |dot: &Dot| *dot < record.dot && base.ops.get(dot).is_some_and(|other| !other.is_barrier());
            out.dots(seen.floor, seen.dots.iter().copied().filter(|dot| !here(dot)));
        }
    }
    out.push(&snap);
    Ok(out.0)
}

pub(crate) fn read_base<T: Mergeable>(plaintext: &[u8]) -> Result<Base<T>, Error> {
    let (base, version, snap) = read_frame(plaintext).map_err(|Fault(why)| undecodable(why))?;
    // Of what a base holds, only the state tells until when it is to be held: the session's end, which the caller knows.
    let snap = state::read(version.into(), Encoded::Cbor(snap), 0, |snap| snap)?;
    Ok(Base { snap, ..base })
}

fn read_frame<T: Mergeable>(plaintext: &[u8]) -> Result<(Base<T>, u16, &[u8]), Fault> {
    let mut scan = Scan(plaintext);
    let head = scan.varint()?;
    let own = version(head >> 2)?;
    let floor = Millis::from_bytes(scan.take()?);
    let cart = if head & 1 == 0 { None } else { Some(CartId::new(scan.take()?)) };
    let last = if head & 2 == 0 { None } else { Some(Dot::from_bytes(scan.take()?)) };
    let mut known: Vec<Arc<Body<T>>> = Vec::new();
    let mut records: Vec<Record<T>> = Vec::new();
    let mut before = floor;
    for _ in 0..scan.varint()? {
        let dot = scan.dot(&mut before)?;
        if records.last().is_some_and(|last| last.dot >= dot) {
            return Err(Fault("operations out of order"));
        }
        let head = scan.varint()?;
        let body = match usize::try_from(head >> 2).map_err(|_| CUT_OFF)?.checked_sub(1) {
            Some(again) => Arc::clone(known.get(again).ok_or(Fault("an operation again that was not there"))?),
            None => {
                let written_by = if head & 2 == 0 { own } else { version(scan.varint()?)? };
                let len = scan.varint()?;
                let body = Arc::new(Body::read(written_by, scan.slice(len)?));
                known.push(Arc::clone(&body));
                body
            }
        };
        let seen = if head & 1 == 0 { None } else { Some(Arc::new(read_seen(&mut scan, &records)?)) };
        records.push(Record { dot, body, seen });
    }
    let ops = records.into_iter().map(|record| (record.dot, record)).collect();
    Ok((Base { floor, cart, last, snap: T::default(), ops }, own, scan.0))
}

fn read_seen<T: Mergeable>(scan: &mut Scan<'_>, earlier: &[Record<T>]) -> Result<Seen, Fault> {
    let floor = Millis::from_bytes(scan.take()?);
    let mut unseen = BTreeSet::new();
    for _ in 0..scan.varint()? {
        unseen.insert(usize::try_from(scan.varint()?).map_err(|_| CUT_OFF)?);
    }
    let mut dots = scan.dots(floor)?;
    let saw =
        |(at, other): &(usize, &Record<T>)| !other.is_barrier() && !unseen.contains(at) && other.dot.time() >= floor;
    dots.extend(earlier.iter().enumerate().filter(saw).map(|(_, other)| other.dot));
    Ok(Seen { floor, dots })
}

fn version(number: u64) -> Result<u16, Fault> {
    u16::try_from(number).map_err(|_| Fault("a version that no state has"))
}

pub(crate) fn undecodable(why: &'static str) -> Error {
    Error::undecodable(Undecodable { why, field: None })
}

struct Out(Wiped);

impl Out {
    fn with_room(room: usize) -> Self {
        Self(Wiped::new(Vec::with_capacity(room)))
    }

    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// LEB128: seven bits a byte, the least first.
    fn varint(&mut self, mut value: u64) {
        while let Some(rest) = (value >> 7).checked_sub(1) {
            self.0.push(0x80 | low_bits(value));
            value = rest + 1;
        }
        self.0.push(low_bits(value));
    }

    fn count(&mut self, count: usize) {
        self.varint(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Gives the dot's time, which the next is counted from.
    fn dot(&mut self, before: Millis, dot: Dot) -> Millis {
        self.varint(dot.time().raw().saturating_sub(before.raw()));
        self.push(&dot.noise());
        dot.time()
    }

    /// Dots in ascending order, none earlier than the floor.
    fn dots(&mut self, floor: Millis, dots: impl Iterator<Item = Dot>) {
        let dots: Vec<Dot> = dots.filter(|dot| dot.time() >= floor).collect();
        self.count(dots.len());
        dots.into_iter().fold(floor, |before, dot| self.dot(before, dot));
    }
}

fn low_bits(value: u64) -> u8 {
    let [low, ..] = value.to_le_bytes();
    low & 0x7f
}

struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn slice(&mut self, len: u64) -> Result<&'a [u8], Fault> {
        let len = usize::try_from(len).map_err(|_| CUT_OFF)?;
        let (taken, rest) = self.0.split_at_checked(len).ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    /// One spelling a number: the last of several bytes is not zero, and nothing is lost at the top.
    fn varint(&mut self) -> Result<u64, Fault> {
        let mut value = 0_u64;
        for shift in (0_u32..64).step_by(7) {
            let [byte] = self.take::<1>()?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits << shift;
            if shifted >> shift != bits || (byte == 0 && shift > 0) {
                return Err(Fault("a number that is not in its shortest form"));
            }
            value |= shifted;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault("a number of more than 64 bits"))
    }

    fn dot(&mut self, before: &mut Millis) -> Result<Dot, Fault> {
        let time = before.raw().checked_add(self.varint()?).and_then(Millis::from_raw);
        *before = time.ok_or(Fault("a time after the year 2059"))?;
        Ok(Dot::new(*before, self.take()?))
    }

    fn dots(&mut self, floor: Millis) -> Result<BTreeSet<Dot>, Fault> {
        let mut before = floor;
        let mut dots = BTreeSet::new();
        for _ in 0..self.varint()? {
            let dot = self.dot(&mut before)?;
            if dots.last().is_some_and(|last| *last >= dot) {
                return Err(Fault("dots out of order"));
            }
            dots.insert(dot);
        }
        Ok(dots)
    }
}

/// The records of a base by their dots.
pub(crate) type Ops<T> = BTreeMap<Dot, Record<T>>;
