//! Attributes.
//!
//! What a filter says besides its rules: each can be set and read back.

use std::ffi::c_char;

use super::boundary::{guarded, text};
use super::filter::{Filter, asked, edit};
use super::status::{self, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK, nucleus_status};
use crate::action::Action;
use crate::error::{Error, Result};
use crate::policy::{Layout, Policy};
use crate::syscall::{Newest, Syscall};

/// Attribute: the default action, as given to nucleus_filter_new. Can only be read.
pub const NUCLEUS_ATTR_DEFAULT: u32 = 1;
/// Attribute: the action for calls of architectures that are not covered. At first
/// NUCLEUS_KILL_PROCESS.
pub const NUCLEUS_ATTR_BAD_ARCH: u32 = 2;
/// Attribute: the action for denied calls, one that refuses, or NUCLEUS_UNSET (at first): the default
/// action if that refuses, else NUCLEUS_ERRNO(EPERM).
pub const NUCLEUS_ATTR_DENY: u32 = 3;
/// Attribute: the action for calls that are newer than the filter's author knew, if no rule is for
/// them, or NUCLEUS_UNSET (at first): then they get the default. NUCLEUS_ERRNO(ENOSYS) is the usual
/// one, from which libc falls back; nucleus_filter_use_default sets it unless it is set already.
pub const NUCLEUS_ATTR_UNKNOWN: u32 = 4;
/// Attribute: what the author knew. The highest number, at least 1, counted from the architecture's
/// first one (4000 on MIPS o32, bit 30 on x32), or NUCLEUS_LINUX(major, minor), or NUCLEUS_NEWEST (at
/// first). The private calls of 32-bit ARM count as known.
pub const NUCLEUS_ATTR_NEWEST: u32 = 5;
/// Attribute: how the program is laid out, NUCLEUS_LAYOUT_*. At first NUCLEUS_LAYOUT_AUTO.
pub const NUCLEUS_ATTR_LAYOUT: u32 = 6;
/// Attribute: 1 (at first) if no_new_privs is set before the filter is loaded, 0 if not: then loading
/// needs CAP_SYS_ADMIN, or somebody who has set it before.
pub const NUCLEUS_ATTR_NO_NEW_PRIVS: u32 = 7;
/// Attribute: 1 if the filter is always loaded as with NUCLEUS_APPLY_TSYNC, 0 (at first) if not.
pub const NUCLEUS_ATTR_TSYNC: u32 = 8;
/// Attribute: 1 if the filter is always loaded as with NUCLEUS_APPLY_LOG, 0 (at first) if not.
pub const NUCLEUS_ATTR_LOG: u32 = 9;
/// Attribute: 1 if the filter is always loaded as with NUCLEUS_APPLY_SPEC_ALLOW, 0 (at first) if
/// not.
pub const NUCLEUS_ATTR_SPEC_ALLOW: u32 = 10;
/// Attribute: 1 if only a fatal signal interrupts a call that a listener has received (Linux 5.19), 0
/// (at first) if any does. Kept for listeners, which this version can't hand out yet.
pub const NUCLEUS_ATTR_WAIT_KILLABLE: u32 = 11;

/// What NUCLEUS_ATTR_DENY and NUCLEUS_ATTR_UNKNOWN are while nobody has set them.
pub const NUCLEUS_UNSET: u32 = 0xffff_ffff;

/// NUCLEUS_ATTR_NEWEST: the author knew what this library's tables have.
pub const NUCLEUS_NEWEST: u32 = 0;

/// NUCLEUS_ATTR_NEWEST: another number on each architecture, from a profile. Can only be read.
pub const NUCLEUS_NEWEST_BY_ARCH: u32 = 0xffff_fffd;

