//! An instruction: the kernel's `struct sock_filter`.

/// One instruction, laid out as the kernel reads it.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instruction {
    /// The operation; see [`Opcode`].
    pub code: u16,
    /// How many instructions a conditional jump skips when its test holds.
    pub jt: u8,
    /// How many it skips when not.
    pub jf: u8,
    /// The operand: an offset, a value, or how far an unconditional jump goes.
    pub k: u32,
}

/// What the operations that this library emits are called, with their codes.
///
/// Programs from elsewhere may use the rest of the language; [`run`](super::run) knows all that
/// seccomp accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Opcode {
    /// `A = word of seccomp_data at offset k`
    Load = 0x20,
    /// `A = A & k`
    And = 0x54,
    /// `goto pc + 1 + k`
    Jump = 0x05,
    /// `goto pc + 1 + (A == k ? jt : jf)`
    IfEqual = 0x15,
    /// `goto pc + 1 + (A > k ? jt : jf)`, unsigned
    IfGreater = 0x25,
    /// `goto pc + 1 + (A >= k ? jt : jf)`, unsigned
    IfAtLeast = 0x35,
    /// `goto pc + 1 + (A & k != 0 ? jt : jf)`
    IfAnyBit = 0x45,
    /// `return k`
    Return = 0x06,
    /// `A = k`
    LoadConstant = 0x00,
    /// `A = A >> k`
    ShiftRight = 0x74,
    /// `A = A >> X`
    ShiftRightByX = 0x7c,
    /// `X = A`
    IntoX = 0x07,
}

impl Opcode {
    /// The operation with this code, if it is one of these.
    #[must_use]
    pub const fn from_code(code: u16) -> Option<Self> {
        Some(match code {
            0x20 => Self::Load,
            0x54 => Self::And,
            0x05 => Self::Jump,
            0x15 => Self::IfEqual,
            0x25 => Self::IfGreater,
            0x35 => Self::IfAtLeast,
            0x45 => Self::IfAnyBit,
            0x06 => Self::Return,
            0x00 => Self::LoadConstant,
            0x74 => Self::ShiftRight,
            0x7c => Self::ShiftRightByX,
            0x07 => Self::IntoX,
            _ => return None,
        })
    }
}

impl Instruction {
    /// An instruction that always goes on with the next, jumps by `k`, or returns.
    #[must_use]
    pub const fn plain(opcode: Opcode, k: u32) -> Self {
        Self { code: opcode as u16, jt: 0, jf: 0, k }
    }

    /// A conditional jump.
    #[must_use]
    pub const fn branch(opcode: Opcode, k: u32, jt: u8, jf: u8) -> Self {
        Self { code: opcode as u16, jt, jf, k }
    }
}

impl std::fmt::Debug for Instruction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, jt, jf, k } = self;
        match Opcode::from_code(*code) {
            Some(Opcode::Load) => write!(f, "ld [{k}]"),
            Some(Opcode::And) => write!(f, "and #{k:#x}"),
            Some(Opcode::Jump) => write!(f, "ja +{k}"),
            Some(Opcode::IfEqual) => write!(f, "jeq #{k:#x}, +{jt}, +{jf}"),
            Some(Opcode::IfGreater) => write!(f, "jgt #{k:#x}, +{jt}, +{jf}"),
            Some(Opcode::IfAtLeast) => write!(f, "jge #{k:#x}, +{jt}, +{jf}"),
            Some(Opcode::IfAnyBit) => write!(f, "jset #{k:#x}, +{jt}, +{jf}"),
            Some(Opcode::Return) => write!(f, "ret #{k:#010x}"),
            Some(Opcode::LoadConstant) => write!(f, "ld #{k:#x}"),
            Some(Opcode::ShiftRight) => write!(f, "rsh #{k}"),
            Some(Opcode::ShiftRightByX) => write!(f, "rsh x"),
            Some(Opcode::IntoX) => write!(f, "tax"),
            None => write!(f, "code {code:#06x} jt {jt} jf {jf} k {k:#x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_operations_and_have_a_text_each() {
        const KNOWN: [(Opcode, &str); 12] = [
            (Opcode::Load, "ld [16]"),
            (Opcode::And, "and #0x10"),
            (Opcode::Jump, "ja +16"),
            (Opcode::IfEqual, "jeq #0x10, +1, +2"),
            (Opcode::IfGreater, "jgt #0x10, +1, +2"),
            (Opcode::IfAtLeast, "jge #0x10, +1, +2"),
            (Opcode::IfAnyBit, "jset #0x10, +1, +2"),
            (Opcode::Return, "ret #0x00000010"),
            (Opcode::LoadConstant, "ld #0x10"),
            (Opcode::ShiftRight, "rsh #16"),
            (Opcode::ShiftRightByX, "rsh x"),
            (Opcode::IntoX, "tax"),
        ];
        for code in 0..=u16::MAX {
            let known = KNOWN.iter().find(|(opcode, _)| *opcode as u16 == code);
            assert_eq!(Opcode::from_code(code), known.map(|known| known.0), "{code:#x}");
            let other = format!("code {code:#06x} jt 1 jf 2 k 0x10");
            let text = format!("{:?}", Instruction { code, jt: 1, jf: 2, k: 16 });
            assert_eq!(text, known.map_or(other, |known| known.1.into()));
        }
    }
}
