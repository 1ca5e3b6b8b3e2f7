//! The system's allocator, with large blocks in large pages where the system has them (Linux).
//!
//! A run reads the rows of households here and there in tens of megabytes; with pages of 4 KiB the
//! processor spends a good part of its time on finding where they are.

use std::alloc::{GlobalAlloc, Layout, System};

/// See the module.
pub struct HugePages;

/// Blocks from this size on are asked to lie in large pages.
const LARGE: usize = 4 << 20;

// SAFETY: every block is the system allocator's; advice on how its memory is backed changes neither
// its address nor what is in it.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for HugePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `GlobalAlloc`, which is the system's.
        let block = unsafe { System.alloc(layout) };
        advise(block, layout.size());
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `alloc`.
        let block = unsafe { System.alloc_zeroed(layout) };
        advise(block, layout.size());
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size < LARGE {
            // SAFETY: as for `alloc`.
            return unsafe { System.realloc(block, layout, size) };
        }
        // Memory that is already there stays in small pages: it is copied into large ones.
        // SAFETY: as for `alloc`; that the size fits the alignment is in the contract of `realloc`. The
        // new block is another one, and both are at least as large as what is copied.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                std::ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                self.dealloc(block, layout);
            }
            new
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as for `alloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Asks for large pages under a large block. Refusal changes nothing but speed.
#[inline]
fn advise(block: *mut u8, size: usize) {
    if size >= LARGE && !block.is_null() {
        ask(block, size);
    }
}

#[cfg(target_os = "linux")]
#[cold]
fn ask(block: *mut u8, size: usize) {
    use rustix::mm::{Advice, madvise};
    // The kernel takes whole pages only: those that lie wholly in the block.
    let page = rustix::param::page_size();
    let start = (block as usize).next_multiple_of(page);
    let end = (block as usize + size) / page * page;
    // SAFETY: the pages lie within a block that was just given out; the advice does not touch them.
    #[allow(unsafe_code)]
    let _ = unsafe { madvise(start as *mut _, end - start, Advice::LinuxHugepage) };
}

#[cfg(not(target_os = "linux"))]
fn ask(_: *mut u8, _: usize) {}