/// NUCLEUS_ATTR_LAYOUT: the library's choice, the same on every machine.
pub const NUCLEUS_LAYOUT_AUTO: u32 = 0;
/// NUCLEUS_ATTR_LAYOUT: a decision tree over ranges of numbers.
pub const NUCLEUS_LAYOUT_TREE: u32 = 1;
/// NUCLEUS_ATTR_LAYOUT: a bitmap of the allowed numbers in the program, in front of such a tree over the
/// others. For Linux before 5.11: later ones have a bitmap of their own, which they fill only for
/// programs that do no more than compare, so that with this layout every call runs the program.
pub const NUCLEUS_LAYOUT_BITMAP: u32 = 2;

/// What NUCLEUS_LINUX sets beside a version.
const LINUX: u32 = 0x8000_0000;

/// Sets an attribute.
///
/// ```c
/// // What was added to Linux after 6.1 gets ENOSYS, whatever the default is.
/// nucleus_filter_set(f, NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38));
/// nucleus_filter_set(f, NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 1));
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no attribute, for NUCLEUS_ATTR_DEFAULT, and for
/// a value that the attribute can't have, such as a version of Linux that the tables do not reach.
/// Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_set(
    filter: *mut Filter,
    attribute: u32,
    value: u32,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, |policy| set(policy, attribute, value)) }
}

fn set(policy: &mut Policy, attribute: u32, value: u32) -> Result<()> {
    let attributes = policy.attributes_mut();
    match attribute {
        NUCLEUS_ATTR_DEFAULT => return Err(Error::default_is_fixed()),
        NUCLEUS_ATTR_BAD_ARCH => attributes.bad_arch = Action::from_raw(value)?,
        NUCLEUS_ATTR_DENY => attributes.set_deny(action_or_unset(value)?)?,
        NUCLEUS_ATTR_UNKNOWN => attributes.unknown = action_or_unset(value)?,
        NUCLEUS_ATTR_NEWEST => attributes.newest = newest(value)?,
        NUCLEUS_ATTR_LAYOUT => attributes.layout = layout(value)?,
        NUCLEUS_ATTR_NO_NEW_PRIVS => attributes.no_new_privs = switch("no_new_privs", value)?,
        NUCLEUS_ATTR_TSYNC => attributes.tsync = switch("tsync", value)?,
        NUCLEUS_ATTR_LOG => attributes.log = switch("log", value)?,
        NUCLEUS_ATTR_SPEC_ALLOW => attributes.spec_allow = switch("spec_allow", value)?,
        NUCLEUS_ATTR_WAIT_KILLABLE => attributes.wait_killable = switch("wait_killable", value)?,
        other => return Err(Error::unknown_attribute(other)),
    }
    Ok(())
}

/// Reads an attribute. On success *value is what nucleus_filter_set would set it to.
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for what is no attribute, and NULL. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `value` is NULL or valid for
/// a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_get(
    filter: *const Filter,
    attribute: u32,
    value: *mut u32,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    unsafe { read(filter, value, |policy| get(policy, attribute)) }
}

/// Writes what `body` finds in the policy of a filter; nothing is kept on it.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `value` is NULL or valid for
/// a write.
unsafe fn read(
    filter: *const Filter,
    value: *mut u32,
    body: impl FnOnce(&Policy) -> Result<u32>,
) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    let filter = match unsafe { asked(filter) } {
        Ok(filter) => filter,
        Err(status) => return status,
    };
    if value.is_null() {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    let find = || match body(&filter.policy) {
        Ok(found) => {
            // SAFETY: not NULL, and the caller promises that it can be written.
            unsafe { value.write(found) };
            NUCLEUS_OK
        }
        Err(error) => status::of(&error),
    };
    guarded(find, || ())
}

