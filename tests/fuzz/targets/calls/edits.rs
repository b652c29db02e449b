//! Calls that change a filter: what is said of calls, architectures and attributes.

use super::Handle;
use super::model::{Model, Status};
use super::words::{Args, Name, action, arch, number};
use super::{profiles, wholes};
use crate::cases::Random;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::error::Error;
use nucleus_seccomp::ffi::arch::{nucleus_filter_add_arch, nucleus_filter_remove_arch};
use nucleus_seccomp::ffi::attribute::{nucleus_filter_set, nucleus_filter_set_priority};
use nucleus_seccomp::ffi::filter::{Filter, nucleus_filter_clear_error};
use nucleus_seccomp::ffi::rules::{
    nucleus_filter_add_rule, nucleus_filter_add_rule_number, nucleus_filter_allow,
    nucleus_filter_deny, nucleus_filter_remove_rules,
};
use nucleus_seccomp::ffi::status::NUCLEUS_ERR_INVALID_ARGUMENT;
use nucleus_seccomp::policy::{Layout, Policy, Rule, Subject};
use nucleus_seccomp::syscall::{Newest, Syscall};
use std::ffi::{c_char, c_int};

const INVALID: Status = NUCLEUS_ERR_INVALID_ARGUMENT;

/// One of them.
pub fn edit(handle: &mut Handle, other: &mut Handle, random: &mut Random) {
    match random.below(24) {
        0..3 => named(handle, random),
        3..7 => add_rule(handle, random),
        7 | 8 => add_rule_number(handle, random),
        9 => covered(handle, random),
        10 | 11 => attribute(handle, random),
        12 => priority(handle, random),
        13 => wholes::built_in(handle, random),
        14 => wholes::extra(handle, random),
        15 | 16 => wholes::transaction(handle, random),
        17 => wholes::again(handle, other, random),
        18 | 19 => wholes::combined(handle, other, random),
        20 => profiles::profile(handle, random),
        21 => profiles::context(handle, random),
        22 => wholes::nobody(random),
        _ => {
            // SAFETY: a live handle.
            let status = unsafe { nucleus_filter_clear_error(handle.filter) };
            handle.model.kept = None;
            handle.came_to(status, &[], "clear_error");
        }
    }
}

fn named(handle: &mut Handle, random: &mut Random) {
    type Call = unsafe extern "C" fn(*mut Filter, *const c_char) -> c_int;
    type Meaning = fn(&mut Policy, &str) -> Result<(), Error>;
    const CALLS: [(&str, Call, Meaning); 4] = [
        ("allow", nucleus_filter_allow, Policy::allow),
        ("allow", nucleus_filter_allow, Policy::allow),
        ("deny", nucleus_filter_deny, Policy::deny),
        ("remove_rules", nucleus_filter_remove_rules, Policy::remove_rules),
    ];
    let (what, call, meaning) = random.pick(&CALLS);
    let name = Name::any(random);
    let wanted = handle.model.change(name.wrong(), |policy| meaning(policy, name.text()));
    // SAFETY: a live handle, and NULL or a C string.
    let status = unsafe { call(handle.filter, name.pointer()) };
    handle.came_to(status, &wanted, what);
}

fn rule(
    model: &mut Model,
    mut wrong: Vec<Status>,
    subject: Option<Subject>,
    raw: u32,
    args: &Args,
) -> Vec<Status> {
    let conditions = args.meant().unwrap_or_else(|mut more| {
        wrong.append(&mut more);
        Vec::new()
    });
    model.change(wrong, |policy| {
        policy.add_rule_for(subject.unwrap(), Rule::new(Action::from_raw(raw)?, conditions))
    })
}

fn add_rule(handle: &mut Handle, random: &mut Random) {
    let ((action, wrong), name, args) = (action(random), Name::any(random), Args::any(random));
    let subject = Syscall::named("", name.text()).ok().map(Subject::from);
    let wrong = [wrong, name.wrong()].concat();
    let wanted = rule(&mut handle.model, wrong, subject, action, &args);
    let (first, count) = args.given();
    // SAFETY: a live handle, NULL or a C string, and conditions, or what shows that it is none.
    let status =
        unsafe { nucleus_filter_add_rule(handle.filter, action, name.pointer(), first, count) };
    handle.came_to(status, &wanted, "add_rule");
}

