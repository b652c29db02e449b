//! What a bug in the library does to callers in C: in each function that can fail, a panic becomes a
//! status, and what it may have left half changed is refused from then on.

use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::ptr;

use super::algebra::*;
use super::apply::nucleus_filter_apply;
use super::arch::*;
use super::attribute::*;
use super::audit::*;
use super::builtin::*;
use super::call::*;
use super::compile::*;
use super::export::*;
use super::filter::*;
use super::fingerprint::*;
use super::firecracker::*;
use super::harden::*;
use super::level::*;
use super::list::*;
use super::log::*;
use super::profile::*;
use super::program::*;
use super::rules::*;
use super::show::*;
use super::statistics::*;
use super::status::*;
use super::syscall::*;
use super::transaction::*;
use crate::arch::Arch;

/// When the next guarded body is to panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Never,
    /// Before it has done anything.
    First,
    /// When it has done all, but not said so.
    Last,
}

thread_local! {
    static DUE: Cell<Due> = const { Cell::new(Due::Never) };
}

/// Runs what a function guards, with the bug that is due.
pub(super) fn around(body: impl FnOnce() -> nucleus_status) -> nucleus_status {
    // Without the hook, so that a passing test shows no panic.
    let bug = || std::panic::resume_unwind(Box::new("a bug"));
    match DUE.replace(Due::Never) {
        Due::Never => body(),
        Due::First => bug(),
        Due::Last => {
            body();
            bug()
        }
    }
}

/// What the functions are called with.
struct World {
    filter: *mut Filter,
    other: *mut Filter,
    program: *const Program,
    out: *mut Filter,
    out_program: *mut Program,
    call: nucleus_call,
    word: u32,
    number: i32,
    size: usize,
    stats: nucleus_stats,
    fingerprint: [u8; 65],
    names: [*const c_char; 1],
}

const X86_64: u32 = 0xc000_003e;
const READ: *const c_char = c"read".as_ptr();
const JSON: &CStr = cr#"{"defaultAction": "SCMP_ACT_ERRNO"}"#;
/// A program of one instruction.
const RETURN: [u8; 8] = [6, 0, 0, 0, 0, 0, 0xff, 0x7f];
/// No descriptor.
const NOWHERE: i32 = -1;
const NONE: *mut nucleus_call = ptr::null_mut();

impl World {
    fn new() -> Self {
        let mut filters = [ptr::null_mut(); 2];
        for filter in &mut filters {
            // SAFETY: what a new filter is written to, and then that filter.
            let status = unsafe {
                nucleus_filter_new(0x8000_0000, filter);
                nucleus_filter_compile(*filter)
            };
            assert_eq!(status, NUCLEUS_OK);
        }
        let [filter, other] = filters;
        let (out, out_program) = (ptr::null_mut(), ptr::null_mut());
        let stats = nucleus_stats { size: size_of::<nucleus_stats>(), ..nucleus_stats::default() };
        // SAFETY: a live filter, compiled above.
        let program = unsafe { nucleus_filter_program(filter) };
        let (call, fingerprint) = (nucleus_call::default(), [0; 65]);
        let (word, number, size) = (0, 0, usize::MAX);
        Self {
            filter,
            other,
            program,
            out,
            out_program,
            call,
            word,
            number,
            size,
            stats,
            fingerprint,
            names: [READ],
        }
    }
}

impl World {
    /// Frees what a function has made, also if it failed after that: no caller would know of it.
    fn free_made(&mut self) {
        let filter = std::mem::replace(&mut self.out, ptr::null_mut());
        let program = std::mem::replace(&mut self.out_program, ptr::null_mut());
        // SAFETY: handles that are not used again, or NULL.
        unsafe {
            nucleus_filter_free(filter);
            nucleus_program_free(program);
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.free_made();
        // SAFETY: handles that are not used again.
        unsafe {
            nucleus_filter_free(self.filter);
            nucleus_filter_free(self.other);
        }
    }
}

/// What a panic in a function leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaves {
    /// The filter, perhaps half changed.
    Poisoned,
    /// Everything as it was.
    Unchanged,
}
use Leaves::{Poisoned, Unchanged};

