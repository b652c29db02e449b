//! Calls that are newer than the profile.
//!
//! runc answers numbers above the newest call that a profile names, by architecture, with ENOSYS
//! (libcontainer/seccomp/patchbpf/enosys_linux.go): libc falls back from that, and not from EPERM.

use super::calls::Calls;
use crate::action::{Action, Kind};
use crate::arch::Arch;
use crate::policy::{Policy, Rule, Subject};
use crate::profile::json::{Place, Problem};
use crate::syscall::{Known, Newest, PRIVATE_CALLS};

pub(super) const ENOSYS: Action = Action::errno(38);

/// Whether newer calls get it where a profile has this default: not where it lets them run, or leaves them
/// to a tracer.
pub(super) const fn is_answered(default: Action) -> bool {
    !matches!(default.kind(), Kind::Allow | Kind::Log | Kind::Trace)
}

/// Sets it, where they are answered with it.
pub(super) fn apply(calls: &Calls, policy: &mut Policy) -> Result<(), Problem> {
    if !is_answered(policy.default_action()) {
        return Ok(());
    }
    let mut known = Known::default();
    let mut counted = 0;
    let arches: Vec<Arch> = policy.arches().collect();
    for arch in &arches {
        let highest = calls.named().filter_map(|call| call.number(*arch)).max();
        // runc takes a 0 for nothing.
        let Some(highest) = highest.filter(|highest| *highest > 0) else { continue };
        known.set(*arch, highest);
        // The calls that x32 has of its own, from 512 on, are known to us anyway.
        if *arch != Arch::X32 {
            counted = counted.max(highest - arch.first_number());
        }
        own_numbers(*arch, highest, policy)?;
    }
    if known == Known::default() {
        return Ok(());
    }
    let attributes = policy.attributes_mut();
    attributes.unknown = Some(ENOSYS);
    // One number for all, where it says the same: that can be read back and changed.
    let one = Newest::Number(counted);
    let says_the_same = arches.iter().all(|arch| one.on(*arch) == known.on(*arch));
    attributes.newest = if says_the_same { one } else { Newest::Each(known) };
    Ok(())
}

/// What is new to runc and never to us: the private calls of 32-bit ARM; and 0 on s390, through which
/// large numbers come.
fn own_numbers(arch: Arch, highest: u32, policy: &mut Policy) -> Result<(), Problem> {
    let numbers = match arch {
        Arch::Arm => highest.saturating_add(1).max(*PRIVATE_CALLS.start())..=*PRIVATE_CALLS.end(),
        Arch::S390 | Arch::S390x => 0..=0,
        _ => return Ok(()),
    };
    for number in numbers {
        let added = policy.add_rule_for(Subject::Numbered(arch, number), Rule::new(ENOSYS, []));
        added.map_err(|error| Problem::because(&Place::ROOT, &error))?;
    }
    Ok(())
}
