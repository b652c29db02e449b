//! Programs: the classic BPF that filters are compiled to, or that came from elsewhere.
const std = @import("std");
const c = @import("c");
const apply_ = @import("apply.zig");
const status = @import("status.zig");
const Action = @import("action.zig").Action;
const Call = @import("call.zig").Call;
const Error = status.Error;

/// It never changes, so any number of threads may use it.
pub const Program = opaque {
    /// Takes instructions that were made elsewhere. To be freed with `deinit`, which a filter's own
    /// program is not.
    pub fn fromBpf(bytes: []const u8) Error!*Program {
        var program: ?*c.nucleus_program = null;
        try status.check(c.nucleus_program_from_bpf(bytes.ptr, bytes.len, &program));
        return @ptrCast(program.?);
    }

    pub fn deinit(program: *Program) void {
        c.nucleus_program_free(@ptrCast(program));
    }

    /// The instructions as the kernel's struct sock_filter, as long as the program lives.
    pub fn instructions(program: *const Program) []const c.nucleus_instruction {
        const first: [*]const c.nucleus_instruction = c.nucleus_program_instructions(program.borrowed());
        return first[0..c.nucleus_program_count(program.borrowed())];
    }

    /// What the program returns for a call; null if that is no action.
    pub fn evaluate(program: *const Program, call: Call) Error!?Action {
        var action: u32 = undefined;
        try status.check(c.nucleus_program_evaluate(program.borrowed(), @ptrCast(&call), &action));
        return Action.decode(action);
    }

    /// Confines the calling thread, or all with `.tsync`, for good. Allocates nothing and locks nothing:
    /// it may be called between fork and exec.
    pub fn apply(program: *const Program, options: apply_.Options) Error!void {
        try status.check(apply_.load(program.borrowed(), options, false));
    }

    /// The same for who goes on unconfined where the kernel refuses; which of both it was has to be
    /// looked at.
    pub fn applyIfPossible(program: *const Program, options: apply_.Options) Error!apply_.Outcome {
        const came_to = apply_.load(program.borrowed(), options, true);
        if (came_to == c.NUCLEUS_NOT_APPLIED) return .not_applied;
        try status.check(came_to);
        return .applied;
    }

    pub fn borrowed(program: *const Program) *const c.nucleus_program {
        return @ptrCast(program);
    }
};
