//! Showing filters.

use std::ffi::c_void;

use super::filter::{Filter, asked};
use super::program::{Program, export, export_fd};
use super::status::{NUCLEUS_ERR_NOT_COMPILED, nucleus_status};

/// Writes the program of a filter into `buffer`, as nucleus_program_export does. What the program alone
/// does not know is added to forms for eyes: to a listing the rule that each return comes from, and to
/// that and to source code the fingerprint and the architectures.
///
/// ```c
/// size_t size = 0;
/// nucleus_filter_export(f, NUCLEUS_EXPORT_LISTING, NULL, &size);
/// char *text = malloc(size);
/// if (nucleus_filter_export(f, NUCLEUS_EXPORT_LISTING, text, &size) == NUCLEUS_OK)
///     fwrite(text, 1, size, stdout);
/// ```
///
/// Errors: as nucleus_program_export; NUCLEUS_ERR_NOT_COMPILED. Leaves no sentence on the filter. Since
/// 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `size` is NULL or valid to read
/// and write; `buffer` is NULL or has room for *size bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_export(
    filter: *const Filter,
    format: u32,
    buffer: *mut c_void,
    size: *mut usize,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    match unsafe { compiled(filter) } {
        // SAFETY: the caller promises size and room.
        Ok((filter, program)) => unsafe {
            export(program, Some(&filter.policy), format, buffer, size)
        },
        Err(status) => status,
    }
}

/// Writes the program of a filter to a descriptor, as nucleus_program_export_fd does, with what
/// nucleus_filter_export adds.
///
/// Errors: as nucleus_program_export_fd; NUCLEUS_ERR_NOT_COMPILED. Leaves no sentence on the filter.
/// Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_export_fd(
    filter: *const Filter,
    format: u32,
    fd: i32,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    match unsafe { compiled(filter) } {
        Ok((filter, program)) => export_fd(program, Some(&filter.policy), format, fd),
        Err(status) => status,
    }
}

/// A filter and its program; changing the one undoes the other, so that they belong together.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread changes while the result is used.
unsafe fn compiled<'a>(filter: *const Filter) -> Result<(&'a Filter, &'a Program), nucleus_status> {
    // SAFETY: the caller promises a filter.
    let filter = unsafe { asked(filter) }?;
    filter.compiled.as_ref().map(|program| (filter, program)).ok_or(NUCLEUS_ERR_NOT_COMPILED)
}
