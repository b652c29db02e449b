//! Levels.

use std::ffi::c_char;
use std::ptr;

use super::boundary::{guarded, text};
use super::filter::{Filter, edit};
use super::status::{NUCLEUS_OK, nucleus_status};
use crate::policy::levels::{self, Level};

/// Level: one process of one thread that reads and writes files, and ends.
pub const NUCLEUS_LEVEL_ESSENTIAL: u32 = 1;
/// Level: also processes, threads, signals, pipes and timers.
pub const NUCLEUS_LEVEL_MINIMAL: u32 = 2;
/// Level: also files and folders made, copied, changed and removed.
pub const NUCLEUS_LEVEL_IO_HEAVY: u32 = 3;
/// Level: also a say on where and when threads run, and where their memory lies.
pub const NUCLEUS_LEVEL_COMPUTE: u32 = 4;
/// Level: also sockets of every kind.
pub const NUCLEUS_LEVEL_NETWORK: u32 = 5;
/// Level: also tracing, mounting and becoming other users.
pub const NUCLEUS_LEVEL_UNRESTRICTED: u32 = 6;

/// Allows the calls of a level, NUCLEUS_LEVEL_*, and of all levels before it: docs/levels.md has every
/// call, what each level is for and what it does not protect from. Of several levels the widest holds.
///
/// A level is a list of names, as nucleus_filter_allow takes them: no argument is checked (see
/// nucleus_filter_harden), nucleus_filter_allow adds to it, nucleus_filter_deny beats it, and what an
/// architecture lacks has no effect there. What the level leaves out gets the filter's default action;
/// so it is nucleus_filter_new that decides whether a violation kills or fails:
///
/// ```c
/// nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);    // or NUCLEUS_ERRNO(EPERM)
/// nucleus_filter_use_level(f, NUCLEUS_LEVEL_MINIMAL);
/// nucleus_filter_deny(f, "execve");
/// ```
///
/// What libc and shells try at every start, and do without, is refused softly while no level or rule
/// allows it, whatever the default: ioctl fails with ENOTTY, socket with EACCES, getpeername with EINVAL,
/// mknod and mknodat with EPERM.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no level, and for a filter whose default action is
/// NUCLEUS_ALLOW or NUCLEUS_LOG: the level would refuse nothing. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_use_level(
    filter: *mut Filter,
    level: u32,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, |policy| levels::add_to(policy, Level::numbered("use_level", level)?)) }
}

/// The name of a level, as its constant above in lower case ("io_heavy"), or NULL for what is none.
/// Static. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_level_name(level: u32) -> *const c_char {
    Level::numbered("level_name", level).map_or(ptr::null(), |level| level.c_name().as_ptr())
}

/// What programs a level is for, in a line, or NULL for what is none. Static. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_level_description(level: u32) -> *const c_char {
    let found = Level::numbered("level_description", level);
    found.map_or(ptr::null(), |level| level.description().as_ptr())
}

/// The level of a name, as NUCLEUS_LEVEL_*, or 0 if none has it. Since 0.1.
///
/// ```c
/// // What somebody chose on a command line. 0 is no level, so that a wrong name is an error here.
/// nucleus_filter_use_level(f, nucleus_level_named("compute"));
/// ```
///
/// # Safety
/// `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_level_named(name: *const c_char) -> u32 {
    let mut found = 0;
    let find = || {
        // SAFETY: the caller promises a C string.
        let name = unsafe { text("level_named", "name", name) };
        found = name.ok().and_then(Level::named).map_or(0, |level| level as u32);
        NUCLEUS_OK
    };
    guarded(find, || ());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_those_of_the_levels() {
        let constants = [
            NUCLEUS_LEVEL_ESSENTIAL,
            NUCLEUS_LEVEL_MINIMAL,
            NUCLEUS_LEVEL_IO_HEAVY,
            NUCLEUS_LEVEL_COMPUTE,
            NUCLEUS_LEVEL_NETWORK,
            NUCLEUS_LEVEL_UNRESTRICTED,
        ];
        assert_eq!(constants, Level::ALL.map(|level| level as u32));
    }
}
