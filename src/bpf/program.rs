//! A program that the kernel would accept.

use super::{Instruction, check};
use crate::error::{Error, Result};

/// Instructions that passed the kernel's checks at load time, so that running them always ends in
/// a return and never reads outside the call's data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Program(Box<[Instruction]>);

impl Program {
    /// The kernel's `BPF_MAXINSNS`.
    pub const LONGEST: usize = 4096;

    /// Takes instructions that the kernel would take.
    ///
    /// # Errors
    /// The program is empty, longer than [`LONGEST`](Self::LONGEST), or has an instruction that
    /// the kernel refuses at load time; the message says which and why.
    pub fn new(instructions: Vec<Instruction>) -> Result<Self> {
        check::acceptable(&instructions)?;
        Ok(Self(instructions.into()))
    }

    /// The program in `bytes`, as [`to_bytes`](Self::to_bytes) writes them, and whether they are
    /// big-endian. That needs no telling: no code has more than eight bits, and a return's is not 0.
    ///
    /// # Errors
    /// As for [`new`](Self::new); a length that is no multiple of an instruction's.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, bool)> {
        let (instructions, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(Error::no_instructions(bytes.len()));
        }
        let big_endian = instructions.iter().all(|[upper, ..]| *upper == 0);
        let read = |&[c0, c1, jt, jf, k0, k1, k2, k3]: &[u8; 8]| {
            let (code, k) = ([c0, c1], [k0, k1, k2, k3]);
            match big_endian {
                true => {
                    Instruction { code: u16::from_be_bytes(code), jt, jf, k: u32::from_be_bytes(k) }
                }
                false => {
                    Instruction { code: u16::from_le_bytes(code), jt, jf, k: u32::from_le_bytes(k) }
                }
            }
        };
        Ok((Self::new(instructions.iter().map(read).collect())?, big_endian))
    }

    /// The instructions, 1 to [`LONGEST`](Self::LONGEST) of them.
    #[must_use]
    pub fn instructions(&self) -> &[Instruction] {
        &self.0
    }

    /// The program as the kernel wants it in memory, for a machine of either byte order.
    #[must_use]
    pub fn to_bytes(&self, big_endian: bool) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 8);
        for Instruction { code, jt, jf, k } in &self.0 {
            let (code, k) = match big_endian {
                true => (code.to_be_bytes(), k.to_be_bytes()),
                false => (code.to_le_bytes(), k.to_le_bytes()),
            };
            bytes.extend(code);
            bytes.extend([*jt, *jf]);
            bytes.extend(k);
        }
        bytes
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, instruction) in self.0.iter().enumerate() {
            writeln!(f, "{index:4}  {instruction:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Opcode::{Load, LoadConstant, Return};
    use super::*;

    #[test]
    fn the_byte_order_is_found_out() {
        let constant = Instruction::plain(LoadConstant, 1);
        let some = Program::new(vec![constant, Instruction::plain(Return, 0x0102_0304)]).unwrap();
        let return_of = [[6, 0, 0, 0, 4, 3, 2, 1], [0, 6, 0, 0, 1, 2, 3, 4]];
        for (big_endian, last) in [false, true].into_iter().zip(return_of) {
            let bytes = some.to_bytes(big_endian);
            assert_eq!(bytes[8..], last);
            assert_eq!(Program::from_bytes(&bytes), Ok((some.clone(), big_endian)));
        }
        let refused: [(&str, &[u8], &str); 4] = [
            ("no bytes", &[], "empty"),
            ("half an instruction", &[6, 0, 0, 0], "4 bytes"),
            ("no code at all", &[0; 16], "instruction 1: the last instruction is not a return"),
            (
                "an order each",
                &return_of.concat(),
                "instruction 1: is no operation that a filter may use",
            ),
        ];
        for (why, bytes, expected) in refused {
            let message = Program::from_bytes(bytes).unwrap_err().to_string();
            assert!(message.contains(expected), "{why}: {message}");
        }
    }

    #[test]
    fn a_failed_test_prints_a_program_as_numbered_lines() {
        let instructions = vec![Instruction::plain(Load, 4), Instruction::plain(Return, 5)];
        let text = format!("{:?}", Program::new(instructions).unwrap());
        assert_eq!(text, "   0  ld [4]\n   1  ret #0x00000005\n");
    }
}
