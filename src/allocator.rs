//! The allocator of the program, and how to make it give back what only the start needed.

/// Under load glibc's allocator keeps several times what the server holds.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Gives freed memory of this thread back to the system.
///
/// Each router is made with its whole description, which is thrown away again: some 20 MB a thread that an idle server would keep.
#[expect(unsafe_code, reason = "the allocator has no safe call for it")]
pub fn release() {
    // SAFETY: may be called at any time, from any thread; it touches nothing that is in use.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
