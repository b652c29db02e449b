//! Trying changes, and copies.

use super::boundary::guarded;
use super::filter::{Filter, Saved, asked, with};
use super::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status};
use crate::action::Action;
use crate::error::Error;
use crate::policy::Policy;

/// Opens a transaction: what is changed from here on can be taken back as a whole. Transactions
/// nest. While one is open the filter does not compile.
///
/// ```c
/// nucleus_filter_begin(f);
/// nucleus_filter_allow(f, "landlock_create_ruleset");
/// if (nucleus_filter_allow(f, "landlock_restrict_self") == NUCLEUS_OK)
///     nucleus_filter_commit(f);
/// else
///     nucleus_filter_rollback(f);    // neither of the two, and no error
/// ```
///
/// Errors: none but for NULL. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_begin(filter: *mut Filter) -> nucleus_status {
    let begin = |filter: &mut Filter| {
        let Filter { policy, hardened, profile, oci_context, kept, .. } = &*filter;
        let (policy, hardened, oci_context) = (policy.clone(), hardened.clone(), *oci_context);
        let (profile, kept) = (profile.clone(), kept.clone());
        filter.saved.push(Saved { policy, hardened, profile, oci_context, kept });
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, begin) }
}

/// Ends the innermost transaction and keeps what was done in it, an error included.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when none is open. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_commit(filter: *mut Filter) -> nucleus_status {
    let commit = |filter: &mut Filter| {
        filter.compiled = None;
        filter.saved.pop().map(drop).ok_or_else(|| Error::no_transaction("commit"))
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, commit) }
}

/// Ends the innermost transaction and takes back what was done in it: rules, attributes,
/// architectures and the context for profiles are as they were, and so is the kept error.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when none is open. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_rollback(filter: *mut Filter) -> nucleus_status {
    let rollback = |filter: &mut Filter| {
        filter.compiled = None;
        let saved = filter.saved.pop().ok_or_else(|| Error::no_transaction("rollback"))?;
        filter.policy = saved.policy;
        filter.hardened = saved.hardened;
        filter.profile = saved.profile;
        filter.oci_context = saved.oci_context;
        filter.kept = saved.kept;
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, rollback) }
}

/// Makes the filter as new, with another default action: no rules, no profile, no error, no
/// transaction.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when the action is none of the kernel's; nothing is changed
/// then, and the error is kept. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_reset(
    filter: *mut Filter,
    default_action: u32,
) -> nucleus_status {
    let reset = |filter: &mut Filter| {
        filter.compiled = None;
        *filter = Filter::new(Policy::new(Action::from_raw(default_action)?));
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, reset) }
}

/// Copies a filter, with its kept error and its open transactions, but not compiled. On success *out
/// is the copy, to be freed with nucleus_filter_free.
///
/// ```c
/// nucleus_filter *child = NULL;
/// nucleus_filter_clone(baseline, &child);
/// nucleus_filter_deny(child, "execve");
/// nucleus_filter_free(child);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `out` is NULL or valid for a
/// write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_clone(
    filter: *const Filter,
    out: *mut *mut Filter,
) -> nucleus_status {
    if out.is_null() {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    // SAFETY: the caller promises a filter.
    let filter = match unsafe { asked(filter) } {
        Ok(filter) => filter,
        Err(status) => return status,
    };
    let copy = || {
        let copy = Box::into_raw(Box::new(filter.copy()));
        // SAFETY: `out` is not NULL, and the caller promises that it can be written.
        unsafe { out.write(copy) };
        NUCLEUS_OK
    };
    guarded(copy, || ())
}
