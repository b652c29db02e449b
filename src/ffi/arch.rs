//! Architectures.
//!
//! The numbers are the kernel's tokens (linux/audit.h). x32 has none of its own.

use std::ffi::c_char;
use std::ptr;

use super::boundary::{guarded, text};
use super::filter::{Filter, asked, edit};
use super::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status};
use crate::arch::Arch;

/// 64-bit x86 (AUDIT_ARCH_X86_64).
pub const NUCLEUS_ARCH_X86_64: u32 = 0xc000_003e;
/// 32-bit x86 (AUDIT_ARCH_I386): also what a 64-bit process reaches by int 0x80.
pub const NUCLEUS_ARCH_X86: u32 = 0x4000_0003;
/// The x32 calls of 64-bit x86. In a call's data they have the token AUDIT_ARCH_X86_64 and numbers
/// with bit 30 set; here that bit is moved into the token, in place of the bit for 64 bits.
pub const NUCLEUS_ARCH_X32: u32 = 0x4000_003e;
/// 64-bit ARM, little-endian (AUDIT_ARCH_AARCH64).
pub const NUCLEUS_ARCH_AARCH64: u32 = 0xc000_00b7;
/// 32-bit ARM, little-endian, EABI (AUDIT_ARCH_ARM).
pub const NUCLEUS_ARCH_ARM: u32 = 0x4000_0028;
/// 64-bit RISC-V (AUDIT_ARCH_RISCV64).
pub const NUCLEUS_ARCH_RISCV64: u32 = 0xc000_00f3;
/// 64-bit LoongArch (AUDIT_ARCH_LOONGARCH64).
pub const NUCLEUS_ARCH_LOONGARCH64: u32 = 0xc000_0102;
/// 64-bit z/Architecture (AUDIT_ARCH_S390X).
pub const NUCLEUS_ARCH_S390X: u32 = 0x8000_0016;
/// 31-bit ESA/390 (AUDIT_ARCH_S390).
pub const NUCLEUS_ARCH_S390: u32 = 0x0000_0016;
/// 64-bit PowerPC, little-endian (AUDIT_ARCH_PPC64LE).
pub const NUCLEUS_ARCH_PPC64LE: u32 = 0xc000_0015;
/// 64-bit PowerPC, big-endian (AUDIT_ARCH_PPC64).
pub const NUCLEUS_ARCH_PPC64: u32 = 0x8000_0015;
/// 32-bit PowerPC (AUDIT_ARCH_PPC).
pub const NUCLEUS_ARCH_PPC: u32 = 0x0000_0014;
/// MIPS o32, big-endian (AUDIT_ARCH_MIPS).
pub const NUCLEUS_ARCH_MIPS: u32 = 0x0000_0008;
/// MIPS o32, little-endian (AUDIT_ARCH_MIPSEL).
pub const NUCLEUS_ARCH_MIPSEL: u32 = 0x4000_0008;
/// MIPS n64, big-endian (AUDIT_ARCH_MIPS64).
pub const NUCLEUS_ARCH_MIPS64: u32 = 0x8000_0008;
/// MIPS n64, little-endian (AUDIT_ARCH_MIPSEL64).
pub const NUCLEUS_ARCH_MIPSEL64: u32 = 0xc000_0008;
/// MIPS n32, big-endian (AUDIT_ARCH_MIPS64N32).
pub const NUCLEUS_ARCH_MIPS64N32: u32 = 0xa000_0008;
/// MIPS n32, little-endian (AUDIT_ARCH_MIPSEL64N32).
pub const NUCLEUS_ARCH_MIPSEL64N32: u32 = 0xe000_0008;
/// Motorola 68000 (AUDIT_ARCH_M68K).
pub const NUCLEUS_ARCH_M68K: u32 = 0x0000_0004;
/// SuperH, little-endian (AUDIT_ARCH_SHEL).
pub const NUCLEUS_ARCH_SH: u32 = 0x4000_002a;
/// SuperH, big-endian (AUDIT_ARCH_SH).
pub const NUCLEUS_ARCH_SHEB: u32 = 0x0000_002a;
/// 32-bit PA-RISC (AUDIT_ARCH_PARISC).
pub const NUCLEUS_ARCH_PARISC: u32 = 0x0000_000f;
/// 64-bit PA-RISC (AUDIT_ARCH_PARISC64).
pub const NUCLEUS_ARCH_PARISC64: u32 = 0x8000_000f;

