//! Which numbers a policy's author can have known.
//!
//! Since Linux 5.1 a new call gets the same number on every architecture, counted from its first
//! one. So one number says how far an author's knowledge went, and a kernel version stands for one.

use std::ops::RangeInclusive;

use super::PRIVATE_NUMBERS;
use crate::arch::{Arch, SKIPPED};
use crate::error::{Error, Result};

/// The private calls of 32-bit ARM, from breakpoint to get_tls.
pub(crate) const PRIVATE_CALLS: RangeInclusive<u32> = PRIVATE_NUMBERS + 1..=PRIVATE_NUMBERS + 6;

/// Up to which number the author of a policy knew what calls do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Newest {
    /// To the end of this library's tables.
    #[default]
    Tables,
    /// To this number, counted from the architecture's first one.
    Number(u32),
    /// To what Linux had in this version (major, minor), or this library's tables hold of it.
    Linux(u8, u8),
    /// To another number on each architecture.
    Each(Known),
}

/// The highest known number of each architecture, as the architecture writes it. At first every number
/// is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known([u32; Arch::ALL.len()]);

impl Default for Known {
    fn default() -> Self {
        Self([u32::MAX; Arch::ALL.len()])
    }
}

impl std::fmt::Debug for Known {
    /// Those of which something is said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said = Arch::ALL.iter().filter(|arch| self.on(**arch) != u32::MAX);
        said.enumerate().try_for_each(|(index, arch)| {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{arch} {:#x}", self.on(*arch))
        })
    }
}

impl Known {
    /// Says which is the highest on `arch`.
    pub const fn set(&mut self, arch: Arch, highest: u32) {
        self.0[arch as usize] = highest;
    }

    /// The highest on `arch`.
    #[must_use]
    pub const fn on(&self, arch: Arch) -> u32 {
        self.0[arch as usize]
    }
}

/// The versions that brought new calls, from the one on in which architectures count alike, each
/// with its highest number (`scripts/syscall.tbl` and syscalls(2)).
const VERSIONS: [((u8, u8), u32); 23] = [
    ((5, 1), 427),
    ((5, 2), 433),
    ((5, 3), 435),
    ((5, 6), 438),
    ((5, 8), 439),
    ((5, 10), 440),
    ((5, 11), 441),
    ((5, 12), 442),
    ((5, 13), 446),
    ((5, 14), 447),
    ((5, 15), 448),
    ((5, 16), 449),
    ((5, 17), 450),
    ((6, 5), 451),
    ((6, 6), 453),
    ((6, 7), 456),
    ((6, 8), 461),
    ((6, 10), 462),
    ((6, 13), 466),
    ((6, 15), 467),
    ((6, 17), 469),
    ((6, 19), 470),
    ((7, 0), 471),
];

/// The version whose headers the tables were made of.
const TABLES: (u8, u8) = (7, 2);

impl Newest {
    /// What the author of a policy for Linux `major.minor` knew.
    ///
    /// # Errors
    /// A version before 5.1, when each architecture counted by itself, or after that of the tables.
    pub fn linux(major: u8, minor: u8) -> Result<Self> {
        let (first, _) = VERSIONS[0];
        if (first..=TABLES).contains(&(major, minor)) {
            Ok(Self::Linux(major, minor))
        } else {
            Err(Error::linux_version((major, minor), first, TABLES))
        }
    }

    /// The highest number on `arch` that the author can have known.
    ///
    /// x32's calls of its own, 512 to 547, count as known: they are as old as x32.
    #[must_use]
    pub fn on(self, arch: Arch) -> u32 {
        const LAST_OF_X32: u32 = 547;
        let highest = match self {
            Self::Number(number) => number,
            Self::Tables => highest(TABLES),
            Self::Linux(major, minor) => highest((major, minor)),
            Self::Each(known) => return known.on(arch),
        };
        let own = if arch == Arch::X32 { LAST_OF_X32 } else { 0 };
        // Saturates: whoever says that every number is known has none that is not.
        arch.first_number().saturating_add(highest.max(own))
    }
}

