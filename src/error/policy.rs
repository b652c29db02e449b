//! What is wrong with what a policy should say.

use std::fmt::{Display, Write as _};

use super::{Error, Kind, Printable};

impl Error {
    pub(crate) fn unknown_syscall(verb: &str, name: &str, nearest: Vec<&str>) -> Self {
        let mut message = if name.is_empty() {
            format!("{verb}: the name of the system call is empty; give one like 'read'")
        } else {
            format!("{verb}: no system call is named '{}'", Printable(name))
        };
        for (index, near) in nearest.iter().enumerate() {
            let joint = if index == 0 { "; did you mean" } else { " or" };
            let _ = write!(message, "{joint} '{near}'");
        }
        if !nearest.is_empty() {
            message.push('?');
        }
        Self::new(Kind::UnknownSyscall, message)
    }

    pub(crate) fn unknown_action(raw: u32) -> Self {
        Self::invalid(format!(
            "action {raw:#010x} is none of the kernel's; use a NUCLEUS_* action such as \
             NUCLEUS_ALLOW or NUCLEUS_ERRNO(EPERM)"
        ))
    }

    pub(crate) fn action_data(kind: &str, data: u16, most: u16) -> Self {
        Self::invalid(match most {
            0 => format!(
                "action {kind} carries no data, but {data} was given; the low 16 bits must be 0"
            ),
            _ => format!("action {kind} carries at most {most}, but {data} was given"),
        })
    }

    pub(crate) fn argument_index(call: &str, index: u32) -> Self {
        Self::invalid(format!(
            "rule for {call}: argument index {index} does not exist; a system call has arguments 0 to 5"
        ))
    }

    pub(crate) fn operator(call: &str, operator: u32) -> Self {
        Self::invalid(format!(
            "rule for {call}: comparison {operator} is unknown; use one of NUCLEUS_CMP_NE (1) to \
             NUCLEUS_CMP_MASKED_EQ (7)"
        ))
    }

    pub(crate) fn width(call: &str, width: u32) -> Self {
        Self::invalid(format!(
            "rule for {call}: an argument {width} bits wide cannot be compared; use 32 or 64 (0 means 64)"
        ))
    }

    pub(crate) fn too_wide(call: &str, what: &str, value: u64) -> Self {
        Self::invalid(format!(
            "rule for {call}: {what} {value:#x} needs more than the 32 bits that are compared; \
             use width 64 or a smaller {what}"
        ))
    }

    pub(crate) fn needless_mask(call: &str, mask: u64) -> Self {
        Self::invalid(format!(
            "rule for {call}: mask {mask:#x} is given with a comparison that has none; only \
             NUCLEUS_CMP_MASKED_EQ takes a mask, else it must be 0"
        ))
    }

    pub(crate) fn value_outside_mask(call: &str, value: u64, mask: u64) -> Self {
        Self::invalid(format!(
            "rule for {call}: value {value:#x} has bits outside the mask {mask:#x}, so the \
             condition could never hold; keep the value within the mask"
        ))
    }

    pub(crate) fn too_many_conditions(call: impl Display, count: usize, most: usize) -> Self {
        Self::invalid(format!(
            "rule for {call}: {count} conditions are too many for one rule, which takes {most}; \
             make several rules of them, or compare with ranges and masks"
        ))
    }

    pub(crate) fn other_modes(verb: &str) -> Self {
        Self::invalid(format!(
            "{verb}: the built-in policy or its checks were added with other flags before, and the \
             looser of the two would hold; use it once, with the flags that are meant"
        ))
    }

    pub(crate) fn built_in_arch(
        verb: &str,
        arch: impl Display,
        written_for: &[impl Display],
    ) -> Self {
        let names: Vec<String> = written_for.iter().map(ToString::to_string).collect();
        Self::new(
            Kind::Unsupported,
            format!(
                "{verb}: the built-in policy's checks are not written for {arch}, where calls take \
                 their arguments otherwise, but for {}; cover those alone, or write rules for \
                 {arch} in a filter of its own and merge the two",
                names.join(", ")
            ),
        )
    }

