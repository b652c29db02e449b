//! Profiles of the OCI runtime specification: what they come to, and what they are refused for.

mod errors;
mod files;
mod libseccomp;
mod page;
mod reports;
mod selection;
mod verdicts;
mod wild;
mod written;

pub use verdicts::made;

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::profile::Profile;
use nucleus_seccomp::profile::oci::{self, Context, Mode};

/// The default reading.
const USUAL: Mode = Mode { strict: false, as_runc: false };
/// What could be left out is an error.
const STRICT: Mode = Mode { strict: true, as_runc: false };
/// The outcome of runc.
const AS_RUNC: Mode = Mode { strict: false, as_runc: true };

/// What Docker gives a container: fourteen capabilities, among them CHOWN and SYS_CHROOT.
const DOCKER: u64 = 0xa804_25fb;
const SYS_ADMIN: u64 = 1 << 21;

/// A container of Docker's on a machine of ours.
const CONTAINER: Context =
    Context { capabilities: DOCKER, kernel: (6, 1), arch: Some(Arch::X86_64) };

/// Reads a profile; its policy and what it says besides, or the error without what was being read.
fn read(json: &str, context: &Context, mode: Mode) -> Result<(Policy, Profile), String> {
    let mut policy = Policy::new(Action::KILL_PROCESS);
    let before = policy.clone();
    match oci::set(&mut policy, "test", json.as_bytes(), None, context, mode) {
        Ok(profile) => Ok((policy, profile)),
        Err(error) => {
            assert_eq!(policy, before, "after {error}");
            let error = error.to_string();
            Err(error.strip_prefix("test: ").expect("what was being read").to_owned())
        }
    }
}

/// A profile with these rules, that refuses all else with EPERM, for x86_64 and x86.
fn with_rules(rules: &str) -> String {
    format!(
        r#"{{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
            "syscalls": [{rules}]}}"#
    )
}
