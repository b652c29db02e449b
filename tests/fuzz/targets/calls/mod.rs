//! Sequences of C calls, many of them wrong, beside a model that says what each should come to: its
//! status, whether an error is kept, and what the filter means after.

#![allow(unsafe_code, reason = "the C ABI, as a caller of C would use it")]

mod asks;
mod edits;
mod model;
mod profiles;
mod wholes;
mod words;

use super::held::edges;
use crate::cases::Random;
use model::{Model, Status};
use nucleus_seccomp::ffi::call::{nucleus_call, nucleus_filter_evaluate, nucleus_program_evaluate};
use nucleus_seccomp::ffi::compile::{nucleus_filter_compile, nucleus_filter_program};
use nucleus_seccomp::ffi::filter::{
    Filter, nucleus_filter_clear_error, nucleus_filter_error, nucleus_filter_free,
    nucleus_filter_new,
};
use nucleus_seccomp::ffi::fingerprint::{NUCLEUS_FINGERPRINT_SIZE, nucleus_filter_fingerprint};
use nucleus_seccomp::ffi::status::{
    NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_TOO_LARGE, NUCLEUS_ERR_UNPROVEN,
    NUCLEUS_ERR_UNSUPPORTED, NUCLEUS_OK,
};
use nucleus_seccomp::ffi::transaction::{nucleus_filter_clone, nucleus_filter_commit};
use nucleus_seccomp::policy::{Policy, evaluate};
use std::ffi::CStr;
use std::ptr;

/// A filter of the library's, and what it should be.
struct Handle {
    filter: *mut Filter,
    model: Model,
}

/// The bytes choose the calls.
pub fn run(bytes: &[u8]) {
    const MOST: usize = 48;
    let mut random = Random::of_bytes(bytes);
    let mut handles = [Handle::new(words::KILL), Handle::new(words::KILL)];
    for _ in 0..bytes.len().div_ceil(4).min(MOST) {
        if random.one_in(2) {
            handles.swap(0, 1);
        }
        let [handle, other] = &mut handles;
        match random.below(8) {
            0 => asks::ask(handle, other, &mut random),
            1 => compile(handle),
            _ => edits::edit(handle, other, &mut random),
        }
        handle.check();
    }
    for handle in &mut handles {
        compile(handle);
        handle.check();
        // SAFETY: a live handle, not used again.
        unsafe { nucleus_filter_free(handle.filter) };
    }
}

impl Handle {
    fn new(action: u32) -> Self {
        let mut filter = ptr::null_mut();
        // SAFETY: `filter` can be written.
        assert_eq!(unsafe { nucleus_filter_new(action, &raw mut filter) }, NUCLEUS_OK);
        Self { filter, model: Model::new(action) }
    }

    /// The sentence that is kept.
    fn sentence(&self) -> Option<&CStr> {
        // SAFETY: a live handle; the sentence lives until it is changed.
        let sentence = unsafe { nucleus_filter_error(self.filter) };
        // SAFETY: not NULL, and so a C string.
        (!sentence.is_null()).then(|| unsafe { CStr::from_ptr(sentence) })
    }

    /// A call that changes the filter came to `status`: is that one of those that it should be, and what is
    /// kept now?
    fn came_to(&mut self, status: Status, wanted: &[Status], what: &str) {
        match wanted {
            [] => assert_eq!(status, NUCLEUS_OK, "{what}: {:?}", self.sentence()),
            _ => assert!(wanted.contains(&status), "{what}: {status}, not one of {wanted:?}"),
        }
        if status < 0 {
            let sentence =
                self.sentence().unwrap_or_else(|| panic!("{what}: nothing is kept")).to_owned();
            assert!(sentence.to_str().is_ok_and(|text| !text.is_empty()), "{what}: {sentence:?}");
            self.model.kept.get_or_insert((status, sentence));
        }
    }

    /// The error that is kept is the first, the program is there as long as it should be, and the filter
    /// says what the model says.
    fn check(&self) {
        let kept = self.model.kept.as_ref();
        assert_eq!(self.sentence(), kept.map(|(_, sentence)| &**sentence));
        // SAFETY: a live handle.
        let is_compiled = !unsafe { nucleus_filter_program(self.filter) }.is_null();
        assert_eq!(is_compiled, self.model.compiled);
        assert_eq!(self.fingerprint(), hexadecimal(&self.model.policy), "{:?}", self.model.policy);
    }

    /// That of the filter, whether or not it has an error or open transactions.
    fn fingerprint(&self) -> String {
        let mut copy = ptr::null_mut();
        let mut text = [0; NUCLEUS_FINGERPRINT_SIZE];
        // SAFETY: live handles, of which the copy is freed and not used again; places that can be written.
        unsafe {
            assert_eq!(nucleus_filter_clone(self.filter, &raw mut copy), NUCLEUS_OK);
            assert_eq!(nucleus_filter_clear_error(copy), NUCLEUS_OK);
            for _ in &self.model.saved {
                assert_eq!(nucleus_filter_commit(copy), NUCLEUS_OK);
            }
            assert_eq!(nucleus_filter_fingerprint(copy, text.as_mut_ptr()), NUCLEUS_OK);
            nucleus_filter_free(copy);
            CStr::from_ptr(text.as_ptr()).to_str().unwrap().to_owned()
        }
    }
}

fn hexadecimal(policy: &Policy) -> String {
    nucleus_seccomp::compile::fingerprint(policy).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What compiles means what was asked for, and what has an error does not compile.
fn compile(handle: &mut Handle) {
    // SAFETY: a live handle.
    let status = unsafe { nucleus_filter_compile(handle.filter) };
    handle.model.compiled = status == NUCLEUS_OK;
    if let Some((kept, _)) = &handle.model.kept {
        assert_eq!(status, *kept, "compile of a filter with an error");
    } else if !handle.model.saved.is_empty() {
        handle.came_to(status, &[NUCLEUS_ERR_INVALID_ARGUMENT], "compile in a transaction");
    } else if status == NUCLEUS_OK {
        means_what_was_asked(handle);
    } else {
        let possible = [NUCLEUS_ERR_TOO_LARGE, NUCLEUS_ERR_UNPROVEN, NUCLEUS_ERR_UNSUPPORTED];
        handle.came_to(status, &possible, "compile");
    }
}

fn means_what_was_asked(handle: &Handle) {
    const STEP: usize = 7; // a prime: of each kind of edge some
    for call in edges(&handle.model.policy).into_iter().step_by(STEP) {
        let wanted = evaluate(&handle.model.policy, &call).to_raw();
        let asked = nucleus_call::from(call);
        let mut found = [!wanted; 2];
        // SAFETY: a live handle and its program; a call, and places that can be written.
        unsafe {
            let program = nucleus_filter_program(handle.filter);
            assert_eq!(
                nucleus_filter_evaluate(handle.filter, &raw const asked, &raw mut found[0]),
                0
            );
            assert_eq!(nucleus_program_evaluate(program, &raw const asked, &raw mut found[1]), 0);
        }
        assert_eq!(found, [wanted; 2], "{call:x?} in {:?}", handle.model.policy);
    }
}