struct Row {
    name: &'static str,
    leaves: Leaves,
    call: fn(&mut World) -> nucleus_status,
}

impl Row {
    /// Miri has no kernel to ask: not for a file, a descriptor or the capabilities of a profile.
    fn runs_here(&self) -> bool {
        let kernel = ["load_", "parse_oci", "_fd"];
        !cfg!(miri) || !kernel.iter().any(|part| self.name.contains(part))
    }

    fn takes_a_filter(&self) -> bool {
        self.name.starts_with("nucleus_filter_") && self.name != "nucleus_filter_new"
    }
}

/// Rows of a table; `$world` stands for what the function is called with.
macro_rules! rows {
    ($world:ident: $($leaves:ident $name:ident($($argument:expr),* $(,)?);)*) => {
        [$(Row {
            name: stringify!($name),
            leaves: $leaves,
            // SAFETY: what is in the world is alive, of this thread alone, and as large as is said.
            call: |$world| unsafe {
                let _ = &$world;
                $name($($argument),*)
            },
        }),*]
    };
}

/// Every function that returns a status and may fail by a bug; the others are in [`WITHOUT`].
static ROWS: [Row; 47] = rows! { w:
    Unchanged nucleus_filter_new(0x7fff_0000, &raw mut w.out);
    Poisoned nucleus_filter_clear_error(w.filter);
    Poisoned nucleus_filter_add_arch(w.filter, Arch::X32.constant());
    Poisoned nucleus_filter_remove_arch(w.filter, Arch::X86_64.constant());
    Poisoned nucleus_filter_allow(w.filter, READ);
    Poisoned nucleus_filter_deny(w.filter, READ);
    Poisoned nucleus_filter_add_rule(w.filter, 0x7fff_0000, READ, ptr::null(), 0);
    Poisoned nucleus_filter_add_rule_number(w.filter, 0x7fff_0000, X86_64, 0, ptr::null(), 0);
    Poisoned nucleus_filter_remove_rules(w.filter, READ);
    Poisoned nucleus_filter_use_default(w.filter, 0);
    Poisoned nucleus_filter_allow_extra(w.filter, w.names.as_ptr(), 1, 0);
    Poisoned nucleus_filter_use_level(w.filter, 1);
    Poisoned nucleus_filter_set_oci_context(w.filter, ptr::null());
    Poisoned nucleus_filter_load_oci(w.filter, c"/dev/null".as_ptr(), ptr::null(), 0);
    Poisoned nucleus_filter_parse_oci(w.filter, JSON.as_ptr(), JSON.count_bytes(), 0);
    Poisoned nucleus_filter_load_firecracker(w.filter, READ, READ, ptr::null(), 0);
    Poisoned nucleus_filter_parse_firecracker(w.filter, READ, 4, READ, 0);
    Poisoned nucleus_filter_harden(w.filter, 0);
    Poisoned nucleus_filter_audit(w.filter);
    Poisoned nucleus_filter_export_oci(w.filter, NOWHERE);
    Poisoned nucleus_filter_export_oci_buffer(w.filter, ptr::null_mut(), &raw mut w.size);
    Poisoned nucleus_filter_set(w.filter, NUCLEUS_ATTR_LOG, 1);
    Unchanged nucleus_filter_get(w.filter, NUCLEUS_ATTR_LOG, &raw mut w.word);
    Poisoned nucleus_filter_set_priority(w.filter, READ, 1);
    Unchanged nucleus_filter_get_priority(w.filter, READ, &raw mut w.word);
    Poisoned nucleus_filter_begin(w.filter);
    Poisoned nucleus_filter_commit(w.filter);
    Poisoned nucleus_filter_rollback(w.filter);
    Poisoned nucleus_filter_reset(w.filter, 0x7fff_0000);
    Unchanged nucleus_filter_clone(w.filter, &raw mut w.out);
    Unchanged nucleus_program_from_bpf(RETURN.as_ptr().cast(), RETURN.len(), &raw mut w.out_program);
    Unchanged nucleus_program_export(w.program, 0, ptr::null_mut(), &raw mut w.size);
    Unchanged nucleus_program_export_fd(w.program, 0, NOWHERE);
    Poisoned nucleus_filter_compile(w.filter);
    Unchanged nucleus_filter_export(w.filter, 0, ptr::null_mut(), &raw mut w.size);
    Unchanged nucleus_filter_export_fd(w.filter, 0, NOWHERE);
    Unchanged nucleus_filter_fingerprint(w.filter, (&raw mut w.fingerprint).cast());
    Unchanged nucleus_filter_evaluate(w.filter, &raw const w.call, &raw mut w.word);
    Unchanged nucleus_program_evaluate(w.program, &raw const w.call, &raw mut w.word);
    Unchanged nucleus_program_stats(w.program, X86_64, &raw mut w.stats);
    Poisoned nucleus_filter_merge(w.filter, w.other);
    Poisoned nucleus_filter_intersect(w.filter, w.other);
    Unchanged nucleus_filter_compare(w.filter, w.other, &raw mut w.word, NONE, NONE);
    Unchanged nucleus_program_compare(w.program, w.program, &raw mut w.word, NONE, NONE);
    Unchanged nucleus_filter_list(w.filter, X86_64, 1, ptr::null_mut(), &raw mut w.size);
    Unchanged nucleus_syscall_number(X86_64, READ, &raw mut w.number);
    Unchanged nucleus_set_log(None, ptr::null_mut(), 0);
};

