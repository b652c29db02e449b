//! Calls that can also be made through socketcall(2) or ipc(2).
//!
//! On x86, s390x, PowerPC and others, `socket` is also call 1 of socketcall. A rule that speaks of the
//! direct call alone would refuse nothing there, and allow nothing to programs whose libc goes that
//! way; so libseccomp speaks of both. The arguments stand in memory there, where no filter can look.

use super::precedence::{self, Alternative, Finding, may_hold_with};
use crate::action::Action;
use crate::arch::Arch;
use crate::policy::{Condition, Operator, Width};
use crate::syscall::Syscall;

/// A call that hands on to others.
pub(super) struct Multiplexer {
    pub(super) name: &'static str,
    /// What goes through it, by the number there (linux/net.h, linux/ipc.h); a dash holds the place of
    /// a number that is none.
    calls: &'static str,
    /// The bits of the first argument that say which: ipc has a version in the upper ones.
    mask: u64,
}

pub(super) const MULTIPLEXERS: [Multiplexer; 2] = [
    Multiplexer {
        name: "socketcall",
        calls: "- socket bind connect listen accept getsockname getpeername socketpair send recv sendto \
                recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg",
        mask: 0xffff_ffff,
    },
    Multiplexer {
        name: "ipc",
        calls: "- semop semget semctl semtimedop - - - - - - msgsnd msgrcv msgget msgctl - - - - - - \
                shmat shmdt shmget shmctl",
        mask: 0xffff,
    },
];

impl Multiplexer {
    /// The call itself.
    pub(super) fn call(&self) -> Option<Syscall> {
        Syscall::find(self.name.as_bytes())
    }

    /// What goes through it, with its number there.
    pub(super) fn through(&self) -> impl Iterator<Item = (Syscall, u16)> {
        let calls = self.calls.split(' ').zip(0..);
        calls.filter_map(|(name, number)| Some((Syscall::find(name.as_bytes())?, number)))
    }
}

/// A call on its way through a multiplexer, under its number there.
pub(super) struct Through<'m> {
    pub(super) multiplexer: &'m Multiplexer,
    pub(super) number: u16,
    pub(super) narrow: bool,
    pub(super) default: Action,
}

impl Through<'_> {
    /// Adds what is said of the call, `direct`, to what is said of the multiplexer, of which `own` is
    /// what stands under its own name.
    ///
    /// - The strictest that is said of the call holds wherever a rule for the multiplexer lets more
    ///   through, on all that the kernel takes for this call: no condition can be checked there.
    /// - Else it is let through as far as it is without conditions, on what libseccomp takes for it;
    ///   unless the multiplexer is refused by its name.
    pub(super) fn add(
        &self,
        own: &[Alternative],
        direct: &[Alternative],
        said: &mut Vec<Alternative>,
        findings: &mut Vec<Finding>,
    ) {
        let Some(strictest) = direct.iter().min_by_key(|one| one.action) else { return };
        let (entry, (_, all)) = (strictest.entry, width(self.narrow));
        let taken_by_kernel = is(self.number, self.multiplexer.mask & all, self.narrow);
        for looser in own.iter().filter(|own| own.action > strictest.action) {
            if may_hold_with(taken_by_kernel, &looser.conditions) {
                let conditions = looser.conditions.iter().copied();
                let conditions = [taken_by_kernel].into_iter().chain(conditions).collect();
                said.push(Alternative { entry, action: strictest.action, conditions });
            }
        }
        let (resolved, _) = precedence::strictest(direct, self.default);
        let Some(action) = precedence::unchecked(&resolved, self.default) else { return };
        let condition = match action > self.default {
            false => taken_by_kernel,
            true => match strictest_whole(own).filter(|whole| whole.action == self.default) {
                None => is(self.number, all, self.narrow),
                // Somebody named it to refuse it, though that is the default anyway.
                Some(whole) => {
                    return findings.push(Finding::Void { entry, whole: whole.entry });
                }
            },
        };
        said.push(Alternative { entry, action, conditions: vec![condition] });
    }
}

/// Adds what libseccomp makes of it: what stands in the rule of the first argument is overwritten, and
/// what of others is compared with what the multiplexer has there (src/syscalls.c, abi_rule_add).
pub(super) fn as_runc(
    said: &mut Vec<Alternative>,
    direct: Vec<Alternative>,
    number: u16,
    narrow: bool,
) {
    for mut one in direct {
        one.conditions.retain(|condition| condition.index() > 0);
        one.conditions.insert(0, is(number, width(narrow).1, narrow));
        said.push(one);
    }
}

/// Whether a multiplexer, of which `own` is said by its name, lets a call run whatever the conditions
/// say that stand in `direct`.
pub(super) fn goes_around(own: &[Alternative], direct: &[Alternative]) -> bool {
    let whole = strictest_whole(own).filter(|whole| !whole.action.refuses());
    whole.is_some_and(|whole| direct.iter().all(|one| one.action >= whole.action))
}

fn strictest_whole(alternatives: &[Alternative]) -> Option<&Alternative> {
    alternatives.iter().filter(|one| one.is_whole()).min_by_key(|one| one.action)
}

/// That the bits `mask` of the first argument are `number`.
fn is(number: u16, mask: u64, narrow: bool) -> Condition {
    let (width, all) = width(narrow);
    let (operator, mask) = if mask == all { (Operator::Eq, 0) } else { (Operator::MaskedEq, mask) };
    let condition = Condition::new("", 0, operator, width, number.into(), mask);
    condition.expect("a multiplexer's mask has all bits of its numbers")
}

/// How much of an argument is compared, and the bits of that.
pub(super) const fn width(narrow: bool) -> (Width, u64) {
    if narrow { (Width::Bits32, 0xffff_ffff) } else { (Width::Bits64, u64::MAX) }
}

/// The architectures of 32 bits to libseccomp, which compares the low half of arguments there. To it also
/// x32 (src/arch-x32.c) and those of MIPS are some, whose calls may take more.
pub(super) const fn is_narrow(arch: Arch) -> bool {
    use Arch::{Mips, Mips64n32, Mipsel, Mipsel64n32, X32};
    arch.has_narrow_arguments() || matches!(arch, X32 | Mips | Mipsel | Mips64n32 | Mipsel64n32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_call_and_has_the_kernels_number() {
        for multiplexer in &MULTIPLEXERS {
            assert!(multiplexer.call().is_some(), "{}", multiplexer.name);
            let names = multiplexer.calls.split(' ').filter(|name| *name != "-").count();
            assert_eq!(multiplexer.through().count(), names, "{}", multiplexer.name);
        }
        // SYS_SENDMMSG of linux/net.h, MSGSND and SHMCTL of linux/ipc.h.
        let cases = [(0, "socket", 1), (0, "sendmmsg", 20), (1, "msgsnd", 11), (1, "shmctl", 24)];
        for (which, name, number) in cases {
            let call = Syscall::named("test", name).unwrap();
            assert!(MULTIPLEXERS[which].through().any(|found| found == (call, number)), "{name}");
        }
    }

    #[test]
    fn words_are_narrow_where_libseccomp_takes_them_for_that() {
        let narrow = Arch::ALL.into_iter().filter(|arch| is_narrow(*arch)).map(Arch::name);
        let expected = [
            "x86",
            "x32",
            "arm",
            "s390",
            "ppc",
            "mips",
            "mipsel",
            "mips64n32",
            "mipsel64n32",
            "m68k",
            "sh",
            "sheb",
            "parisc",
        ];
        assert!(narrow.eq(expected));
    }
}
