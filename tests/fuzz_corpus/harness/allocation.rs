//! What an input makes the library allocate: seen by an allocator that counts, thread by thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // While a thread ends it has no such cell, and nobody asks.
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Does it, and panics if a block was asked for that has nothing to do with the input's size: a length that was claimed and believed.
pub(super) fn bounded<R>(input: usize, work: impl FnOnce() -> R) -> R {
    LARGEST.set(0);
    let result = work();
    let (largest, bound) = (LARGEST.get(), 64 * 1024 + 64 * input);
    assert!(largest <= bound, "a block of {largest} bytes for an input of {input}");
    result
}