impl Newest {
    /// The numbers of `arch` that the author can't have known, as ranges in order. Not among them are
    /// -1, which is no call, and the private calls of 32-bit ARM, which are as old as it is.
    pub fn unknown_on(self, arch: Arch) -> impl Iterator<Item = RangeInclusive<u32>> + Clone {
        let first = self.on(arch).checked_add(1).unwrap_or(SKIPPED);
        let private = if arch == Arch::Arm { PRIVATE_CALLS } else { SKIPPED..=SKIPPED };
        let below = first..=private.start() - 1;
        let above = first.max(private.end().saturating_add(1))..=SKIPPED - 1;
        [below, above].into_iter().filter(|range| !range.is_empty())
    }
}

fn highest(version: (u8, u8)) -> u32 {
    let before = VERSIONS.iter().rev().find(|(known, _)| *known <= version);
    before.map_or(0, |(_, number)| *number)
}

/// The highest number of `arch` that this library knows: what is above it is newer, but for the
/// private calls of 32-bit ARM.
#[must_use]
pub fn newest(arch: Arch) -> u32 {
    Newest::Tables.on(arch)
}

#[cfg(test)]
mod tests {
    use super::super::Syscall;
    use super::*;

    #[test]
    fn the_tables_end_with_the_newest_version() {
        for arch in Arch::ALL {
            let is_private = |number: &u32| arch == Arch::Arm && PRIVATE_CALLS.contains(number);
            let known = Syscall::all().filter_map(|call| call.number(arch));
            let last = known.filter(|number| !is_private(number)).max().unwrap();
            assert!(last <= newest(arch), "{arch}: {last} is above {}", newest(arch));
        }
        let native = Syscall::all().filter_map(|call| call.number(Arch::X86_64)).max();
        assert_eq!(native, Some(newest(Arch::X86_64)));
    }

    #[test]
    fn numbers_that_nobody_can_have_known() {
        let ranges = |newest: Newest, arch| newest.unknown_on(arch).collect::<Vec<_>>();
        let last = SKIPPED - 1;
        let cases = [
            (Newest::Tables, Arch::X86_64, vec![472..=last]),
            (Newest::Number(450), Arch::Mips, vec![4451..=last]),
            (Newest::Tables, Arch::Arm, vec![472..=0x000f_0000, 0x000f_0007..=last]),
            (Newest::Number(0x000f_0003), Arch::Arm, vec![0x000f_0007..=last]),
            (Newest::Number(SKIPPED - 2), Arch::X86, vec![last..=last]),
            (Newest::Number(SKIPPED - 1), Arch::X86, vec![]),
            (Newest::Number(SKIPPED), Arch::X86, vec![]),
        ];
        for (newest, arch, expected) in cases {
            assert_eq!(ranges(newest, arch), expected, "{newest:?} on {arch}");
        }
        for call in Syscall::all() {
            let Some(number) = call.number(Arch::Arm) else { continue };
            assert!(!Newest::Tables.unknown_on(Arch::Arm).any(|range| range.contains(&number)));
        }
    }

    #[test]
    fn versions_at_the_edges() {
        let cases = [
            ((5, 0), None, "architectures counted by themselves"),
            ((5, 1), Some(427), "the first that can be given"),
            ((5, 4), Some(435), "a version that brought none"),
            ((5, 19), Some(450), "the last of the fives"),
            ((6, 0), Some(450), "minor numbers start anew"),
            ((7, 2), Some(471), "that of the tables"),
            ((7, 3), None, "newer than the tables: nobody here knows what it has"),
        ];
        for ((major, minor), expected, why) in cases {
            let found = Newest::linux(major, minor).map(|newest| newest.on(Arch::X86_64));
            assert_eq!(found.ok(), expected, "{major}.{minor}: {why}");
        }
    }

    #[test]
    fn numbers_are_counted_from_the_first_of_the_architecture() {
        let cases = [
            (Newest::Number(450), Arch::X86_64, 450),
            (Newest::Number(450), Arch::Mips, 4450),
            (Newest::Number(450), Arch::X32, 0x4000_0000 + 547),
            (Newest::Number(600), Arch::X32, 0x4000_0000 + 600),
            (Newest::Linux(5, 19), Arch::Mips64n32, 6450),
            (Newest::Linux(5, 19), Arch::X32, 0x4000_0000 + 547),
            (Newest::Number(u32::MAX), Arch::Mips, u32::MAX),
        ];
        for (newest, arch, expected) in cases {
            assert_eq!(newest.on(arch), expected, "{newest:?} on {arch}");
        }
    }
}