    pub(crate) fn unknown_arch(constant: u32) -> Self {
        Self::invalid(format!(
            "architecture {constant:#010x} is none that this library knows; use one of NUCLEUS_ARCH_*"
        ))
    }

    pub(crate) fn number_of_another(verb: &str, arch: impl Display, number: u32) -> Self {
        Self::invalid(format!(
            "{verb}: number {number:#x} is not one of {arch}; bit 30 of a number is set on x32 \
             (NUCLEUS_ARCH_X32) and clear on x86_64 (NUCLEUS_ARCH_X86_64), which also has -1"
        ))
    }

    pub(crate) fn linux_version(given: (u8, u8), first: (u8, u8), last: (u8, u8)) -> Self {
        let show = |(major, minor)| format!("{major}.{minor}");
        Self::invalid(format!(
            "newest: Linux {} is outside the versions that this library has tables for, {} to {}; \
             give the highest known number instead",
            show(given),
            show(first),
            show(last)
        ))
    }

    pub(crate) fn default_runs(default: impl Display) -> Self {
        Self::invalid(format!(
            "use_default: the filter's default action is {default}, which would let every call \
             run that the built-in policy means to refuse; make the filter with \
             NUCLEUS_KILL_PROCESS, NUCLEUS_ERRNO(EPERM) or another action that refuses"
        ))
    }

    pub(crate) fn not_opt_in(name: &str) -> Self {
        Self::new(
            Kind::Unsupported,
            format!(
                "allow_extra: '{name}' is not on the opt-in list; if the program must have it, \
                 allow it by name with nucleus_filter_allow"
            ),
        )
    }

    pub(crate) fn different_attribute(
        verb: &str,
        (name, ours, theirs): (&str, String, String),
    ) -> Self {
        Self::invalid(format!(
            "{verb}: the {name} is {ours} here and {theirs} in the other filter; it has to be the same"
        ))
    }

    pub(crate) fn hardened_before(arch: impl Display) -> Self {
        Self::new(
            Kind::Unsupported,
            format!(
                "add_arch: the filter was hardened for the architectures that it covered then, and \
                 calls would stay unchecked on {arch}; add it before"
            ),
        )
    }

    pub(crate) fn fixed_arches(arch: impl Display) -> Self {
        Self::new(
            Kind::Unsupported,
            format!(
                "add_arch: the filter was merged or has a profile, so its rules are for the \
                 architectures that it covered then, and nothing would hold on {arch}; add it to \
                 the filters before they are merged, or to the profile's architectures"
            ),
        )
    }

    pub(crate) fn merge_of_intersection() -> Self {
        Self::new(
            Kind::Unsupported,
            "merge: one of the filters was intersected with another, and rules can't be united \
             across that; merge first and intersect then"
                .to_owned(),
        )
    }

    pub(crate) fn deny_runs(action: impl Display) -> Self {
        Self::invalid(format!(
            "set: the deny action {action} would not refuse the calls that are denied; use \
             NUCLEUS_KILL_PROCESS, NUCLEUS_ERRNO(EPERM) or another action that refuses"
        ))
    }

    pub(crate) fn level(verb: &str, number: u32) -> Self {
        Self::invalid(format!(
            "{verb}: level {number} does not exist; use one of NUCLEUS_LEVEL_ESSENTIAL (1) to \
             NUCLEUS_LEVEL_UNRESTRICTED (6)"
        ))
    }

    pub(crate) fn level_refuses_nothing(default: impl Display) -> Self {
        Self::invalid(format!(
            "use_level: the filter's default action is {default}, so that a level would refuse \
             nothing; make the filter with NUCLEUS_KILL_PROCESS, NUCLEUS_ERRNO(EPERM) or another \
             action that refuses, and try it out with nucleus_filter_audit"
        ))
    }

    pub(crate) fn foreign_calls_run(bad_arch: impl Display) -> Self {
        Self::new(
            Kind::Unsupported,
            format!(
                "harden: calls of architectures that are not covered get {bad_arch}, and would stay \
                 unchecked; set NUCLEUS_ATTR_BAD_ARCH to an action that refuses"
            ),
        )
    }
}
