//! Filters: a policy, and the program that it is compiled to.
const std = @import("std");
const c = @import("c");
const apply_ = @import("apply.zig");
const status = @import("status.zig");
const Action = @import("action.zig").Action;
const Arch = @import("arch.zig").Arch;
const Call = @import("call.zig").Call;
const Condition = @import("condition.zig").Condition;
const Program = @import("program.zig").Program;
const Error = status.Error;

/// Made by `init`, to be freed with `deinit`. Only what changes it takes a `*Filter`.
pub const Filter = opaque {
    /// A filter for this machine's architecture, in which every call gets `default`.
    pub fn init(default: Action) Error!*Filter {
        var filter: ?*c.nucleus_filter = null;
        try status.check(c.nucleus_filter_new(default.encode(), &filter));
        return @ptrCast(filter.?);
    }

    /// What was applied stays in force: no filter can be taken off again.
    pub fn deinit(filter: *Filter) void {
        c.nucleus_filter_free(filter.handle());
    }

    /// The first failure since the filter was made, as a sentence: what was asked, what is wrong with
    /// it, what would be right. It lives as long as the filter.
    pub fn message(filter: *const Filter) ?[:0]const u8 {
        const sentence: [*:0]const u8 = c.nucleus_filter_error(filter.borrowed()) orelse return null;
        return std.mem.span(sentence);
    }

    // ---- What is allowed ----

    pub fn allow(filter: *Filter, name: [:0]const u8) Error!void {
        try status.check(c.nucleus_filter_allow(filter.handle(), name.ptr));
    }

    /// Beats whatever else is said of the call.
    pub fn deny(filter: *Filter, name: [:0]const u8) Error!void {
        try status.check(c.nucleus_filter_deny(filter.handle(), name.ptr));
    }

    /// The call gets `action` when all conditions hold; of several rules the strictest decides.
    pub fn addRule(filter: *Filter, action: Action, name: [:0]const u8, conditions: []const Condition) Error!void {
        const args: [*]const c.nucleus_arg = @ptrCast(conditions.ptr);
        try status.check(c.nucleus_filter_add_rule(filter.handle(), action.encode(), name.ptr, args, conditions.len));
    }

    /// Covers an architecture, too; calls of others are killed.
    pub fn addArch(filter: *Filter, arch: Arch) Error!void {
        try status.check(c.nucleus_filter_add_arch(filter.handle(), @backingInt(arch)));
    }

    pub const Policy = packed struct(u32) {
        /// Sockets of IPv4 and IPv6.
        network: bool = false,
        /// What would be refused with an errno gets the default action.
        strict: bool = false,
        /// Memory may be writable and executable at once.
        jit: bool = false,
        _: u29 = 0,

        comptime {
            status.bit(Policy{ .network = true }, c.NUCLEUS_POLICY_NETWORK);
            status.bit(Policy{ .strict = true }, c.NUCLEUS_POLICY_STRICT);
            status.bit(Policy{ .jit = true }, c.NUCLEUS_POLICY_JIT);
        }
    };

    /// Adds the built-in policy, under which ordinary programs run.
    pub fn useDefault(filter: *Filter, policy: Policy) Error!void {
        try status.check(c.nucleus_filter_use_default(filter.handle(), @bitCast(policy)));
    }

    pub const Level = enum(u32) {
        essential = c.NUCLEUS_LEVEL_ESSENTIAL,
        minimal = c.NUCLEUS_LEVEL_MINIMAL,
        io_heavy = c.NUCLEUS_LEVEL_IO_HEAVY,
        compute = c.NUCLEUS_LEVEL_COMPUTE,
        network = c.NUCLEUS_LEVEL_NETWORK,
        unrestricted = c.NUCLEUS_LEVEL_UNRESTRICTED,
    };

    pub fn useLevel(filter: *Filter, level: Level) Error!void {
        try status.check(c.nucleus_filter_use_level(filter.handle(), @backingInt(level)));
    }

    /// Adds the checks of the built-in policy to whatever runs. Call it last.
    pub fn harden(filter: *Filter, policy: Policy) Error!void {
        try status.check(c.nucleus_filter_harden(filter.handle(), @bitCast(policy)));
    }

    /// Loads a profile of a container engine in place of the default action.
    pub fn loadOci(filter: *Filter, path: [:0]const u8, sha256_hex: ?[:0]const u8) Error!void {
        const sum = if (sha256_hex) |hex| hex.ptr else null;
        try status.check(c.nucleus_filter_load_oci(filter.handle(), path.ptr, sum, 0));
    }

    // ---- What it comes to ----

    /// Compiles the policy and proves the program. Fails while an earlier failure is kept.
    pub fn compile(filter: *Filter) Error!void {
        try status.check(c.nucleus_filter_compile(filter.handle()));
    }

    /// Borrowed: it lives until the filter is changed, compiled again or freed.
    pub fn program(filter: *const Filter) Error!*const Program {
        return @ptrCast(c.nucleus_filter_program(filter.borrowed()) orelse return error.NotCompiled);
    }

    /// What the policy says of a call, compiled or not.
    pub fn evaluate(filter: *const Filter, call: Call) Error!Action {
        var action: u32 = undefined;
        try status.check(c.nucleus_filter_evaluate(filter.borrowed(), @ptrCast(&call), &action));
        return Action.decode(action) orelse error.Unexpected;
    }

    pub const Format = enum(u32) {
        json = c.NUCLEUS_EXPORT_JSON,
        listing = c.NUCLEUS_EXPORT_LISTING,
        pseudocode = c.NUCLEUS_EXPORT_PSEUDOCODE,
        dot = c.NUCLEUS_EXPORT_DOT,
        zig = c.NUCLEUS_EXPORT_ZIG,
    };

    /// The compiled filter as text. The caller frees it.
    pub fn text(filter: *const Filter, gpa: std.mem.Allocator, format: Format) (Error || std.mem.Allocator.Error)![]u8 {
        var size: usize = 0;
        try status.check(c.nucleus_filter_export(filter.borrowed(), @backingInt(format), null, &size));
        const buffer = try gpa.alloc(u8, size);
        errdefer gpa.free(buffer);
        try status.check(c.nucleus_filter_export(filter.borrowed(), @backingInt(format), buffer.ptr, &size));
        return buffer;
    }

    // ---- Putting it in force ----

    /// See `Program.apply`.
    pub fn apply(filter: *const Filter, options: apply_.Options) Error!void {
        try (try filter.program()).apply(options);
    }

    /// See `Program.applyIfPossible`.
    pub fn applyIfPossible(filter: *const Filter, options: apply_.Options) Error!apply_.Outcome {
        return (try filter.program()).applyIfPossible(options);
    }

    /// Whether this process has loaded this filter in some thread. No reason not to load it in another.
    pub fn isApplied(filter: *const Filter) bool {
        return c.nucleus_filter_is_applied(filter.borrowed()) == 1;
    }

    /// For functions of `c`.
    pub fn handle(filter: *Filter) *c.nucleus_filter {
        return @ptrCast(filter);
    }

    pub fn borrowed(filter: *const Filter) *const c.nucleus_filter {
        return @ptrCast(filter);
    }
};
