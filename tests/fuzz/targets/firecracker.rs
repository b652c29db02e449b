//! JSON in the form of Firecracker: read, compiled, proven, run, and written as a profile of container
//! engines.

use super::held::held;
use super::oci::exported;
use super::written;
use crate::cases::Random;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::error::Kind;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::profile::firecracker;

/// A byte for the architecture and the category, then JSON, or choices for some.
pub fn run(bytes: &[u8]) {
    const ARCHES: [Arch; 4] = [Arch::X86_64, Arch::Aarch64, Arch::Riscv64, Arch::X86];
    const CATEGORIES: [&str; 4] = ["vmm", "api", "vcpu", "main_thread"];
    const CHOICES: u8 = 0x10;
    let Some((first, json)) = bytes.split_first() else { return };
    let made = (first & CHOICES != 0).then(|| written::firecracker(&mut Random::of_bytes(json)));
    let json = made.as_ref().map_or(json, |made| made.as_bytes());
    let chosen = |shift: u8| usize::from(first >> shift & 3);
    let (arch, category) = (ARCHES[chosen(0)], CATEGORIES[chosen(2)]);
    let read = |strict| {
        let mut policy = Policy::covering(Action::KILL_PROCESS, [arch]);
        let before = policy.clone();
        match firecracker::set(&mut policy, "fuzz", json, None, category, strict) {
            Ok(_) => Some(policy),
            Err(error) => {
                assert!(
                    matches!(error.kind(), Kind::Profile | Kind::File | Kind::Unsupported),
                    "{error}"
                );
                assert_eq!(policy, before, "{error}");
                None
            }
        }
    };
    let (usual, strict) = (read(false), read(true));
    if strict.is_some() {
        assert_eq!(strict, usual, "to be strict changes no meaning");
    }
    if let Some(policy) = usual {
        held(&policy);
        exported(&policy);
    }
}
