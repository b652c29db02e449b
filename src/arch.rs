//! An architecture: what a filter has to know of it, as data.

use std::ffi::CStr;
use std::ops::RangeInclusive;

use crate::call::Call;
use crate::error::{Error, Result};

/// An architecture that a policy can cover: one entry point of a kernel, with its table of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// 64-bit x86, without the x32 entry point.
    X86_64,
    /// 32-bit x86.
    X86,
    /// The 32-bit pointers of 64-bit x86: the token of x86_64, and numbers with bit 30 set.
    X32,
    /// 64-bit ARM, little-endian.
    Aarch64,
    /// 32-bit ARM, little-endian, EABI.
    Arm,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit LoongArch.
    Loongarch64,
    /// 64-bit z/Architecture.
    S390x,
    /// 31-bit ESA/390.
    S390,
    /// 64-bit PowerPC, little-endian.
    Ppc64le,
    /// 64-bit PowerPC, big-endian.
    Ppc64,
    /// 32-bit PowerPC, big-endian.
    Ppc,
    /// MIPS with the o32 convention, big-endian.
    Mips,
    /// MIPS with the o32 convention, little-endian.
    Mipsel,
    /// MIPS with the n64 convention, big-endian.
    Mips64,
    /// MIPS with the n64 convention, little-endian.
    Mipsel64,
    /// MIPS with the n32 convention, big-endian.
    Mips64n32,
    /// MIPS with the n32 convention, little-endian.
    Mipsel64n32,
    /// Motorola 68000.
    M68k,
    /// SuperH, little-endian.
    Sh,
    /// SuperH, big-endian.
    Sheb,
    /// 32-bit PA-RISC.
    Parisc,
    /// 64-bit PA-RISC.
    Parisc64,
}

/// A table of numbers: what differs only in byte order shares one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "named as the architectures that use them")]
pub enum Table {
    X86_64,
    X86,
    X32,
    Aarch64,
    Arm,
    Riscv64,
    Loongarch64,
    S390x,
    S390,
    Ppc64,
    Ppc,
    Mips,
    Mips64,
    Mips64n32,
    M68k,
    Sh,
    Parisc,
    Parisc64,
}

impl Table {
    /// How many there are.
    pub const COUNT: usize = Self::Parisc64 as usize + 1;
}

/// What is different from one architecture to the next.
struct Facts {
    name: &'static CStr,
    token: u32,
    table: Table,
    /// The number of the first call; tables hold the numbers from there on.
    first: u32,
}

const fn facts(name: &'static CStr, token: u32, table: Table, first: u32) -> Facts {
    Facts { name, token, table, first }
}

/// In the order of the enum.
#[rustfmt::skip]
const FACTS: [Facts; Arch::ALL.len()] = [
    facts(c"x86_64",      0xc000_003e, Table::X86_64,         0),
    facts(c"x86",         0x4000_0003, Table::X86,            0),
    facts(c"x32",         0xc000_003e, Table::X32,      X32_BIT),
    facts(c"aarch64",     0xc000_00b7, Table::Aarch64,        0),
    facts(c"arm",         0x4000_0028, Table::Arm,            0),
    facts(c"riscv64",     0xc000_00f3, Table::Riscv64,        0),
    facts(c"loongarch64", 0xc000_0102, Table::Loongarch64,    0),
    facts(c"s390x",       0x8000_0016, Table::S390x,          0),
    facts(c"s390",        0x0000_0016, Table::S390,           0),
    facts(c"ppc64le",     0xc000_0015, Table::Ppc64,          0),
    facts(c"ppc64",       0x8000_0015, Table::Ppc64,          0),
    facts(c"ppc",         0x0000_0014, Table::Ppc,            0),
    facts(c"mips",        0x0000_0008, Table::Mips,        4000),
    facts(c"mipsel",      0x4000_0008, Table::Mips,        4000),
    facts(c"mips64",      0x8000_0008, Table::Mips64,      5000),
    facts(c"mipsel64",    0xc000_0008, Table::Mips64,      5000),
    facts(c"mips64n32",   0xa000_0008, Table::Mips64n32,   6000),
    facts(c"mipsel64n32", 0xe000_0008, Table::Mips64n32,   6000),
    facts(c"m68k",        0x0000_0004, Table::M68k,           0),
    facts(c"sh",          0x4000_002a, Table::Sh,             0),
    facts(c"sheb",        0x0000_002a, Table::Sh,             0),
    facts(c"parisc",      0x0000_000f, Table::Parisc,         0),
    facts(c"parisc64",    0x8000_000f, Table::Parisc64,       0),
];

