//! How often the allocator is asked: to seal, and to open beyond what the state itself takes.
//!
//! It knows the public interface and an allocator of its own, which counts for each thread by itself. What a state takes is what reading
//! it alone takes, in the same syntax: in CBOR an array says how long it is, so that is one block for each text and list that is not
//! empty; a JSON array does not, and a list grows.
#![expect(unsafe_code, reason = "an allocator cannot be written without")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{
    Kind, NOW,
    states::{Positional, cart10, cart30, session},
};
use orderslip::{Sealer, SlipState};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The text that is given back, and one more.
const SEAL: usize = 2;

/// Beyond the state's own.
const OPEN: usize = 2;

/// What a call's bindings take besides, in COSE and in JOSE: their encoding, and what is authenticated with it, neither of which is kept
/// (`src/context.rs`); in JOSE a digest of it as well.
const BOUND: [usize; 2] = [6, 10];

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller keeps to the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    /// A block that grows may move, and is counted as one more.
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller keeps to the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn count<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = COUNT.get();
    let result = work();
    (result, COUNT.get() - before)
}

/// How often reading the state alone asks.
fn own<T: SlipState + Clone>(state: &T, is_json: bool) -> usize {
    if !is_json {
        return count(|| state.clone()).1;
    }
    let text = serde_json::to_vec(state).unwrap();
    count(|| serde_json::from_slice::<T>(&text).unwrap()).1
}

fn check<T: SlipState + Clone>(kind: Kind, name: &str, state: &T) {
    let sealer: Sealer<T> = kind.sealer(&kind.ring());
    // The first call makes what is kept: the content key, the thread's place, the length to expect.
    for _ in 0..2 {
        let slip = sealer.open_at(&sealer.seal_at(state, NOW).unwrap(), NOW).unwrap();
        sealer.reseal_at(&slip, NOW).unwrap();
    }
    let is_jose = kit::JOSE.contains(&kind);
    let (own, more) = (own(state, is_jose), BOUND[usize::from(is_jose)]);
    let (token, seal) = count(|| sealer.seal_at(state, NOW).unwrap());
    let (slip, open) = count(|| sealer.open_at(&token, NOW).unwrap());
    let (_, reseal) = count(|| sealer.reseal_at(&slip, NOW).unwrap());
    println!("{kind:?}, {name}: seal {seal}, reseal {reseal}, open {open} of which {own} are the state's");
    assert!(seal <= SEAL, "{kind:?}, {name}: {seal} to seal");
    assert!(reseal <= SEAL, "{kind:?}, {name}: {reseal} to seal again");
    assert!(open <= own + OPEN, "{kind:?}, {name}: {open} to open, and {own} for the state alone");

    let bindings = ["tenant 7", "device 12"];
    let (token, seal) = count(|| sealer.bound(&bindings).seal_at(state, NOW).unwrap());
    let (_, open) = count(|| sealer.bound(&bindings).open_at(&token, NOW).unwrap());
    println!("{kind:?}, {name}, bound: seal {seal}, open {open}");
    assert!(seal <= SEAL + more, "{kind:?}, {name}: {seal} to seal a bound one");
    assert!(open <= own + OPEN + more, "{kind:?}, {name}: {open} to open a bound one, {own} for the state alone");
}

#[test]
fn sealing_and_opening_allocate_next_to_nothing() {
    for kind in Kind::all() {
        check(kind, "Session", &session());
        check(kind, "Cart10", &cart10());
        check(kind, "Cart30", &cart30());
        check(kind, "Session by position", &Positional(session()));
        check(kind, "Cart10 by position", &Positional(cart10()));
        check(kind, "Cart30 by position", &Positional(cart30()));
    }
}

/// The instrument itself: it counts blocks, and what makes them grow.
#[test]
fn the_allocator_counts_what_it_should() {
    assert_eq!(count(|| String::from("one")).1, 1);
    assert_eq!(count(String::new).1, 0);
    let grown = || {
        let mut bytes = Vec::with_capacity(1);
        bytes.extend([1_u8; 100]);
        bytes
    };
    assert_eq!(count(grown).1, 2);
    // A session has five texts and a list of two.
    assert_eq!(own(&session(), false), 7);
    // The count of a thread is its own.
    let (_, here) = count(|| std::thread::scope(|scope| scope.spawn(|| vec![0_u8; 10]).join().map(drop)));
    let (_, there) = count(|| std::thread::scope(|scope| scope.spawn(|| vec![vec![0_u8; 10]; 50]).join().map(drop)));
    assert_eq!(here, there);
}
