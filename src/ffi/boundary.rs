//! Where C ends and Rust begins: pointers become references, panics become a status.

use std::ffi::{CStr, c_char};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

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

/// Writes `value` over a growable struct of C, one that begins with its size: as much of it as the
/// caller's header has. Beyond what is known here, a longer one must be zero, since that may ask for
/// something. The size stays as the caller set it. Nothing is written on an error.
///
/// `first` is the size that the struct had in its first version.
///
/// # Safety
/// `place` is NULL or points to a `size_t` and, if that is not below `first`, to as many bytes in all
/// that can be written, initialised where they are beyond `T`. `T` is `repr(C)`, begins with a
/// `usize` and has no padding.
pub(super) unsafe fn fill<T: Copy>(
    what: &str,
    name: &str,
    place: *mut T,
    first: usize,
    value: T,
) -> Result<()> {
    // SAFETY: the caller's promise is the same.
    let shared = unsafe { shared(what, name, place.cast(), first..=size_of::<T>())? };
    let (from, count) = ((&raw const value).cast::<u8>(), shared - size_of::<usize>());
    // SAFETY: both hold `shared` bytes, of which the first are left out; `value` is ours.
    unsafe {
        let (from, to) = (from.add(size_of::<usize>()), place.cast::<u8>().add(size_of::<usize>()));
        ptr::copy_nonoverlapping(from, to, count);
    }
    Ok(())
}

/// Reads a growable struct of C, one that begins with its size: what a shorter one lacks is zero.
/// Beyond what is known here, a longer one must be zero, since that may ask for something.
///
/// `first` is the size that the struct had in its first version.
///
/// # Safety
/// `place` is NULL or points to a `size_t` and, if that is not below `first`, to as many initialised
/// bytes in all. `T` is `repr(C)`, begins with a `usize`, and any bytes are one.
pub(super) unsafe fn given<T: Copy + Default>(
    what: &str,
    name: &str,
    place: *const T,
    first: usize,
) -> Result<T> {
    let mut value = T::default();
    // SAFETY: the caller's promise is the same; `value` is ours, and any bytes are one.
    unsafe {
        let shared = shared(what, name, place.cast(), first..=size_of::<T>())?;
        let (from, to) = (place.cast::<u8>(), (&raw mut value).cast::<u8>());
        ptr::copy_nonoverlapping(from, to, shared);
    }
    Ok(value)
}

/// How many bytes of a growable struct both know, the caller and this version, which knows those of
/// its first version up to those of the last.
///
/// # Safety
/// `place` is NULL or points to a `size_t` and, if that is not below the first, to as many bytes in all,
/// initialised where they are beyond the last.
unsafe fn shared(
    what: &str,
    name: &str,
    place: *const u8,
    known: RangeInclusive<usize>,
) -> Result<usize> {
    if place.is_null() {
        return Err(Error::null(what, name));
    }
    // SAFETY: not NULL; the caller promises a size.
    let size = unsafe { place.cast::<usize>().read_unaligned() };
    // SAFETY: the caller promises that so many bytes are initialised.
    let is_set = |at| unsafe { place.add(at).read() } != 0;
    if !(*known.start()..=MOST_GROWN).contains(&size) || (*known.end()..size).any(is_set) {
        return Err(Error::size(what, size, known));
    }
    Ok(size.min(*known.end()))
}

/// No struct of this library grows beyond a page; a larger size is one that nobody has set.
const MOST_GROWN: usize = 4096;
