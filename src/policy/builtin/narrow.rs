//! What [`harden`](super::harden()) has to say of 32-bit entry points besides.
//!
//! On x86, x32 and arm the checked calls take their arguments as everywhere: clone has its flags
//! first (`CONFIG_CLONE_BACKWARDS` moves only what is behind them; s390 alone swaps the first two),
//! and errnos, socket types and protections have the same numbers. x32 differs in numbers alone:
//! ioctl and execveat have their own. What is here are other ways to what the checks guard.
//! docs/levels.md says of the rest of these architectures' tables why it is none.

use super::checked::{Case, Choice, NOT_WRITE_AND_EXEC, masked, one_of, soft};
use super::errno::{EACCES, ENOSYS};
use super::{Check, Verdict, call};
use crate::arch::Arch;
use crate::syscall::Syscall;

/// The architectures that checks can be put in for: those of the tables, and these.
pub const HARDENED: [Arch; 7] = [
    Arch::X86_64,
    Arch::Aarch64,
    Arch::Riscv64,
    Arch::Loongarch64,
    Arch::X86,
    Arch::X32,
    Arch::Arm,
];

/// A check on some architectures alone, there in the place of another for the same call.
#[derive(Clone, Copy, Debug)]
pub struct Narrow {
    /// Where it is put in.
    pub arches: &'static [Arch],
    /// What is checked.
    pub check: Check,
}

const fn narrow(
    arches: &'static [Arch],
    call: Syscall,
    why: &'static str,
    cases: &'static [Case],
    otherwise: Verdict,
) -> Narrow {
    Narrow { arches, check: Check { call, why, cases, otherwise } }
}

/// The low half of ipc's first argument; a version stands in the upper one (`ipc/syscall.c`).
const WHICH: u64 = 0xffff;
const SHMAT: Choice = masked(0, WHICH, &[(21, "SHMAT")]);
const SHM_EXEC: Choice = masked(2, 0o100_000, &[(0o100_000, "SHM_EXEC")]);

/// The checks.
pub const NARROW: &[Narrow] = &[
    narrow(
        &[Arch::X86],
        call!("mmap"),
        "The old call, with all arguments in memory. glibc and musl use mmap2.",
        &[],
        Verdict::Soft(ENOSYS),
    ),
    narrow(
        &[Arch::X86, Arch::Arm],
        call!("mmap2"),
        "mmap with the offset in pages, and the protection where mmap has it.",
        NOT_WRITE_AND_EXEC,
        Verdict::Allow,
    ),
    narrow(
        &[Arch::X86],
        call!("socketcall"),
        "The family stands in memory. musl and others make sockets by the direct calls, which are \
         checked; glibc on x86 knows no other way than this one, and makes none. What is done with \
         sockets that exist stays.",
        &[soft(ENOSYS, &[one_of(0, &[(1, "SYS_SOCKET"), (8, "SYS_SOCKETPAIR")])])],
        Verdict::Allow,
    ),
    narrow(
        &[Arch::X86],
        call!("ipc"),
        "shmat as older programs call it. Which call it is stands in the lower 16 bits, a version \
         above; the flags are in a register.",
        &[soft(EACCES, &[SHMAT, SHM_EXEC])],
        Verdict::Allow,
    ),
];

impl Narrow {
    /// Whether this is what is checked of `call` on `arch`.
    pub fn is_for(&self, call: Syscall, arch: Arch) -> bool {
        self.check.call == call && self.arches.contains(&arch)
    }
}
