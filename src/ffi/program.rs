//! Programs.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::boundary::{array, free, guarded};
use super::status::{
    self, NUCLEUS_ERR_BUFFER, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_KERNEL, NUCLEUS_OK,
    nucleus_status,
};
use crate::arch::Arch;
use crate::bpf;
use crate::error::Result;
use crate::kernel::{self, Loadable, Options};
use crate::policy::Policy;
use crate::prove::Proven;
use crate::show::{self, Shown};

/// A program: the classic BPF that a filter was compiled to, or that came from elsewhere. It never
/// changes, so any number of threads may use it at once.
#[derive(Debug)]
pub struct Program {
    made: Made,
    /// The byte order of the machines that it is for.
    big_endian: bool,
    /// How it is loaded, whatever else is asked for.
    pub(super) options: Options,
    /// Whether it was, by anybody who has this memory.
    applied: AtomicBool,
}

#[derive(Debug)]
enum Made {
    Here(Proven),
    Elsewhere(bpf::Program),
}

impl Program {
    /// A proven program, for architectures of one byte order or, undecided, of this machine.
    pub(super) fn proven(proven: Proven, arches: &[Arch], options: Options) -> Self {
        let big = arches.iter().filter(|arch| arch.big_endian()).count();
        let big_endian = match big {
            0 => false,
            all if all == arches.len() => true,
            _ => Arch::native().is_some_and(Arch::big_endian),
        };
        Self { made: Made::Here(proven), big_endian, options, applied: AtomicBool::new(false) }
    }

    pub(super) const fn program(&self) -> &bpf::Program {
        match &self.made {
            Made::Here(proven) => proven.program(),
            Made::Elsewhere(program) => program,
        }
    }

    /// The program for the kernel; one from elsewhere only if somebody vouches for it.
    pub(super) fn loadable(&self, trusted: bool) -> Option<Loadable<'_>> {
        match &self.made {
            Made::Here(proven) => Some(Loadable::Proven(proven)),
            Made::Elsewhere(program) => trusted.then_some(Loadable::Trusted(program)),
        }
    }

    /// Nothing rests on it but the answer to who asks.
    pub(super) fn note_applied(&self) {
        self.applied.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_applied(&self) -> bool {
        self.applied.load(Ordering::Relaxed)
    }
}

/// An instruction, as the kernel's struct sock_filter (linux/filter.h).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)]
pub struct nucleus_instruction {
    /// The operation.
    pub code: u16,
    /// How many instructions a conditional jump skips when its test holds.
    pub jt: u8,
    /// How many it skips when not.
    pub jf: u8,
    /// The operand.
    pub k: u32,
}

const _: () = assert!(
    size_of::<nucleus_instruction>() == size_of::<bpf::Instruction>()
        && align_of::<nucleus_instruction>() == align_of::<bpf::Instruction>()
);

/// Takes a program that was made elsewhere: `length` bytes of instructions as nucleus_program_export
/// writes them, of either byte order, in which NUCLEUS_EXPORT_BPF then writes them again. On success
/// *out is the program, to be freed with nucleus_program_free. It can be evaluated, compared and
/// exported like ours, and applied by whoever vouches for it (NUCLEUS_APPLY_TRUSTED).
///
/// ```c
/// const nucleus_instruction allow_all = { .code = 0x06, .k = NUCLEUS_ALLOW };
/// nucleus_program *other = NULL;
/// if (nucleus_program_from_bpf(&allow_all, sizeof allow_all, &other) == NUCLEUS_OK)
///     printf("%zu instruction\n", nucleus_program_count(other));
/// nucleus_program_free(other);
/// ```
///
/// Errors: NUCLEUS_ERR_INVALID_ARGUMENT for NULL, for a length that is no multiple of 8, and for
/// what the kernel would not load; NUCLEUS_ERR_TOO_LARGE for more than 4096 instructions. The
/// sentence goes to the log callback (nucleus_set_log). Since 0.1.
///
/// # Safety
/// `bytes` is NULL or points to `length` bytes; `out` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_from_bpf(
    bytes: *const c_void,
    length: usize,
    out: *mut *mut Program,
) -> nucleus_status {
    if out.is_null() {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    }
    let import = || {
        // SAFETY: the caller promises `length` bytes.
        let bytes = unsafe { array("program_from_bpf", "bytes", bytes.cast::<u8>(), length) };
        match bytes.and_then(from_bytes) {
            Ok(program) => {
                // SAFETY: not NULL, and the caller promises that it can be written.
                unsafe { out.write(Box::into_raw(Box::new(program))) };
                NUCLEUS_OK
            }
            Err(error) => status::reported(&error),
        }
    };
    guarded(import, || ())
}

