//! System call filters for Zig, on top of the C library nucleus-seccomp.
//!
//!     const filter = try nucleus.Filter.init(.kill_process);
//!     defer filter.deinit();
//!     errdefer if (filter.message()) |message| std.log.err("{s}", .{message});
//!
//!     try filter.useDefault(.{ .network = true });
//!     try filter.addRule(.{ .errno = .PERM }, "socket", &.{
//!         .{ .index = 0, .op = .eq, .width = .int, .value = AF.INET6 },
//!     });
//!     try filter.compile();
//!     try filter.apply(.{ .tsync = true });
//!
//! Errors stick: after one, `compile` refuses, so that a `catch {}` too many never ends in a weaker
//! filter. `*const Filter` and `*const Program` may be used from many threads at once, `*Filter` by
//! one. Between fork and exec nothing but `apply` may be called; `spawn` does all of that.

/// The C library itself, for what has no wrapper here; `Filter.handle` has what it takes.
pub const c = @import("c");

pub const Error = @import("status.zig").Error;
pub const check = @import("status.zig").check;
pub const describe = @import("status.zig").describe;
pub const Action = @import("action.zig").Action;
pub const Arch = @import("arch.zig").Arch;
pub const Condition = @import("condition.zig").Condition;
pub const Call = @import("call.zig").Call;
pub const Filter = @import("filter.zig").Filter;
pub const Program = @import("program.zig").Program;
pub const apply = @import("apply.zig");
pub const spawn = @import("child.zig").spawn;
pub const Command = @import("child.zig").Command;
pub const Failure = @import("child.zig").Failure;
