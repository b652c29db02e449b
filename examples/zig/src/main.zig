//! Runs a command under the built-in policy: `confine [--network] command argument...`
const std = @import("std");
const nucleus = @import("nucleus_seccomp");

pub fn main(init: std.process.Init) !u8 {
    const arena = init.arena.allocator();
    const all = try init.minimal.args.toSlice(arena);
    const network = all.len > 1 and std.mem.eql(u8, all[1], "--network");
    const words = all[if (network) 2 else 1..];
    if (words.len == 0) {
        std.debug.print("usage: confine [--network] command argument...\n", .{});
        return 2;
    }

    const filter = try nucleus.Filter.init(.kill_process);
    defer filter.deinit();
    build(filter, network) catch |failure| {
        std.debug.print("confine: {s}\n", .{filter.message() orelse nucleus.describe(failure)});
        return 1;
    };

    const argv = try arena.allocSentinel(?[*:0]const u8, words.len, null);
    for (argv, words) |*arg, word| arg.* = word.ptr;
    const path = try find(arena, words[0], init.environ_map.get("PATH") orelse "/usr/bin:/bin");
    var failure: nucleus.Failure = .{};
    const child = nucleus.spawn(filter, .{ .path = path, .argv = argv, .envp = std.c.environ }, .{}, &failure) catch |err| {
        var buffer: [256]u8 = undefined;
        std.debug.print("confine: {s}: {s}\n", .{ words[0], switch (err) {
            error.ExecFailed => @tagName(@as(std.c.E, @fromBackingInt(@intCast(failure.errno)))),
            error.Kernel => failure.result.message(&buffer),
            else => @errorName(err),
        } });
        return 127;
    };
    return wait(child, words[0]);
}

fn build(filter: *nucleus.Filter, network: bool) nucleus.Error!void {
    try filter.useDefault(.{ .network = network });
    try filter.compile();
}

/// The file that a command's name stands for, as a shell finds it.
fn find(arena: std.mem.Allocator, name: [:0]const u8, path: []const u8) ![:0]const u8 {
    if (std.mem.findScalar(u8, name, '/') != null) return name;
    var folders = std.mem.tokenizeScalar(u8, path, ':');
    while (folders.next()) |folder| {
        const file = try std.fmt.allocPrintSentinel(arena, "{s}/{s}", .{ folder, name }, 0);
        if (std.c.access(file, std.c.X_OK) == 0) return file;
    }
    return name;
}

/// The child's status as shells have it; says so if the filter killed it.
fn wait(child: std.c.pid_t, name: []const u8) !u8 {
    const W = std.c.W;
    var raw: c_int = 0;
    while (std.c.waitpid(child, &raw, 0) != child) {
        if (std.c._errno().* != @backingInt(std.c.E.INTR)) return error.NoChild;
    }
    const status: u32 = @bitCast(raw);
    if (W.IFEXITED(status)) return W.EXITSTATUS(status);
    const signal = W.TERMSIG(status);
    if (signal == .SYS) std.debug.print("confine: {s} was killed by the filter\n", .{name});
    return 128 + @as(u8, @intCast(@backingInt(signal)));
}
