//! Finds the library by pkg-config: whoever installed it elsewhere than the system has its own says
//! so through PKG_CONFIG_PATH, and through LD_LIBRARY_PATH when programs are run.
const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});

    // The header in Zig's own words. Forced, for without pkg-config nobody knows where it is.
    const header = b.addTranslateC(.{
        .root_source_file = b.path("src/c.h"),
        .target = target,
        .optimize = optimize,
    });
    header.linkSystemLibrary("nucleus-seccomp", .{ .use_pkg_config = .force });

    const nucleus = b.addModule("nucleus_seccomp", .{
        .root_source_file = b.path("src/nucleus_seccomp.zig"),
        .target = target,
        .optimize = optimize,
        .imports = &.{.{ .name = "c", .module = header.createModule() }},
    });

    const confine = b.addExecutable(.{
        .name = "confine",
        .root_module = b.createModule(.{
            .root_source_file = b.path("src/main.zig"),
            .target = target,
            .optimize = optimize,
            .imports = &.{.{ .name = "nucleus_seccomp", .module = nucleus }},
        }),
    });
    b.installArtifact(confine);

    const run = b.addRunArtifact(confine);
    run.addPassthruArgs();
    b.step("run", "Run a command confined: zig build run -- command argument...").dependOn(&run.step);

    const tests = b.addTest(.{
        .root_module = b.createModule(.{
            .root_source_file = b.path("tests/all.zig"),
            .target = target,
            .optimize = optimize,
            .imports = &.{.{ .name = "nucleus_seccomp", .module = nucleus }},
        }),
    });
    b.step("test", "Run the tests; they confine children of theirs").dependOn(&b.addRunArtifact(tests).step);
}
