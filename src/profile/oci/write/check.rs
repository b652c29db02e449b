//! What is written, read again and compared with the policy.

use super::super::multiplexed::MULTIPLEXERS;
use super::super::newest::ENOSYS;
use super::super::{Context, Mode, set};
use crate::action::Action;
use crate::arch::Arch;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::policy::{Policy, evaluate};
use crate::prove::compare_policies;
use crate::syscall::Syscall;

/// Attributes for which the format has no word.
pub(super) fn attributes(policy: &Policy) -> Result<()> {
    let kills = [Action::KILL_PROCESS, Action::KILL_THREAD];
    if let Some(layer) = policy.layers().find(|layer| !kills.contains(&layer.attributes().bad_arch))
    {
        return Err(Error::unsayable(&format!(
            "calls of architectures that a profile does not list kill whoever makes them, and here they \
             get {}; set NUCLEUS_ATTR_BAD_ARCH to NUCLEUS_KILL_PROCESS",
            layer.attributes().bad_arch
        )));
    }
    if policy.common_arches().iter().next().is_none() {
        return Err(Error::unsayable("the filter covers no architecture"));
    }
    Ok(())
}

/// Both readings come to the policy.
pub(super) fn meaning(policy: &Policy, text: &str) -> Result<()> {
    for as_runc in [false, true] {
        let arches = policy.common_arches();
        let native = Arch::native().filter(|native| arches.contains(*native));
        let arch = native.or_else(|| arches.iter().next());
        let context = Context { capabilities: 0, kernel: (0, 0), arch };
        let mut found = Policy::new(Action::KILL_PROCESS);
        let mode = Mode { strict: false, as_runc };
        let loaded = match as_runc {
            true => "loaded with NUCLEUS_OCI_AS_RUNC it would be refused",
            false => "loaded it would be refused",
        };
        set(&mut found, loaded, text.as_bytes(), None, &context, mode)
            .map_err(|error| Error::unsayable(&error.to_string()))?;
        let wanted = policy.restated(found.attributes().bad_arch)?;
        let compared = compare_policies(&found, &wanted)?;
        if let Some(call) = compared.looser.or(compared.stricter) {
            return Err(different(&call, &wanted, &found, as_runc));
        }
    }
    Ok(())
}

#[cold]
fn different(call: &Call, wanted: &Policy, found: &Policy, as_runc: bool) -> Error {
    let (wanted, found) = (evaluate(wanted, call), evaluate(found, call));
    let whose = if as_runc { ", as runc reads it," } else { "" };
    let arch = Arch::of(call);
    let known = arch.and_then(|arch| Syscall::numbered(arch, call.nr.cast_unsigned()));
    let hint = match known {
        Some(known) if MULTIPLEXERS.iter().any(|one| one.name == known.name()) => {
            "a profile's rules for a call hold for those who go through this one, too; allow this one, \
             or leave the architecture out"
        }
        _ if found == ENOSYS => {
            "container engines answer what is newer than all that a profile names with ENOSYS; set \
             NUCLEUS_ATTR_UNKNOWN to NUCLEUS_ERRNO(ENOSYS), or add a rule for that number"
        }
        Some(_) => "a profile has the same rules for a name on every architecture that has it",
        None => "a profile has no rules for numbers without a name",
    };
    Error::unsayable(&format!(
        "{call} gets {wanted}, and by a profile{whose} it would get {found}: {hint}"
    ))
}
