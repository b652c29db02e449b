//! Rules: which calls get which action.

use std::ffi::c_char;

use super::arg::nucleus_arg;
use super::boundary::{array, text};
use super::filter::{Filter, edit};
use super::status::nucleus_status;
use crate::action::Action;
use crate::arch::Arch;
use crate::error::Result;
use crate::policy::{Policy, Rule, Subject};

/// Lets the call `name` run, whatever its arguments. Rules with conditions come first, and
/// nucleus_filter_deny beats all. A name that only other architectures have is accepted and does
/// nothing here.
///
/// After nucleus_filter_use_default this lifts the argument checks that end in an allow, such as
/// those of clone and socket; nucleus_filter_allow_extra does not.
///
/// ```c
/// nucleus_filter_allow(f, "read");
/// ```
///
/// Errors: NUCLEUS_ERR_UNKNOWN_SYSCALL when no architecture has the call, or the name is empty (the
/// sentence suggests the nearest names); NUCLEUS_ERR_INVALID_ARGUMENT for NULL and what is not
/// UTF-8. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_allow(
    filter: *mut Filter,
    name: *const c_char,
) -> nucleus_status {
    // SAFETY: the caller promises both.
    unsafe { edit(filter, |policy| policy.allow(text("allow", "name", name)?)) }
}

/// Refuses the call `name`, whatever else is said of it, before or after: with the filter's
/// default action if that refuses, else with EPERM, or as NUCLEUS_ATTR_DENY says.
///
/// Errors: as nucleus_filter_allow. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_deny(
    filter: *mut Filter,
    name: *const c_char,
) -> nucleus_status {
    // SAFETY: the caller promises both.
    unsafe { edit(filter, |policy| policy.deny(text("deny", "name", name)?)) }
}

/// Adds a rule: the call `name` gets `action` when all `n_args` conditions hold, at most 60. With
/// none (`args` may be NULL then) the rule is for the whole call.
///
/// Of several rules the strictest that matches decides, in the kernel's order (kill process, kill
/// thread, trap, errno, notify, trace, log, allow); rules without conditions are asked only when
/// no rule with conditions matches. The order in which rules are added never matters.
///
/// ```c
/// // socket(2): AF_UNIX only. The family is an int, so 32 bits of it are compared.
/// nucleus_arg family = { .index = 0, .op = NUCLEUS_CMP_EQ, .width = 32, .value = AF_UNIX };
/// nucleus_filter_add_rule(f, NUCLEUS_ALLOW, "socket", &family, 1);
/// ```
///
/// Errors: as nucleus_filter_allow; an action, comparison, width, index or value that can't be.
/// Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `name` is NULL or a C string;
/// `args` is NULL or points to `n_args` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_add_rule(
    filter: *mut Filter,
    action: u32,
    name: *const c_char,
    args: *const nucleus_arg,
    n_args: usize,
) -> nucleus_status {
    let rule = |policy: &mut Policy| {
        // SAFETY: the caller promises a C string.
        let name = unsafe { text("add_rule", "name", name)? };
        // SAFETY: the caller promises `n_args` elements.
        let args = unsafe { array("add_rule", "args", args, n_args)? };
        policy.add_rule(name, made_of(action, name, args)?)
    };
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, rule) }
}

/// Most rules have few conditions, and need no memory for them.
fn made_of(action: u32, call: &str, args: &[nucleus_arg]) -> Result<Rule> {
    let action = Action::from_raw(action)?;
    let mut wrong = None;
    let right = |arg: &nucleus_arg| arg.condition(call).map_err(|error| wrong = Some(error)).ok();
    let rule = Rule::new(action, args.iter().map_while(right));
    wrong.map_or(Ok(rule), Err)
}

/// Adds a rule to number `nr` of one architecture (NUCLEUS_ARCH_*), whether or not a call is known
/// by it; else as nucleus_filter_add_rule. Rules for a call's name and for its number stand side by
/// side. The rule has an effect only while the architecture is covered.
///
/// -1, which is what a tracer writes to skip a call, is a number like others, of x86_64 and not of
/// x32 where the two share a token. x32 numbers have bit 30 set.
///
/// ```c
/// // A call that the kernel has and this library's tables have not yet.
/// nucleus_filter_add_rule_number(f, NUCLEUS_ALLOW, NUCLEUS_ARCH_X86_64, 600, NULL, 0);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no architecture, for a number of x32 with
/// NUCLEUS_ARCH_X86_64 and the other way round, and as nucleus_filter_add_rule. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `args` is NULL or points to
/// `n_args` elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_add_rule_number(
    filter: *mut Filter,
    action: u32,
    arch: u32,
    nr: i32,
    args: *const nucleus_arg,
    n_args: usize,
) -> nucleus_status {
    let rule = |policy: &mut Policy| {
        let subject = Subject::numbered("add_rule_number", Arch::from_constant(arch)?, nr)?;
        // SAFETY: the caller promises `n_args` elements.
        let args = unsafe { array("add_rule_number", "args", args, n_args)? };
        policy.add_rule_for(subject, made_of(action, &subject.to_string(), args)?)
    };
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, rule) }
}

/// Forgets all that was said of the call `name`: rules, also those for its number on some
/// architecture, and denials. It gets the default action again, unless something is said of it anew;
/// what the filter was intersected with stays. Fine for a call of which nothing was said.
///
/// Errors: as nucleus_filter_allow. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_remove_rules(
    filter: *mut Filter,
    name: *const c_char,
) -> nucleus_status {
    // SAFETY: the caller promises both.
    unsafe { edit(filter, |policy| policy.remove_rules(text("remove_rules", "name", name)?)) }
}
