//! Calls that only ask: they leave no error, and write on success only.

use super::super::coded;
use super::Handle;
use super::words::{self, Name, arch, number};
use crate::cases::Random;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::ffi::algebra::{nucleus_filter_compare, nucleus_program_compare};
use nucleus_seccomp::ffi::apply::{
    nucleus_apply_options, nucleus_filter_apply, nucleus_filter_is_applied, nucleus_program_apply,
};
use nucleus_seccomp::ffi::apply_result::{
    NUCLEUS_STEP_NONE, nucleus_apply_message, nucleus_apply_result,
};
use nucleus_seccomp::ffi::arch::{nucleus_arch_name, nucleus_arch_named, nucleus_filter_has_arch};
use nucleus_seccomp::ffi::attribute::{nucleus_filter_get, nucleus_filter_get_priority};
use nucleus_seccomp::ffi::compile::{nucleus_filter_program, nucleus_filter_report};
use nucleus_seccomp::ffi::export::nucleus_filter_export_oci_buffer;
use nucleus_seccomp::ffi::features::{nucleus_features, nucleus_kernel_features};
use nucleus_seccomp::ffi::level::{
    nucleus_level_description, nucleus_level_name, nucleus_level_named,
};
use nucleus_seccomp::ffi::list::nucleus_filter_list;
use nucleus_seccomp::ffi::program::{
    nucleus_program_count, nucleus_program_export, nucleus_program_free, nucleus_program_from_bpf,
    nucleus_program_instructions,
};
use nucleus_seccomp::ffi::show::nucleus_filter_export;
use nucleus_seccomp::ffi::statistics::{nucleus_program_stats, nucleus_stats};
use nucleus_seccomp::ffi::status::{
    NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_NOT_COMPILED, NUCLEUS_ERR_UNPROVEN,
    NUCLEUS_ERR_UNSUPPORTED, NUCLEUS_OK, nucleus_status_message, nucleus_status_name,
};
use nucleus_seccomp::ffi::syscall::{nucleus_syscall_name, nucleus_syscall_number};
use nucleus_seccomp::prove::compare_policies;
use std::marker::PhantomData;
use std::ptr;

const INVALID: i32 = NUCLEUS_ERR_INVALID_ARGUMENT;

/// One of them.
pub fn ask(handle: &mut Handle, other: &Handle, random: &mut Random) {
    match random.below(11) {
        0 => numbers(handle, random),
        1 => compared(handle, other),
        2 => exported(handle, random),
        3 => as_profile(handle),
        4 => listed(handle, random),
        5 => counted(handle, random),
        6 => applied(handle, random),
        7 => looked_up(random),
        8 => message(random),
        9 => imported(random),
        _ => covers(handle, random),
    }
}

fn numbers(handle: &Handle, random: &mut Random) {
    let (which, name) = (number(random, 11), Name::any(random));
    let mut values = [7; 2];
    // SAFETY: a live handle, NULL or a C string, places that can be written.
    let statuses = unsafe {
        [
            nucleus_filter_get(handle.filter, which, &raw mut values[0]),
            nucleus_filter_get_priority(handle.filter, name.pointer(), &raw mut values[1]),
        ]
    };
    assert_eq!(statuses[0] == NUCLEUS_OK, (1..=11).contains(&which), "get {which}");
    assert_eq!(statuses[1] == NUCLEUS_OK, name.wrong().is_empty(), "get_priority");
    for (status, value) in statuses.into_iter().zip(values) {
        assert!(status == NUCLEUS_OK || value == 7, "written on success only");
    }
    if which == 1 {
        assert_eq!(values[0], handle.model.policy.default_action().to_raw());
    }
    // SAFETY: as before, but for places.
    let nowhere = unsafe { nucleus_filter_get(handle.filter, which, ptr::null_mut()) };
    assert_eq!(nowhere, INVALID);
}

