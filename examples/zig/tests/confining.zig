//! What confines, in children of this process: no filter is ever taken off again.
const std = @import("std");
const testing = std.testing;
const c = std.c;
const nucleus = @import("nucleus_seccomp");
const Filter = nucleus.Filter;

/// The errno that getppid fails with under the filters of these tests, which nothing else gives.
const refused: nucleus.Action = .{ .errno = .XFULL };

fn refusing() !*Filter {
    const filter = try Filter.init(.allow);
    errdefer filter.deinit();
    try filter.addRule(refused, "getppid", &.{});
    try filter.compile();
    return filter;
}

/// Whether the calling thread is confined by such a filter.
fn confined() bool {
    return std.os.linux.syscall0(.getppid) == @as(usize, @bitCast(-@as(isize, @backingInt(c.E.XFULL))));
}

/// Runs `body` in a child. Its error is the test's failure.
fn inChild(argument: anytype, comptime body: fn (@TypeOf(argument)) anyerror!void) !void {
    const child = c.fork();
    if (child == 0) {
        body(argument) catch |failure| {
            std.debug.print("{t}\n", .{failure});
            c._exit(1);
        };
        c._exit(0);
    }
    try testing.expect(child > 0);
    try testing.expectEqual(0, try wait(child));
}

/// The same with a filter that refuses getppid, which stays the child's own affair.
fn inChildRefusing(comptime body: fn (*const Filter) anyerror!void) !void {
    const filter = try refusing();
    defer filter.deinit();
    try inChild(@as(*const Filter, filter), body);
    try testing.expect(!filter.isApplied());
    try testing.expect(!confined());
}

fn wait(child: c.pid_t) !u32 {
    var status: c_int = 0;
    try testing.expectEqual(child, c.waitpid(child, &status, 0));
    return @bitCast(status);
}

/// Threads that are there before the filter, and ask once it is.
const Bystanders = struct {
    waiting: std.atomic.Value(u32) = .init(0),
    go: std.atomic.Value(bool) = .init(false),
    confined: std.atomic.Value(u32) = .init(0),
    threads: [8]std.Thread = undefined,

    fn start(bystanders: *Bystanders) !void {
        for (&bystanders.threads) |*thread| thread.* = try std.Thread.spawn(.{}, stand, .{bystanders});
        while (bystanders.waiting.load(.acquire) < bystanders.threads.len) try std.Thread.yield();
    }

    fn stand(bystanders: *Bystanders) void {
        _ = bystanders.waiting.fetchAdd(1, .acq_rel);
        while (!bystanders.go.load(.acquire)) std.Thread.yield() catch {};
        if (confined()) _ = bystanders.confined.fetchAdd(1, .acq_rel);
    }

    /// How many of them are confined.
    fn finish(bystanders: *Bystanders) usize {
        bystanders.go.store(true, .release);
        for (bystanders.threads) |thread| thread.join();
        return bystanders.confined.load(.acquire);
    }
};

const AF = std.os.linux.AF;

test "the example of README.md" {
    try inChild({}, struct {
        fn body(_: void) !void {
            const filter = try nucleus.Filter.init(.kill_process);
            defer filter.deinit();
            errdefer if (filter.message()) |message| std.log.err("{s}", .{message});

            try filter.useDefault(.{ .network = true });
            try filter.addRule(.{ .errno = .PERM }, "socket", &.{
                .{ .index = 0, .op = .eq, .width = .int, .value = AF.INET6 },
            });
            try filter.compile();
            try filter.apply(.{ .tsync = true });

            const refusal = std.os.linux.socket(AF.INET6, std.os.linux.SOCK.STREAM, 0);
            try testing.expectEqual(.PERM, std.os.linux.errno(refusal));
        }
    }.body);
}

test "all threads of a process are confined from one of them" {
    try inChildRefusing(struct {
        fn body(it: *const Filter) !void {
            var bystanders: Bystanders = .{};
            try bystanders.start();
            var result: nucleus.apply.Result = .{};
            const thread = try std.Thread.spawn(.{}, applyToAll, .{ it, &result });
            thread.join();
            try testing.expectEqual(bystanders.threads.len, bystanders.finish());
            try testing.expect(confined());
            try testing.expect(result.flags.tsync);
            try testing.expectEqual(.done, result.step);
            try testing.expect(it.isApplied());
        }

        fn applyToAll(it: *const Filter, result: *nucleus.apply.Result) void {
            it.apply(.{ .tsync = true, .result = result }) catch {};
        }
    }.body);
}

test "without tsync it is the calling thread alone" {
    try inChildRefusing(struct {
        fn body(it: *const Filter) !void {
            var bystanders: Bystanders = .{};
            try bystanders.start();
            try it.apply(.{});
            try testing.expectEqual(0, bystanders.finish());
            try testing.expect(confined());
        }
    }.body);
}

