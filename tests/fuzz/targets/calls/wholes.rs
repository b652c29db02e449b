//! Calls that change a filter as a whole, or are given none.

use super::Handle;
use super::model::{Model, Status};
use super::words::{self, Name, action, number};
use crate::cases::Random;
use nucleus_seccomp::error::Error;
use nucleus_seccomp::ffi::algebra::{nucleus_filter_intersect, nucleus_filter_merge};
use nucleus_seccomp::ffi::attribute::nucleus_filter_set;
use nucleus_seccomp::ffi::audit::nucleus_filter_audit;
use nucleus_seccomp::ffi::builtin::{nucleus_filter_allow_extra, nucleus_filter_use_default};
use nucleus_seccomp::ffi::filter::{Filter, nucleus_filter_free, nucleus_filter_new};
use nucleus_seccomp::ffi::harden::nucleus_filter_harden;
use nucleus_seccomp::ffi::level::nucleus_filter_use_level;
use nucleus_seccomp::ffi::rules::nucleus_filter_allow;
use nucleus_seccomp::ffi::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK};
use nucleus_seccomp::ffi::transaction::{
    nucleus_filter_begin, nucleus_filter_clone, nucleus_filter_commit, nucleus_filter_reset,
    nucleus_filter_rollback,
};
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::levels::{self, Level};
use std::ffi::{c_char, c_int};
use std::ptr;

const INVALID: Status = NUCLEUS_ERR_INVALID_ARGUMENT;

pub fn built_in(handle: &mut Handle, random: &mut Random) {
    let flags = number(random, 7);
    let modes = Modes { network: flags & 1 != 0, strict: flags & 2 != 0, jit: flags & 4 != 0 };
    let unknown = (flags > 7).then_some(INVALID).into_iter().collect();
    let filter = handle.filter;
    // SAFETY: a live handle, in all four.
    let (wanted, status) = unsafe {
        match random.below(4) {
            0 => {
                let level =
                    |policy: &mut Policy| levels::add_to(policy, Level::numbered("", flags)?);
                (handle.model.change(Vec::new(), level), nucleus_filter_use_level(filter, flags))
            }
            1 => {
                let audit = |policy: &mut Policy| {
                    policy.audit();
                    Ok(())
                };
                (handle.model.change(Vec::new(), audit), nucleus_filter_audit(filter))
            }
            2 => {
                let harden = |policy: &mut Policy| builtin::harden(policy, modes).map(drop);
                (handle.model.change(unknown, harden), nucleus_filter_harden(filter, flags))
            }
            _ => {
                let add = |policy: &mut Policy| builtin::add_to(policy, modes);
                (handle.model.change(unknown, add), nucleus_filter_use_default(filter, flags))
            }
        }
    };
    handle.came_to(status, &wanted, "use_level, audit, harden, use_default");
}

pub fn extra(handle: &mut Handle, random: &mut Random) {
    let names: Vec<Name> = (0..random.below(3)).map(|_| Name::any(random)).collect();
    let pointers: Vec<*const c_char> = names.iter().map(Name::pointer).collect();
    let flags = number(random, 1);
    // Names that nobody has are left out, unless it is strict; text that is none is an error.
    let mut wrong: Vec<Status> =
        names.iter().flat_map(Name::wrong).filter(|one| *one == INVALID).collect();
    wrong.extend((flags > 1).then_some(INVALID));
    let texts: Vec<&str> = names.iter().map(Name::text).collect();
    let wanted =
        handle.model.change(wrong, |policy| builtin::allow_extra(policy, &texts, flags == 1));
    // SAFETY: a live handle, and so many pointers that are NULL or C strings.
    let status = unsafe {
        nucleus_filter_allow_extra(handle.filter, pointers.as_ptr(), pointers.len(), flags)
    };
    handle.came_to(status, &wanted, "allow_extra");
}