fn compared(handle: &Handle, other: &Handle) {
    let mut order = 7;
    let none = ptr::null_mut();
    // SAFETY: live handles, a place that can be written, and NULL.
    let status =
        unsafe { nucleus_filter_compare(handle.filter, other.filter, &raw mut order, none, none) };
    let kept = handle.model.kept.as_ref().or(other.model.kept.as_ref());
    match (kept, compare_policies(&handle.model.policy, &other.model.policy)) {
        (Some((kept, _)), _) => assert_eq!((status, order), (*kept, 7)),
        (None, Err(_)) => assert_eq!((status, order), (NUCLEUS_ERR_UNPROVEN, 7)),
        (None, Ok(found)) => assert_eq!((status, order), (NUCLEUS_OK, found.order() as u32)),
    }
    // SAFETY: programs of live handles, or NULL.
    let status = unsafe {
        let program = nucleus_filter_program(handle.filter);
        nucleus_program_compare(program, program, &raw mut order, none, none)
    };
    match handle.model.compiled {
        true => assert_eq!((status, order), (NUCLEUS_OK, 0), "a program with itself"),
        false => assert_eq!(status, INVALID),
    }
}

fn exported(handle: &Handle, random: &mut Random) {
    let format = number(random, 15);
    let is_one = matches!(format, 0..=2 | 8..=15);
    let mut size = 0;
    // SAFETY: a live handle, NULL, and a size that can be written.
    let asked =
        unsafe { nucleus_filter_export(handle.filter, format, ptr::null_mut(), &raw mut size) };
    let wanted = match (handle.model.compiled, is_one) {
        (false, _) => NUCLEUS_ERR_NOT_COMPILED,
        (true, false) => INVALID,
        (true, true) => NUCLEUS_OK,
    };
    assert_eq!(asked, wanted, "export {format}");
    if wanted != NUCLEUS_OK {
        return;
    }
    // One byte too few, and just enough: what is behind it stays.
    let mut buffer = vec![0xa5_u8; size + 1];
    for (room, status) in [(size - 1, -9), (size, NUCLEUS_OK)] {
        let mut given = room;
        // SAFETY: a live handle, and so much room.
        let found = unsafe {
            nucleus_filter_export(handle.filter, format, buffer.as_mut_ptr().cast(), &raw mut given)
        };
        assert_eq!((found, given, buffer[size]), (status, room, 0xa5));
        assert!(status == NUCLEUS_OK || buffer.iter().all(|byte| *byte == 0xa5));
    }
}

/// This one leaves an error, of what can't be said.
fn as_profile(handle: &mut Handle) {
    let mut size = 7;
    // SAFETY: a live handle, NULL, and a size that can be written.
    let status =
        unsafe { nucleus_filter_export_oci_buffer(handle.filter, ptr::null_mut(), &raw mut size) };
    assert_eq!(status == NUCLEUS_OK, size != 7, "written on success only");
    if let Some((kept, _)) = &handle.model.kept {
        assert_eq!(status, *kept);
    } else if !handle.model.saved.is_empty() {
        handle.came_to(status, &[INVALID], "export_oci");
    } else if status != NUCLEUS_OK {
        handle.came_to(status, &[NUCLEUS_ERR_UNSUPPORTED, NUCLEUS_ERR_UNPROVEN], "export_oci");
    }
}

fn listed(handle: &Handle, random: &mut Random) {
    let ((arch, wrong), which) = (arch(random), number(random, 3));
    let mut count = 0;
    // SAFETY: a live handle, NULL, and a count that can be written.
    let status =
        unsafe { nucleus_filter_list(handle.filter, arch, which, ptr::null_mut(), &raw mut count) };
    match &handle.model.kept {
        Some((kept, _)) => assert_eq!(status, *kept),
        None if !wrong.is_empty() || !(1..=3).contains(&which) => assert_eq!(status, INVALID),
        None => assert!([NUCLEUS_OK, NUCLEUS_ERR_UNPROVEN].contains(&status), "list: {status}"),
    }
    if status != NUCLEUS_OK {
        return;
    }
    let mut names = vec![ptr::null(); count];
    // SAFETY: a live handle, and room for so many.
    let status = unsafe {
        nucleus_filter_list(handle.filter, arch, which, names.as_mut_ptr(), &raw mut count)
    };
    assert_eq!((status, names.len()), (NUCLEUS_OK, count));
    assert!(names.iter().all(|name| !name.is_null()));
}