test "the thread that could not follow is named" {
    try inChildRefusing(struct {
        const Stubborn = struct {
            filter: *const Filter,
            id: std.atomic.Value(i32) = .init(0),
            done: std.atomic.Value(bool) = .init(false),

            /// A filter of its own is what keeps a thread from following.
            fn stand(stubborn: *Stubborn) void {
                stubborn.filter.apply(.{}) catch {};
                stubborn.id.store(@intCast(std.Thread.getCurrentId()), .release);
                while (!stubborn.done.load(.acquire)) std.Thread.yield() catch {};
            }
        };

        fn body(it: *const Filter) !void {
            var stubborn: Stubborn = .{ .filter = it };
            const thread = try std.Thread.spawn(.{}, Stubborn.stand, .{&stubborn});
            while (stubborn.id.load(.acquire) == 0) try std.Thread.yield();

            var result: nucleus.apply.Result = .{};
            try testing.expectError(error.Kernel, it.apply(.{ .tsync = true, .result = &result }));
            try testing.expectEqual(stubborn.id.load(.acquire), result.thread);
            try testing.expectEqual(.filter, result.step);
            var buffer: [256]u8 = undefined;
            var id: [16]u8 = undefined;
            const message = result.message(&buffer);
            try testing.expect(std.mem.find(u8, message, try std.fmt.bufPrint(&id, "{d}", .{result.thread})) != null);
            try testing.expectEqualStrings(message[0..9], result.message(buffer[0..10]));
            try testing.expect(!confined());

            // Best effort is no success, either, and leaves the thread unconfined.
            try testing.expectEqual(.not_applied, try it.applyIfPossible(.{ .tsync = true }));
            try testing.expect(!confined());
            stubborn.done.store(true, .release);
            thread.join();
        }
    }.body);
}

test "a hundred threads apply one filter, and each is confined" {
    try inChildRefusing(struct {
        fn body(it: *const Filter) !void {
            var failures: std.atomic.Value(u32) = .init(0);
            var threads: [100]std.Thread = undefined;
            for (&threads) |*thread| thread.* = try std.Thread.spawn(.{}, confine, .{ it, &failures });
            for (threads) |thread| thread.join();
            try testing.expectEqual(0, failures.load(.acquire));
            try testing.expect(!confined());
        }

        fn confine(it: *const Filter, failures: *std.atomic.Value(u32)) void {
            const before = confined();
            it.apply(.{}) catch {};
            if (before or !confined()) _ = failures.fetchAdd(1, .acq_rel);
        }
    }.body);
}

test "what a kernel may lack is reported where it is only wished for" {
    try inChildRefusing(struct {
        fn body(it: *const Filter) !void {
            var result: nucleus.apply.Result = .{};
            try it.apply(.{ .log = .where_possible, .spec_allow = .where_possible, .result = &result });
            try testing.expect(result.flags.log != result.missing.log);
            try testing.expect(result.flags.spec_allow != result.missing.spec_allow);
            try testing.expect(!result.flags.tsync);
            try testing.expectEqual(1, result.no_new_privs);
            try testing.expect(confined());
        }
    }.body);
}

// ---- Children that exec ----

/// Writes nothing to what the test runner speaks to `zig build` on.
const sh = [_:null]?[*:0]const u8{ "sh", "-c", "exec >/dev/null; echo text && exec uname" };

fn spawnShell(filter: *const Filter, path: [*:0]const u8, failure: *nucleus.Failure) !c.pid_t {
    return nucleus.spawn(filter, .{ .path = path, .argv = &sh, .envp = c.environ }, .{}, failure);
}

test "a child is confined as it starts, among threads that allocate" {
    const filter = try Filter.init(.kill_process);
    defer filter.deinit();
    try filter.useDefault(.{});
    try filter.deny("uname");
    try filter.compile();

    var allocating: Allocating = .{};
    try allocating.start();
    defer allocating.stop();
    for (0..20) |_| {
        var failure: nucleus.Failure = .{};
        const status = try wait(try spawnShell(filter, "/bin/sh", &failure));
        try testing.expect(c.W.IFSIGNALED(status));
        try testing.expectEqual(c.SIG.SYS, c.W.TERMSIG(status));
    }
    try testing.expect(!confined());
}

/// Threads that hold the allocator's locks much of the time.
const Allocating = struct {
    stopping: std.atomic.Value(bool) = .init(false),
    threads: [4]std.Thread = undefined,

    fn start(allocating: *Allocating) !void {
        for (&allocating.threads) |*thread| thread.* = try std.Thread.spawn(.{}, run, .{allocating});
    }

    fn run(allocating: *Allocating) void {
        while (!allocating.stopping.load(.acquire)) {
            const memory = std.heap.c_allocator.alloc(u8, 5000) catch continue;
            std.heap.c_allocator.free(memory);
        }
    }

    fn stop(allocating: *Allocating) void {
        allocating.stopping.store(true, .release);
        for (allocating.threads) |thread| thread.join();
    }
};

test "what goes wrong in a child is told to its parent" {
    var failure: nucleus.Failure = .{};
    const uncompiled = try Filter.init(.allow);
    defer uncompiled.deinit();
    try testing.expectError(error.NotCompiled, spawnShell(uncompiled, "/bin/sh", &failure));

    const filter = try refusing();
    defer filter.deinit();
    try testing.expectError(error.ExecFailed, spawnShell(filter, "/no/such/file", &failure));
    try testing.expectEqual(@backingInt(c.E.NOENT), failure.errno);

    // A process that is not to change its filters any more: what is asked for can't be had.
    const locked = try Filter.init(.allow);
    defer locked.deinit();
    try locked.addRule(.{ .errno = .PERM }, "seccomp", &.{});
    try locked.compile();
    try inChild(@as(*const Filter, locked), struct {
        fn body(it: *const Filter) !void {
            try it.apply(.{});
            var told: nucleus.Failure = .{};
            try testing.expectError(error.Kernel, spawnShell(it, "/bin/sh", &told));
            try testing.expectEqual(.filter, told.result.step);
            try testing.expectEqual(@backingInt(c.E.PERM), told.result.error_number);
        }
    }.body);
}
