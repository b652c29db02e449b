//! This thread's errno.

pub(super) fn errno() -> i32 {
    // SAFETY: libc's location of this thread's errno is always valid to read.
    unsafe { *libc::__errno_location() }
}

/// Sets this thread's errno, for callers that look there.
pub(crate) fn set_errno(errno: i32) {
    // SAFETY: libc's location of this thread's errno is always valid to write.
    unsafe { *libc::__errno_location() = errno }
}
