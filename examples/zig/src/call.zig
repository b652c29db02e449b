//! A system call, as a filter sees it.
const std = @import("std");
const c = @import("c");
const layout = @import("layout.zig");
const status = @import("status.zig");
const Arch = @import("arch.zig").Arch;

/// What filters and programs are asked about: the kernel's `struct seccomp_data`.
pub const Call = extern struct {
    nr: i32,
    arch: Arch,
    /// No rule looks at it.
    instruction_pointer: u64 = 0,
    args: [6]u64 = @splat(0),

    /// A call of this machine, by its name.
    pub fn native(name: [:0]const u8, args: []const u64) status.Error!Call {
        var call: Call = .{ .nr = undefined, .arch = .native() };
        if (args.len > call.args.len) return error.InvalidArgument;
        try status.check(c.nucleus_syscall_number(@backingInt(call.arch), name.ptr, &call.nr));
        @memcpy(call.args[0..args.len], args);
        return call;
    }

    comptime {
        layout.same(Call, c.nucleus_call);
    }
};
