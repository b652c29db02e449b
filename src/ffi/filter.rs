//! Filters.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::Arc;

use super::boundary::{free, guarded};
use super::profile::{Loaded, nucleus_oci_context};
use super::program::Program;
use super::status::{
    self, NUCLEUS_ERR_INTERNAL, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status,
};
use crate::action::Action;
use crate::error::{Error, Result};
use crate::policy::Policy;

/// A filter: a policy, and after nucleus_filter_compile the program made of it. Made by
/// nucleus_filter_new, to be freed with nucleus_filter_free.
#[derive(Debug)]
pub struct Filter {
    pub(super) policy: Policy,
    pub(super) compiled: Option<Program>,
    /// What the last compile found worth saying.
    pub(super) report: CString,
    /// What hardening changed, a line each.
    pub(super) hardened: CString,
    /// What is kept of the profile that was loaded, if one was.
    pub(super) profile: Option<Arc<Loaded>>,
    /// Whom profiles are for, if it is said.
    pub(super) oci_context: Option<nucleus_oci_context>,
    /// The first failure, until it is cleared.
    pub(super) kept: Option<Kept>,
    /// What to go back to, one for each open transaction.
    pub(super) saved: Vec<Saved>,
    /// A panic left the policy half changed.
    pub(super) poisoned: bool,
}

/// How a filter was when a transaction began.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    pub(super) policy: Policy,
    pub(super) hardened: CString,
    pub(super) profile: Option<Arc<Loaded>>,
    pub(super) oci_context: Option<nucleus_oci_context>,
    pub(super) kept: Option<Kept>,
}

impl Filter {
    #[inline(never)]
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            policy,
            compiled: None,
            report: CString::default(),
            hardened: CString::default(),
            profile: None,
            oci_context: None,
            kept: None,
            saved: Vec::new(),
            poisoned: false,
        }
    }

    /// The same filter, not compiled.
    pub(super) fn copy(&self) -> Self {
        let Self { hardened, profile, kept, saved, .. } = self;
        let (hardened, profile) = (hardened.clone(), profile.clone());
        let (kept, saved, oci_context) = (kept.clone(), saved.clone(), self.oci_context);
        Self { hardened, profile, kept, saved, oci_context, ..Self::new(self.policy.clone()) }
    }

    /// Keeps the sentence of an error, unless an earlier one is kept.
    #[cold]
    #[inline(never)]
    fn keep(&mut self, error: Error) -> nucleus_status {
        self.kept.get_or_insert_with(|| Kept::new(&error));
        status::of(&error)
    }

    /// The policy, for one who builds on it: unless something is wrong with the filter, or it may
    /// still be taken back.
    pub(super) fn policy_in_order(&self, verb: &str) -> Result<&Policy> {
        match &self.kept {
            _ if self.poisoned => Err(Error::other_filter(verb, "a bug in the library was caught")),
            Some(kept) => Err(Error::other_filter(verb, &kept.message.to_string_lossy())),
            None if !self.saved.is_empty() => {
                Err(Error::other_filter(verb, "a transaction is open on it"))
            }
            None => Ok(&self.policy),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) status: nucleus_status,
    message: CString,
}

impl Kept {
    fn new(error: &Error) -> Self {
        let message = CString::new(error.to_string());
        // No message has a 0 in it: names come from C strings, and the rest is ours.
        Self { status: status::of(error), message: message.unwrap_or_default() }
    }
}

/// A filter that is only asked; a status where it can't be.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread changes while the result is used.
pub(super) unsafe fn asked<'a>(
    filter: *const Filter,
) -> std::result::Result<&'a Filter, nucleus_status> {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    match unsafe { filter.as_ref() } {
        None => Err(NUCLEUS_ERR_INVALID_ARGUMENT),
        Some(Filter { poisoned: true, .. }) => Err(NUCLEUS_ERR_INTERNAL),
        Some(filter) => Ok(filter),
    }
}