/// Those that do so little that they guard nothing: were there a bug, the process would be aborted at the
/// border to C.
const WITHOUT: [&str; 3] =
    ["nucleus_filter_apply", "nucleus_program_apply", "nucleus_kernel_features"];

#[test]
fn a_panic_in_any_function_becomes_a_status() {
    let rows = ROWS.iter().filter(|row| row.runs_here());
    for (row, due) in rows.flat_map(|row| [(row, Due::First), (row, Due::Last)]) {
        let what = format!("{} with a bug {due:?}", row.name);
        let mut world = World::new();
        DUE.set(due);
        let status = (row.call)(&mut world);
        assert_eq!(DUE.replace(Due::Never), Due::Never, "{what}: it guards nothing");
        assert_eq!(status, NUCLEUS_ERR_INTERNAL, "{what}");
        if row.leaves == Unchanged {
            world.free_made();
            assert_ne!((row.call)(&mut world), NUCLEUS_ERR_INTERNAL, "{what}, then without");
            continue;
        }
        // Asked, changed, compiled or applied: nothing is done with it any more.
        for next in ROWS.iter().filter(|next| next.takes_a_filter()) {
            assert_eq!((next.call)(&mut world), NUCLEUS_ERR_INTERNAL, "{what}, then {}", next.name);
        }
        // SAFETY: a live filter, and its sentence.
        let (applied, program, sentence) = unsafe {
            let sentence = CStr::from_ptr(nucleus_filter_error(world.filter));
            let program = nucleus_filter_program(world.filter);
            (nucleus_filter_apply(world.filter, 0), program, sentence)
        };
        assert_eq!((applied, program), (NUCLEUS_ERR_INTERNAL, ptr::null()), "{what}");
        assert!(sentence.to_str().is_ok_and(|text| text.contains("only be freed")), "{what}");
    }
}

#[test]
fn every_function_that_returns_a_status_is_here() {
    let header = include_str!("../../include/nucleus_seccomp.h");
    let declared = header.lines().filter_map(|line| line.strip_prefix("nucleus_status "));
    let mut declared: Vec<&str> = declared.filter_map(|line| line.split('(').next()).collect();
    let mut here: Vec<&str> = ROWS.iter().map(|row| row.name).chain(WITHOUT).collect();
    declared.sort_unstable();
    here.sort_unstable();
    assert_eq!(here, declared);
}
