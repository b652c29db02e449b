//! Checks for what is allowed as a whole.

use std::ffi::{CString, c_char};
use std::fmt::Write as _;
use std::ptr;

use super::filter::{Filter, with};
use super::status::nucleus_status;
use crate::error::Result;
use crate::policy::builtin;

/// Puts the argument checks of the built-in policy (docs/policy.md) in the place of unconditional
/// allows, wherever the filter has them from: a level, single rules, the default action. Checked are
/// clone, mmap, mprotect, pkey_mprotect, shmat, personality, execveat, socket, socketpair, ioctl,
/// prctl, prlimit64, mknod, mknodat, sched_setscheduler, setpriority, ioprio_set and keyctl; and clone3,
/// io_uring_setup, io_uring_enter and io_uring_register, which go past such checks, fail with ENOSYS.
/// nucleus_filter_hardened says what became of which.
///
/// The checks are those of the flags with which nucleus_filter_use_default was used on the filter, if it
/// was, else of NUCLEUS_POLICY_NETWORK: memory is never writable and executable at once then, so
/// just-in-time compilers don't run.
///
/// Rules with conditions stay as they are, and so do calls that are refused, or handed to a listener
/// or a tracer. The filter only becomes stricter. Calls that are allowed for the first time after it
/// are not checked, so let it be the last; doing it again is fine. To allow one of the calls as a whole
/// all the same, nucleus_filter_remove_rules and then nucleus_filter_allow.
///
/// ```c
/// nucleus_filter_use_level(f, NUCLEUS_LEVEL_NETWORK);
/// nucleus_filter_harden(f);
/// fputs(nucleus_filter_hardened(f), stderr);
/// ```
///
/// Errors: NUCLEUS_ERR_UNSUPPORTED when the filter covers an architecture that the checks are not
/// written for (they are for x86_64, aarch64, riscv64 and loongarch64), or lets the calls of
/// architectures run that it does not cover: they would stay unchecked. What the filter says is as
/// before then. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_harden(filter: *mut Filter) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, harden) }
}

fn harden(filter: &mut Filter) -> Result<()> {
    filter.compiled = None;
    let mut lines = std::mem::take(&mut filter.hardened).into_string().unwrap_or_default();
    for hardened in builtin::harden(&mut filter.policy)? {
        let _ = writeln!(lines, "{hardened}");
    }
    filter.hardened = CString::new(lines).unwrap_or_default();
    Ok(())
}

/// What nucleus_filter_harden changed, a line for each call: "clone: runs with some arguments, else kill
/// process", "clone3: errno 38", "mmap: errno 13 with some arguments, else runs". Of calls for which it
/// is not the same on all architectures that are covered, a line for each of these: "clone on x86_64:
/// ...". Empty if nothing was changed. The text lives until nucleus_filter_harden is called again, or
/// nucleus_filter_reset, nucleus_filter_rollback or nucleus_filter_free. NULL for a filter that can't be
/// asked. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_hardened(filter: *const Filter) -> *const c_char {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    match unsafe { filter.as_ref() } {
        Some(Filter { poisoned: false, hardened, .. }) => hardened.as_ptr(),
        _ => ptr::null(),
    }
}