fn from_bytes(bytes: &[u8]) -> Result<Program> {
    let (program, big_endian) = bpf::Program::from_bytes(bytes)?;
    let (made, options) = (Made::Elsewhere(program), Options::default());
    Ok(Program { made, big_endian, options, applied: AtomicBool::new(false) })
}

/// Frees a program that nucleus_program_from_bpf made. NULL is fine. The program of a filter is
/// freed with it, not here. Since 0.1.
///
/// # Safety
/// `program` is NULL or came from nucleus_program_from_bpf, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_free(program: *mut Program) {
    // SAFETY: nucleus_program_from_bpf makes it of a box.
    unsafe { free(program) }
}

/// The number of instructions, 1 to 4096; 0 for NULL. Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_count(program: *const Program) -> usize {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    unsafe { program.as_ref() }.map_or(0, |program| program.program().instructions().len())
}

/// The instructions, nucleus_program_count of them, in the byte order of this machine: what struct
/// sock_fprog points to. They live as long as the program. NULL for NULL. Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_instructions(
    program: *const Program,
) -> *const nucleus_instruction {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    unsafe { program.as_ref() }
        .map_or(ptr::null(), |program| program.program().instructions().as_ptr().cast())
}

/// nucleus_program_export: instructions in the byte order of the architectures that the program is
/// for (of this machine's, if it is for both kinds).
pub const NUCLEUS_EXPORT_BPF: u32 = 0;
/// nucleus_program_export: instructions in little-endian order.
pub const NUCLEUS_EXPORT_BPF_LITTLE_ENDIAN: u32 = 1;
/// nucleus_program_export: instructions in big-endian order.
pub const NUCLEUS_EXPORT_BPF_BIG_ENDIAN: u32 = 2;
/// nucleus_program_export: what the program costs, as an object of JSON on one line. It has
/// "instructions", "margin" and "architectures": a list of objects for those that the program tells
/// apart, with their name as "arch" and the counts of nucleus_stats from "calls" on, named as there,
/// the means in instructions.
pub const NUCLEUS_EXPORT_JSON: u32 = 8;

/// nucleus_program_export: a listing, for eyes and for the kernel's bpf_asm: every instruction, with
/// labels, and in comments the names of calls, architectures and arguments, verdicts in words, and
/// which calls come to each return. Of a filter (nucleus_filter_export) also by which of its rules.
pub const NUCLEUS_EXPORT_LISTING: u32 = 9;
/// nucleus_program_export: what becomes of every call on each architecture, as text for whoever
/// reviews it. It is read out of the program, so that it says what will run.
pub const NUCLEUS_EXPORT_PSEUDOCODE: u32 = 10;
/// nucleus_program_export: the same as a picture, in the language of Graphviz (`dot -Tsvg`).
pub const NUCLEUS_EXPORT_DOT: u32 = 11;
/// nucleus_program_export: C source with the instructions, `static const struct sock_filter
/// nucleus_program[]`. It includes linux/filter.h and needs neither a compiler of filters nor this
/// library; a comment says how it is loaded. Such a program is no longer checked by anybody.
pub const NUCLEUS_EXPORT_C: u32 = 12;
/// nucleus_program_export: the same in Rust, `pub const NUCLEUS_PROGRAM`, without any dependency.
pub const NUCLEUS_EXPORT_RUST: u32 = 13;
/// nucleus_program_export: the same in Go, `var NucleusProgram`, a file of a package `filter` without any
/// dependency; an element is laid out as SockFilter of the packages syscall and unix.
pub const NUCLEUS_EXPORT_GO: u32 = 14;
/// nucleus_program_export: the same in Zig, `pub const nucleus_program`, without any dependency.
pub const NUCLEUS_EXPORT_ZIG: u32 = 15;

/// Writes the program into `buffer`, which has room for *size bytes. On success *size is how many it
/// takes. With a NULL buffer nothing but *size is written: that is how to ask.
///
/// ```c
/// size_t size = 0;
/// nucleus_program_export(p, NUCLEUS_EXPORT_BPF, NULL, &size);
/// void *bytes = malloc(size);
/// nucleus_program_export(p, NUCLEUS_EXPORT_BPF, bytes, &size);
/// ```
///
/// `format`: NUCLEUS_EXPORT_*. Text is whole lines, without a 0 behind it.
///
/// Errors: NUCLEUS_ERR_BUFFER when there is too little room (nothing is written);
/// NUCLEUS_ERR_INVALID_ARGUMENT for NULL or an unknown format. Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program; `size` is NULL or valid to read and write; `buffer` is NULL
/// or has room for *size bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_export(
    program: *const Program,
    format: u32,
    buffer: *mut c_void,
    size: *mut usize,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let Some(program) = (unsafe { program.as_ref() }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    // SAFETY: the caller promises size and room.
    unsafe { export(program, None, format, buffer, size) }
}

