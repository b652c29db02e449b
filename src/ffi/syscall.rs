//! Names and numbers of system calls.

use std::ffi::c_char;
use std::ptr;

use super::boundary::{guarded, text};
use super::status::{
    self, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_UNSUPPORTED, NUCLEUS_OK, nucleus_status,
};
use crate::arch::Arch;
use crate::syscall::Syscall;

/// Finds the number of the call `name` on `arch` (NUCLEUS_ARCH_*). On success *number is set.
///
/// ```c
/// int32_t number;
/// if (nucleus_syscall_number(NUCLEUS_ARCH_AARCH64, "openat", &number) == NUCLEUS_OK)
///     printf("%d is %s\n", number, nucleus_syscall_name(NUCLEUS_ARCH_AARCH64, number));
/// ```
///
/// Errors: NUCLEUS_ERR_UNKNOWN_SYSCALL when no architecture has the call, NUCLEUS_ERR_UNSUPPORTED
/// when only this one has not, NUCLEUS_ERR_INVALID_ARGUMENT. Since 0.1.
///
/// # Safety
/// `name` is NULL or a C string; `number` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_syscall_number(
    arch: u32,
    name: *const c_char,
    number: *mut i32,
) -> nucleus_status {
    let find = || {
        let (Ok(arch), false) = (Arch::from_constant(arch), number.is_null()) else {
            return NUCLEUS_ERR_INVALID_ARGUMENT;
        };
        // SAFETY: the caller promises a C string.
        let name = unsafe { text("syscall_number", "name", name) };
        match name.and_then(|name| Syscall::named("syscall_number", name)) {
            Err(error) => status::of(&error),
            Ok(call) => match call.number(arch) {
                None => NUCLEUS_ERR_UNSUPPORTED,
                Some(found) => {
                    // SAFETY: not NULL, and the caller promises that it can be written.
                    unsafe { number.write(found.cast_signed()) };
                    NUCLEUS_OK
                }
            },
        }
    };
    guarded(find, || ())
}

/// The name of call `number` on `arch`, or NULL if there is none. Static. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nucleus_syscall_name(arch: u32, number: i32) -> *const c_char {
    let mut name = ptr::null();
    let find = || {
        if let (Ok(arch), Ok(number)) = (Arch::from_constant(arch), u32::try_from(number)) {
            let call = Syscall::numbered(arch, number);
            name = call.map_or(ptr::null(), |call| call.c_name().as_ptr());
        }
        NUCLEUS_OK
    };
    guarded(find, || ());
    name
}
