//! A system call as a filter sees it.

use crate::arch::Arch;
use crate::syscall::Syscall;

/// The kernel's `struct seccomp_data` (`linux/seccomp.h`), in native byte order.
///
/// All that a filter can decide on: what pointers point to is out of its sight.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Call {
    /// The number; -1 is what a tracer writes to skip a call.
    pub nr: i32,
    /// The `AUDIT_ARCH_*` token of the entry point used.
    pub arch: u32,
    /// Where the call was made from.
    pub instruction_pointer: u64,
    /// The six argument registers, whole.
    pub args: [u64; 6],
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let arch = Arch::of(self);
        let known = arch.and_then(|arch| Syscall::numbered(arch, self.nr.cast_unsigned()));
        match known {
            Some(known) => f.write_str(known.name())?,
            None => write!(f, "call {:#x}", self.nr)?,
        }
        write!(f, "({})", self.args.map(|argument| format!("{argument:#x}")).join(", "))?;
        match arch {
            Some(arch) => write!(f, " on {arch}"),
            None => write!(f, " of architecture {:#010x}", self.arch),
        }
    }
}
