//! Where C ends and Rust begins: pointers become references, panics become a status.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::status::{NUCLEUS_ERR_INTERNAL, NUCLEUS_OK, nucleus_status};
use crate::error::{Error, Result};

/// Runs `body`; a panic in it ends here, as [`NUCLEUS_ERR_INTERNAL`].
///
/// Unwinding into C is undefined behaviour. What the body was changing may be half done, so
/// whoever passes a handle must not use it again; `on_panic` is for marking it.
pub(super) fn guarded(
    body: impl FnOnce() -> nucleus_status,
    on_panic: impl FnOnce(),
) -> nucleus_status {
    #[cfg(test)]
    let body = || super::panics::around(body);
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        on_panic();
        NUCLEUS_ERR_INTERNAL
    })
}

/// Frees a handle. NULL is fine.
///
/// # Safety
/// `handle` is NULL or came out of [`Box::into_raw`], and is not used again.
pub(super) unsafe fn free<T>(handle: *mut T) {
    if handle.is_null() {
        return;
    }
    // SAFETY: not NULL, and the caller promises that it was made of a box.
    let owned = unsafe { Box::from_raw(handle) };
    let drop = move || {
        drop(owned);
        NUCLEUS_OK
    };
    guarded(drop, || ());
}

/// A C string as text. `what` is being done with it, for the message.
///
/// # Safety
/// `text` is NULL or points to bytes that end with a 0, valid for as long as the result is used.
pub(super) unsafe fn text<'a>(what: &str, name: &str, text: *const c_char) -> Result<&'a str> {
    if text.is_null() {
        return Err(Error::null(what, name));
    }
    // SAFETY: not NULL, and the caller promises the rest.
    let bytes = unsafe { CStr::from_ptr(text) };
    bytes.to_str().map_err(|_| Error::utf8(what, bytes.to_bytes()))
}

/// An array of C. NULL is fine where there are no elements.
///
/// # Safety
/// `first` points to `length` initialised elements, valid and unchanged for as long as the result
/// is used, or is NULL.
pub(super) unsafe fn array<'a, T>(
    what: &str,
    name: &str,
    first: *const T,
    length: usize,
) -> Result<&'a [T]> {
    if length == 0 {
        return Ok(&[]);
    }
    if first.is_null() {
        return Err(Error::null(what, name));
    }
    if !first.is_aligned() || length > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(Error::array(what, name, length));
    }
    // SAFETY: not NULL, aligned, no larger than an object can be; the caller promises the rest.
    Ok(unsafe { std::slice::from_raw_parts(first, length) })
}

/// Refuses flags that this version does not know: they ask for something that it would not do.
pub(super) fn known_flags(what: &str, flags: u32, known: u32) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(Error::flags(what, unknown)),
    }
}
