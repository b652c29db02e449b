//! A system call as a filter sees it.

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
