//! Statuses.

use std::ffi::{CStr, c_char};

use crate::error::{Error, Kind};

/// What a call came to: 0 when done, negative when not, positive when done with a caveat. A
/// number, once given, never means anything else.
#[allow(non_camel_case_types)]
pub type nucleus_status = i32;

/// Done.
pub const NUCLEUS_OK: nucleus_status = 0;
/// The kernel refused the filter, and NUCLEUS_APPLY_BEST_EFFORT asked to go on without it.
/// NOTHING IS CONFINED. errno says why.
pub const NUCLEUS_NOT_APPLIED: nucleus_status = 1;
/// NULL where a pointer is needed, a value out of its range, an unknown flag, text that is not
/// UTF-8, or a combination that makes no sense.
pub const NUCLEUS_ERR_INVALID_ARGUMENT: nucleus_status = -1;
/// No system call of that name on any architecture.
pub const NUCLEUS_ERR_UNKNOWN_SYSCALL: nucleus_status = -2;
/// Real, but not offered here: a name that is not on the opt-in list, an architecture without
/// tables.
pub const NUCLEUS_ERR_UNSUPPORTED: nucleus_status = -3;
/// The filter is not compiled, or was changed since.
pub const NUCLEUS_ERR_NOT_COMPILED: nucleus_status = -4;
/// The program has more than the 4096 instructions that the kernel takes.
pub const NUCLEUS_ERR_TOO_LARGE: nucleus_status = -5;
/// From compile: the program could not be shown to mean the policy. Please report it: it is our bug,
/// unless the sentence speaks of the budget. From compare: the filters tangle the arguments too much
/// to be compared. From apply: the program came from elsewhere, and nobody vouched for it.
pub const NUCLEUS_ERR_UNPROVEN: nucleus_status = -6;
/// The kernel refused; errno says why, see nucleus_filter_apply.
pub const NUCLEUS_ERR_KERNEL: nucleus_status = -7;
/// A bug in this library was caught. A filter that the call could change can only be freed; what it
/// only looked at is as it was.
pub const NUCLEUS_ERR_INTERNAL: nucleus_status = -8;
/// There is too little room in the caller's buffer.
pub const NUCLEUS_ERR_BUFFER: nucleus_status = -9;
/// A profile's file can't be read, or is none that would be: a symbolic link, no regular file, too
/// large, or changed while it was read.
pub const NUCLEUS_ERR_FILE: nucleus_status = -10;
/// What was read is not the profile that was meant (its SHA-256 is another), or is none.
pub const NUCLEUS_ERR_PROFILE: nucleus_status = -11;

/// Every status with its name and a sentence.
const STATUSES: [(nucleus_status, &CStr, &CStr); 13] = [
    (NUCLEUS_OK, c"NUCLEUS_OK", c"done"),
    (
        NUCLEUS_NOT_APPLIED,
        c"NUCLEUS_NOT_APPLIED",
        c"the kernel refused the filter and the caller asked to go on: nothing is confined",
    ),
    (
        NUCLEUS_ERR_INVALID_ARGUMENT,
        c"NUCLEUS_ERR_INVALID_ARGUMENT",
        c"a pointer is NULL, a value is out of its range, or a flag is unknown",
    ),
    (NUCLEUS_ERR_UNKNOWN_SYSCALL, c"NUCLEUS_ERR_UNKNOWN_SYSCALL", c"no system call has that name"),
    (NUCLEUS_ERR_UNSUPPORTED, c"NUCLEUS_ERR_UNSUPPORTED", c"this exists but is not offered here"),
    (
        NUCLEUS_ERR_NOT_COMPILED,
        c"NUCLEUS_ERR_NOT_COMPILED",
        c"the filter is not compiled, or was changed since: call nucleus_filter_compile first",
    ),
    (
        NUCLEUS_ERR_TOO_LARGE,
        c"NUCLEUS_ERR_TOO_LARGE",
        c"the program is longer than the 4096 instructions that the kernel takes",
    ),
    (
        NUCLEUS_ERR_UNPROVEN,
        c"NUCLEUS_ERR_UNPROVEN",
        c"the program could not be shown to mean the policy, so it is not loaded",
    ),
    (
        NUCLEUS_ERR_KERNEL,
        c"NUCLEUS_ERR_KERNEL",
        c"the kernel refused the filter, errno says why: nothing is confined",
    ),
    (
        NUCLEUS_ERR_INTERNAL,
        c"NUCLEUS_ERR_INTERNAL",
        c"a bug in the library was caught, and the handle can only be freed",
    ),
    (
        NUCLEUS_ERR_BUFFER,
        c"NUCLEUS_ERR_BUFFER",
        c"the buffer is too small; with a NULL buffer the call says how much room it needs",
    ),
    (
        NUCLEUS_ERR_FILE,
        c"NUCLEUS_ERR_FILE",
        c"the profile's file can't be read, or is no plain file",
    ),
    (
        NUCLEUS_ERR_PROFILE,
        c"NUCLEUS_ERR_PROFILE",
        c"the profile is not the one that was meant, or makes no policy",
    ),
];

/// The status of an error.
pub(super) const fn of(error: &Error) -> nucleus_status {
    match error.kind() {
        Kind::InvalidArgument => NUCLEUS_ERR_INVALID_ARGUMENT,
        Kind::UnknownSyscall => NUCLEUS_ERR_UNKNOWN_SYSCALL,
        Kind::Unsupported => NUCLEUS_ERR_UNSUPPORTED,
        Kind::TooLarge => NUCLEUS_ERR_TOO_LARGE,
        Kind::Unproven => NUCLEUS_ERR_UNPROVEN,
        Kind::File => NUCLEUS_ERR_FILE,
        Kind::Profile => NUCLEUS_ERR_PROFILE,
    }
}

/// The same, for calls that have no handle to keep the sentence: it goes to the log.
pub(super) fn reported(error: &Error) -> nucleus_status {
    tracing::error!("{error}");
    of(error)
}

fn find(status: nucleus_status) -> Option<&'static (nucleus_status, &'static CStr, &'static CStr)> {
    STATUSES.iter().find(|(known, ..)| *known == status)
}

/// The name of a status as it stands in this header ("NUCLEUS_ERR_KERNEL"), or
/// "unknown status". Static; never NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_status_name(status: nucleus_status) -> *const c_char {
    find(status).map_or(c"unknown status", |(_, name, _)| name).as_ptr()
}

/// A sentence about a status, for calls that leave none on a handle: nucleus_filter_apply, which
/// writes nowhere, and calls that were given a NULL filter. Static; never NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_status_message(status: nucleus_status) -> *const c_char {
    find(status).map_or(c"unknown status", |(.., message)| message).as_ptr()
}
