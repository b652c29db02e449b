//! What asks the library alone: errors, evaluation, many threads at once.
const std = @import("std");
const testing = std.testing;
const nucleus = @import("nucleus_seccomp");
const Action = nucleus.Action;
const Call = nucleus.Call;
const Filter = nucleus.Filter;

test "an error sticks, and says what would be right" {
    const filter = try Filter.init(.kill_process);
    defer filter.deinit();
    try testing.expectEqual(null, filter.message());
    try testing.expectError(error.UnknownSyscall, filter.allow("wrtie"));
    try filter.allow("read");
    try testing.expectError(error.UnknownSyscall, filter.compile());
    try testing.expectEqualStrings(
        "allow: no system call is named 'wrtie'; did you mean 'write'?",
        filter.message().?,
    );
    try testing.expectError(error.NotCompiled, filter.program());
    try testing.expectError(error.NotCompiled, filter.apply(.{}));
}

test "what can't be is an error" {
    // An errno that the kernel has no room for.
    try testing.expectError(error.InvalidArgument, Filter.init(.{ .errno = @fromBackingInt(4096) }));
    try testing.expectError(error.UnknownSyscall, Call.native("wrtie", &.{}));
    try testing.expectError(error.InvalidArgument, Call.native("read", &@as([7]u64, @splat(0))));
    try testing.expectError(error.InvalidArgument, nucleus.Program.fromBpf("123"));

    const filter = try Filter.init(.kill_process);
    defer filter.deinit();
    try testing.expectError(error.InvalidArgument, filter.addRule(.allow, "socket", &.{
        .{ .index = 6, .op = .eq, .width = .int, .value = 1 },
    }));
    try testing.expectError(error.File, filter.loadOci("/no/such/profile.json", null));
    // The first of them is the one that is kept.
    try testing.expect(std.mem.find(u8, filter.message().?, "socket") != null);
}

test "every status of the header is an error, and has a sentence" {
    @setEvalBranchQuota(100_000);
    inline for (comptime named("NUCLEUS_ERR_")) |name| {
        const failure = if (nucleus.check(@field(nucleus.c, name))) unreachable else |failure| failure;
        try testing.expect(failure != error.Unexpected);
        const sentence = std.mem.span(nucleus.c.nucleus_status_message(@field(nucleus.c, name)));
        try testing.expectEqualStrings(sentence, nucleus.describe(failure));
    }
    try testing.expectError(error.Unexpected, nucleus.check(-1000));
    try testing.expectError(error.Unexpected, nucleus.check(nucleus.c.NUCLEUS_NOT_APPLIED));
    try testing.expectEqualStrings("unknown status", nucleus.describe(error.Unexpected));
}

test "every architecture of the header is here" {
    @setEvalBranchQuota(100_000);
    inline for (comptime named("NUCLEUS_ARCH_")) |name| {
        const arch: nucleus.Arch = @fromBackingInt(@field(nucleus.c, name));
        const tag = std.enums.tagName(nucleus.Arch, arch) orelse return error.NotHere;
        try testing.expect(std.ascii.eqlIgnoreCase(tag, name["NUCLEUS_ARCH_".len..]));
    }
}

test "actions are the kernel's" {
    const rows = [_]struct { u32, Action }{
        .{ 0x8000_0000, .kill_process },
        .{ 0, .kill_thread },
        .{ 0x0003_0000, .{ .trap = 0 } },
        .{ 0x0003_ffff, .{ .trap = 0xffff } },
        .{ 0x0005_0000, .{ .errno = .SUCCESS } },
        .{ 0x0005_0001, .{ .errno = .PERM } },
        .{ 0x0005_0fff, .{ .errno = @fromBackingInt(4095) } },
        .{ 0x7fc0_0000, .notify },
        .{ 0x7ff0_0000, .{ .trace = 0 } },
        .{ 0x7ff0_ffff, .{ .trace = 0xffff } },
        .{ 0x7ffc_0000, .log },
        .{ 0x7fff_0000, .allow },
    };
    for (rows) |row| {
        try testing.expectEqual(row[0], row[1].encode());
        try testing.expectEqual(row[1], Action.decode(row[0]).?);
    }
    for ([_]u32{ 1, 0x0002_ffff, 0x0004_0000, 0x0005_1000, 0x7ff1_0000, 0xffff_ffff }) |none| {
        try testing.expectEqual(null, Action.decode(none));
    }
}

const unix = 1;
const inet = 2;
const stream = 1;

/// Sockets of AF_UNIX, read whatever its arguments are, and write of 16 to 4096 bytes.
fn example() !*Filter {
    const filter = try Filter.init(.{ .errno = .PERM });
    errdefer filter.deinit();
    try filter.allow("read");
    try filter.allow("uname");
    try filter.deny("uname");
    try filter.addRule(.allow, "socket", &.{
        .{ .index = 0, .op = .eq, .width = .int, .value = unix },
    });
    try filter.addRule(.log, "write", &.{
        .{ .index = 2, .op = .ge, .width = .long, .value = 16 },
        .{ .index = 2, .op = .le, .width = .long, .value = 4096 },
    });
    try filter.addRule(.{ .trap = 7 }, "openat", &.{
        .{ .index = 2, .op = .masked_eq, .width = .int, .value = 1, .mask = 3 },
    });
    try filter.compile();
    return filter;
}

