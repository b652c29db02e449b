//! Calls that make a filter that of a profile.

use super::Handle;
use super::model::Status;
use super::words::{Name, arch, number};
use crate::cases::Random;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::ffi::firecracker::nucleus_filter_parse_firecracker;
use nucleus_seccomp::ffi::profile::{
    nucleus_filter_load_oci, nucleus_filter_parse_oci, nucleus_filter_profile_report,
    nucleus_filter_set_oci_context, nucleus_oci_context,
};
use nucleus_seccomp::ffi::status::{NUCLEUS_ERR_FILE, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_OK};
use nucleus_seccomp::profile::firecracker;
use nucleus_seccomp::profile::oci::{self, Context, Mode};
use std::ffi::CStr;
use std::ptr;

const INVALID: Status = NUCLEUS_ERR_INVALID_ARGUMENT;

const TEXTS: [&str; 6] = [
    r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "nosuch"],
        "action": "SCMP_ACT_ALLOW"}]}"#,
    r#"{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"],
        "flags": ["SECCOMP_FILTER_FLAG_LOG"]}"#,
    r#"{"defaultAction": "SCMP_ACT_KILL", "syscalls": [{"name": "clone", "action": "SCMP_ACT_ALLOW",
        "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]}]}"#,
    r#"{"read": {"default_action": "trap", "filter_action": "allow", "filter": [{"syscall": "read"}]}}"#,
    r#"{"defaultAction": "#,
    "",
];

/// One of them, from memory; or what is no file.
pub fn profile(handle: &mut Handle, random: &mut Random) {
    match random.below(4) {
        0 => of_firecracker(handle, random),
        1 => no_file(handle, random),
        _ => of_containers(handle, random),
    }
}

/// A text, and where C would find it.
fn text(random: &mut Random) -> (&'static str, *const std::ffi::c_char) {
    let text = random.pick(&TEXTS);
    (text, if random.one_in(16) { ptr::null() } else { text.as_ptr().cast() })
}

fn of_containers(handle: &mut Handle, random: &mut Random) {
    let ((text, json), flags) = (text(random), number(random, 3));
    // No rule here asks for capabilities or versions.
    let arch = handle.model.arch.or(Arch::native());
    let context = Context { capabilities: 0, kernel: (0, 0), arch };
    let mode = Mode { strict: flags & 1 != 0, as_runc: flags & 2 != 0 };
    let wrong = (flags > 3 || json.is_null()).then_some(INVALID).into_iter().collect();
    let wanted = handle.model.change(wrong, |policy| {
        oci::set(policy, "", text.as_bytes(), None, &context, mode).map(drop)
    });
    // SAFETY: a live handle, and NULL or so many bytes.
    let status = unsafe { nucleus_filter_parse_oci(handle.filter, json, text.len(), flags) };
    handle.came_to(status, &wanted, "parse_oci");
    // SAFETY: a live handle.
    let report = unsafe { nucleus_filter_profile_report(handle.filter) };
    assert!(status != NUCLEUS_OK || !report.is_null(), "what was loaded is reported");
}

fn of_firecracker(handle: &mut Handle, random: &mut Random) {
    let ((text, json), flags, category) = (text(random), number(random, 1), Name::any(random));
    let is_text = category.0.as_ref().is_some_and(|name| name.to_str().is_ok());
    let wrong = (flags > 1 || json.is_null() || !is_text).then_some(INVALID).into_iter().collect();
    let wanted = handle.model.change(wrong, |policy| {
        let bytes = text.as_bytes();
        firecracker::set(policy, "", bytes, None, category.text(), flags == 1).map(drop)
    });
    let category = category.pointer();
    // SAFETY: a live handle, NULL or so many bytes, NULL or a C string.
    let status = unsafe {
        nucleus_filter_parse_firecracker(handle.filter, json, text.len(), category, flags)
    };
    handle.came_to(status, &wanted, "parse_firecracker");
}

fn no_file(handle: &mut Handle, random: &mut Random) {
    const PATHS: [Option<&CStr>; 6] =
        [None, Some(c""), Some(c"/"), Some(c"/dev/zero"), Some(c"/nosuch"), Some(c"\xff")];
    const SUMS: [Option<&CStr>; 3] = [None, Some(c""), Some(c"zz")];
    let (path, sum) = (random.pick(&PATHS), random.pick(&SUMS));
    let [path, sum] = [path, sum].map(|text| text.map_or(ptr::null(), CStr::as_ptr));
    handle.model.compiled = false;
    // SAFETY: a live handle, NULL or C strings.
    let status = unsafe { nucleus_filter_load_oci(handle.filter, path, sum, number(random, 3)) };
    handle.came_to(status, &[INVALID, NUCLEUS_ERR_FILE], "load_oci");
}

/// Whom they are for.
pub fn context(handle: &mut Handle, random: &mut Random) {
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
