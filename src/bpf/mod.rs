//! Classic BPF as seccomp runs it: instructions, programs, an interpreter, the kernel's checks at
//! load time and its analysis of what is allowed without a look at the arguments, and what a program
//! costs.
//!
//! Knows no policy. The kernel's side of each of these is `kernel/seccomp.c` and
//! `net/core/filter.c`; the language is described in `Documentation/networking/filter.rst`.

mod check;
mod constant_allow;
mod instruction;
mod interpret;
mod program;
pub mod registers;
mod statistics;
mod ways;

pub use constant_allow::{Emulated, emulate, is_constant_allow};
pub use instruction::{Instruction, Opcode};
pub use interpret::{Run, run};
pub use program::Program;
pub use statistics::Statistics;
pub use ways::{Walk, Ways};
