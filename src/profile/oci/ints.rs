//! Arguments that the kernel takes as 32 bits, whatever stands in the upper half of the register.
//!
//! Profiles compare whole registers on 64-bit architectures, as libseccomp does. So `socket` with
//! `SCMP_CMP_NE` 40 lets 0x100000028 through, which the kernel takes for 40.

use super::model::Arg;
use crate::action::Action;
use crate::policy::Operator;
use crate::syscall::Syscall;

/// Calls that profiles look at the arguments of, and which of these are `int` or `unsigned int`, a bit
/// each: from the `SYSCALL_DEFINE`s of Linux.
const INTS: [(&str, u8); 17] = [
    ("bpf", 0b1),
    ("fcntl", 0b11),
    ("futex", 0b110),
    ("getsockopt", 0b111),
    ("ioctl", 0b11),
    ("keyctl", 0b1),
    ("kill", 0b11),
    ("madvise", 0b100),
    ("personality", 0b1),
    ("prctl", 0b1),
    ("prlimit64", 0b11),
    ("quotactl", 0b1),
    ("setns", 0b11),
    ("setsockopt", 0b1_0111),
    ("socket", 0b111),
    ("socketpair", 0b111),
    ("syslog", 0b101),
];

/// The first of a rule's conditions that upper bits get by, which the kernel does not see: with them set,
/// a call runs that would not without, by what an action does to those that match.
pub(super) fn leak(call: Syscall, action: Action, args: &[Arg]) -> Option<usize> {
    let (_, ints) = INTS.iter().find(|(name, _)| *name == call.name())?;
    args.iter().position(|arg| ints >> arg.index & 1 == 1 && leaks(arg, !action.refuses()))
}

fn leaks(arg: &Arg, lets_run: bool) -> bool {
    match arg.operator {
        Operator::Ne | Operator::Gt => lets_run,
        Operator::Ge => lets_run && arg.datum > 0,
        Operator::Eq | Operator::Lt | Operator::Le => !lets_run,
        Operator::MaskedEq => !lets_run && arg.mask >> 32 != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_call() {
        assert!(INTS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(INTS.iter().all(|(name, _)| Syscall::find(name.as_bytes()).is_some()));
    }

    /// By what the two readings make of values that differ in the upper half alone.
    #[test]
    fn a_leak_is_a_value_that_runs_only_with_upper_bits() {
        use Operator::{Eq, Ge, Gt, Le, Lt, MaskedEq, Ne};
        let values = [0, 1, 2, 40, 1 << 32, 1 << 32 | 1, 1 << 32 | 2, 3 << 32 | 40, u64::MAX];
        for operator in [Ne, Lt, Le, Eq, Ge, Gt, MaskedEq] {
            for (datum, mask) in [(0, 3), (1, 3), (2, u64::MAX), (40, 0xffff_ffff)] {
                let arg = Arg { index: 0, operator, datum, mask };
                let holds = |value: u64| match operator {
                    Ne => value != datum,
                    Lt => value < datum,
                    Le => value <= datum,
                    Eq => value == datum,
                    Ge => value >= datum,
                    Gt => value > datum,
                    MaskedEq => value & mask == datum & mask,
                };
                for lets_run in [true, false] {
                    let runs = |value| holds(value) == lets_run;
                    let found =
                        values.iter().any(|value| runs(*value) && !runs(*value & 0xffff_ffff));
                    // Below 0 is nothing, whatever the bits.
                    if (operator, datum) != (Lt, 0) {
                        assert_eq!(leaks(&arg, lets_run), found, "{arg:?} {lets_run}");
                    }
                }
            }
        }
    }
}
