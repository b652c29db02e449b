//! Architectures.
const c = @import("c");

/// An architecture, as the kernel's AUDIT_ARCH_* token; x32 is the library's own.
pub const Arch = enum(u32) {
    x86_64 = c.NUCLEUS_ARCH_X86_64,
    x86 = c.NUCLEUS_ARCH_X86,
    x32 = c.NUCLEUS_ARCH_X32,
    aarch64 = c.NUCLEUS_ARCH_AARCH64,
    arm = c.NUCLEUS_ARCH_ARM,
    riscv64 = c.NUCLEUS_ARCH_RISCV64,
    loongarch64 = c.NUCLEUS_ARCH_LOONGARCH64,
    s390x = c.NUCLEUS_ARCH_S390X,
    s390 = c.NUCLEUS_ARCH_S390,
    ppc64le = c.NUCLEUS_ARCH_PPC64LE,
    ppc64 = c.NUCLEUS_ARCH_PPC64,
    ppc = c.NUCLEUS_ARCH_PPC,
    mips = c.NUCLEUS_ARCH_MIPS,
    mipsel = c.NUCLEUS_ARCH_MIPSEL,
    mips64 = c.NUCLEUS_ARCH_MIPS64,
    mipsel64 = c.NUCLEUS_ARCH_MIPSEL64,
    mips64n32 = c.NUCLEUS_ARCH_MIPS64N32,
    mipsel64n32 = c.NUCLEUS_ARCH_MIPSEL64N32,
    m68k = c.NUCLEUS_ARCH_M68K,
    sh = c.NUCLEUS_ARCH_SH,
    sheb = c.NUCLEUS_ARCH_SHEB,
    parisc = c.NUCLEUS_ARCH_PARISC,
    parisc64 = c.NUCLEUS_ARCH_PARISC64,
    _,

    /// That of this machine.
    pub fn native() Arch {
        return @fromBackingInt(c.nucleus_arch_native());
    }
};
