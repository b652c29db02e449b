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
/// have bit 3 set. Names in place, as a pointer to each would be three times their size.
const OPERATIONS: [(u16, [u8; 4], Operand); 28] = [
    (0x20, *b"ld  ", Operand::Data),
    (0x80, *b"ld  ", Operand::Length),
    (0x00, *b"ld  ", Operand::Constant),
    (0x60, *b"ld  ", Operand::Scratch),
    (0x81, *b"ldx ", Operand::Length),
    (0x01, *b"ldx ", Operand::Constant),
    (0x61, *b"ldx ", Operand::Scratch),
    (0x02, *b"st  ", Operand::Scratch),
    (0x03, *b"stx ", Operand::Scratch),
    (0x04, *b"add ", Operand::Constant),
    (0x14, *b"sub ", Operand::Constant),
    (0x24, *b"mul ", Operand::Constant),
    (0x34, *b"div ", Operand::Constant),
    (0x44, *b"or  ", Operand::Constant),
    (0x54, *b"and ", Operand::Constant),
    (0x64, *b"lsh ", Operand::Constant),
    (0x74, *b"rsh ", Operand::Constant),
    (0xa4, *b"xor ", Operand::Constant),
    (0x84, *b"neg ", Operand::None),
    (0x07, *b"tax ", Operand::None),
    (0x87, *b"txa ", Operand::None),
    (0x05, *b"ja  ", Operand::Jump),
    (0x15, *b"jeq ", Operand::Constant),
    (0x25, *b"jgt ", Operand::Constant),
    (0x35, *b"jge ", Operand::Constant),
    (0x45, *b"jset", Operand::Constant),
    (0x06, *b"ret ", Operand::Constant),
    (0x16, *b"ret ", Operand::A),
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
            (None, None) => (*b"?   ", Operand::None), // the program was checked
        };
        let behind = |skip: u32| pc + 1 + skip as usize;
        if !is_test(code) {
            self.mnemonic(name);
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
        let inverse = match &name {
            b"jeq " => Some(*b"jne "),
            b"jgt " => Some(*b"jle "),
            b"jge " => Some(*b"jlt "),
            _ => None,
        };
        let (jt, jf) = (behind(jt.into()), behind(jf.into()));
        match inverse {
            Some(inverse) if jt == pc + 1 && jf != jt => {
                against(self.mnemonic(inverse));
                self.decimal(jf)
            }
            _ => {
                against(self.mnemonic(name));
                self.decimal(jt);
                if jf == pc + 1 { self } else { self.put(", L").decimal(jf) }
            }
        }
    }

    /// The letters of a name, which ends with spaces where it is short.
    fn mnemonic(&mut self, name: [u8; 4]) -> &mut Self {
        self.put(std::str::from_utf8(&name).unwrap_or_default().trim_end())
    }
}
