//! Compiling, and the proof.

use std::ffi::{CString, c_char};
use std::fmt::Write as _;
use std::ptr;

use super::filter::{Filter, with};
use super::program::Program;
use super::status::{NUCLEUS_OK, nucleus_status};
use crate::arch::Arch;
use crate::compile::compile;
use crate::error::{Error, Result};
use crate::kernel::{Flags, Options};
use crate::policy::Policy;
use crate::prove::{Proven, prove};

/// Compiles the policy, and proves that the program means it: for every architecture, number and
/// arguments. Changing the filter afterwards undoes this.
///
/// While a failure of an earlier call is kept, compile refuses and returns its status: whoever
/// checks only compile can't load a weaker filter than was asked for.
///
/// ```c
/// if (nucleus_filter_compile(f) != NUCLEUS_OK)
///     errx(1, "%s", nucleus_filter_error(f));
/// fputs(nucleus_filter_report(f), stderr);    // rules that no call can match
/// ```
///
/// Errors: the kept one; NUCLEUS_ERR_TOO_LARGE (the sentence says how large, and which calls cost
/// most); NUCLEUS_ERR_UNPROVEN; NUCLEUS_ERR_UNSUPPORTED when no architecture is covered;
/// NUCLEUS_ERR_INVALID_ARGUMENT while a transaction is open. Since 0.1.
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
        if !filter.saved.is_empty() {
            return Err(Error::open_transaction("compile"));
        }
        let (program, report) = compiled(&filter.policy)?;
        filter.compiled = Some(program);
        filter.report = report;
        Ok(())
    };
    // SAFETY: the caller promises a filter.
    let status = unsafe { with(filter, make) };
    if status == NUCLEUS_OK { earlier } else { status }
}

fn compiled(policy: &Policy) -> Result<(Program, CString)> {
    let proven = prove(policy, compile(policy)?)?;
    let report = report(&proven);
    let arches: Vec<Arch> = policy.layers().flat_map(Policy::arches).collect();
    let attributes = policy.attributes();
    let flags = [
        (attributes.tsync, Flags::TSYNC),
        (attributes.log, Flags::LOG),
        (attributes.spec_allow, Flags::SPEC_ALLOW),
    ];
    let needed = flags.iter().filter(|(wanted, _)| *wanted);
    let options = Options {
        no_new_privs: attributes.no_new_privs,
        needed: needed.fold(Flags::NONE, |needed, (_, flag)| needed.and(*flag)),
        preferred: Flags::NONE,
    };
    Ok((Program::proven(proven, &arches, options), report))
}

/// A line for each finding.
fn report(proven: &Proven) -> CString {
    let mut lines = String::new();
    for (subject, rule) in proven.impossible() {
        let _ = writeln!(lines, "{subject}: no call can match the rule {rule}");
    }
    CString::new(lines).unwrap_or_default()
}

/// The program that the filter was compiled to, borrowed: it lives until a function that changes the
/// filter is called, also if that fails, or the filter is compiled again or freed. NULL while the
/// filter is not compiled. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_program(filter: *const Filter) -> *const Program {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    match unsafe { filter.as_ref() } {
        Some(Filter { poisoned: false, compiled: Some(program), .. }) => program,
        _ => ptr::null(),
    }
}

/// What the last compile found that is legal but hardly meant, a line each: rules that no call can
/// match, such as one that wants an argument to be 1 and 2 at once. Empty when there is nothing to
/// say. It lives as long as the filter's program. NULL while the filter is not compiled. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_report(filter: *const Filter) -> *const c_char {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    match unsafe { filter.as_ref() } {
        Some(Filter { poisoned: false, compiled: Some(_), report, .. }) => report.as_ptr(),
        _ => ptr::null(),
    }
}
