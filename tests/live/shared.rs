//! Memory that a child and its parent share.

#![allow(unsafe_code, reason = "maps memory")]

/// A `T` of zeros, which children forked from now on write to and their parent reads.
///
/// # Safety
/// Zeros are a `T`, and all in it is atomic.
pub unsafe fn shared<T>() -> &'static T {
    let (size, none) = (size_of::<T>(), std::ptr::null_mut());
    let (access, kind) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping, wherever the kernel likes, touches no memory of anybody's.
    let memory = unsafe { libc::mmap(none, size, access, kind, -1, 0) };
    assert_ne!(memory, libc::MAP_FAILED);
    // SAFETY: the mapping is large enough, aligned to a page, zeroed, which the caller says is a
    // value, and never unmapped.
    unsafe { &*memory.cast() }
}