/// Does something to a filter. An error is kept on it unless an earlier one is.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
pub(super) unsafe fn with(
    filter: *mut Filter,
    body: impl FnOnce(&mut Filter) -> Result<()>,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let Some(filter) = (unsafe { filter.as_mut() }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    if filter.poisoned {
        return NUCLEUS_ERR_INTERNAL;
    }
    let mut poisoned = false;
    let status = guarded(
        || match body(filter) {
            Ok(()) => NUCLEUS_OK,
            Err(error) => filter.keep(error),
        },
        || poisoned = true,
    );
    filter.poisoned = poisoned;
    status
}

/// Changes the policy of a filter. What was compiled before is gone, whatever comes of it: a
/// filter is never applied without a change that was asked for.
///
/// # Safety
/// As for [`with`].
pub(super) unsafe fn edit(
    filter: *mut Filter,
    body: impl FnOnce(&mut Policy) -> Result<()>,
) -> nucleus_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        with(filter, |filter| {
            filter.compiled = None;
            body(&mut filter.policy)
        })
    }
}

/// Makes a filter in which every system call of this machine's architecture gets
/// `default_action`, and every other architecture's is killed (NUCLEUS_ATTR_BAD_ARCH,
/// nucleus_filter_add_arch). On success *out is the filter.
///
/// ```c
/// nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);    // an allow-list: what it leaves out kills
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT when `out` is NULL or the action is none of the kernel's
/// (*out is not written). Since 0.1.
///
/// # Safety
/// `out` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_new(
    default_action: u32,
    out: *mut *mut Filter,
) -> nucleus_status {
    guarded(
        || {
            let (Ok(action), false) = (Action::from_raw(default_action), out.is_null()) else {
                return NUCLEUS_ERR_INVALID_ARGUMENT;
            };
            let filter = Box::into_raw(Box::new(Filter::new(Policy::new(action))));
            // SAFETY: `out` is not NULL, and the caller promises that it can be written.
            unsafe { out.write(filter) };
            NUCLEUS_OK
        },
        || (),
    )
}

/// Frees a filter. NULL is fine. A filter that was applied stays in force: the kernel has its own
/// copy, and no filter can be removed. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle, not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_free(filter: *mut Filter) {
    // SAFETY: nucleus_filter_new and nucleus_filter_clone make it of a box.
    unsafe { free(filter) }
}

/// The first failure on this filter since it was made or cleared, as a sentence: what was asked
/// for, what is wrong with it, what would be right. NULL when nothing has failed. The text lives
/// until nucleus_filter_clear_error, nucleus_filter_reset, nucleus_filter_rollback or
/// nucleus_filter_free. Functions that take a `const nucleus_filter *` leave none. For a NULL
/// filter, a sentence that says so. Since 0.1.
///
/// ```c
/// if (nucleus_filter_allow(f, "wrtie") != NUCLEUS_OK)
///     warnx("%s", nucleus_filter_error(f));    // ... did you mean 'write'?
/// ```
///
/// # Safety
/// `filter` is NULL or a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_error(filter: *const Filter) -> *const c_char {
    const NULL_FILTER: &CStr = c"the filter is NULL; make one with nucleus_filter_new";
    const POISONED: &CStr = c"a bug in the library was caught; the filter can only be freed";
    // SAFETY: NULL is told apart here; the caller promises the rest.
    match unsafe { filter.as_ref() } {
        None => NULL_FILTER.as_ptr(),
        Some(Filter { poisoned: true, .. }) => POISONED.as_ptr(),
        Some(Filter { kept: Some(kept), .. }) => kept.message.as_ptr(),
        Some(Filter { kept: None, .. }) => ptr::null(),
    }
}

/// Forgets the kept failure, so that the filter can be compiled all the same. What failed stays
/// undone: be sure that the filter is what you want without it.
///
/// Errors: none but for NULL. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_clear_error(filter: *mut Filter) -> nucleus_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        with(filter, |filter| {
            filter.kept = None;
            Ok(())
        })
    }
}
