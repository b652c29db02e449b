//! What a program costs on an architecture: exact counts of instructions, no clock.

use super::{Program, Walk, emulate};
use crate::arch::Arch;
use crate::syscall::{Syscall, newest};

/// The counts, over the system calls of an architecture that this library has names for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Whether the program makes something else of some of them than it would of a call with that
    /// number from a machine that it can't know: then it covers the architecture. (Where the result
    /// depends on arguments on both, they are taken for the same.)
    pub told_apart: bool,
    /// How many there are.
    pub calls: u32,
    /// How many of them the kernel never gives to the program again (Linux 5.11 and later), if no
    /// other filter of the thread prevents it.
    pub cached: u32,
    /// How many instructions the shortest [way](super::Ways) of any of these calls executes.
    pub shortest: u32,
    /// The same of the longest.
    pub longest: u32,
    /// The longest way of each call, added up.
    pub longest_of_all: u32,
    /// The same over the calls that are not cached.
    pub longest_of_uncached: u32,
    /// How many instructions the kernel's emulator looks at when the program is attached as a
    /// thread's first filter: over all numbers up to the newest, also those that no call has. A
    /// kernel has as many numbers as it has calls of its own, and each filter that is there before
    /// makes it fewer.
    pub attach_steps: u32,
}

impl Statistics {
    /// Those of `program` on `arch`, whether it was made for it or not.
    #[must_use]
    pub fn of(program: &Program, arch: Arch) -> Self {
        // EM_NONE of `linux/elf-em.h`, 32 bits, big-endian.
        const NO_MACHINE: u32 = 0;
        let mut all = Self { shortest: u32::MAX, ..Self::default() };
        let mut walk = Walk::new(program);
        for nr in Syscall::all().filter_map(|call| call.number(arch)) {
            let ways = walk.of(arch.token(), nr);
            all.told_apart = all.told_apart || ways.result != walk.of(NO_MACHINE, nr).result;
            let is_remembered = arch.has_bitmap() && nr <= newest(arch);
            let cached = is_remembered && emulate(program, arch.token(), nr).allowed;
            all.calls += 1;
            all.shortest = all.shortest.min(ways.shortest);
            all.longest = all.longest.max(ways.longest);
            all.longest_of_all += ways.longest;
            if cached {
                all.cached += 1;
            } else {
                all.longest_of_uncached += ways.longest;
            }
        }
        if arch.has_bitmap() {
            let steps = (0..=newest(arch)).map(|nr| emulate(program, arch.token(), nr).steps);
            all.attach_steps = steps.sum();
        }
        all
    }

    /// The longest way of a call in the mean over all, in thousandths of an instruction.
    #[must_use]
    pub fn mean(&self) -> u32 {
        thousandths(self.longest_of_all, self.calls)
    }

    /// The same over the calls that are not cached; 0 if all are.
    #[must_use]
    pub fn mean_uncached(&self) -> u32 {
        thousandths(self.longest_of_uncached, self.calls - self.cached)
    }
}

/// Rounded, halves up. A way has at most 4096 instructions, so that it fits.
fn thousandths(sum: u32, count: u32) -> u32 {
    let (sum, count) = (u64::from(sum), u64::from(count.max(1)));
    u32::try_from((sum * 1000 + count / 2) / count).unwrap_or(u32::MAX)
}