/// `__X32_SYSCALL_BIT` of the kernel's `asm/unistd.h`.
pub const X32_BIT: u32 = 0x4000_0000;

/// What a tracer writes into the number to skip a call, as the filter sees it.
pub const SKIPPED: u32 = u32::MAX;

/// `__AUDIT_ARCH_64BIT` and `__AUDIT_ARCH_LE` of `linux/audit.h`.
const TOKEN_64_BIT: u32 = 0x8000_0000;
const TOKEN_LITTLE_ENDIAN: u32 = 0x4000_0000;

impl Arch {
    /// Every architecture with a table of system calls.
    pub const ALL: [Self; 23] = [
        Self::X86_64,
        Self::X86,
        Self::X32,
        Self::Aarch64,
        Self::Arm,
        Self::Riscv64,
        Self::Loongarch64,
        Self::S390x,
        Self::S390,
        Self::Ppc64le,
        Self::Ppc64,
        Self::Ppc,
        Self::Mips,
        Self::Mipsel,
        Self::Mips64,
        Self::Mipsel64,
        Self::Mips64n32,
        Self::Mipsel64n32,
        Self::M68k,
        Self::Sh,
        Self::Sheb,
        Self::Parisc,
        Self::Parisc64,
    ];

    /// The architecture that this library was built for, if a policy can cover it.
    #[must_use]
    pub const fn native() -> Option<Self> {
        // The one place in the tree that asks the compiler.
        const LITTLE: bool = cfg!(target_endian = "little");
        const WIDE: bool = cfg!(target_pointer_width = "64");
        if cfg!(target_arch = "x86_64") {
            Some(if WIDE { Self::X86_64 } else { Self::X32 })
        } else if cfg!(target_arch = "x86") {
            Some(Self::X86)
        } else if cfg!(all(target_arch = "aarch64", target_endian = "little")) {
            Some(Self::Aarch64)
        } else if cfg!(all(target_arch = "arm", target_endian = "little")) {
            Some(Self::Arm)
        } else if cfg!(target_arch = "riscv64") {
            Some(Self::Riscv64)
        } else if cfg!(target_arch = "loongarch64") {
            Some(Self::Loongarch64)
        } else if cfg!(target_arch = "s390x") {
            Some(Self::S390x)
        } else if cfg!(target_arch = "powerpc64") {
            Some(if LITTLE { Self::Ppc64le } else { Self::Ppc64 })
        } else if cfg!(all(target_arch = "powerpc", target_endian = "big")) {
            Some(Self::Ppc)
        } else if cfg!(target_arch = "mips64") {
            Some(match (WIDE, LITTLE) {
                (true, true) => Self::Mipsel64,
                (true, false) => Self::Mips64,
                (false, true) => Self::Mipsel64n32,
                (false, false) => Self::Mips64n32,
            })
        } else if cfg!(target_arch = "mips") {
            Some(if LITTLE { Self::Mipsel } else { Self::Mips })
        } else if cfg!(target_arch = "m68k") {
            Some(Self::M68k)
        } else {
            None
        }
    }

    /// The architecture that made `call`, if it is one of these.
    #[must_use]
    pub fn of(call: &Call) -> Option<Self> {
        Self::ALL.into_iter().find(|arch| arch.owns(call))
    }

