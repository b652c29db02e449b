//! Calls that can also be made through socketcall(2) or ipc(2).
//!
//! On x86, s390x, PowerPC and others, `socket` is also call 1 of socketcall. A rule that speaks of the
//! direct call alone would refuse nothing there, and allow nothing to programs whose libc goes that
//! way; so libseccomp speaks of both. The arguments stand in memory there, where no filter can look.

use crate::arch::Arch;
use crate::syscall::Syscall;

/// A call that hands on to others.
pub(super) struct Multiplexer {
    pub(super) name: &'static str,
    /// What goes through it, by the number there (linux/net.h, linux/ipc.h); a dash holds the place of
    /// a number that is none.
    calls: &'static str,
    /// The bits of the first argument that say which: ipc has a version in the upper ones.
    pub(super) mask: u64,
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
