//! Filters made of filters.

use std::ptr;

use super::boundary::guarded;
use super::call::nucleus_call;
use super::filter::{Filter, with};
use super::program::Program;
use super::status::{
    self, NUCLEUS_ERR_INTERNAL, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status,
};
use crate::error::{Error, Result};
use crate::policy::Policy;
use crate::prove::{Comparison, Order, compare_policies, compare_programs};

/// nucleus_filter_compare: every call gets the same action from both.
pub const NUCLEUS_EQUAL: u32 = 0;
/// nucleus_filter_compare: the first is stricter for some calls and looser for none.
pub const NUCLEUS_STRICTER: u32 = 1;
/// nucleus_filter_compare: the first is looser for some calls and stricter for none.
pub const NUCLEUS_LOOSER: u32 = 2;
/// nucleus_filter_compare: the first is stricter for some calls and looser for others.
pub const NUCLEUS_INCOMPARABLE: u32 = 3;

/// Adds all that `other` says to `filter`: architectures, rules, denials, priorities. Merging the
/// other way round gives an equal filter.
///
/// The rules of each stay with the architectures that it covers: they turn into rules for numbers, and
/// what one allows on x86_64 is not allowed on what only the other covers. No architecture can be added
/// later: nothing would hold there.
///
/// ```c
/// nucleus_filter_merge(f, baseline);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when an attribute or the default action is not the same (the
/// sentence names it with both values), when the built-in policy is in both with different flags,
/// or when `other` has an error or an open transaction; NUCLEUS_ERR_UNSUPPORTED when one of them was
/// intersected. What the filter says is as before then. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `other` is NULL or a live
/// handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_merge(
    filter: *mut Filter,
    other: *const Filter,
) -> nucleus_status {
    // SAFETY: the caller's promises are the same.
    unsafe { combine("merge", filter, other, Policy::merge) }
}

/// Makes `filter` allow only what both allow: every call gets the stricter of both actions, as if
/// both filters were loaded, but with one program. (Of two errnos it is the smaller, where the kernel
/// takes that of the filter loaded last.) Rules that are added or removed later are `filter`'s own,
/// and all stays within what `other` said.
///
/// ```c
/// // Whatever a user's profile says, never more than what this service allows anybody.
/// nucleus_filter_load_oci(f, "users.json", NULL, 0);
/// nucleus_filter_intersect(f, baseline);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when an attribute that decides no action (layout,
/// no_new_privs, tsync, log, spec_allow, wait_killable) is not the same, which the sentence names, or
/// when `other` has an error or an open transaction. What the filter says is as before then. Since
/// 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `other` is NULL or a live
/// handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_intersect(
    filter: *mut Filter,
    other: *const Filter,
) -> nucleus_status {
    // SAFETY: the caller's promises are the same.
    unsafe { combine("intersect", filter, other, Policy::intersect) }
}

/// # Safety
/// As for [`nucleus_filter_merge`].
unsafe fn combine(
    verb: &str,
    filter: *mut Filter,
    other: *const Filter,
    combine: fn(&mut Policy, &Policy) -> Result<()>,
) -> nucleus_status {
    let itself = ptr::eq(filter, other);
    let combine = |filter: &mut Filter| {
        filter.compiled = None;
        if itself {
            let copy = filter.policy_in_order(verb)?.clone();
            return combine(&mut filter.policy, &copy);
        }
        // SAFETY: NULL is told apart here, and it is not `filter`; the caller promises the rest.
        let other = unsafe { other.as_ref() }.ok_or_else(|| Error::null(verb, "other"))?;
        combine(&mut filter.policy, other.policy_in_order(verb)?)
    };
    // SAFETY: the caller promises a filter.
    unsafe { with(filter, combine) }
}

/// Compares what two filters, compiled or not, say of every call there is. On success *order is
/// NUCLEUS_EQUAL, NUCLEUS_STRICTER, NUCLEUS_LOOSER or NUCLEUS_INCOMPARABLE, of `a` against `b`;
/// *stricter becomes a call for which `a` is stricter if there is one, *looser a call for which it
/// is looser. Both may be NULL. Strict is the kernel's order of actions (see
/// nucleus_filter_add_rule), and on equal ones the smaller data.
///
/// Decided exactly, as the proof does it, not by trying calls.
///
/// ```c
/// uint32_t order;
/// nucleus_call looser;
/// if (nucleus_filter_compare(f, baseline, &order, NULL, &looser) != NUCLEUS_OK)
///     errx(1, "cannot compare");
/// if (order == NUCLEUS_LOOSER || order == NUCLEUS_INCOMPARABLE)
///     errx(1, "call %d gets through", (int)looser.nr);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL; the status of the error that is kept on `a`, or else
/// on `b`; NUCLEUS_ERR_UNPROVEN when the arguments tangle too much to be compared. Since 0.1.
///
/// # Safety
/// `a` and `b` are NULL or live handles that no other thread is changing; `order`, `stricter` and
/// `looser` are NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_compare(
    a: *const Filter,
    b: *const Filter,
    order: *mut u32,
    stricter: *mut nucleus_call,
    looser: *mut nucleus_call,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let (Some(a), Some(b)) = (unsafe { a.as_ref() }, unsafe { b.as_ref() }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    if a.poisoned || b.poisoned {
        return NUCLEUS_ERR_INTERNAL;
    }
    if let Some(kept) = a.kept.as_ref().or(b.kept.as_ref()) {
        return kept.status;
    }
    // SAFETY: the caller promises places for the results.
    unsafe { report(order, stricter, looser, || compare_policies(&a.policy, &b.policy)) }
}

/// Compares what two programs return for every call there is, ours or from elsewhere. As
/// nucleus_filter_compare.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL; NUCLEUS_ERR_UNPROVEN when what a program computes
/// tangles the arguments too much to be compared, such as their product. Since 0.1.
///
/// # Safety
/// `a` and `b` are NULL or live programs; `order`, `stricter` and `looser` are NULL or valid for a
/// write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_compare(
    a: *const Program,
    b: *const Program,
    order: *mut u32,
    stricter: *mut nucleus_call,
    looser: *mut nucleus_call,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let (Some(a), Some(b)) = (unsafe { a.as_ref() }, unsafe { b.as_ref() }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    // SAFETY: the caller promises places for the results.
    unsafe { report(order, stricter, looser, || compare_programs(a.program(), b.program())) }
}

/// # Safety
/// The three are NULL or valid for a write.
unsafe fn report(
    order: *mut u32,
    stricter: *mut nucleus_call,
    looser: *mut nucleus_call,
    compare: impl FnOnce() -> Result<Comparison>,
) -> nucleus_status {
    if order.is_null() {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    let write = || match compare() {
        Err(error) => status::of(&error),
        Ok(found) => {
            let value = match found.order() {
                Order::Equal => NUCLEUS_EQUAL,
                Order::Stricter => NUCLEUS_STRICTER,
                Order::Looser => NUCLEUS_LOOSER,
                Order::Incomparable => NUCLEUS_INCOMPARABLE,
            };
            for (place, call) in [(stricter, found.stricter), (looser, found.looser)] {
                if let (Some(call), false) = (call, place.is_null()) {
                    // SAFETY: not NULL, and the caller promises that it can be written.
                    unsafe { place.write(call.into()) };
                }
            }
            // SAFETY: not NULL, and the caller promises that it can be written.
            unsafe { order.write(value) };
            NUCLEUS_OK
        }
    };
    guarded(write, || ())
}
