//! What a filter should be.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::error::{Error, Kind};
use nucleus_seccomp::ffi::status::{
    NUCLEUS_ERR_FILE, NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_PROFILE, NUCLEUS_ERR_TOO_LARGE,
    NUCLEUS_ERR_UNKNOWN_SYSCALL, NUCLEUS_ERR_UNPROVEN, NUCLEUS_ERR_UNSUPPORTED, nucleus_status,
};
use nucleus_seccomp::policy::Policy;
use std::ffi::CString;

pub type Status = nucleus_status;

/// A filter as its documentation has it.
#[derive(Clone)]
pub struct Model {
    pub policy: Policy,
    /// For whom profiles are, if that was said.
    pub arch: Option<Arch>,
    /// The first error.
    pub kept: Option<(Status, CString)>,
    pub compiled: bool,
    /// As it was when each open transaction began.
    pub saved: Vec<Model>,
}

impl Model {
    pub fn new(action: u32) -> Self {
        let policy = Policy::new(Action::from_raw(action).unwrap());
        Self { policy, arch: None, kept: None, compiled: false, saved: Vec::new() }
    }

    /// The same, not compiled, with all that is kept.
    pub fn copy(&self) -> Self {
        Self { compiled: false, ..self.clone() }
    }

    /// Does to the policy what a call should, unless arguments of the call are wrong already; the statuses
    /// that the call may come to if it fails. Whatever fails changes nothing.
    pub fn change(
        &mut self,
        mut wrong: Vec<Status>,
        body: impl FnOnce(&mut Policy) -> Result<(), Error>,
    ) -> Vec<Status> {
        self.compiled = false;
        if wrong.is_empty() {
            let mut changed = self.policy.clone();
            match body(&mut changed) {
                Ok(()) => self.policy = changed,
                Err(error) => wrong.push(status_of(&error)),
            }
        }
        wrong
    }

    /// Whether another filter may be made of it.
    pub fn is_in_order(&self) -> bool {
        self.kept.is_none() && self.saved.is_empty()
    }
}

/// As status.h has them.
pub fn status_of(error: &Error) -> Status {
    match error.kind() {
        Kind::InvalidArgument => NUCLEUS_ERR_INVALID_ARGUMENT,
        Kind::UnknownSyscall => NUCLEUS_ERR_UNKNOWN_SYSCALL,
        Kind::Unsupported => NUCLEUS_ERR_UNSUPPORTED,
        Kind::TooLarge => NUCLEUS_ERR_TOO_LARGE,
        Kind::Unproven => NUCLEUS_ERR_UNPROVEN,
        Kind::File => NUCLEUS_ERR_FILE,
        Kind::Profile => NUCLEUS_ERR_PROFILE,
        other => panic!("{other:?} has no status"),
    }
}
