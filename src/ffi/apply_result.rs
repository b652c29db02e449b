//! How applying went.

use std::ffi::c_char;
use std::fmt::Write;

use super::growable;
use super::text::Text;
use crate::kernel::{Flags, Loaded, Options, Refusal};

/// nucleus_apply_result: nothing was tried, as the program was not to be loaded.
pub const NUCLEUS_STEP_NONE: u32 = 0;
/// nucleus_apply_result: prctl(2) would not set no_new_privs. Nothing has changed.
pub const NUCLEUS_STEP_NO_NEW_PRIVS: u32 = 1;
/// nucleus_apply_result: seccomp(2) would not take the program. no_new_privs may be set by now.
pub const NUCLEUS_STEP_FILTER: u32 = 2;
/// nucleus_apply_result: all is done.
pub const NUCLEUS_STEP_DONE: u32 = 3;

/// What became of a program that was to be applied.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(non_camel_case_types)]
pub struct nucleus_apply_result {
    /// Set by the caller: sizeof(nucleus_apply_result).
    pub size: usize,
    /// NUCLEUS_STEP_*: how far it came.
    pub step: u32,
    /// NUCLEUS_APPLY_TSYNC, NUCLEUS_APPLY_LOG and NUCLEUS_APPLY_SPEC_ALLOW as they are in force; 0 if nothing is.
    pub flags: u32,
    /// Those that were asked for and that the kernel lacks.
    pub missing: u32,
    /// 1 if this call has set no_new_privs, which may have been set before.
    pub no_new_privs: u32,
    /// The errno of what was refused; 0 if nothing was.
    pub error_number: i32,
    /// With NUCLEUS_APPLY_TSYNC the id (gettid(2)) of a thread that could not follow; else 0.
    pub thread: i32,
}

/// The size in 0.1, the first version.
pub(super) const FIRST_RESULT: usize = size_of::<usize>() + 6 * size_of::<u32>();

const _: () = assert!(size_of::<nucleus_apply_result>() == FIRST_RESULT, "no padding");

impl nucleus_apply_result {
    pub(super) fn of(became: Result<Loaded, Refusal>, asked: Options) -> Self {
        let (step, flags, missing, thread) = match became {
            Ok(Loaded { flags, missing }) => (NUCLEUS_STEP_DONE, flags, missing, 0),
            Err(Refusal::NoNewPrivs(_)) => (NUCLEUS_STEP_NO_NEW_PRIVS, Flags::NONE, Flags::NONE, 0),
            Err(Refusal::Filter(_)) => (NUCLEUS_STEP_FILTER, Flags::NONE, Flags::NONE, 0),
            Err(Refusal::Flags(missing)) => (NUCLEUS_STEP_FILTER, Flags::NONE, missing, 0),
            Err(Refusal::Thread(thread)) => (NUCLEUS_STEP_FILTER, Flags::NONE, Flags::NONE, thread),
        };
        Self {
            size: size_of::<Self>(),
            step,
            flags: flags.bits(),
            missing: missing.bits(),
            no_new_privs: (asked.no_new_privs && step != NUCLEUS_STEP_NO_NEW_PRIVS).into(),
            error_number: became.map_or_else(Refusal::errno, |_| 0),
            thread,
        }
    }

    /// What [`Self::of`] was made of, but for no_new_privs. None where nothing was tried.
    fn became(&self) -> Option<Result<Loaded, Refusal>> {
        let missing = Flags::among(self.missing);
        let refusal = match self.step {
            NUCLEUS_STEP_DONE => {
                return Some(Ok(Loaded { flags: Flags::among(self.flags), missing }));
            }
            NUCLEUS_STEP_NO_NEW_PRIVS => Refusal::NoNewPrivs(self.error_number),
            NUCLEUS_STEP_FILTER if self.thread != 0 => Refusal::Thread(self.thread),
            NUCLEUS_STEP_FILTER if !missing.is_empty() => Refusal::Flags(missing),
            NUCLEUS_STEP_FILTER => Refusal::Filter(self.error_number),
            _ => return None,
        };
        Some(Err(refusal))
    }
}

/// Writes a sentence about a result into `buffer`, of `size` bytes, as snprintf(3) would: cut where there
/// is too little room, and with a 0 behind it if there is any. Returns the length of the whole, without
/// the 0; 256 bytes are enough for every sentence. Allocates nothing: it may be called between fork and
/// exec, too. See nucleus_program_apply for an example.
///
/// For a NULL `result`, and one whose size is none, it says that nothing was tried. A NULL `buffer` has no
/// room. Since 0.1.
///
/// # Safety
/// `result` is NULL or as large as its size says; `buffer` is NULL or valid to write `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_apply_message(
    result: *const nucleus_apply_result,
    buffer: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: the caller promises as many bytes as it set the size to.
    let result = unsafe { growable::read(result, FIRST_RESULT) };
    // SAFETY: the caller promises so many bytes.
    let mut text = unsafe { Text::new(buffer, size) };
    // A text takes whatever it is given.
    let _ = match result.ok().as_ref().and_then(nucleus_apply_result::became) {
        Some(Ok(loaded)) => write!(text, "{loaded}"),
        Some(Err(refusal)) => write!(text, "{refusal}"),
        None => text.write_str("not applied, as nothing was tried; nothing is confined by it"),
    };
    text.end()
}