fn counted(handle: &Handle, random: &mut Random) {
    let (arch, wrong) = arch(random);
    let size = random.pick(&[48, 49, 0, 47, 4097, usize::MAX]);
    let mut stats = Grown::<nucleus_stats>::sized(size);
    let mut features = Grown::<nucleus_features>::sized(size.wrapping_sub(16));
    // SAFETY: the program of a live handle or NULL, and structs in a page.
    let (status, asked) = unsafe {
        let program = nucleus_filter_program(handle.filter);
        (
            nucleus_program_stats(program, arch, stats.place()),
            nucleus_kernel_features(features.place()),
        )
    };
    let fits = size == 48 || size == 49;
    let is_right = handle.model.compiled && wrong.is_empty() && fits;
    assert_eq!(status, if is_right { NUCLEUS_OK } else { INVALID });
    assert_eq!(is_right, stats.value().instructions != 0, "written on success only");
    let as_large = fits || size == 4097; // 16 bytes less
    assert_eq!(asked, if as_large { NUCLEUS_OK } else { INVALID });
    assert_eq!(as_large, features.value().actions != 0, "written on success only");
}

/// Never with flags that would load it.
fn applied(handle: &Handle, random: &mut Random) {
    const UNKNOWN: u32 = 1 << 30;
    let mut options = Grown::of(nucleus_apply_options {
        size: random.pick(&[24, 25, 23, usize::MAX]),
        flags: number(random, 31) | UNKNOWN,
        ..Default::default()
    });
    let mut result = Grown::<nucleus_apply_result>::sized(32);
    // SAFETY: a live handle and its program, NULL, and structs in a page.
    let statuses = unsafe {
        let program = nucleus_filter_program(handle.filter);
        [
            nucleus_filter_apply(handle.filter, number(random, 31) | UNKNOWN),
            nucleus_filter_apply(ptr::null(), 0),
            nucleus_program_apply(program, options.place(), result.place()),
            nucleus_program_apply(ptr::null(), ptr::null(), result.place()),
        ]
    };
    assert_eq!(statuses, [INVALID; 4]);
    assert_eq!(result.value().step, NUCLEUS_STEP_NONE, "written on success only");
    // SAFETY: a live handle, in both.
    let (applied, report) =
        unsafe { (nucleus_filter_is_applied(handle.filter), nucleus_filter_report(handle.filter)) };
    assert_eq!((applied, report.is_null()), (0, !handle.model.compiled));
}

/// A result that nobody gave is put into words, which stay within their room.
fn message(random: &mut Random) {
    let mut some = || number(random, 40);
    let mut result = Grown::of(nucleus_apply_result {
        size: 32,
        step: some() & 3,
        flags: some(),
        missing: some(),
        no_new_privs: some(),
        error_number: some().cast_signed(),
        thread: some().cast_signed(),
    });
    let mut text = [0xa5_u8; 160];
    let room = random.below(text.len());
    // SAFETY: a struct in a page, and so much room.
    let length = unsafe { nucleus_apply_message(result.place(), text.as_mut_ptr().cast(), room) };
    assert!(text[room..].iter().all(|byte| *byte == 0xa5), "nothing behind {room}");
    let end = text[..room].iter().position(|byte| *byte == 0);
    assert_eq!(end, room.checked_sub(1).map(|last| length.min(last)));
}

/// A struct that begins with its size, in a page of zeros: more than any size that is believed.
struct Grown<T>(Box<[u64; 512]>, PhantomData<T>);

impl<T: Copy> Grown<T> {
    fn of(value: T) -> Self {
        let mut page = Box::new([0; 512]);
        // SAFETY: a page is larger than the structs here, which want no more alignment.
        unsafe { page.as_mut_ptr().cast::<T>().write(value) };
        Self(page, PhantomData)
    }

