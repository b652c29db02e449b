//! Names and numbers of system calls.
//!
//! A name is held as its place in one table sorted by name, so that a policy stores two bytes a
//! call and every architecture's number is one look-up away.

mod index;
mod newest;
mod packed;
mod shown;
mod suggest;
mod table;

pub(crate) use newest::PRIVATE_CALLS;
pub use newest::{Known, Newest, newest};

use std::ffi::CStr;

use crate::arch::Arch;
use crate::error::{Error, Result};

/// A system call that some architecture has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Syscall(u16);

impl Syscall {
    /// How many there are.
    pub const COUNT: usize = packed::COUNT;

    /// The call named `name`, exactly as in the kernel's headers.
    ///
    /// # Errors
    /// No architecture has a call of that name; the message suggests the nearest ones. `verb` is
    /// what the caller was doing, and opens the message.
    pub fn named(verb: &str, name: &str) -> Result<Self> {
        let unknown = || Error::unknown_syscall(verb, name, suggest::nearest(name));
        Self::find(name.as_bytes()).ok_or_else(unknown)
    }

    /// Some call, to fill a list with.
    pub(crate) const FIRST: Self = Self(0);

    /// The call of that name, also while the library is built.
    pub(crate) const fn find(name: &[u8]) -> Option<Self> {
        match index::place(name) {
            Some(place) => Some(Self(place)),
            None => None,
        }
    }

    /// The call with `number` on `arch`; the first by name where two names are one call.
    #[must_use]
    pub fn numbered(arch: Arch, number: u32) -> Option<Self> {
        let cell = cell(arch, number)?;
        (0..Self::COUNT).find(|place| packed::cell(*place, arch.table()) == cell).map(Self::at)
    }

    /// Every call, in the order of the names.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self::at)
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        packed::name(self.place())
    }

    /// The name for C.
    pub(crate) fn c_name(self) -> &'static CStr {
        CStr::from_bytes_with_nul(packed::with_0(self.place())).unwrap_or_default()
    }

    /// The number on `arch`, if it has the call.
    #[must_use]
    pub fn number(self, arch: Arch) -> Option<u32> {
        match packed::cell(self.place(), arch.table()) {
            ABSENT => None,
            cell @ PRIVATE.. => Some(PRIVATE_NUMBERS + u32::from(cell - PRIVATE)),
            cell => Some(arch.first_number() + u32::from(cell)),
        }
    }

    /// The place among all calls in the order of their names, below [`COUNT`](Self::COUNT).
    #[must_use]
    pub fn place(self) -> usize {
        self.0.into()
    }

    /// The call at that place.
    pub(crate) fn at(place: usize) -> Self {
        Self(u16::try_from(place).expect("fewer than 65536 names"))
    }
}

impl std::fmt::Debug for Syscall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a table holds where the architecture has no such call.
const ABSENT: u16 = 0x3ff;

/// In a table, the first of the private calls of 32-bit ARM (`__ARM_NR_BASE` of its `asm/unistd.h`), which
/// stand far above all others.
const PRIVATE: u16 = 0x3c0;
const PRIVATE_NUMBERS: u32 = 0x000f_0000;

/// What the table would hold for `number`.
fn cell(arch: Arch, number: u32) -> Option<u16> {
    let at = |from: u32| u16::try_from(number.checked_sub(from)?).ok();
    match at(arch.first_number()) {
        Some(cell) if cell < PRIVATE => Some(cell),
        _ if arch != Arch::Arm => None,
        _ => at(PRIVATE_NUMBERS).filter(|cell| *cell < ABSENT - PRIVATE).map(|cell| cell + PRIVATE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_as_policies_are() {
        assert!(table::TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn the_packed_names_are_those_of_the_table() {
        for (call, (name, numbers)) in Syscall::all().zip(&table::TABLE) {
            let cells = |arch: Arch| packed::cell(call.place(), arch.table());
            assert_eq!(call.name(), *name);
            assert!(Arch::ALL.iter().all(|arch| cells(*arch) == numbers[arch.table() as usize]));
            assert_eq!(call.c_name().to_str(), Ok(*name));
        }
    }

    #[test]
    fn every_number_leads_back_to_its_name() {
        // The header of 32-bit ARM has two names for one call.
        let other_names = ["sync_file_range2"];
        for (arch, call) in Arch::ALL.into_iter().flat_map(|a| Syscall::all().map(move |c| (a, c)))
        {
            let Some(number) = call.number(arch) else { continue };
            let found = Syscall::numbered(arch, number).expect("some call has it");
            let other = arch == Arch::Arm && other_names.contains(&call.name());
            assert_eq!(found != call, other, "{number} on {arch} is {found:?} and {call:?}");
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