/// The architecture that the library was built for, as NUCLEUS_ARCH_*, or 0 if it has no tables
/// for it. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_arch_native() -> u32 {
    Arch::native().map_or(0, Arch::constant)
}

/// The name of an architecture, as its constant above in lower case ("x86_64"), or NULL for what is
/// none. Static. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_arch_name(arch: u32) -> *const c_char {
    let mut name = ptr::null();
    let find = || {
        if let Ok(arch) = Arch::from_constant(arch) {
            name = arch.c_name().as_ptr();
        }
        NUCLEUS_OK
    };
    guarded(find, || ());
    name
}

/// The architecture of a name, as NUCLEUS_ARCH_*, or 0 if none has it. Since 0.1.
///
/// # Safety
/// `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_arch_named(name: *const c_char) -> u32 {
    let mut found = 0;
    let find = || {
        // SAFETY: the caller promises a C string.
        let name = unsafe { text("arch_named", "name", name) };
        found = name.ok().and_then(Arch::named).map_or(0, Arch::constant);
        NUCLEUS_OK
    };
    guarded(find, || ());
    found
}

/// Covers `arch` (NUCLEUS_ARCH_*), too: the filter's rules hold there as well, with its own
/// numbers. A new filter covers the architecture of this machine; calls of others get the
/// bad-architecture action. Doing it twice is fine.
///
/// Beware of calls that hand on to others: on architectures with socketcall and ipc, rules for
/// socket or shmat say nothing of what is reached through these two. nucleus_filter_harden and
/// profiles do.
///
/// ```c
/// nucleus_filter_add_arch(f, NUCLEUS_ARCH_X86);    // for 32-bit programs on an x86_64 machine
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no architecture; NUCLEUS_ERR_UNSUPPORTED after
/// nucleus_filter_use_default, for one that the built-in policy is not written for, and after
/// nucleus_filter_harden, nucleus_filter_merge, nucleus_filter_load_oci and
/// nucleus_filter_load_firecracker. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_add_arch(filter: *mut Filter, arch: u32) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, |policy| policy.add_arch(Arch::from_constant(arch)?)) }
}

/// Covers `arch` no longer: its calls get the bad-architecture action. Fine for one that is not
/// covered. A filter that covers nothing does not compile.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no architecture. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_remove_arch(
    filter: *mut Filter,
    arch: u32,
) -> nucleus_status {
    let remove = |policy: &mut crate::policy::Policy| {
        policy.remove_arch(Arch::from_constant(arch)?);
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, remove) }
}

/// Whether the filter covers `arch`: 1 if it does, 0 if not. Not a status, but negative as one when
/// the filter is NULL or `arch` no architecture. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_has_arch(filter: *const Filter, arch: u32) -> i32 {
    // SAFETY: the caller promises a filter.
    match (unsafe { asked(filter) }, Arch::from_constant(arch)) {
        (Err(status), _) => status,
        (Ok(filter), Ok(arch)) => filter.policy.covers(arch).into(),
        (Ok(_), Err(_)) => NUCLEUS_ERR_INVALID_ARGUMENT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_those_of_the_architectures() {
        let constants = [
            NUCLEUS_ARCH_X86_64,
            NUCLEUS_ARCH_X86,
            NUCLEUS_ARCH_X32,
            NUCLEUS_ARCH_AARCH64,
            NUCLEUS_ARCH_ARM,
            NUCLEUS_ARCH_RISCV64,
            NUCLEUS_ARCH_LOONGARCH64,
            NUCLEUS_ARCH_S390X,
            NUCLEUS_ARCH_S390,
            NUCLEUS_ARCH_PPC64LE,
            NUCLEUS_ARCH_PPC64,
            NUCLEUS_ARCH_PPC,
            NUCLEUS_ARCH_MIPS,
            NUCLEUS_ARCH_MIPSEL,
            NUCLEUS_ARCH_MIPS64,
            NUCLEUS_ARCH_MIPSEL64,
            NUCLEUS_ARCH_MIPS64N32,
            NUCLEUS_ARCH_MIPSEL64N32,
            NUCLEUS_ARCH_M68K,
            NUCLEUS_ARCH_SH,
            NUCLEUS_ARCH_SHEB,
            NUCLEUS_ARCH_PARISC,
            NUCLEUS_ARCH_PARISC64,
        ];
        assert_eq!(constants, Arch::ALL.map(Arch::constant));
    }
}