    /// All zero but for the size.
    fn sized(size: usize) -> Self {
        let mut page = Box::new([0; 512]);
        // SAFETY: they all begin with it.
        unsafe { page.as_mut_ptr().cast::<usize>().write(size) };
        Self(page, PhantomData)
    }

    fn place(&mut self) -> *mut T {
        self.0.as_mut_ptr().cast()
    }

    fn value(&mut self) -> T {
        // SAFETY: it was written, and whatever was written over it is one.
        unsafe { self.place().read() }
    }
}

/// What needs no filter.
fn looked_up(random: &mut Random) {
    let (name, (arch, wrong)) = (Name::any(random), arch(random));
    let some = (random.next() & 0xffff_ffff) as u32;
    let mut found = 7;
    // SAFETY: NULL or a C string, and a place that can be written.
    let status = unsafe { nucleus_syscall_number(arch, name.pointer(), &raw mut found) };
    if status == NUCLEUS_OK {
        assert!(wrong.is_empty() && name.wrong().is_empty());
        assert!(!nucleus_syscall_name(arch, found).is_null(), "{arch:#x} has {found}");
    } else {
        assert_eq!(found, 7, "written on success only");
    }
    assert_eq!(nucleus_arch_name(arch).is_null(), !wrong.is_empty());
    assert!(!nucleus_status_name(some.cast_signed()).is_null());
    assert!(!nucleus_status_message(some.cast_signed()).is_null());
    assert_eq!(nucleus_level_name(some).is_null(), !(1..=6).contains(&some));
    assert_eq!(nucleus_level_description(some).is_null(), !(1..=6).contains(&some));
    let _ = nucleus_syscall_name(some, some.cast_signed());
    // SAFETY: NULL or a C string.
    let none = unsafe { (nucleus_arch_named(name.pointer()), nucleus_level_named(name.pointer())) };
    assert_eq!(none, (0, 0), "no call is named like an architecture or a level");
}

/// A program that came from elsewhere, or is none.
fn imported(random: &mut Random) {
    let mut bytes = Vec::new();
    for Instruction { code, jt, jf, k } in coded::instructions(random, 0, 16) {
        bytes.extend(code.to_ne_bytes());
        bytes.extend([jt, jf]);
        bytes.extend(k.to_ne_bytes());
    }
    bytes.truncate(bytes.len() - random.pick(&[0, 0, 0, 1, 8]));
    let (mut program, mut size) = (ptr::null_mut(), 0);
    // SAFETY: so many bytes, a place that can be written; then a live program, NULL and a size. It is not used
    // after it is freed.
    unsafe {
        let status = nucleus_program_from_bpf(bytes.as_ptr().cast(), bytes.len(), &raw mut program);
        assert_eq!(status == NUCLEUS_OK, !program.is_null(), "written on success only");
        assert_eq!(status == NUCLEUS_OK, Program::from_bytes(&bytes).is_ok(), "{bytes:x?}");
        let exported = nucleus_program_export(program, 0, ptr::null_mut(), &raw mut size);
        assert_eq!(exported, if program.is_null() { INVALID } else { NUCLEUS_OK });
        assert!(program.is_null() || size == bytes.len());
        assert_eq!(nucleus_program_count(program), size / 8);
        assert_eq!(nucleus_program_instructions(program).is_null(), program.is_null());
        let unproven = nucleus_program_apply(program, ptr::null(), ptr::null_mut());
        assert_eq!(unproven, if program.is_null() { INVALID } else { NUCLEUS_ERR_UNPROVEN });
        nucleus_program_free(program);
    }
}

fn covers(handle: &Handle, random: &mut Random) {
    let (constant, _) = words::arch(random);
    let wanted = Arch::from_constant(constant)
        .map_or(INVALID, |arch| i32::from(handle.model.policy.covers(arch)));
    // SAFETY: a live handle.
    assert_eq!(unsafe { nucleus_filter_has_arch(handle.filter, constant) }, wanted);
}
