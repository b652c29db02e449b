//! What a Zig program does with its standard library: threads, tasks of its Io, a child process, files,
//! and with "network" as argument a TCP conversation on loopback.
const std = @import("std");
const Io = std.Io;

var total: std.atomic.Value(u32) = .init(0);

fn add(n: u32) void {
    _ = total.fetchAdd(n, .monotonic);
}

fn greet(io: Io, server: *Io.net.Server) !void {
    const stream = try server.accept(io);
    defer stream.close(io);
    var writer = stream.writer(io, &.{});
    try writer.interface.writeAll("hello");
}

fn network(io: Io) !void {
    const address = try Io.net.IpAddress.parse("127.0.0.1", 0);
    var server = try address.listen(io, .{});
    defer server.deinit(io);
    var task = try io.concurrent(greet, .{ io, &server });
    const stream = try server.socket.address.connect(io, .{ .mode = .stream });
    defer stream.close(io);
    var buffer: [64]u8 = undefined;
    var reader = stream.reader(io, &buffer);
    const text = try reader.interface.take(5);
    if (!std.mem.eql(u8, text, "hello")) return error.WrongText;
    try task.await(io);
}

pub fn main(init: std.process.Init) !void {
    const io = init.io;
    const arena = init.arena.allocator();

    var threads: [4]std.Thread = undefined;
    for (&threads, 0..) |*thread, i| thread.* = try std.Thread.spawn(.{}, add, .{@as(u32, @intCast(i))});
    for (threads) |thread| thread.join();
    var task = io.async(add, .{@as(u32, 10)});
    task.await(io);
    if (total.load(.monotonic) != 16) return error.WrongSum;
    try io.sleep(.fromMilliseconds(2), .awake);

    const said = try std.process.run(arena, io, .{ .argv = &.{ "sh", "-c", "echo child" } });
    if (!std.mem.eql(u8, said.stdout, "child\n")) return error.WrongOutput;

    const here = Io.Dir.cwd();
    try here.createDirPath(io, "zig/deep");
    try here.writeFile(io, .{ .sub_path = "zig/deep/a", .data = "text" });
    const text = try here.readFileAlloc(io, "zig/deep/a", arena, .unlimited);
    if (!std.mem.eql(u8, text, "text")) return error.WrongText;
    try here.deleteTree(io, "zig");

    const args = try init.minimal.args.toSlice(arena);
    if (args.len > 1 and std.mem.eql(u8, args[1], "network")) try network(io);
    try Io.File.stdout().writeStreamingAll(io, "zig ok\n");
}
