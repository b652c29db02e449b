//! Checks for what runs.

use std::ffi::{CString, c_char};
use std::fmt::Write as _;
use std::ptr;

use super::builtin::modes;
use super::filter::{Filter, with};
use super::status::nucleus_status;
use crate::error::Result;
use crate::policy::builtin;

/// Adds the argument checks of the built-in policy (docs/policy.md) to whatever the filter lets run,
/// wherever it has that from: a level, a profile, single rules, the default action. Allows of whole
/// calls get them in their place; rules with conditions let run only what the checks let run as well.
///
/// Checked are clone, mmap, mprotect, pkey_mprotect, shmat, personality, execveat, socket, socketpair,
/// ioctl, prctl, prlimit64, mknod, mknodat, sched_setscheduler, setpriority, ioprio_set and keyctl; and
/// clone3, io_uring_setup, io_uring_enter, io_uring_register and uselib, which go past such checks,
/// fail with ENOSYS. nucleus_filter_hardened says what became of which.
///
/// `flags`: NUCLEUS_POLICY_*, as nucleus_filter_use_default has them, whatever that was given: with 0,
/// sockets are AF_UNIX alone, and memory is never writable and executable at once, so that just-in-time
/// compilers don't run. Once a filter: with other flags a second call is an error. With the same it is
/// fine, and checks what was allowed since.
///
/// What is refused, or handed to a listener or a tracer, stays as it is. The filter only becomes stricter.
/// Calls that are allowed for the first time after it are not checked, so let it be the last. To allow
/// one of the calls as a whole all the same, nucleus_filter_remove_rules and then nucleus_filter_allow.
///
/// On x86 and arm mmap2 is checked as mmap is. On x86 mmap itself, and socket and socketpair made
/// through socketcall, fail with ENOSYS, as their arguments are in memory; shmat through ipc is checked.
/// glibc makes sockets by socketcall alone there, so that 32-bit programs of its make none
/// (docs/levels.md).
///
/// ```c
/// nucleus_filter_use_level(f, NUCLEUS_LEVEL_NETWORK);
/// nucleus_filter_harden(f, NUCLEUS_POLICY_NETWORK);
/// fputs(nucleus_filter_hardened(f), stderr);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags, for a second call with other flags, and for a
/// rule of so many conditions that those of a check don't fit in (60 in all);
/// NUCLEUS_ERR_UNSUPPORTED when the filter covers an architecture that the checks are not written for
/// (they are for x86_64, x86, x32, aarch64, arm, riscv64 and loongarch64), or lets the calls of
/// architectures run that it does not cover: they would stay unchecked. What the filter says is as
/// before then. Architectures can't be added after it. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_harden(filter: *mut Filter, flags: u32) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, |filter| harden(filter, flags)) }
}

fn harden(filter: &mut Filter, flags: u32) -> Result<()> {
    filter.compiled = None;
    let report = builtin::harden(&mut filter.policy, modes("harden", flags)?)?;
    let mut lines = std::mem::take(&mut filter.hardened).into_string().unwrap_or_default();
    for hardened in report {
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
