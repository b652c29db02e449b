//! Lists of what runs.

use std::ffi::c_char;
use std::slice;

use super::boundary::guarded;
use super::filter::{Filter, asked};
use super::status::{
    self, NUCLEUS_ERR_BUFFER, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status,
};
use crate::arch::Arch;
use crate::prove::{Runs, runs};

/// nucleus_filter_list: the calls that run whatever their arguments are.
pub const NUCLEUS_LIST_ALWAYS: u32 = 1;
/// nucleus_filter_list: the calls that run with some arguments and not with others.
pub const NUCLEUS_LIST_SOMETIMES: u32 = 2;

/// Lists the calls that a filter, compiled or not, lets run on `arch` (NUCLEUS_ARCH_*): with
/// NUCLEUS_ALLOW or NUCLEUS_LOG, after all that is said of them, denials and what the filter was
/// intersected with included. Decided exactly, as the proof does it. On an architecture that the filter
/// does not cover these are none, or all.
///
/// `which`: NUCLEUS_LIST_ALWAYS, NUCLEUS_LIST_SOMETIMES, or both.
///
/// `names` has room for *count names. On success *count is how many there are, and `names` has them in
/// the order of the alphabet; they are static. With NULL for `names` nothing but *count is written: that
/// is how to count. Numbers that are no known call's are not listed.
///
/// ```c
/// size_t count = 0;
/// nucleus_filter_list(f, nucleus_arch_native(), NUCLEUS_LIST_ALWAYS, NULL, &count);
/// const char **names = malloc(count * sizeof *names);
/// nucleus_filter_list(f, nucleus_arch_native(), NUCLEUS_LIST_ALWAYS, names, &count);
/// ```
///
/// Errors: NUCLEUS_ERR_BUFFER when there is too little room (nothing is written);
/// NUCLEUS_ERR_INVALID_ARGUMENT for NULL, for what is no architecture, for unknown flags and for none;
/// the status of the error that is kept on the filter; NUCLEUS_ERR_UNPROVEN when rules tangle arguments
/// too much to be decided. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `count` is NULL or valid to read
/// and write; `names` is NULL or has room for *count pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_list(
    filter: *const Filter,
    arch: u32,
    which: u32,
    names: *mut *const c_char,
    count: *mut usize,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    let filter = match unsafe { asked(filter) } {
        Ok(filter) => filter,
        Err(status) => return status,
    };
    if let Some(kept) = &filter.kept {
        return kept.status;
    }
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let Some(count) = (unsafe { count.as_mut() }) else { return NUCLEUS_ERR_INVALID_ARGUMENT };
    if which == 0 || which & !(NUCLEUS_LIST_ALWAYS | NUCLEUS_LIST_SOMETIMES) != 0 {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    if !names.is_aligned() {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    let list = || {
        let all = Arch::from_constant(arch).and_then(|arch| runs(&filter.policy, arch));
        let all = match all {
            Ok(all) => all,
            Err(error) => return status::of(&error),
        };
        let wanted = |how: Runs| match how {
            Runs::Always => which & NUCLEUS_LIST_ALWAYS != 0,
            Runs::Sometimes => which & NUCLEUS_LIST_SOMETIMES != 0,
        };
        let listed = || all.iter().filter(|(_, how)| wanted(*how));
        let total = listed().count();
        if !names.is_null() {
            if *count < total {
                return NUCLEUS_ERR_BUFFER;
            }
            // SAFETY: not NULL, aligned, and the caller promises room for *count names.
            let places = unsafe { slice::from_raw_parts_mut(names, total) };
            for (place, (call, _)) in places.iter_mut().zip(listed()) {
                *place = call.c_name().as_ptr();
            }
        }
        *count = total;
        NUCLEUS_OK
    };
    guarded(list, || ())
}
