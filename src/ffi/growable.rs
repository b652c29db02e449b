//! Structs of C that may grow: they begin with their size, which the caller sets.
//!
//! A shorter one comes from an older caller, and what it lacks is zero. A longer one comes from a newer
//! caller: beyond what is known here it must be zero, since that may ask for something.
//!
//! Nothing here allocates, as applying a program uses it between fork and exec.

use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::ptr;

use crate::error::Error;

/// Why a struct can't be used.
#[derive(Debug)]
pub(super) enum Misfit {
    /// There is none.
    Null,
    /// So many bytes are none that this version knows, or are set beyond what it knows.
    Size(usize, RangeInclusive<usize>),
}

impl Misfit {
    /// As an error; `what` was being done with the parameter `name`.
    pub(super) fn error(self, what: &str, name: &str) -> Error {
        match self {
            Self::Null => Error::null(what, name),
            Self::Size(size, known) => Error::size(what, size, known),
        }
    }
}

/// Reads a struct. `first` is the size that it had in its first version.
///
/// # Safety
/// `place` is NULL or points to a `size_t` and, if that is not below `first`, to as many initialised
/// bytes in all. `T` is `repr(C)`, begins with a `usize`, and any bytes are one.
pub(super) unsafe fn read<T: Copy + Default>(place: *const T, first: usize) -> Result<T, Misfit> {
    let mut value = T::default();
    // SAFETY: the caller's promise is the same; `value` is ours, and any bytes are one.
    unsafe {
        let shared = shared(place.cast(), first..=size_of::<T>())?;
        let (from, to) = (place.cast::<u8>(), (&raw mut value).cast::<u8>());
        ptr::copy_nonoverlapping(from, to, shared);
    }
    Ok(value)
}

/// A struct that can be written: it is found fit before what it will say is known.
#[derive(Debug)]
pub(super) struct Writable<T> {
    place: *mut u8,
    shared: usize,
    value: PhantomData<T>,
}

/// A struct to be written. `first` is the size that it had in its first version.
///
/// # Safety
/// `place` is NULL or points to a `size_t` and, if that is not below `first`, to as many bytes in all
/// that can be written for as long as the result is used, initialised where they are beyond `T`. `T` is
/// `repr(C)`, begins with a `usize` and has no padding.
pub(super) unsafe fn writable<T: Copy>(place: *mut T, first: usize) -> Result<Writable<T>, Misfit> {
    // SAFETY: the caller's promise is the same.
    let shared = unsafe { shared(place.cast(), first..=size_of::<T>())? };
    Ok(Writable { place: place.cast(), shared, value: PhantomData })
}

impl<T: Copy> Writable<T> {
    /// Writes as much as the caller's header has. The size stays as the caller set it.
    pub(super) fn write(self, value: T) {
        let (from, size) = ((&raw const value).cast::<u8>(), size_of::<usize>());
        // SAFETY: both hold `shared` bytes, of which the first are left out; `value` is ours, and
        // whoever made this has promised the place.
        unsafe {
            ptr::copy_nonoverlapping(from.add(size), self.place.add(size), self.shared - size);
        }
    }
}

/// How many bytes of a struct both know, the caller and this version, which knows those of its first
/// version up to those of the last.
///
/// # Safety
/// `place` is NULL or points to a `size_t` and, if that is not below the first, to as many bytes in all,
/// initialised where they are beyond the last.
unsafe fn shared(place: *const u8, known: RangeInclusive<usize>) -> Result<usize, Misfit> {
    if place.is_null() {
        return Err(Misfit::Null);
    }
    // SAFETY: not NULL; the caller promises a size.
    let size = unsafe { place.cast::<usize>().read_unaligned() };
    // SAFETY: the caller promises that so many bytes are initialised.
    let is_set = |at| unsafe { place.add(at).read() } != 0;
    if !(*known.start()..=MOST_GROWN).contains(&size) || (*known.end()..size).any(is_set) {
        return Err(Misfit::Size(size, known));
    }
    Ok(size.min(*known.end()))
}

/// No struct of this library grows beyond a page; a larger size is one that nobody has set.
const MOST_GROWN: usize = 4096;