    /// The architecture of a [constant](Self::constant).
    ///
    /// # Errors
    /// It is no architecture's.
    #[inline(never)]
    pub fn from_constant(constant: u32) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|arch| arch.constant() == constant);
        found.ok_or_else(|| Error::unknown_arch(constant))
    }

    /// The architecture of that [name](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arch| arch.name() == name)
    }

    /// The `AUDIT_ARCH_*` token (`linux/audit.h`) that a filter finds in the call's data: ELF machine
    /// number, bit 31 for 64 bits, bit 30 for little-endian, bit 29 for MIPS n32.
    #[must_use]
    pub const fn token(self) -> u32 {
        FACTS[self as usize].token
    }

    /// What stands for the architecture where a choice of one is written as a number: the token,
    /// but for x32, which has the token of x86_64 in the call's data. Its bit 30 is a bit of the
    /// number; here it is moved into the token of a 32-bit x86_64, which no kernel uses.
    #[must_use]
    pub const fn constant(self) -> u32 {
        match self {
            Self::X32 => self.token() & !TOKEN_64_BIT,
            _ => self.token(),
        }
    }

    /// The name in lower case.
    #[must_use]
    #[inline(never)]
    pub const fn name(self) -> &'static str {
        match self.c_name().to_str() {
            Ok(name) => name,
            Err(_) => panic!("a name in the table is not UTF-8"),
        }
    }

    /// The name for C.
    pub(crate) const fn c_name(self) -> &'static CStr {
        FACTS[self as usize].name
    }

    /// Which table its numbers stand in.
    #[must_use]
    pub const fn table(self) -> Table {
        FACTS[self as usize].table
    }

    /// The number at which its table begins.
    #[must_use]
    pub const fn first_number(self) -> u32 {
        FACTS[self as usize].first
    }

    /// Whether Linux remembers which of its calls a thread's filters allow whatever the arguments are,
    /// in a bitmap over the numbers from 0 to the kernel's newest one (`SECCOMP_ARCH_NATIVE` and
    /// `SECCOMP_ARCH_COMPAT` of `asm/seccomp.h`).
    ///
    /// Not on MIPS, which defines neither and whose numbers start far above 0, and not on x32, whose
    /// numbers are beyond the bitmap of x86_64. The private calls of 32-bit ARM are beyond, too.
    #[must_use]
    pub const fn has_bitmap(self) -> bool {
        self.first_number() == 0
    }

    /// Whether a call's low argument half comes last in memory.
    #[must_use]
    pub const fn big_endian(self) -> bool {
        Self::is_big_endian(self.token())
    }

    /// The same of any token, also of architectures without a table here.
    #[must_use]
    pub const fn is_big_endian(token: u32) -> bool {
        token & TOKEN_LITTLE_ENDIAN == 0
    }

    /// Whether its calls take no more than the lower halves of their arguments. What a filter sees above
    /// them may be anything: of `int 0x80` a kernel for x86_64 shows whole registers, as a 64-bit program
    /// has left them (`syscall_get_arguments`), and the call takes the lower halves
    /// (`SC_IA32_REGS_TO_ARGS`). Of the others nothing but 0 is to be expected: 64-bit kernels cut what they
    /// show (s390, PowerPC) or what they let in (`linux_gateway_entry` of PA-RISC), and 32-bit programs of
    /// ARM have no upper halves to fill.
    ///
    /// Not x32 and MIPS n32, whose entry points are of 64 bits. Not MIPS o32 either: under a filter, a 64-bit
    /// kernel loads the registers again as they were and hands them on (`trace_a_syscall` of
    /// `scall64-o32.S`), so that a call takes its longs and pointers whole.
    #[must_use]
    pub(crate) const fn has_narrow_arguments(self) -> bool {
        matches!(
            self,
            Self::X86
                | Self::Arm
                | Self::S390
                | Self::Ppc
                | Self::M68k
                | Self::Sh
                | Self::Sheb
                | Self::Parisc
        )
    }

    /// Which numbers of its token are its own, as ranges.
    ///
    /// On the token of x86_64 bit 30 decides; [`SKIPPED`] has it set but is no x32 number.
    #[must_use]
    pub const fn numbers(self) -> &'static [RangeInclusive<u32>] {
        const BIT_31: u32 = 0x8000_0000;
        match self {
            Self::X86_64 => &[0..=X32_BIT - 1, BIT_31..=(BIT_31 | X32_BIT) - 1, SKIPPED..=SKIPPED],
            Self::X32 => &[X32_BIT..=BIT_31 - 1, BIT_31 | X32_BIT..=SKIPPED - 1],
            _ => &[0..=u32::MAX],
        }
    }

    /// Whether `call` was made through this architecture's entry point and table.
    #[must_use]
    pub fn owns(self, call: &Call) -> bool {
        let nr = call.nr.cast_unsigned();
        let is_x32 = nr & X32_BIT != 0 && nr != SKIPPED;
        call.arch == self.token()
            && match self {
                Self::X86_64 => !is_x32,
                Self::X32 => is_x32,
                _ => true,
            }
    }
}

