//! Applying a compiled filter.
//!
//! Apart from the rest because other rules hold here: nothing on this path may allocate, lock or
//! log, since it runs between fork and exec.

use super::filter::{Filter, asked};
use super::program::Program;
use super::status::{
    NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_KERNEL, NUCLEUS_ERR_NOT_COMPILED,
    NUCLEUS_ERR_UNPROVEN, NUCLEUS_NOT_APPLIED, NUCLEUS_OK, nucleus_status,
};
use crate::kernel::{Options, load, set_errno};

/// nucleus_filter_apply: all threads of the process, or none. Without it only the calling thread
/// and what it starts from then on.
pub const NUCLEUS_APPLY_TSYNC: u32 = 1;
/// nucleus_filter_apply: what the filter refuses also goes to the kernel's log. A kernel before
/// 4.14 loads the filter without.
pub const NUCLEUS_APPLY_LOG: u32 = 2;
/// nucleus_filter_apply: no mitigation of speculative store bypass for the confined (Linux 4.17).
/// Faster on some processors, and less safe.
pub const NUCLEUS_APPLY_SPEC_ALLOW: u32 = 4;
/// nucleus_filter_apply: if the kernel refuses, return NUCLEUS_NOT_APPLIED and leave it to the
/// caller to go on unconfined.
pub const NUCLEUS_APPLY_BEST_EFFORT: u32 = 8;
/// nucleus_program_apply: the program came from elsewhere, nobody here has proven anything of it, and
/// the caller vouches for it.
pub const NUCLEUS_APPLY_TRUSTED: u32 = 16;

/// Loads the compiled filter into the kernel: when it returns NUCLEUS_OK, the calling thread is
/// confined, for good, and so is whatever it starts. Sets no_new_privs first (prctl(2)), unless
/// NUCLEUS_ATTR_NO_NEW_PRIVS is 0.
///
/// Does at most two system calls, prctl and seccomp (the latter again where the kernel has no
/// NUCLEUS_APPLY_LOG), and nothing else: no allocation, no lock, no log. It is safe between fork,
/// vfork or clone and exec, also in a process with threads. Any number of threads may apply one
/// filter, and each that does is confined.
///
/// A filter that was loaded before must allow prctl and seccomp; the built-in policy does not.
///
/// `flags`: NUCLEUS_APPLY_*, added to what the filter's attributes say.
///
/// Errors: NUCLEUS_ERR_NOT_COMPILED; NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags or NULL;
/// NUCLEUS_ERR_KERNEL with errno as from seccomp(2): ENOSYS or EPERM when an earlier filter
/// refuses it, EACCES without no_new_privs and CAP_SYS_ADMIN, EINVAL when the kernel has no filters or no NUCLEUS_APPLY_SPEC_ALLOW, ENOMEM when
/// all filters together are too long, ESRCH when with NUCLEUS_APPLY_TSYNC another thread has
/// filters of its own and can't follow. errno is left alone by the other errors. Nothing is confined
/// after an error, but no_new_privs may be set. Leaves no sentence on the filter: see
/// nucleus_status_message. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_apply(filter: *const Filter, flags: u32) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    match unsafe { asked(filter) } {
        Err(status) => status,
        Ok(Filter { compiled: None, .. }) => NUCLEUS_ERR_NOT_COMPILED,
        Ok(Filter { compiled: Some(program), .. }) => apply(program, flags),
    }
}

/// Loads a program into the kernel, as nucleus_filter_apply does for that of a filter. One that came
/// from elsewhere is loaded only with NUCLEUS_APPLY_TRUSTED, and always with no_new_privs.
///
/// Errors: as nucleus_filter_apply; NUCLEUS_ERR_UNPROVEN for a program from elsewhere without the
/// flag. Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_apply(
    program: *const Program,
    flags: u32,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    match unsafe { program.as_ref() } {
        None => NUCLEUS_ERR_INVALID_ARGUMENT,
        Some(program) => apply(program, flags),
    }
}

fn apply(program: &Program, flags: u32) -> nucleus_status {
    const KNOWN: u32 = NUCLEUS_APPLY_TSYNC
        | NUCLEUS_APPLY_LOG
        | NUCLEUS_APPLY_SPEC_ALLOW
        | NUCLEUS_APPLY_BEST_EFFORT
        | NUCLEUS_APPLY_TRUSTED;
    if flags & !KNOWN != 0 {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    let Some(loadable) = program.loadable(flags & NUCLEUS_APPLY_TRUSTED != 0) else {
        return NUCLEUS_ERR_UNPROVEN;
    };
    let Options { no_new_privs, tsync, log, spec_allow } = program.options;
    let options = Options {
        no_new_privs,
        tsync: tsync || flags & NUCLEUS_APPLY_TSYNC != 0,
        log: log || flags & NUCLEUS_APPLY_LOG != 0,
        spec_allow: spec_allow || flags & NUCLEUS_APPLY_SPEC_ALLOW != 0,
    };
    match load(loadable, options) {
        Ok(()) => NUCLEUS_OK,
        Err(refusal) => {
            set_errno(refusal.errno());
            match flags & NUCLEUS_APPLY_BEST_EFFORT {
                0 => NUCLEUS_ERR_KERNEL,
                _ => NUCLEUS_NOT_APPLIED,
            }
        }
    }
}
