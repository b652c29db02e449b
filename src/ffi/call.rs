//! Asking about a call.

use super::boundary::guarded;
use super::filter::{Filter, asked};
use super::program::Program;
use super::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status};
use crate::arch::Arch;
use crate::bpf::run;
use crate::call::Call;
use crate::policy::evaluate;

/// A system call as a filter sees it: the kernel's struct seccomp_data (linux/seccomp.h), in the
/// byte order of this machine whatever the architecture is that it speaks of.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(non_camel_case_types)]
pub struct nucleus_call {
    /// The number; on x32 with bit 30 set. -1 is what a tracer writes to skip a call.
    pub nr: i32,
    /// The AUDIT_ARCH_* token, which is NUCLEUS_ARCH_*; for x32 it is NUCLEUS_ARCH_X86_64.
    pub arch: u32,
    /// Where the call was made from. No rule looks at it.
    pub instruction_pointer: u64,
    /// The six argument registers, whole.
    pub args: [u64; 6],
}

impl From<Call> for nucleus_call {
    fn from(call: Call) -> Self {
        let Call { nr, arch, instruction_pointer, args } = call;
        Self { nr, arch, instruction_pointer, args }
    }
}

impl nucleus_call {
    const fn call(&self) -> Call {
        let Self { nr, arch, instruction_pointer, args } = *self;
        Call { nr, arch, instruction_pointer, args }
    }
}

/// Finds what the filter's policy says of a call, compiled or not. On success *action is it.
///
/// ```c
/// nucleus_call call = { .nr = SYS_socket, .arch = NUCLEUS_ARCH_X86_64, .args = { AF_INET } };
/// uint32_t action;
/// nucleus_filter_evaluate(f, &call, &action);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `call` is NULL or valid;
/// `action` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_evaluate(
    filter: *const Filter,
    call: *const nucleus_call,
    action: *mut u32,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    let filter = match unsafe { asked(filter) } {
        Ok(filter) => filter,
        Err(status) => return status,
    };
    // SAFETY: the caller promises a call, and a place for the result.
    unsafe { answer(call, action, |call| evaluate(&filter.policy, call).to_raw()) }
}

/// Runs a program on a call, as the kernel would. On success *action is what it returns: for a
/// program from elsewhere, perhaps no action at all.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL. Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program; `call` is NULL or valid; `action` is NULL or valid for a
/// write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_evaluate(
    program: *const Program,
    call: *const nucleus_call,
    action: *mut u32,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let Some(program) = (unsafe { program.as_ref() }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    let value = |call: &Call| run(program.program(), call, Arch::is_big_endian(call.arch)).value;
    // SAFETY: the caller promises a call, and a place for the result.
    unsafe { answer(call, action, value) }
}

/// # Safety
/// `call` is NULL or valid; `action` is NULL or valid for a write.
unsafe fn answer(
    call: *const nucleus_call,
    action: *mut u32,
    value: impl FnOnce(&Call) -> u32,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let (Some(call), false) = (unsafe { call.as_ref() }, action.is_null()) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    let write = || {
        // SAFETY: not NULL, and the caller promises that it can be written.
        unsafe { action.write(value(&call.call())) };
        NUCLEUS_OK
    };
    guarded(write, || ())
}
