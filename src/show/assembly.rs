//! Instructions in the assembly language of the kernel's own tools (`tools/bpf/bpf_asm`,
//! Documentation/networking/filter.rst).

use super::text::Text;
use crate::bpf::Instruction;

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operand {
    None,
    /// A word of the call's data.
    Data,
    /// The length of the data.
    Length,
    Constant,
    Scratch,
    X,
    A,
    /// How far to jump.
    Jump,
}

/// Every operation that a filter may use; those on a constant stand for those on X, too, whose codes
/// have bit 3 set.
const OPERATIONS: [(u16, &str, Operand); 28] = [
    (0x20, "ld", Operand::Data),
    (0x80, "ld", Operand::Length),
    (0x00, "ld", Operand::Constant),
    (0x60, "ld", Operand::Scratch),
    (0x81, "ldx", Operand::Length),
    (0x01, "ldx", Operand::Constant),
    (0x61, "ldx", Operand::Scratch),
    (0x02, "st", Operand::Scratch),
    (0x03, "stx", Operand::Scratch),
    (0x04, "add", Operand::Constant),
    (0x14, "sub", Operand::Constant),
    (0x24, "mul", Operand::Constant),
    (0x34, "div", Operand::Constant),
    (0x44, "or", Operand::Constant),
    (0x54, "and", Operand::Constant),
    (0x64, "lsh", Operand::Constant),
    (0x74, "rsh", Operand::Constant),
    (0xa4, "xor", Operand::Constant),
    (0x84, "neg", Operand::None),
    (0x07, "tax", Operand::None),
    (0x87, "txa", Operand::None),
    (0x05, "ja", Operand::Jump),
    (0x15, "jeq", Operand::Constant),
    (0x25, "jgt", Operand::Constant),
    (0x35, "jge", Operand::Constant),
    (0x45, "jset", Operand::Constant),
    (0x06, "ret", Operand::Constant),
    (0x16, "ret", Operand::A),
];

/// Whether an instruction goes on at one of two places.
pub(super) const fn is_test(code: u16) -> bool {
    code & 0x07 == 0x05 && code != 0x05
}

impl Text {
    /// One instruction; `constant` writes what it compares with, as befits what is compared. Fields
    /// that it does not use are not written.
    pub(super) fn instruction(
        &mut self,
        pc: usize,
        Instruction { code, jt, jf, k }: Instruction,
        constant: fn(&mut Self, u32) -> &mut Self,
    ) -> &mut Self {
        const WITH_X: u16 = 0x08;
        let known = |code: u16| OPERATIONS.iter().find(|(known, ..)| *known == code);
        let (name, operand) = match (known(code), known(code & !WITH_X)) {
            (Some((_, name, operand)), _) => (*name, *operand),
            (None, Some((_, name, _))) => (*name, Operand::X),
            (None, None) => ("?", Operand::None), // the program was checked
        };
        let behind = |skip: u32| pc + 1 + skip as usize;
        if !is_test(code) {
            self.put(name);
            return match operand {
                Operand::None => self,
                Operand::Data => self.put(" [").decimal(k as usize).put("]"),
                Operand::Length => self.put(" #len"),
                Operand::Constant if code == 0x06 => self.put(" #").hex(k, 8),
                Operand::Constant => self.put(" #").value(k),
                Operand::Scratch => self.put(" M[").decimal(k as usize).put("]"),
                Operand::X => self.put(" x"),
                Operand::A => self.put(" a"),
                Operand::Jump => self.put(" L").decimal(behind(k)),
            };
        }
        let against = |text: &mut Self| {
            match operand {
                Operand::X => text.put(" x"),
                _ => constant(text.put(" #"), k),
            };
            text.put(", L").len()
        };
        // The names of those that only jump when the test fails.
        let inverse = match name {
            "jeq" => "jne",
            "jgt" => "jle",
            "jge" => "jlt",
            _ => "",
        };
        if jf == 0 {
            against(self.put(name));
            self.decimal(behind(jt.into()))
        } else if jt == 0 && !inverse.is_empty() {
            against(self.put(inverse));
            self.decimal(behind(jf.into()))
        } else {
            against(self.put(name));
            self.decimal(behind(jt.into())).put(", L").decimal(behind(jf.into()))
        }
    }
}
