//! Compiling, and the proof.

use super::filter::{Filter, with};
use super::status::{NUCLEUS_OK, nucleus_status};
use crate::compile::compile;
use crate::prove::prove;

/// Compiles the policy, and proves that the program means it: for every architecture, number and
/// arguments. Changing the filter afterwards undoes this.
///
/// While a failure of an earlier call is kept, compile refuses and returns its status: whoever
/// checks only compile can't load a weaker filter than was asked for.
///
/// Errors: the kept one; NUCLEUS_ERR_TOO_LARGE; NUCLEUS_ERR_UNPROVEN; NUCLEUS_ERR_UNSUPPORTED on
/// an architecture without tables. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_compile(filter: *mut Filter) -> nucleus_status {
    let mut earlier = NUCLEUS_OK;
    let make = |filter: &mut Filter| {
        filter.compiled = None;
        if let Some(kept) = &filter.kept {
            earlier = kept.status;
            return Ok(());
        }
        let program = compile(&filter.policy)?;
        filter.compiled = Some(prove(&filter.policy, program)?);
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    let status = unsafe { with(filter, make) };
    if status == NUCLEUS_OK { earlier } else { status }
}