pub fn transaction(handle: &mut Handle, random: &mut Random) {
    let Handle { filter, model } = handle;
    let none = if model.saved.is_empty() { vec![INVALID] } else { Vec::new() };
    // SAFETY: a live handle, in all three.
    let (wanted, status) = unsafe {
        match random.below(3) {
            0 => {
                model.saved.push(Model { saved: Vec::new(), ..model.clone() });
                (Vec::new(), nucleus_filter_begin(*filter))
            }
            1 => {
                model.compiled = false;
                model.saved.pop();
                (none, nucleus_filter_commit(*filter))
            }
            _ => {
                model.compiled = false;
                if let Some(saved) = model.saved.pop() {
                    let saved_before = std::mem::take(&mut model.saved);
                    *model = Model { saved: saved_before, compiled: false, ..saved };
                }
                (none, nucleus_filter_rollback(*filter))
            }
        }
    };
    handle.came_to(status, &wanted, "begin, commit, rollback");
}

/// A new filter in place of one, or a copy of the other.
pub fn again(handle: &mut Handle, other: &Handle, random: &mut Random) {
    let (action, wrong) = action(random);
    let Handle { filter, model } = handle;
    match random.below(4) {
        0 => {
            model.compiled = false;
            if wrong.is_empty() {
                *model = Model::new(action);
            }
            // SAFETY: a live handle.
            let status = unsafe { nucleus_filter_reset(*filter, action) };
            handle.came_to(status, &wrong, "reset");
        }
        1 => {
            let mut new = ptr::null_mut();
            // SAFETY: `new` can be written.
            let status = unsafe { nucleus_filter_new(action, &raw mut new) };
            assert_eq!(status == NUCLEUS_OK, wrong.is_empty(), "new: {status} of {action:#x}");
            assert_eq!(status == NUCLEUS_OK, !new.is_null());
            // SAFETY: NULL or a live handle, not used again.
            unsafe { nucleus_filter_free(new) };
        }
        _ => {
            // SAFETY: a live handle that is freed and not used again, and another one to be copied.
            unsafe {
                nucleus_filter_free(*filter);
                assert_eq!(nucleus_filter_clone(other.filter, filter), NUCLEUS_OK);
            }
            *model = other.model.copy();
        }
    }
}

pub fn combined(handle: &mut Handle, other: &mut Handle, random: &mut Random) {
    type Call = unsafe extern "C" fn(*mut Filter, *const Filter) -> c_int;
    type Meaning = fn(&mut Policy, &Policy) -> Result<(), Error>;
    const CALLS: [(&str, Call, Meaning); 2] = [
        ("merge", nucleus_filter_merge, Policy::merge),
        ("intersect", nucleus_filter_intersect, Policy::intersect),
    ];
    const MOST_LAYERS: usize = 4; // each takes its time
    let (what, call, meaning) = random.pick(&CALLS);
    let itself = handle.model.clone();
    let (pointer, model) = match random.below(8) {
        0 => (ptr::null(), None),
        1 => (handle.filter.cast_const(), Some(&itself)),
        _ => (other.filter.cast_const(), Some(&other.model)),
    };
    if model.is_some_and(|model| model.policy.layers().count() > MOST_LAYERS) {
        return;
    }
    let theirs = model.filter(|model| model.is_in_order()).map(|model| &model.policy);
    let wrong = if theirs.is_none() { vec![INVALID] } else { Vec::new() };
    let wanted = handle.model.change(wrong, |policy| meaning(policy, theirs.unwrap()));
    // SAFETY: live handles, or NULL.
    let status = unsafe { call(handle.filter, pointer) };
    handle.came_to(status, &wanted, what);
}

/// No filter at all.
pub fn nobody(random: &mut Random) {
    let (none, name) = (ptr::null_mut(), Name::any(random));
    // SAFETY: NULL is what they are asked about.
    let statuses = unsafe {
        [
            nucleus_filter_allow(none, name.pointer()),
            nucleus_filter_set(none, number(random, 11), 1),
            nucleus_filter_use_default(none, number(random, 7)),
            nucleus_filter_rollback(none),
            nucleus_filter_reset(none, words::KILL),
            nucleus_filter_merge(none, none),
            nucleus_filter_clone(none, ptr::null_mut()),
            nucleus_filter_new(words::KILL, ptr::null_mut()),
        ]
    };
    assert_eq!(statuses, [INVALID; 8]);
    // SAFETY: as its documentation has it.
    unsafe { nucleus_filter_free(none) };
}
