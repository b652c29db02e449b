//! Calls that change a filter.

use super::Handle;
use super::model::{Model, Status};
use super::words::{self, Args, Name, action, arch, number};
use crate::cases::Random;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::error::Error;
use nucleus_seccomp::ffi::algebra::{nucleus_filter_intersect, nucleus_filter_merge};
use nucleus_seccomp::ffi::arch::{nucleus_filter_add_arch, nucleus_filter_remove_arch};
use nucleus_seccomp::ffi::attribute::{nucleus_filter_set, nucleus_filter_set_priority};
use nucleus_seccomp::ffi::audit::nucleus_filter_audit;
use nucleus_seccomp::ffi::builtin::{nucleus_filter_allow_extra, nucleus_filter_use_default};
use nucleus_seccomp::ffi::filter::{
    Filter, nucleus_filter_clear_error, nucleus_filter_free, nucleus_filter_new,
};
use nucleus_seccomp::ffi::harden::nucleus_filter_harden;
use nucleus_seccomp::ffi::level::nucleus_filter_use_level;
use nucleus_seccomp::ffi::profile::{
    nucleus_filter_parse_oci, nucleus_filter_set_oci_context, nucleus_oci_context,
};
use nucleus_seccomp::ffi::rules::{
    nucleus_filter_add_rule, nucleus_filter_add_rule_number, nucleus_filter_allow,
    nucleus_filter_deny, nucleus_filter_remove_rules,
};
use nucleus_seccomp::ffi::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK};
use nucleus_seccomp::ffi::transaction::{
    nucleus_filter_begin, nucleus_filter_clone, nucleus_filter_commit, nucleus_filter_reset,
    nucleus_filter_rollback,
};
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::levels::{self, Level};
use nucleus_seccomp::policy::{Layout, Policy, Rule, Subject};
use nucleus_seccomp::profile::oci::{self, Context, Mode};
use nucleus_seccomp::syscall::{Newest, Syscall};
use std::ffi::{c_char, c_int};
use std::ptr;

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
        13 => built_in(handle, random),
        14 => extra(handle, random),
        15 | 16 => transaction(handle, random),
        17 => again(handle, other, random),
        18 | 19 => combined(handle, other, random),
        20 => profile(handle, random),
        21 => context(handle, random),
        22 => nobody(random),
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

fn built_in(handle: &mut Handle, random: &mut Random) {
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

fn extra(handle: &mut Handle, random: &mut Random) {
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

fn transaction(handle: &mut Handle, random: &mut Random) {
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
fn again(handle: &mut Handle, other: &Handle, random: &mut Random) {
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

fn combined(handle: &mut Handle, other: &mut Handle, random: &mut Random) {
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

fn profile(handle: &mut Handle, random: &mut Random) {
    const TEXTS: [&str; 5] = [
        r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "nosuch"], "action": "SCMP_ACT_ALLOW"}]}"#,
        r#"{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"], "flags": ["SECCOMP_FILTER_FLAG_LOG"]}"#,
        r#"{"defaultAction": "SCMP_ACT_KILL", "syscalls": [{"name": "clone", "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]}]}"#,
        r#"{"defaultAction": "#,
        "",
    ];
    let (text, flags) = (random.pick(&TEXTS), number(random, 3));
    let is_null = random.one_in(16);
    let unknown = flags > 3 || is_null;
    let context = Context {
        // No rule here asks for capabilities or versions.
        capabilities: 0,
        kernel: (0, 0),
        arch: handle.model.arch.or(Arch::native()),
    };
    let mode = Mode { strict: flags & 1 != 0, as_runc: flags & 2 != 0 };
    let wanted = handle.model.change(unknown.then_some(INVALID).into_iter().collect(), |policy| {
        oci::set(policy, "", text.as_bytes(), None, &context, mode).map(drop)
    });
    let pointer = if is_null { ptr::null() } else { text.as_ptr().cast() };
    // SAFETY: a live handle, and NULL or so many bytes.
    let status = unsafe { nucleus_filter_parse_oci(handle.filter, pointer, text.len(), flags) };
    handle.came_to(status, &wanted, "parse_oci");
}

fn context(handle: &mut Handle, random: &mut Random) {
    let (arch, wrong) = arch(random);
    let given = number(random, 7);
    let (capabilities, kernel_major, kernel_minor) =
        (random.pick(&[0, 0, u64::MAX]), number(random, 1), number(random, 1));
    let size = match random.below(8) {
        0 => random.pick(&[0, 8, 31, 33, usize::MAX]),
        _ => size_of::<nucleus_oci_context>(),
    };
    let arch = if given & 4 != 0 || random.one_in(8) { arch } else { 0 };
    let context =
        nucleus_oci_context { size, given, arch, capabilities, kernel_major, kernel_minor };
    let not_given = (given & 1 == 0 && capabilities != 0)
        || (given & 2 == 0 && (kernel_major | kernel_minor) != 0)
        || (given & 4 == 0 && arch != 0);
    let is_wrong = size != size_of::<nucleus_oci_context>()
        || given > 7
        || not_given
        || (given & 4 != 0 && !wrong.is_empty());
    // A page for those who say that there is more: it is zero.
    let mut place = [0_u64; 512];
    let place = place.as_mut_ptr().cast::<nucleus_oci_context>();
    // SAFETY: room for it; a live handle, and a page, which is more than any size that is believed.
    let status = unsafe {
        place.write(context);
        nucleus_filter_set_oci_context(handle.filter, place)
    };
    let larger = size == 33; // as a later version may have it, with nothing there
    if !is_wrong || (larger && given <= 7 && !not_given && (given & 4 == 0 || wrong.is_empty())) {
        handle.model.arch = (given & 4 != 0).then(|| Arch::from_constant(arch).unwrap());
        return handle.came_to(status, &[], "set_oci_context");
    }
    handle.came_to(status, &[INVALID], "set_oci_context");
}

/// No filter at all.
fn nobody(random: &mut Random) {
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
