//! A call for eyes: by its name, where it has one.

use super::Syscall;
use crate::arch::Arch;
use crate::call::Call;

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
