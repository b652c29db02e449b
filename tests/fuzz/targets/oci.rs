//! JSON of the OCI runtime specification: read in all ways, compiled, proven, run, and written again.

use super::held::{edges, held};
use super::written;
use crate::cases::Random;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::error::Kind;
use nucleus_seccomp::policy::{Policy, evaluate};
use nucleus_seccomp::profile::oci::{self, Context, Listener, Mode};
use nucleus_seccomp::prove::compare_policies;

/// How many bytes are not JSON: two for the kernel's version, one for the architecture, then the capabilities.
pub const HEAD: usize = 11;

/// In the third byte: what follows are choices for a profile.
pub const CHOICES: u8 = 0x80;

/// The head and JSON, or choices for some.
pub fn run(bytes: &[u8]) {
    let Some((head, json)) = bytes.split_first_chunk::<HEAD>() else { return };
    let made = (head[2] & CHOICES != 0).then(|| written::oci(&mut Random::of_bytes(json)));
    let json = made.as_ref().map_or(json, |made| made.as_bytes());
    let context = context(head);
    let read = |strict, as_runc| read(json, &context, Mode { strict, as_runc });
    let (usual, mut as_runc) = (read(false, false), read(false, true));
    for (strict, loose) in [(read(true, false), &usual), (read(true, true), &as_runc)] {
        if strict.is_some() {
            assert_eq!(strict, *loose, "to be strict changes no meaning");
        }
    }
    if let (Some(ours), Some(theirs)) = (&usual, &as_runc) {
        // What it does with architectures that are not covered is known to be laxer.
        let mut theirs = theirs.clone();
        theirs.attributes_mut().bad_arch = ours.attributes().bad_arch;
        let compared = compare_policies(ours, &theirs);
        let is_looser = compared.as_ref().is_ok_and(|found| found.looser.is_some());
        assert!(!is_looser, "only runc's reading may let more through: {compared:x?}");
        if compared.is_ok_and(|found| found.stricter.is_none()) {
            as_runc = None; // once is enough
        }
    }
    for policy in [usual, as_runc].into_iter().flatten() {
        held(&policy);
        exported(&policy);
    }
}

fn context(head: &[u8; HEAD]) -> Context {
    let [major, minor, arch, capabilities @ ..] = *head;
    let arch = Arch::ALL.get(usize::from(arch & !CHOICES)).copied();
    let capabilities = u64::from_le_bytes(capabilities);
    Context { capabilities, kernel: (major.into(), minor.into()), arch }
}

/// A profile taken as a whole, or an error and nothing taken.
fn read(json: &[u8], context: &Context, mode: Mode) -> Option<Policy> {
    let mut policy = Policy::new(Action::KILL_PROCESS);
    let before = policy.clone();
    match oci::set(&mut policy, "fuzz", json, None, context, mode) {
        Ok(_) => Some(policy),
        Err(error) => {
            assert!(matches!(error.kind(), Kind::Profile | Kind::File), "{error}");
            assert_eq!(policy, before, "{error}");
            None
        }
    }
}

/// Whatever a profile can say, it says again. The library has it proven; here it is asked, call by call.
pub fn exported(policy: &Policy) {
    let text = match oci::write(policy, Listener::default()) {
        Ok(text) => text,
        Err(error) => {
            assert!(matches!(error.kind(), Kind::Unsupported | Kind::Unproven), "{error}");
            return;
        }
    };
    let covered = || policy.layers().map(|layer| layer.arches().collect::<Vec<_>>());
    let common = |arch: &Arch| covered().all(|arches| arches.contains(arch));
    let context = Context { arch: Arch::ALL.into_iter().find(common), ..NOBODY };
    let again = read(text.as_bytes(), &context, Mode { strict: true, as_runc: false });
    let again = again.unwrap_or_else(|| panic!("is no profile: {text}"));
    for call in edges(policy) {
        if Arch::of(&call).is_some_and(|arch| common(&arch)) {
            assert_eq!(evaluate(&again, &call), evaluate(policy, &call), "{call:x?} by {text}");
        }
    }
}

const NOBODY: Context = Context { capabilities: 0, kernel: (0, 0), arch: None };
