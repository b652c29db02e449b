//! A program that the kernel would accept.

use super::{Instruction, check};
use crate::error::Result;

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
