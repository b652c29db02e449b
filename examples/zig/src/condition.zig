//! Conditions on the arguments of a call.
const c = @import("c");
const layout = @import("layout.zig");

/// Holds if one argument compares so. All conditions of a rule must hold; a range is two of them.
pub const Condition = extern struct {
    /// Which argument, 0 to 5.
    index: u32,
    op: Comparison,
    width: Width,
    value: u64,
    /// The bits that `.masked_eq` looks at.
    mask: u64 = 0,

    pub const Comparison = enum(u32) {
        ne = c.NUCLEUS_CMP_NE,
        lt = c.NUCLEUS_CMP_LT,
        le = c.NUCLEUS_CMP_LE,
        eq = c.NUCLEUS_CMP_EQ,
        ge = c.NUCLEUS_CMP_GE,
        gt = c.NUCLEUS_CMP_GT,
        masked_eq = c.NUCLEUS_CMP_MASKED_EQ,
    };

    /// Without a default, as it is what the kernel takes the argument for that decides: the upper half
    /// of an int's register is the caller's to fill with anything.
    pub const Width = enum(u32) {
        /// The kernel's int, unsigned, and flags of that size.
        int = 32,
        /// Its long, size_t, and pointers.
        long = 64,
    };

    comptime {
        layout.same(Condition, c.nucleus_arg);
    }
};
