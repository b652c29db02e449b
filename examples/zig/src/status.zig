//! Statuses as errors.
const std = @import("std");
const c = @import("c");

/// What a call can fail with. The sentence about it is on the filter (`Filter.message`); `describe`
/// has one for calls that leave none there.
pub const Error = error{
    InvalidArgument,
    UnknownSyscall,
    Unsupported,
    NotCompiled,
    TooLarge,
    Unproven,
    Kernel,
    Internal,
    Buffer,
    File,
    Profile,
    /// A status that this file does not know: the library is newer than it.
    Unexpected,
};

const errors = [_]struct { c.nucleus_status, Error }{
    .{ c.NUCLEUS_ERR_INVALID_ARGUMENT, error.InvalidArgument },
    .{ c.NUCLEUS_ERR_UNKNOWN_SYSCALL, error.UnknownSyscall },
    .{ c.NUCLEUS_ERR_UNSUPPORTED, error.Unsupported },
    .{ c.NUCLEUS_ERR_NOT_COMPILED, error.NotCompiled },
    .{ c.NUCLEUS_ERR_TOO_LARGE, error.TooLarge },
    .{ c.NUCLEUS_ERR_UNPROVEN, error.Unproven },
    .{ c.NUCLEUS_ERR_KERNEL, error.Kernel },
    .{ c.NUCLEUS_ERR_INTERNAL, error.Internal },
    .{ c.NUCLEUS_ERR_BUFFER, error.Buffer },
    .{ c.NUCLEUS_ERR_FILE, error.File },
    .{ c.NUCLEUS_ERR_PROFILE, error.Profile },
};

/// Turns a status into an error. One with a caveat (NUCLEUS_NOT_APPLIED) is an error, too: whoever
/// asked for it looks before.
pub fn check(status: c.nucleus_status) Error!void {
    if (status == c.NUCLEUS_OK) return;
    for (errors) |row| if (row[0] == status) return row[1];
    return error.Unexpected;
}

/// The library's sentence about a kind of error, whatever it was that failed.
pub fn describe(failure: Error) [:0]const u8 {
    const status = for (errors) |row| {
        if (row[1] == failure) break row[0];
    } else std.math.minInt(c.nucleus_status);
    return std.mem.span(c.nucleus_status_message(status));
}

/// Compiles only if a packed struct of flags is the C library's flag.
pub fn bit(comptime flags: anytype, comptime flag: u32) void {
    if (@as(u32, @bitCast(flags)) != flag) @compileError("a flag of " ++ @typeName(@TypeOf(flags)) ++ " is elsewhere");
}
