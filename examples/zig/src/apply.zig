//! How a program is put in force, and what came of it.
const std = @import("std");
const c = @import("c");
const layout = @import("layout.zig");
const status = @import("status.zig");

pub const Options = struct {
    /// All threads of the process, or none.
    tsync: bool = false,
    /// What is refused also goes to the kernel's log.
    log: Wish = .no,
    /// No mitigation of speculative store bypass.
    spec_allow: Wish = .no,
    no_new_privs: NoNewPrivs = .as_filter,
    /// The program came from elsewhere, and the caller vouches for it.
    trusted: bool = false,
    /// Filled whatever comes of it, but for error.InvalidArgument.
    result: ?*Result = null,

    /// What a kernel may lack.
    pub const Wish = enum { no, where_possible, yes };

    pub const NoNewPrivs = enum(u32) {
        as_filter = c.NUCLEUS_NO_NEW_PRIVS_AS_FILTER,
        on = c.NUCLEUS_NO_NEW_PRIVS_ON,
        off = c.NUCLEUS_NO_NEW_PRIVS_OFF,
    };
};

pub const Outcome = enum { applied, not_applied };

pub const Flags = packed struct(u32) {
    tsync: bool = false,
    log: bool = false,
    spec_allow: bool = false,
    best_effort: bool = false,
    trusted: bool = false,
    _: u27 = 0,

    comptime {
        status.bit(Flags{ .tsync = true }, c.NUCLEUS_APPLY_TSYNC);
        status.bit(Flags{ .log = true }, c.NUCLEUS_APPLY_LOG);
        status.bit(Flags{ .spec_allow = true }, c.NUCLEUS_APPLY_SPEC_ALLOW);
        status.bit(Flags{ .best_effort = true }, c.NUCLEUS_APPLY_BEST_EFFORT);
        status.bit(Flags{ .trusted = true }, c.NUCLEUS_APPLY_TRUSTED);
    }
};

/// What an apply did, for whoever has to say why it failed.
pub const Result = extern struct {
    size: usize = @sizeOf(Result),
    /// How far it came.
    step: Step = .none,
    /// What is in force.
    flags: Flags = .{},
    /// What was asked for and the kernel lacks.
    missing: Flags = .{},
    /// 1 if this call set it.
    no_new_privs: u32 = 0,
    /// The errno of the kernel's refusal, or 0.
    error_number: i32 = 0,
    /// With `.tsync`, the thread that could not follow, or 0.
    thread: i32 = 0,

    pub const Step = enum(u32) {
        none = c.NUCLEUS_STEP_NONE,
        no_new_privs = c.NUCLEUS_STEP_NO_NEW_PRIVS,
        filter = c.NUCLEUS_STEP_FILTER,
        done = c.NUCLEUS_STEP_DONE,
        _,
    };

    /// A sentence about it, cut to the buffer. May be called between fork and exec.
    pub fn message(result: *const Result, buffer: []u8) []const u8 {
        const length = c.nucleus_apply_message(@ptrCast(result), buffer.ptr, buffer.len);
        return buffer[0..@min(length, buffer.len -| 1)];
    }

    comptime {
        layout.same(Result, c.nucleus_apply_result);
    }
};

/// The one way in which anything is put in force here.
pub fn load(program: *const c.nucleus_program, options: Options, best_effort: bool) c.nucleus_status {
    const flags: Flags = .{
        .tsync = options.tsync,
        .log = options.log == .yes,
        .spec_allow = options.spec_allow == .yes,
        .best_effort = best_effort,
        .trusted = options.trusted,
    };
    const preferred: Flags = .{
        .log = options.log == .where_possible,
        .spec_allow = options.spec_allow == .where_possible,
    };
    const asked: c.nucleus_apply_options = .{
        .size = @sizeOf(c.nucleus_apply_options),
        .flags = @bitCast(flags),
        .preferred = @bitCast(preferred),
        .no_new_privs = @backingInt(options.no_new_privs),
    };
    return c.nucleus_program_apply(program, &asked, @ptrCast(options.result));
}
