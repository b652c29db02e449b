//! Calls that can also be made through socketcall(2) or ipc(2).
//!
//! On x86, s390x, PowerPC and others, `socket` is also call 1 of socketcall. A rule that speaks of the
//! direct call alone would refuse nothing there, and allow nothing to programs whose libc goes that
//! way; so libseccomp speaks of both. The arguments stand in memory there, where no filter can look.

use crate::arch::Arch;
use crate::syscall::Syscall;

/// A call that hands on to others, and the numbers of these (linux/net.h, linux/ipc.h).
pub(super) struct Multiplexer {
    pub(super) name: &'static str,
    pub(super) calls: &'static [(&'static str, u16)],
    /// The bits of the first argument that say which: ipc has a version in the upper ones.
    pub(super) mask: u64,
}

pub(super) const MULTIPLEXERS: [Multiplexer; 2] = [
    Multiplexer {
        name: "socketcall",
        mask: 0xffff_ffff,
        calls: &[
            ("socket", 1),
            ("bind", 2),
            ("connect", 3),
            ("listen", 4),
            ("accept", 5),
            ("getsockname", 6),
            ("getpeername", 7),
            ("socketpair", 8),
            ("send", 9),
            ("recv", 10),
            ("sendto", 11),
            ("recvfrom", 12),
            ("shutdown", 13),
            ("setsockopt", 14),
            ("getsockopt", 15),
            ("sendmsg", 16),
            ("recvmsg", 17),
            ("accept4", 18),
            ("recvmmsg", 19),
            ("sendmmsg", 20),
        ],
    },
    Multiplexer {
        name: "ipc",
        mask: 0xffff,
        calls: &[
            ("semop", 1),
            ("semget", 2),
            ("semctl", 3),
            ("semtimedop", 4),
            ("msgsnd", 11),
            ("msgrcv", 12),
            ("msgget", 13),
            ("msgctl", 14),
            ("shmat", 21),
            ("shmdt", 22),
            ("shmget", 23),
            ("shmctl", 24),
        ],
    },
];

impl Multiplexer {
    /// The call itself.
    pub(super) fn call(&self) -> Option<Syscall> {
        Syscall::find(self.name.as_bytes())
    }

    /// What goes through it, with its number there.
    pub(super) fn through(&self) -> impl Iterator<Item = (Syscall, u16)> {
        let find = |(name, number): &(&str, u16)| Some((Syscall::find(name.as_bytes())?, *number));
        self.calls.iter().filter_map(find)
    }
}

/// The architectures of 32 bits to libseccomp, which compares the low half of arguments there; x32 is
/// one to it (src/arch-x32.c).
pub(super) const fn is_narrow(arch: Arch) -> bool {
    const TOKEN_64_BIT: u32 = 0x8000_0000;
    // MIPS n32 has the bit in its token, and pointers of 32 bits like x32.
    arch.token() & TOKEN_64_BIT == 0
        || matches!(arch, Arch::X32 | Arch::Mips64n32 | Arch::Mipsel64n32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_call_and_every_number_another() {
        for multiplexer in &MULTIPLEXERS {
            assert!(multiplexer.call().is_some(), "{}", multiplexer.name);
            assert_eq!(multiplexer.through().count(), multiplexer.calls.len());
            assert!(multiplexer.calls.is_sorted_by(|a, b| a.1 < b.1), "{}", multiplexer.name);
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
