//! How a filter is loaded.

use super::context::Mode;
use super::model::Written;
use super::names::Flag;
use crate::action::Action;
use crate::policy::Attributes;

/// Sets what the profile says of it. Where it says nothing, runc asks for SPEC_ALLOW, which gives up a
/// mitigation of the processor; that is left to who loads the filter.
pub(super) fn apply(written: &Written<'_>, mode: Mode, attributes: &mut Attributes) {
    match &written.flags {
        None => attributes.spec_allow |= mode.as_runc,
        Some(flags) => flags.iter().for_each(|flag| match flag {
            Flag::Tsync => attributes.tsync = true,
            Flag::Log => attributes.log = true,
            Flag::SpecAllow => attributes.spec_allow = true,
            Flag::WaitKillable => attributes.wait_killable = true,
        }),
    }
    if mode.as_runc {
        // libseccomp's SCMP_FLTATR_ACT_BADARCH, which runc leaves as it is.
        attributes.bad_arch = Action::KILL_THREAD;
    }
}
