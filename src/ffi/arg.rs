//! Conditions on arguments.

use crate::error::{Error, Result};
use crate::policy::{Condition, Operator, Width};

/// The argument differs from the value.
pub const NUCLEUS_CMP_NE: u32 = 1;
/// It is less than the value; both are unsigned.
pub const NUCLEUS_CMP_LT: u32 = 2;
/// It is less than the value or equal to it.
pub const NUCLEUS_CMP_LE: u32 = 3;
/// It is equal to the value.
pub const NUCLEUS_CMP_EQ: u32 = 4;
/// It is greater than the value or equal to it.
pub const NUCLEUS_CMP_GE: u32 = 5;
/// It is greater than the value.
pub const NUCLEUS_CMP_GT: u32 = 6;
/// Its bits under the mask are equal to the value.
pub const NUCLEUS_CMP_MASKED_EQ: u32 = 7;

/// A condition on one argument of a call. The conditions of a rule must all hold; the same
/// argument may stand in several, so a range is two of them.
///
/// Choose the width by what the kernel looks at: 32 for its int, unsigned and flags of that size,
/// whose upper register half is the caller's to fill with anything; 64 for long, size_t and
/// pointers. On 32-bit architectures calls take the low halves, and no more is compared, whatever the
/// width is: a value above 32 bits equals no argument there. (On x32 and MIPS the width counts.)
///
/// ```c
/// // A file mode without set-user-ID and set-group-ID, and a length from 1 to 4096.
/// nucleus_arg mode = { .index = 1, .op = NUCLEUS_CMP_MASKED_EQ, .width = 32, .mask = 06000 };
/// nucleus_arg length[] = {
///     { .index = 2, .op = NUCLEUS_CMP_GE, .value = 1 },
///     { .index = 2, .op = NUCLEUS_CMP_LE, .value = 4096 },
/// };
/// nucleus_filter_add_rule(f, NUCLEUS_ALLOW, "fchmod", &mode, 1);
/// nucleus_filter_add_rule(f, NUCLEUS_ALLOW, "read", length, 2);
/// ```
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)]
pub struct nucleus_arg {
    /// Which argument, 0 to 5.
    pub index: u32,
    /// How it is compared: NUCLEUS_CMP_*.
    pub op: u32,
    /// How many bits are compared, 32 (the low half) or 64; 0 means 64.
    pub width: u32,
    /// What it is compared with. Must fit the width, and the mask if there is one.
    pub value: u64,
    /// The bits that NUCLEUS_CMP_MASKED_EQ looks at; 0 with every other comparison.
    pub mask: u64,
}

impl nucleus_arg {
    /// The condition, for the call named `call`.
    pub(super) fn condition(&self, call: &str) -> Result<Condition> {
        let operator = match self.op {
            NUCLEUS_CMP_NE => Operator::Ne,
            NUCLEUS_CMP_LT => Operator::Lt,
            NUCLEUS_CMP_LE => Operator::Le,
            NUCLEUS_CMP_EQ => Operator::Eq,
            NUCLEUS_CMP_GE => Operator::Ge,
            NUCLEUS_CMP_GT => Operator::Gt,
            NUCLEUS_CMP_MASKED_EQ => Operator::MaskedEq,
            other => return Err(Error::operator(call, other)),
        };
        let width = match self.width {
            32 => Width::Bits32,
            0 | 64 => Width::Bits64,
            other => return Err(Error::width(call, other)),
        };
        Condition::new(call, self.index, operator, width, self.value, self.mask)
    }
}
