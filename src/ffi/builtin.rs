//! The built-in policy.

use std::ffi::c_char;

use super::boundary::{array, known_flags, text};
use super::filter::{Filter, edit};
use super::status::nucleus_status;
use crate::error::Result;
use crate::policy::Policy;
use crate::policy::builtin::{self, Modes};

/// nucleus_filter_use_default and nucleus_filter_harden: AF_INET and AF_INET6 sockets too. Without
/// it AF_UNIX alone can be opened; sockets that exist already, inherited or received, work either
/// way.
pub const NUCLEUS_POLICY_NETWORK: u32 = 1;
/// The same: what would be refused with an errno gets the filter's default.
pub const NUCLEUS_POLICY_STRICT: u32 = 2;
/// The same: memory may be writable and executable at once. What just-in-time
/// compilers such as node's and java's need.
pub const NUCLEUS_POLICY_JIT: u32 = 4;

/// Adds the built-in policy, which ordinary programs run under: docs/policy.md has every call and
/// the reason for its place. Calls are allowed; or refused softly, with the errno that a kernel
/// without the feature or the right would give, from which programs recover; or fatal, which is
/// the filter's default. Calls newer than this library get ENOSYS.
///
/// ```c
/// nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);
/// nucleus_filter_use_default(f, NUCLEUS_POLICY_NETWORK | NUCLEUS_POLICY_JIT);
/// ```
///
/// `flags`: NUCLEUS_POLICY_*. Once a filter: with other flags a second call is an error.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags, for a second call with other flags, and
/// for a filter whose default action lets calls run: the fatal ones would be allowed;
/// NUCLEUS_ERR_UNSUPPORTED when the filter covers an architecture that the policy is not written for
/// (it is for x86_64, aarch64, riscv64 and loongarch64). Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_use_default(
    filter: *mut Filter,
    flags: u32,
) -> nucleus_status {
    let add = |policy: &mut Policy| builtin::add_to(policy, modes("use_default", flags)?);
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, add) }
}

/// What NUCLEUS_POLICY_* flags say.
pub(super) fn modes(verb: &str, flags: u32) -> Result<Modes> {
    const KNOWN: u32 = NUCLEUS_POLICY_NETWORK | NUCLEUS_POLICY_STRICT | NUCLEUS_POLICY_JIT;
    known_flags(verb, flags, KNOWN)?;
    Ok(Modes {
        network: flags & NUCLEUS_POLICY_NETWORK != 0,
        strict: flags & NUCLEUS_POLICY_STRICT != 0,
        jit: flags & NUCLEUS_POLICY_JIT != 0,
    })
}

/// nucleus_filter_allow_extra: a name that can't be added is an error, and none is added. For
/// production; without it such names are left out and reported to the log callback.
pub const NUCLEUS_EXTRA_STRICT: u32 = 1;

/// Allows calls from the opt-in list of the built-in policy: what some programs need and most do
/// not (docs/policy.md). What the built-in policy allows anyway is accepted and changes nothing;
/// its argument checks stay.
///
/// ```c
/// const char *extra[] = { "io_uring_setup", "io_uring_enter", "io_uring_register" };
/// nucleus_filter_allow_extra(f, extra, 3, NUCLEUS_EXTRA_STRICT);
/// ```
///
/// `flags`: NUCLEUS_EXTRA_STRICT or 0.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT; with NUCLEUS_EXTRA_STRICT also NUCLEUS_ERR_UNSUPPORTED
/// for a call that is not on the list, and NUCLEUS_ERR_UNKNOWN_SYSCALL. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `names` is NULL or points to
/// `n` pointers, each NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_allow_extra(
    filter: *mut Filter,
    names: *const *const c_char,
    n: usize,
    flags: u32,
) -> nucleus_status {
    let add = |policy: &mut Policy| {
        known_flags("allow_extra", flags, NUCLEUS_EXTRA_STRICT)?;
        // SAFETY: the caller promises `n` pointers.
        let names = unsafe { array("allow_extra", "names", names, n)? };
        let names: Result<Vec<&str>> = names
            .iter()
            // SAFETY: the caller promises that each is NULL or a C string.
            .map(|name| unsafe { text("allow_extra", "a name", *name) })
            .collect();
        builtin::allow_extra(policy, &names?, flags & NUCLEUS_EXTRA_STRICT != 0)
    };
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, add) }
}
