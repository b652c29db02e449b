//! Confined children: all is made ready in the parent, and the child confines itself as the last thing
//! before exec.
const std = @import("std");
const raw = @import("c");
const c = std.c;
const apply = @import("apply.zig");
const status = @import("status.zig");
const Filter = @import("filter.zig").Filter;

/// What went wrong in a child, as it tells its parent.
pub const Failure = extern struct {
    /// What applying the filter came to: `result` is about that. With 0 it is exec that failed.
    status: i32 = 0,
    /// exec's errno, or 0.
    errno: i32 = 0,
    result: apply.Result = .{},
};

pub const SpawnError = status.Error || error{ SystemResources, ExecFailed };

/// A program to be started. `path` is not searched for.
pub const Command = struct {
    path: [*:0]const u8,
    argv: [*:null]const ?[*:0]const u8,
    envp: [*:null]const ?[*:0]const u8,
};

/// Starts a program confined by a compiled filter, from a process with any number of threads. Returns
/// the child, which runs the program by then and is the caller's to wait for. After an error there is
/// none, and `failure` says more about error.ExecFailed and what applying came to.
///
/// The filter must let execve(2) run, and write(2) and exit_group(2) for a failure to be told. A child
/// that is killed for one of them has not run anything; only who waits for it learns of that.
pub fn spawn(filter: *const Filter, command: Command, options: apply.Options, failure: *Failure) SpawnError!c.pid_t {
    const program = try filter.program();
    // Closed by a successful exec: then there is nothing to read.
    var pipe: [2]c.fd_t = undefined;
    if (c.pipe2(&pipe, .{ .CLOEXEC = true }) != 0) return error.SystemResources;
    defer _ = c.close(pipe[0]);

    const child = c.fork();
    if (child == 0) run(program.borrowed(), command, options, pipe[1]);
    _ = c.close(pipe[1]);
    if (child < 0) return error.SystemResources;

    if (!told(pipe[0], failure)) return child;
    while (c.waitpid(child, null, 0) < 0 and interrupted()) {}
    try status.check(failure.status);
    return error.ExecFailed;
}

/// The child. Other threads' locks may be held for ever here: nothing may allocate.
fn run(program: *const raw.nucleus_program, command: Command, options: apply.Options, pipe: c.fd_t) noreturn {
    var failure: Failure = .{};
    var reported = options;
    reported.result = &failure.result;
    failure.status = apply.load(program, reported, false);
    if (failure.status == 0) {
        _ = c.execve(command.path, command.argv, command.envp);
        failure.errno = c._errno().*;
    }
    _ = c.write(pipe, std.mem.asBytes(&failure), @sizeOf(Failure));
    c._exit(127);
}

/// Whether the child had a failure to tell. What is this small is written, and read, as a whole.
fn told(pipe: c.fd_t, failure: *Failure) bool {
    while (true) {
        const length = c.read(pipe, std.mem.asBytes(failure), @sizeOf(Failure));
        if (length >= 0 or !interrupted()) return length == @sizeOf(Failure);
    }
}

fn interrupted() bool {
    return c._errno().* == @backingInt(c.E.INTR);
}