fn add_rule_number(handle: &mut Handle, random: &mut Random) {
    let ((action, mut wrong), (constant, more), args) =
        (action(random), arch(random), Args::any(random));
    let nr = random.pick(&[-1, 0, 1, 0x4000_0000, 0x4000_0001, i32::MIN, i32::MAX, 400, 999]);
    let subject = Arch::from_constant(constant)
        .and_then(|arch| Subject::numbered("", arch, nr))
        .map_err(|_| INVALID);
    wrong.extend(more.into_iter().chain(subject.err()));
    let wanted = rule(&mut handle.model, wrong, subject.ok(), action, &args);
    let (first, count) = args.given();
    // SAFETY: as above.
    let status = unsafe {
        nucleus_filter_add_rule_number(handle.filter, action, constant, nr, first, count)
    };
    handle.came_to(status, &wanted, "add_rule_number");
}

fn covered(handle: &mut Handle, random: &mut Random) {
    let (constant, wrong) = arch(random);
    let add = !random.one_in(3);
    let wanted = handle.model.change(wrong, |policy| {
        let arch = Arch::from_constant(constant)?;
        if add {
            return policy.add_arch(arch);
        }
        policy.remove_arch(arch);
        Ok(())
    });
    let call = if add { nucleus_filter_add_arch } else { nucleus_filter_remove_arch };
    // SAFETY: a live handle.
    let status = unsafe { call(handle.filter, constant) };
    handle.came_to(status, &wanted, "add_arch, remove_arch");
}

fn attribute(handle: &mut Handle, random: &mut Random) {
    let which = number(random, 11);
    let value = match random.below(4) {
        0 => number(random, 2),
        1 => random.pick(&[u32::MAX, 0x8000_0605, 0x8000_ffff, 0x8006_0100, 400, 0x7fff_ffff]),
        2 => action(random).0,
        _ => u32::from(random.one_in(2)),
    };
    let wanted =
        handle.model.change(Vec::new(), |policy| set(policy, which, value).unwrap_or(Err(wrong())));
    // SAFETY: a live handle.
    let status = unsafe { nucleus_filter_set(handle.filter, which, value) };
    handle.came_to(status, &wanted, "set");
}

/// What the header says of each attribute; none if the value is none.
fn set(policy: &mut Policy, which: u32, value: u32) -> Option<Result<(), Error>> {
    const UNSET: u32 = u32::MAX;
    let action = Action::from_raw(value).ok();
    let or_unset = || if value == UNSET { Some(None) } else { action.map(Some) };
    let switch = || (value < 2).then_some(value == 1);
    let attributes = policy.attributes_mut();
    match which {
        2 => attributes.bad_arch = action?,
        3 => return Some(attributes.set_deny(or_unset()?)),
        4 => attributes.unknown = or_unset()?,
        5 => {
            attributes.newest = match value.to_be_bytes() {
                [0, 0, 0, 0] => Newest::Tables,
                [first, ..] if first < 0x80 => Newest::Number(value),
                [0x80, 0, major, minor] => Newest::linux(major, minor).ok()?,
                _ => return None,
            }
        }
        6 => {
            attributes.layout = *[Layout::Auto, Layout::Tree, Layout::Bitmap].get(value as usize)?
        }
        7 => attributes.no_new_privs = switch()?,
        8 => attributes.tsync = switch()?,
        9 => attributes.log = switch()?,
        10 => attributes.spec_allow = switch()?,
        11 => attributes.wait_killable = switch()?,
        _ => return None, // 1 is the default action, which stays
    }
    Some(Ok(()))
}

/// Some error of that status.
fn wrong() -> Error {
    Action::from_raw(1).expect_err("no action")
}

fn priority(handle: &mut Handle, random: &mut Random) {
    let (name, priority) = (Name::any(random), number(random, 255));
    let mut wrong = name.wrong();
    wrong.extend((priority > 255).then_some(INVALID));
    let wanted = handle
        .model
        .change(wrong, |policy| policy.set_priority(name.text(), u8::try_from(priority).unwrap()));
    // SAFETY: a live handle, and NULL or a C string.
    let status = unsafe { nucleus_filter_set_priority(handle.filter, name.pointer(), priority) };
    handle.came_to(status, &wanted, "set_priority");
}