/// Some architectures, each once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arches(u32);

impl Arches {
    pub(crate) const fn insert(&mut self, arch: Arch) {
        self.0 |= 1 << arch as u32;
    }

    pub(crate) const fn remove(&mut self, arch: Arch) {
        self.0 &= !(1 << arch as u32);
    }

    pub(crate) const fn contains(self, arch: Arch) -> bool {
        self.0 >> arch as u32 & 1 == 1
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// In the order of the enum.
    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = Arch> {
        Arch::ALL.iter().copied().filter(move |arch| self.contains(*arch))
    }
}

impl FromIterator<Arch> for Arches {
    fn from_iter<I: IntoIterator<Item = Arch>>(arches: I) -> Self {
        let mut all = Self::default();
        arches.into_iter().for_each(|arch| all.insert(arch));
        all
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
    fn the_facts_are_in_the_order_of_the_enum() {
        for (index, arch) in Arch::ALL.into_iter().enumerate() {
            assert_eq!(arch as usize, index);
            assert_eq!(arch.name(), format!("{arch:?}").to_lowercase());
        }
    }

    #[test]
    fn x32_numbers_are_not_x86_64s() {
        let cases = [
            (0, Arch::X86_64, "an ordinary number"),
            (0x3fff_ffff, Arch::X86_64, "the last one below bit 30"),
            (0x4000_0000, Arch::X32, "x32's first"),
            (0x7fff_ffff, Arch::X32, "the largest number"),
            (i32::MIN, Arch::X86_64, "bit 31 alone is not bit 30"),
            (i32::MIN + 0x4000_0000, Arch::X32, "bits 31 and 30"),
            (-2, Arch::X32, "bit 30 is set in the negative numbers near -1"),
            (-1, Arch::X86_64, "a skipped call is not x32's"),
        ];
        for (nr, owner, why) in cases {
            let call = Call { nr, arch: owner.token(), ..Call::default() };
            assert_eq!(Arch::of(&call), Some(owner), "{nr:#x}: {why}");
        }
        let elsewhere = Call { nr: 0x4000_0000, arch: Arch::X86.token(), ..Call::default() };
        assert_eq!(Arch::of(&elsewhere), Some(Arch::X86), "no other architecture has x32");
    }

    #[test]
    fn the_ranges_of_numbers_are_those_that_are_owned() {
        let edges = [0, 1, 0x3fff_ffff, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xbfff_ffff];
        let edges = edges.into_iter().chain([0xc000_0000, 0xffff_fffe, u32::MAX]);
        for (nr, arch) in edges.flat_map(|nr| Arch::ALL.map(|arch| (nr, arch))) {
            let call = Call { nr: nr.cast_signed(), arch: arch.token(), ..Call::default() };
            let listed = arch.numbers().iter().any(|range| range.contains(&nr));
            assert_eq!(listed, arch.owns(&call), "{nr:#x} on {arch}");
        }
    }

    #[test]
    fn bitmaps_are_kept_where_the_kernels_headers_say_so() {
        let without = Arch::ALL.into_iter().filter(|arch| !arch.has_bitmap()).map(Arch::name);
        let expected = ["x32", "mips", "mipsel", "mips64", "mipsel64", "mips64n32", "mipsel64n32"];
        assert_eq!(without.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn constants_and_names_lead_back_to_their_architecture() {
        for arch in Arch::ALL {
            assert_eq!(Arch::from_constant(arch.constant()), Ok(arch));
            assert_eq!(Arch::named(arch.name()), Some(arch));
        }
        assert!(Arch::from_constant(0).unwrap_err().to_string().contains("0x00000000"));
        assert_eq!(Arch::X32.constant(), 0x4000_003e, "as libseccomp writes it");
    }

    #[test]
    fn a_call_of_no_architecture_here_is_nobodys() {
        let sparc = Call { arch: 0x8000_002b, ..Call::default() };
        assert_eq!(Arch::of(&sparc), None);
        let constant_of_x32 = Call { arch: Arch::X32.constant(), ..Call::default() };
        assert_eq!(Arch::of(&constant_of_x32), None, "the constant is no kernel's token");
    }
}
