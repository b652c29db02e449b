//! Filters of Firecracker's, in files for the crate seccompiler.

use std::ffi::c_char;
use std::sync::Arc;

use super::boundary::{known_flags, text};
use super::filter::{Filter, with};
use super::profile::{File, Loaded, memory};
use super::status::nucleus_status;
use crate::error::Result;
use crate::profile::{Pin, firecracker};

/// nucleus_filter_load_firecracker: what would be left out and reported (bits beyond what is compared,
/// an item for a whole call beside others with args) is an error. For files of one's own.
pub const NUCLEUS_FIRECRACKER_STRICT: u32 = 1;

/// Loads the filter of one category of threads from a file of the form that Firecracker uses and
/// seccompiler reads: a default action, an action for what the filter lists, and that list. The
/// default takes the place of that of nucleus_filter_new; attributes stay. docs/firecracker.md says
/// what each word comes to, and where that is stricter than seccompiler.
///
/// `category` is one of the file's, such as "vcpu"; all others have to be filters as well, as for
/// seccompiler. The error for one that is not there lists those that are.
///
/// The filter is for the one architecture that it covers: this library's, or the one that was put in
/// its place. The format is for x86_64, aarch64 and riscv64.
///
/// The file, its SHA-256 (or NULL) and the report are as with nucleus_filter_load_oci. `flags`:
/// NUCLEUS_FIRECRACKER_STRICT, or 0.
///
/// ```c
/// nucleus_filter_load_firecracker(f, "x86_64-unknown-linux-musl.json", "vcpu", NULL, 0);
/// nucleus_filter_deny(f, "ptrace");
/// ```
///
/// Either the whole filter is taken, or nothing, with an error that names the place:
/// `load_firecracker: f.json: vcpu.filter[3].args[0].op: unknown operator "is"; one of ...`.
///
/// Errors: NUCLEUS_ERR_FILE when the file can't be read, is no regular file or too large;
/// NUCLEUS_ERR_PROFILE for another SHA-256, for what is no JSON or no such file, and for a category
/// that is not in it; NUCLEUS_ERR_UNSUPPORTED when the filter covers several architectures or another
/// one; NUCLEUS_ERR_INVALID_ARGUMENT for NULL, unknown flags, a SHA-256 that is none, and when the
/// filter has rules or denials already. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `path`, `category` and
/// `sha256_hex` are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_load_firecracker(
    filter: *mut Filter,
    path: *const c_char,
    category: *const c_char,
    sha256_hex: *const c_char,
    flags: u32,
) -> nucleus_status {
    const VERB: &str = "load_firecracker";
    let load = |filter: &mut Filter| {
        filter.compiled = None;
        known_flags(VERB, flags, NUCLEUS_FIRECRACKER_STRICT)?;
        // SAFETY: the caller promises C strings.
        let (category, file) =
            unsafe { (text(VERB, "category", category)?, File::read(VERB, path, sha256_hex)?) };
        take(filter, &file.source, &file.bytes, file.pin.as_ref(), category, flags)
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, load) }
}

/// Takes the filter of one category from memory: `length` bytes of JSON, else as
/// nucleus_filter_load_firecracker.
///
/// Errors: NUCLEUS_ERR_FILE for more than NUCLEUS_PROFILE_LARGEST bytes; else as
/// nucleus_filter_load_firecracker. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `json` is NULL or points to
/// `length` bytes; `category` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_parse_firecracker(
    filter: *mut Filter,
    json: *const c_char,
    length: usize,
    category: *const c_char,
    flags: u32,
) -> nucleus_status {
    const VERB: &str = "parse_firecracker";
    let parse = |filter: &mut Filter| {
        filter.compiled = None;
        known_flags(VERB, flags, NUCLEUS_FIRECRACKER_STRICT)?;
        // SAFETY: the caller promises a C string and `length` bytes.
        let (category, bytes) =
            unsafe { (text(VERB, "category", category)?, memory(VERB, json, length)?) };
        take(filter, VERB, bytes, None, category, flags)
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, parse) }
}

fn take(
    filter: &mut Filter,
    source: &str,
    bytes: &[u8],
    pin: Option<&Pin>,
    category: &str,
    flags: u32,
) -> Result<()> {
    let strict = flags & NUCLEUS_FIRECRACKER_STRICT != 0;
    let profile = firecracker::set(&mut filter.policy, source, bytes, pin, category, strict)?;
    filter.profile = Some(Arc::new(Loaded::of(profile)));
    Ok(())
}
