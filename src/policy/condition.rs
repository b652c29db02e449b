//! A condition on one argument of a call.

use crate::call::Call;
use crate::error::{Error, Result};

/// How an argument is compared with the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// Different from the value.
    Ne,
    /// Less than the value, both unsigned.
    Lt,
    /// Less than the value or equal to it.
    Le,
    /// Equal to the value.
    Eq,
    /// Greater than the value or equal to it.
    Ge,
    /// Greater than the value.
    Gt,
    /// Equal to the value in the bits of the mask.
    MaskedEq,
}

/// How much of an argument is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// The low half: the kernel's `int`, `unsigned int`, `mode_t` and the like. The high half of
    /// the register is the caller's to fill with anything, and the kernel does not look at it.
    Bits32,
    /// The whole of what the call takes: the register, or on 32-bit architectures its low half.
    Bits64,
}

/// One comparison that has to hold for a rule to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    index: u8,
    operator: Operator,
    width: Width,
    // Before the value, so that in order those of one mask stand together.
    mask: u64,
    value: u64,
}

impl Condition {
    /// The order: by argument, operator, width, mask and value. In three steps, as policies put many
    /// conditions in order.
    const fn rank(&self) -> (u32, u64, u64) {
        let first = [0, self.index, self.operator as u8, self.width as u8];
        (u32::from_be_bytes(first), self.mask, self.value)
    }

    /// Stands where there is none.
    pub(super) const FILLER: Self =
        Self { index: 0, operator: Operator::Ne, width: Width::Bits32, mask: 0, value: 0 };

    /// Argument `index` (0 to 5) compared by `operator` with `value`; `mask` is for
    /// [`Operator::MaskedEq`] alone and 0 otherwise. `call` is named in the errors.
    ///
    /// # Errors
    /// An index above 5; a value or mask above 32 bits with [`Width::Bits32`]; a mask without
    /// [`Operator::MaskedEq`]; bits of the value outside the mask.
    pub fn new(
        call: &str,
        index: u32,
        operator: Operator,
        width: Width,
        value: u64,
        mask: u64,
    ) -> Result<Self> {
        const LAST: u32 = 5;
        let narrow = width == Width::Bits32;
        let masked = operator == Operator::MaskedEq;
        let index = match u8::try_from(index) {
            Ok(small) if index <= LAST => small,
            _ => return Err(Error::argument_index(call, index)),
        };
        if !masked && mask != 0 {
            return Err(Error::needless_mask(call, mask));
        }
        for (what, bits) in [("value", value), ("mask", mask)] {
            if narrow && bits > u64::from(u32::MAX) {
                return Err(Error::too_wide(call, what, bits));
            }
        }
        if masked && value & !mask != 0 {
            return Err(Error::value_outside_mask(call, value, mask));
        }
        Ok(Self { index, operator, width, value, mask })
    }

    /// Which argument, 0 to 5.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// How it is compared.
    #[must_use]
    pub const fn operator(&self) -> Operator {
        self.operator
    }

    /// How much of it is compared.
    #[must_use]
    pub const fn width(&self) -> Width {
        self.width
    }

    /// What it is compared with.
    #[must_use]
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// The bits that [`Operator::MaskedEq`] looks at; 0 with any other operator.
    #[must_use]
    pub const fn mask(&self) -> u64 {
        self.mask
    }

    /// Whether it is plain that no call meets both: they want different values in the same bits.
    pub(super) fn rules_out(&self, other: &Self) -> bool {
        let (Some(here), Some(there)) = (self.bits(), other.bits()) else { return false };
        self.index == other.index && (self.value ^ other.value) & here & there != 0
    }

    /// The bits of which it says what they are, if it does no more than that.
    const fn bits(&self) -> Option<u64> {
        match (self.operator, self.width) {
            (Operator::MaskedEq, _) => Some(self.mask),
            (Operator::Eq, Width::Bits32) => Some(u32::MAX as u64),
            (Operator::Eq, Width::Bits64) => Some(u64::MAX),
            _ => None,
        }
    }

    /// What it asks of the lower half of an argument that has no other, in 32 bits; none if it never holds
    /// then.
    pub(crate) fn narrowed(self) -> Option<Self> {
        const LOW: u64 = 0xffff_ffff;
        let (width, mask) = (Width::Bits32, self.mask & LOW);
        if self.width == width || self.value <= LOW {
            return Some(Self { width, mask, ..self });
        }
        match self.operator {
            Operator::Eq | Operator::MaskedEq | Operator::Ge | Operator::Gt => None,
            // Always. It stays a condition: without one a rule would be for the whole call.
            Operator::Ne | Operator::Lt | Operator::Le => {
                Some(Self { operator: Operator::Ge, width, value: 0, ..self })
            }
        }
    }

    /// Whether the condition holds for `call`.
    #[must_use]
    pub fn holds(&self, call: &Call) -> bool {
        let argument = match self.width {
            Width::Bits32 => call.args[usize::from(self.index)] & u64::from(u32::MAX),
            Width::Bits64 => call.args[usize::from(self.index)],
        };
        match self.operator {
            Operator::Ne => argument != self.value,
            Operator::Lt => argument < self.value,
            Operator::Le => argument <= self.value,
            Operator::Eq => argument == self.value,
            Operator::Ge => argument >= self.value,
            Operator::Gt => argument > self.value,
            Operator::MaskedEq => argument & self.mask == self.value,
        }
    }
}

impl Ord for Condition {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Condition {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { index, operator, width, mask, value } = *self;
        let half = if width == Width::Bits32 { "(u32)" } else { "" };
        let comparison = match operator {
            Operator::Ne => "!=",
            Operator::Lt => "<",
            Operator::Le => "<=",
            Operator::Eq => "==",
            Operator::Ge => ">=",
            Operator::Gt => ">",
            Operator::MaskedEq => {
                return write!(f, "({half}arg{index} & {mask:#x}) == {value:#x}");
            }
        };
        write!(f, "{half}arg{index} {comparison} {value:#x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operator::{Eq, Ge, Gt, Le, Lt, MaskedEq, Ne};
    use Width::{Bits32, Bits64};

    const fn is(operator: Operator, width: Width, value: u64, mask: u64) -> Condition {
        Condition { index: 3, operator, width, mask, value }
    }

    const ABOVE: u64 = 1 << 32;

    /// The compiler orders and shares tests by all that a condition is: what 32-bit calls are asked must
    /// not look like a test of 64 bits.
    #[test]
    fn what_is_narrowed_is_a_condition_on_32_bits() {
        let always = Some(is(Ge, Bits32, 0, 0));
        let cases = [
            (is(Eq, Bits32, 5, 0), Some(is(Eq, Bits32, 5, 0))),
            (is(Eq, Bits64, 5, 0), Some(is(Eq, Bits32, 5, 0))),
            (is(Lt, Bits64, ABOVE - 1, 0), Some(is(Lt, Bits32, ABOVE - 1, 0))),
            (is(MaskedEq, Bits64, 2, ABOVE | 6), Some(is(MaskedEq, Bits32, 2, 6))),
            (is(MaskedEq, Bits64, ABOVE, ABOVE), None),
            (is(Eq, Bits64, ABOVE, 0), None),
            (is(Ge, Bits64, ABOVE, 0), None),
            (is(Gt, Bits64, ABOVE, 0), None),
            (is(Ne, Bits64, ABOVE, 0), always),
            (is(Lt, Bits64, ABOVE, 0), always),
            (is(Le, Bits64, ABOVE, 0), always),
        ];
        for (given, expected) in cases {
            assert_eq!(given.narrowed(), expected, "{given}");
        }
    }
}
