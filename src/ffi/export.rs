//! Filters as profiles.

use std::ffi::c_void;

use super::boundary::guarded;
use super::filter::{Filter, asked, with};
use super::program::{into_buffer, to_descriptor};
use super::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status};
use crate::error::Result;
use crate::profile::oci;

/// Writes what a filter says to a descriptor, from where it stands, as a profile of the OCI runtime
/// specification: the form that Docker, Podman and Kubernetes take, and nucleus_filter_load_oci. The
/// filter need not be compiled. Equal filters give the same text, a name a line.
///
/// ```c
/// const int standard_output = 1;
/// if (nucleus_filter_export_oci(f, standard_output) == NUCLEUS_ERR_UNSUPPORTED)
///     errx(1, "%s", nucleus_filter_error(f));
/// ```
///
/// Before anything is written, the text was read again, in both ways in which nucleus_filter_load_oci
/// reads, and both times was proven to mean what the filter means. What a profile can't say is an error,
/// whose sentence names a call and both actions. The one difference left is with calls of architectures
/// that the filter does not cover: it kills the process or the thread, and container engines the thread.
/// no_new_privs belongs to the container's configuration, not to a profile; the layout and priorities
/// belong to programs. docs/oci.md says more.
///
/// Most filters with a default action that refuses have to say what newer calls get, since container
/// engines answer these with ENOSYS: set NUCLEUS_ATTR_UNKNOWN to NUCLEUS_ERRNO(ENOSYS), as
/// nucleus_filter_use_default does.
///
/// Errors: NUCLEUS_ERR_UNSUPPORTED for what a profile can't say; NUCLEUS_ERR_UNPROVEN when its arguments
/// tangle too much to be compared; NUCLEUS_ERR_INVALID_ARGUMENT for NULL and while a transaction is open;
/// while an earlier failure is kept, the status of that one. NUCLEUS_ERR_KERNEL with errno as from
/// write(2), when a part may have been written; no sentence is kept of that. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_export_oci(filter: *mut Filter, fd: i32) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    match unsafe { written(filter) } {
        Ok(text) => guarded(|| to_descriptor(text.as_bytes(), fd), || ()),
        Err(status) => status,
    }
}

/// The same into `buffer`, which has room for *size bytes. On success *size is how many it takes, without
/// a 0 behind them. With a NULL buffer nothing but *size is written: that is how to ask.
///
/// Errors: NUCLEUS_ERR_BUFFER when there is too little room (nothing is written);
/// NUCLEUS_ERR_INVALID_ARGUMENT for NULL; else as nucleus_filter_export_oci. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `size` is NULL or valid to read and
/// write; `buffer` is NULL or has room for *size bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_export_oci_buffer(
    filter: *mut Filter,
    buffer: *mut c_void,
    size: *mut usize,
) -> nucleus_status {
    if size.is_null() {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    // SAFETY: the caller promises a filter.
    match unsafe { written(filter) } {
        // SAFETY: the caller promises size and room.
        Ok(text) => guarded(|| unsafe { into_buffer(text.as_bytes(), buffer, size) }, || ()),
        Err(status) => status,
    }
}

/// The profile of a filter; an error is kept on it.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
unsafe fn written(filter: *mut Filter) -> std::result::Result<String, nucleus_status> {
    // SAFETY: the caller promises a filter.
    if let Some(kept) = &unsafe { asked(filter) }?.kept {
        return Err(kept.status);
    }
    let mut text = String::new();
    let write = |filter: &mut Filter| -> Result<()> {
        let listener = filter.profile.as_deref().map(super::profile::listener).unwrap_or_default();
        text = oci::write(filter.policy_in_order("export_oci")?, listener)?;
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    let status = unsafe { with(filter, write) };
    if status == NUCLEUS_OK { Ok(text) } else { Err(status) }
}
