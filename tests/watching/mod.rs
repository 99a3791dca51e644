//! An allocator of the tests' own: how much is asked for, and what is left in blocks that are given back.
//!
//! It counts for each thread by itself, and knows nothing of the library. A test file that takes it in is watched as a whole.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::{Cell, RefCell},
};

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
    /// What must not be found in freed memory, and how often it was.
    static NEEDLE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
}

struct Watching;

// SAFETY: every call is handed to the system's allocator unchanged. A block is read only while it is still allocated; that
// it may hold bytes that were never written does not matter to a search for others.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // While a thread ends it has no such cells, and nobody asks.
        let _ = ALLOCATED.try_with(|total| total.set(total.get() + layout.size()));
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(layout.size())));
        // SAFETY: the caller keeps to the contract of `alloc`. Zeroed, so that old contents are not found again.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = NEEDLE.try_with(|needle| {
            if let Ok(needle) = needle.try_borrow()
                && !needle.is_empty()
            {
                // SAFETY: the block is allocated, of this size, and was zeroed when it was handed out.
                let block = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
                if block.windows(needle.len()).any(|window| window == &needle[..]) {
                    let _ = FOUND.try_with(|found| found.set(found.get() + 1));
                }
            }
        });
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static WATCHING: Watching = Watching;

/// How much `work` allocates in all, and the largest block of it.
pub fn allocations<R>(work: impl FnOnce() -> R) -> (R, usize, usize) {
    ALLOCATED.set(0);
    LARGEST.set(0);
    let result = work();
    (result, ALLOCATED.get(), LARGEST.get())
}

/// How many blocks that `work` frees hold the needle.
pub fn leftovers<R>(needle: &[u8], work: impl FnOnce() -> R) -> (R, usize) {
    NEEDLE.with(|place| place.replace(needle.to_vec()));
    FOUND.set(0);
    let result = work();
    let found = FOUND.get();
    NEEDLE.with(|place| std::mem::take(&mut *place.borrow_mut()));
    (result, found)
}
