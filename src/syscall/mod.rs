//! Names and numbers of system calls.
//!
//! A name is held as its place in one table sorted by name, so that a policy stores two bytes a
//! call and every architecture's number is one look-up away.

mod suggest;
mod table;

use crate::arch::Arch;
use crate::error::{Error, Result};
use table::TABLE;

/// A system call that some architecture has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Syscall(u16);

impl Syscall {
    /// The call named `name`, exactly as in the kernel's headers.
    ///
    /// # Errors
    /// No architecture has a call of that name; the message suggests the nearest ones. `verb` is
    /// what the caller was doing, and opens the message.
    pub fn named(verb: &str, name: &str) -> Result<Self> {
        match TABLE.binary_search_by(|row| row.0.cmp(name)) {
            Ok(place) => Ok(Self::at(place)),
            Err(_) => Err(Error::unknown_syscall(verb, name, suggest::nearest(name))),
        }
    }

    /// The call with `number` on `arch`.
    #[must_use]
    pub fn numbered(arch: Arch, number: u32) -> Option<Self> {
        let number = i32::try_from(number).ok()?;
        TABLE.iter().position(|row| number >= 0 && row.1[arch as usize] == number).map(Self::at)
    }

    /// Every call, in the order of the names.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len()).map(Self::at)
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[usize::from(self.0)].0
    }

    /// The number on `arch`, if it has the call.
    #[must_use]
    pub fn number(self, arch: Arch) -> Option<u32> {
        u32::try_from(TABLE[usize::from(self.0)].1[arch as usize]).ok()
    }

    fn at(place: usize) -> Self {
        Self(u16::try_from(place).expect("fewer than 65536 names"))
    }
}

impl std::fmt::Debug for Syscall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The highest number in `arch`'s table: what is above it is newer than this library.
#[must_use]
pub fn newest(arch: Arch) -> u32 {
    Syscall::all().filter_map(|call| call.number(arch)).max().expect("no table is empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_number_leads_back_to_its_name() {
        for arch in Arch::ALL {
            for call in Syscall::all() {
                if let Some(number) = call.number(arch) {
                    assert_eq!(Syscall::numbered(arch, number), Some(call), "{arch} {number}");
                }
            }
        }
    }

    #[test]
    fn numbers_that_no_call_has() {
        for number in [newest(Arch::X86_64) + 1, 0x4000_0000, u32::MAX] {
            assert_eq!(Syscall::numbered(Arch::X86_64, number), None, "{number:#x}");
        }
    }

    #[test]
    fn misspelt_names_are_answered_with_the_nearest() {
        let cases = [
            ("wrtie", "'write'", "two letters swapped"),
            ("opennat", "'openat'", "one letter too many"),
            ("READ", "'read'", "capitals"),
            ("sys_read", "'read'", "the kernel's function name"),
            ("__NR_read", "'read'", "the header's macro"),
            ("SYS_read", "'read'", "libc's macro"),
        ];
        for (name, expected, why) in cases {
            let message = Syscall::named("allow", name).unwrap_err().to_string();
            assert!(
                message.contains("did you mean") && message.contains(expected),
                "{why}: {message}"
            );
        }
        let message = Syscall::named("allow", "xyzzyplugh").unwrap_err().to_string();
        assert!(!message.contains("did you mean"), "nothing is near: {message}");
    }
}
