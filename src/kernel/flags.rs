//! The flags of seccomp(2), and which of them this kernel has.

use super::errno::errno;

/// Flags of seccomp(2) that say how a filter is loaded, in the kernel's own encoding
/// (`SECCOMP_FILTER_FLAG_*`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// None.
    pub const NONE: Self = Self(0);
    /// All threads of the process or none (Linux 3.17).
    pub const TSYNC: Self = Self::of(libc::SECCOMP_FILTER_FLAG_TSYNC);
    /// Refusals go to the kernel's log (Linux 4.14).
    pub const LOG: Self = Self::of(libc::SECCOMP_FILTER_FLAG_LOG);
    /// No mitigation of speculative store bypass (Linux 4.17).
    pub const SPEC_ALLOW: Self = Self::of(libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW);
    /// All that a filter can be loaded with here.
    pub const ALL: Self = Self::TSYNC.and(Self::LOG).and(Self::SPEC_ALLOW);

    #[expect(clippy::cast_possible_truncation, reason = "the kernel's flags are an unsigned int")]
    const fn of(bits: libc::c_ulong) -> Self {
        Self(bits as u32)
    }

    /// Those of the bits that are flags here; others are left out.
    #[must_use]
    pub const fn among(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The kernel's bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// These, and others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These without others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them alone.
    pub(super) fn each(self) -> impl Iterator<Item = Self> {
        (0..u32::BITS).map(move |bit| Self(self.0 & 1 << bit)).filter(|flag| !flag.is_empty())
    }
}

/// Which of the flags this kernel lacks. None, too, where that can't be found out: the kernel has no
/// filters at all, or an earlier filter answers in its place.
pub(super) fn missing(flags: Flags) -> Flags {
    if !knows(0) {
        return Flags::NONE;
    }
    flags.each().filter(|flag| !knows(flag.bits())).fold(Flags::NONE, Flags::and)
}

/// Whether seccomp(2) takes these flags together; if not, errno says why.
///
/// The kernel looks at the flags before it looks for a program (`seccomp_set_mode_filter`): a call
/// without one fails with EFAULT where it knows the flags, and with EINVAL where not. Nothing is loaded,
/// and no other system call is made than loading makes.
pub(super) fn knows(flags: u32) -> bool {
    let (operation, nothing) = (libc::SECCOMP_SET_MODE_FILTER, std::ptr::null::<u8>());
    // SAFETY: seccomp(2) reads a program through the pointer; of NULL it says EFAULT.
    let answer = unsafe { libc::syscall(libc::SYS_seccomp, operation, flags, nothing) };
    answer == -1 && errno() == libc::EFAULT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_sets_of_the_kernels_bits() {
        let two = Flags::TSYNC.and(Flags::SPEC_ALLOW);
        assert_eq!((two.bits(), Flags::ALL.bits()), (0b101, 0b111));
        assert_eq!(two.without(Flags::TSYNC), Flags::SPEC_ALLOW);
        assert_eq!(two.each().collect::<Vec<_>>(), [Flags::TSYNC, Flags::SPEC_ALLOW]);
        assert_eq!(Flags::among(0xffff_fffd), two, "a new listener is none of ours");
        assert!(two.without(Flags::ALL).is_empty());
    }

    /// Bit 31 is no flag of any kernel.
    #[test]
    fn what_no_kernel_knows_is_missing() {
        const NOBODYS: u32 = 1 << 31;
        assert!(knows(0) && !knows(NOBODYS));
        let asked = Flags(NOBODYS | Flags::TSYNC.bits());
        assert_eq!(missing(asked), Flags(NOBODYS));
    }
}