fn get(policy: &Policy, attribute: u32) -> Result<u32> {
    let attributes = policy.attributes();
    let action = |action: Option<Action>| action.map_or(NUCLEUS_UNSET, Action::to_raw);
    Ok(match attribute {
        NUCLEUS_ATTR_DEFAULT => policy.default_action().to_raw(),
        NUCLEUS_ATTR_BAD_ARCH => attributes.bad_arch.to_raw(),
        NUCLEUS_ATTR_DENY => action(attributes.deny()),
        NUCLEUS_ATTR_UNKNOWN => action(attributes.unknown),
        NUCLEUS_ATTR_NEWEST => match attributes.newest {
            Newest::Tables => NUCLEUS_NEWEST,
            Newest::Number(number) => number,
            Newest::Linux(major, minor) => LINUX | u32::from(major) << 8 | u32::from(minor),
            Newest::Each(_) => NUCLEUS_NEWEST_BY_ARCH,
        },
        NUCLEUS_ATTR_LAYOUT => match attributes.layout {
            Layout::Auto => NUCLEUS_LAYOUT_AUTO,
            Layout::Tree => NUCLEUS_LAYOUT_TREE,
            Layout::Bitmap => NUCLEUS_LAYOUT_BITMAP,
        },
        NUCLEUS_ATTR_NO_NEW_PRIVS => attributes.no_new_privs.into(),
        NUCLEUS_ATTR_TSYNC => attributes.tsync.into(),
        NUCLEUS_ATTR_LOG => attributes.log.into(),
        NUCLEUS_ATTR_SPEC_ALLOW => attributes.spec_allow.into(),
        NUCLEUS_ATTR_WAIT_KILLABLE => attributes.wait_killable.into(),
        other => return Err(Error::unknown_attribute(other)),
    })
}

fn action_or_unset(value: u32) -> Result<Option<Action>> {
    match value {
        NUCLEUS_UNSET => Ok(None),
        raw => Action::from_raw(raw).map(Some),
    }
}

fn newest(value: u32) -> Result<Newest> {
    match value {
        NUCLEUS_NEWEST => Ok(Newest::Tables),
        value if value & LINUX == 0 => Ok(Newest::Number(value)),
        value => match (value & !LINUX).to_be_bytes() {
            [0, 0, major, minor] => Newest::linux(major, minor),
            _ => Err(Error::newest(value)),
        },
    }
}

fn layout(value: u32) -> Result<Layout> {
    match value {
        NUCLEUS_LAYOUT_AUTO => Ok(Layout::Auto),
        NUCLEUS_LAYOUT_TREE => Ok(Layout::Tree),
        NUCLEUS_LAYOUT_BITMAP => Ok(Layout::Bitmap),
        other => Err(Error::layout(other)),
    }
}

fn switch(attribute: &str, value: u32) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(Error::switch(attribute, other)),
    }
}

/// Says how often the call `name` is expected, against others: `priority` is 0 (as at first) to
/// 255. Programs come to what is expected sooner; the action that a call gets never changes.
///
/// ```c
/// nucleus_filter_set_priority(f, "ioctl", 255);    // has its arguments checked, and is called a lot
/// ```
///
/// Errors: as nucleus_filter_allow; NUCLEUS_ERR_INVALID_ARGUMENT above 255. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using; `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_set_priority(
    filter: *mut Filter,
    name: *const c_char,
    priority: u32,
) -> nucleus_status {
    let set = |policy: &mut Policy| {
        let most = u8::try_from(priority).map_err(|_| Error::priority(priority))?;
        // SAFETY: the caller promises a C string.
        policy.set_priority(unsafe { text("set_priority", "name", name)? }, most)
    };
    // SAFETY: the caller promises a filter.
    unsafe { edit(filter, set) }
}

/// Reads the priority of the call `name`. On success *priority is 0 to 255.
///
/// Errors: as nucleus_filter_allow. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing; `name` is NULL or a C string;
/// `priority` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_get_priority(
    filter: *const Filter,
    name: *const c_char,
    priority: *mut u32,
) -> nucleus_status {
    let find = |policy: &Policy| {
        // SAFETY: the caller promises a C string.
        let name = unsafe { text("get_priority", "name", name)? };
        Ok(policy.priority(Syscall::named("get_priority", name)?).into())
    };
    // SAFETY: the caller promises a filter, and a place for the result.
    unsafe { read(filter, priority, find) }
}
