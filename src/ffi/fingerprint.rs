//! Fingerprints.

use std::ffi::c_char;

use super::boundary::guarded;
use super::filter::{Filter, asked};
use super::status::{self, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status};
use crate::compile;

/// The room for a fingerprint: 64 hexadecimal digits and a 0.
pub const NUCLEUS_FINGERPRINT_SIZE: usize = 65;

/// Writes what the program of a filter depends on, as one SHA-256: the policy with its architectures
/// and attributes, and the version of the compiler. Two filters with one fingerprint have the same
/// program, byte by byte, on every machine: a caller who keeps programs (nucleus_program_export) can
/// look for them under it, and need not compile again. In which order rules were added makes no
/// difference. The filter need not be compiled.
///
/// ```c
/// char fingerprint[NUCLEUS_FINGERPRINT_SIZE];
/// if (nucleus_filter_fingerprint(f, fingerprint) == NUCLEUS_OK)
///     printf("%s.bpf\n", fingerprint);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL and while a transaction is open. While a failure of
/// an earlier call is kept, that one: such a filter can't be compiled, either. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `fingerprint` is NULL or has
/// room for NUCLEUS_FINGERPRINT_SIZE bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_fingerprint(
    filter: *const Filter,
    fingerprint: *mut c_char,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    let filter = match unsafe { asked(filter) } {
        Ok(filter) => filter,
        Err(status) => return status,
    };
    if let Some(kept) = &filter.kept {
        return kept.status;
    }
    if fingerprint.is_null() {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    let write = || match filter.policy_in_order("fingerprint") {
        Ok(policy) => {
            let text = hexadecimal(compile::fingerprint(policy));
            // SAFETY: not NULL, and the caller promises the room.
            unsafe { fingerprint.cast::<[u8; NUCLEUS_FINGERPRINT_SIZE]>().write(text) };
            NUCLEUS_OK
        }
        Err(error) => status::of(&error),
    };
    guarded(write, || ())
}

fn hexadecimal(sum: [u8; 32]) -> [u8; NUCLEUS_FINGERPRINT_SIZE] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; NUCLEUS_FINGERPRINT_SIZE];
    for (pair, byte) in text.chunks_exact_mut(2).zip(sum) {
        pair.copy_from_slice(&[byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]));
    }
    text
}