const high = 1 << 32;

const cases = [_]struct { [:0]const u8, []const u64, Action }{
    .{ "read", &.{}, .allow },
    .{ "getppid", &.{}, .{ .errno = .PERM } },
    .{ "uname", &.{}, .{ .errno = .PERM } },
    .{ "socket", &.{unix}, .allow },
    .{ "socket", &.{high + unix}, .allow }, // an int: what is above it is not looked at
    .{ "socket", &.{inet}, .{ .errno = .PERM } },
    .{ "write", &.{ 1, 0, 15 }, .{ .errno = .PERM } },
    .{ "write", &.{ 1, 0, 16 }, .log },
    .{ "write", &.{ 1, 0, 4096 }, .log },
    .{ "write", &.{ 1, 0, 4097 }, .{ .errno = .PERM } },
    .{ "write", &.{ 1, 0, high + 16 }, .{ .errno = .PERM } }, // a long: it is
    .{ "openat", &.{ 0, 0, 0o100 + 1 }, .{ .trap = 7 } },
    .{ "openat", &.{ 0, 0, 0o100 + 3 }, .{ .errno = .PERM } },
};

fn answersAsItShould(filter: *const Filter) !void {
    const program = try filter.program();
    for (cases) |case| {
        const call: Call = try .native(case[0], case[1]);
        try testing.expectEqual(case[2], try filter.evaluate(call));
        try testing.expectEqual(case[2], (try program.evaluate(call)).?);
    }
    const elsewhere: Call = .{ .nr = 0, .arch = .s390x };
    try testing.expectEqual(.kill_process, try filter.evaluate(elsewhere));
}

test "a filter and its program answer alike" {
    const filter = try example();
    defer filter.deinit();
    try answersAsItShould(filter);
    const pseudocode = try filter.text(testing.allocator, .pseudocode);
    defer testing.allocator.free(pseudocode);
    try testing.expect(std.mem.find(u8, pseudocode, "socket") != null);
}

test "a program from elsewhere answers, but is not applied unless somebody vouches for it" {
    const filter = try example();
    defer filter.deinit();
    const instructions = (try filter.program()).instructions();
    const program = try nucleus.Program.fromBpf(std.mem.sliceAsBytes(instructions));
    defer program.deinit();
    for (cases) |case| {
        try testing.expectEqual(case[2], (try program.evaluate(try .native(case[0], case[1]))).?);
    }
    try testing.expectError(error.Unproven, program.apply(.{}));
    try testing.expectError(error.Unproven, program.applyIfPossible(.{}));
}

test "built-in policy, levels and checks" {
    const filter = try Filter.init(.kill_process);
    defer filter.deinit();
    try filter.useLevel(.network);
    try filter.harden(.{});
    try filter.compile();
    try testing.expectEqual(Action{ .errno = .AFNOSUPPORT }, try filter.evaluate(try .native("socket", &.{ inet, stream })));

    const policy = try Filter.init(.kill_process);
    defer policy.deinit();
    try policy.useDefault(.{ .network = true });
    try policy.compile();
    try testing.expectEqual(.allow, try policy.evaluate(try .native("socket", &.{ inet, stream })));
    try testing.expectEqual(.kill_process, try policy.evaluate(try .native("unshare", &.{})));
}

test "a hundred threads build, and ask the same filter" {
    const filter = try example();
    defer filter.deinit();
    var failures: std.atomic.Value(u32) = .init(0);
    var threads: [100]std.Thread = undefined;
    for (&threads) |*thread| thread.* = try std.Thread.spawn(.{}, buildAndAsk, .{ filter, &failures });
    for (threads) |thread| thread.join();
    try testing.expectEqual(0, failures.load(.monotonic));
}

fn buildAndAsk(filter: *const Filter, failures: *std.atomic.Value(u32)) void {
    tryToBuildAndAsk(filter) catch {
        _ = failures.fetchAdd(1, .monotonic);
    };
}

fn tryToBuildAndAsk(filter: *const Filter) !void {
    try answersAsItShould(filter);
    const own = try example();
    defer own.deinit();
    try answersAsItShould(own);
}

/// The names of the header that begin so.
fn named(comptime prefix: []const u8) []const []const u8 {
    @setEvalBranchQuota(1_000_000);
    var found: []const []const u8 = &.{};
    for (@typeInfo(nucleus.c).@"struct".decl_names) |name| {
        if (std.mem.startsWith(u8, name, prefix)) found = found ++ .{@as([]const u8, name)};
    }
    if (found.len == 0) @compileError("nothing is named " ++ prefix);
    return found;
}