/// # Safety
/// `size` is NULL or valid to read and write; `buffer` is NULL or has room for *size bytes.
pub(super) unsafe fn export(
    program: &Program,
    policy: Option<&Policy>,
    format: u32,
    buffer: *mut c_void,
    size: *mut usize,
) -> nucleus_status {
    let write = || match exported(program, policy, format) {
        // SAFETY: the caller promises size and room.
        Some(bytes) => unsafe { into_buffer(&bytes, buffer, size) },
        None => NUCLEUS_ERR_INVALID_ARGUMENT,
    };
    guarded(write, || ())
}

/// Bytes for a buffer of C, or how many there are.
///
/// # Safety
/// `size` is NULL or valid to read and write; `buffer` is NULL or has room for *size bytes.
pub(super) unsafe fn into_buffer(
    bytes: &[u8],
    buffer: *mut c_void,
    size: *mut usize,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let Some(size) = (unsafe { size.as_mut() }) else { return NUCLEUS_ERR_INVALID_ARGUMENT };
    if !buffer.is_null() {
        if *size < bytes.len() {
            return NUCLEUS_ERR_BUFFER;
        }
        // SAFETY: the caller promises room for *size bytes, which are at least as many.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.cast(), bytes.len()) };
    }
    *size = bytes.len();
    NUCLEUS_OK
}

/// Writes the program to a descriptor, all of it, from where it stands.
///
/// `format`: NUCLEUS_EXPORT_*.
///
/// ```c
/// nucleus_program_export_fd(p, NUCLEUS_EXPORT_DOT, STDOUT_FILENO);
/// ```
///
/// Errors: NUCLEUS_ERR_KERNEL with errno as from write(2), when some bytes may have been written (a
/// closed pipe raises SIGPIPE, as there); NUCLEUS_ERR_INVALID_ARGUMENT for NULL or an unknown format.
/// Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_export_fd(
    program: *const Program,
    format: u32,
    fd: i32,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let Some(program) = (unsafe { program.as_ref() }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    export_fd(program, None, format, fd)
}

pub(super) fn export_fd(
    program: &Program,
    policy: Option<&Policy>,
    format: u32,
    fd: i32,
) -> nucleus_status {
    let write = || match exported(program, policy, format) {
        None => NUCLEUS_ERR_INVALID_ARGUMENT,
        Some(bytes) => to_descriptor(&bytes, fd),
    };
    guarded(write, || ())
}

/// Bytes for a descriptor; errno says why not.
pub(super) fn to_descriptor(bytes: &[u8], fd: i32) -> nucleus_status {
    match kernel::write(fd, bytes) {
        Ok(()) => NUCLEUS_OK,
        Err(errno) => {
            kernel::set_errno(errno);
            NUCLEUS_ERR_KERNEL
        }
    }
}

fn exported(program: &Program, policy: Option<&Policy>, format: u32) -> Option<Vec<u8>> {
    let bytes = |big_endian| Some(program.program().to_bytes(big_endian));
    let text: fn(&Shown<'_>) -> String = match format {
        NUCLEUS_EXPORT_BPF => return bytes(program.big_endian),
        NUCLEUS_EXPORT_BPF_LITTLE_ENDIAN => return bytes(false),
        NUCLEUS_EXPORT_BPF_BIG_ENDIAN => return bytes(true),
        NUCLEUS_EXPORT_JSON => show::statistics,
        NUCLEUS_EXPORT_LISTING => show::listing,
        NUCLEUS_EXPORT_PSEUDOCODE => show::pseudocode,
        NUCLEUS_EXPORT_DOT => show::dot,
        NUCLEUS_EXPORT_C => show::c,
        NUCLEUS_EXPORT_RUST => show::rust,
        NUCLEUS_EXPORT_GO => show::go,
        NUCLEUS_EXPORT_ZIG => show::zig,
        _ => return None,
    };
    let shown = Shown { program: program.program(), big_endian: program.big_endian, policy };
    Some(text(&shown).into_bytes())
}
