//! An architecture: what a filter has to know of it, as data.

use crate::call::Call;

/// An architecture that a policy can cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// 64-bit x86, without the x32 entry point.
    X86_64,
    /// 64-bit ARM.
    Aarch64,
    /// 64-bit RISC-V.
    Riscv64,
}

/// What is different from one architecture to the next.
struct Facts {
    name: &'static str,
    token: u32,
    /// Calls with bit 30 set are x32's: another table of numbers behind the same token.
    shares_token_with_x32: bool,
}

/// In the order of the enum; the syscall table has its columns in the same order.
const FACTS: [Facts; Arch::ALL.len()] = [
    Facts { name: "x86_64", token: 0xc000_003e, shares_token_with_x32: true },
    Facts { name: "aarch64", token: 0xc000_00b7, shares_token_with_x32: false },
    Facts { name: "riscv64", token: 0xc000_00f3, shares_token_with_x32: false },
];

/// `__X32_SYSCALL_BIT` of the kernel's `asm/unistd.h`.
pub const X32_BIT: u32 = 0x4000_0000;

/// What a tracer writes into the number to skip a call, as the filter sees it.
pub const SKIPPED: u32 = u32::MAX;

impl Arch {
    /// Every architecture with a table of system calls.
    pub const ALL: [Self; 3] = [Self::X86_64, Self::Aarch64, Self::Riscv64];

    /// The architecture that this library was built for, if a policy can cover it.
    #[must_use]
    pub const fn native() -> Option<Self> {
        // The one place in the tree that asks the compiler.
        if cfg!(all(target_arch = "x86_64", target_pointer_width = "64")) {
            Some(Self::X86_64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Self::Aarch64)
        } else if cfg!(target_arch = "riscv64") {
            Some(Self::Riscv64)
        } else {
            None
        }
    }

    /// The architecture of an `AUDIT_ARCH_*` token (`linux/audit.h`).
    #[must_use]
    pub fn from_token(token: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|arch| arch.token() == token)
    }

    /// The `AUDIT_ARCH_*` token: ELF machine number, bit 31 for 64 bits, bit 30 for little-endian.
    #[must_use]
    pub const fn token(self) -> u32 {
        FACTS[self as usize].token
    }

    /// The name in lower case, as in the kernel's own folders.
    #[must_use]
    pub const fn name(self) -> &'static str {
        FACTS[self as usize].name
    }

    /// Whether a call's low argument half comes last in memory.
    #[must_use]
    pub const fn big_endian(self) -> bool {
        const LITTLE_ENDIAN: u32 = 0x4000_0000; // __AUDIT_ARCH_LE
        FACTS[self as usize].token & LITTLE_ENDIAN == 0
    }

    /// Whether numbers with [`X32_BIT`] are another architecture's.
    #[must_use]
    pub const fn shares_token_with_x32(self) -> bool {
        FACTS[self as usize].shares_token_with_x32
    }

    /// Whether `call` was made through this architecture's entry point and table.
    ///
    /// [`SKIPPED`] has bit 30 set but is no x32 number.
    #[must_use]
    pub fn owns(self, call: &Call) -> bool {
        let nr = call.nr.cast_unsigned();
        call.arch == self.token()
            && !(self.shares_token_with_x32() && nr & X32_BIT != 0 && nr != SKIPPED)
    }
}

impl std::fmt::Display for Arch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x32_numbers_are_not_x86_64s() {
        let cases = [
            (Arch::X86_64, 0, true, "an ordinary number"),
            (Arch::X86_64, 0x3fff_ffff, true, "the last one below bit 30"),
            (Arch::X86_64, 0x4000_0000, false, "x32 read"),
            (Arch::X86_64, -1, true, "a skipped call is not x32's"),
            (Arch::X86_64, -2, false, "bit 30 is set in every other negative number near it"),
            (Arch::X86_64, i32::MIN, true, "bit 31 alone is not bit 30"),
            (Arch::Aarch64, 0x4000_0000, true, "no other architecture has x32"),
        ];
        for (arch, nr, owned, why) in cases {
            let call = Call { nr, arch: arch.token(), ..Call::default() };
            assert_eq!(arch.owns(&call), owned, "{arch} {nr:#x}: {why}");
        }
    }

    #[test]
    fn tokens_lead_back_to_their_architecture() {
        for arch in Arch::ALL {
            assert_eq!(Arch::from_token(arch.token()), Some(arch));
            assert_eq!(arch as usize, Arch::ALL.iter().position(|a| *a == arch).unwrap());
        }
        assert_eq!(Arch::from_token(0), None);
    }
}
