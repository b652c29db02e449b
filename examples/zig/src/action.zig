//! What a filter makes of a call.
const std = @import("std");
const c = @import("c");

pub const Action = union(enum) {
    /// The whole process is killed. The right default for most filters.
    kill_process,
    /// The calling thread alone, which leaves the others with whatever state it was in.
    kill_thread,
    /// SIGSYS is raised, with this number in si_errno.
    trap: u16,
    /// The call is not run and fails; with `.SUCCESS` it seems to succeed.
    errno: std.os.linux.E,
    /// The call waits for a listener's answer.
    notify,
    /// A tracer is told this number.
    trace: u16,
    /// The call is run, and a line goes to the kernel's log.
    log,
    /// The call is run.
    allow,

    /// As the kernel and the C library have it. An errno above 4095 makes one that all functions
    /// refuse.
    pub fn encode(action: Action) u32 {
        return switch (action) {
            .kill_process => c.NUCLEUS_KILL_PROCESS,
            .kill_thread => c.NUCLEUS_KILL_THREAD,
            .trap => |data| c.NUCLEUS_TRAP(data),
            .errno => |number| c.NUCLEUS_ERRNO(@backingInt(number)),
            .notify => c.NUCLEUS_NOTIFY,
            .trace => |data| c.NUCLEUS_TRACE(data),
            .log => c.NUCLEUS_LOG,
            .allow => c.NUCLEUS_ALLOW,
        };
    }

    /// Null for what is no action, such as a program from elsewhere may return.
    pub fn decode(encoded: u32) ?Action {
        const data: u16 = @truncate(encoded);
        return switch (encoded) {
            c.NUCLEUS_KILL_PROCESS => .kill_process,
            c.NUCLEUS_KILL_THREAD => .kill_thread,
            c.NUCLEUS_NOTIFY => .notify,
            c.NUCLEUS_LOG => .log,
            c.NUCLEUS_ALLOW => .allow,
            c.NUCLEUS_TRAP(0)...c.NUCLEUS_TRAP(0xffff) => .{ .trap = data },
            c.NUCLEUS_ERRNO(0)...c.NUCLEUS_ERRNO(4095) => .{ .errno = @fromBackingInt(data) },
            c.NUCLEUS_TRACE(0)...c.NUCLEUS_TRACE(0xffff) => .{ .trace = data },
            else => null,
        };
    }
};
