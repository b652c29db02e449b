//! Which calls have to be named, though nothing is said of them.
//!
//! Container engines answer what is above the newest call that a profile names with ENOSYS
//! (see [`super::super::newest`]). So the last one that shall get the default is named with the default,
//! and what shall get ENOSYS below it with that.

use super::super::newest::{ENOSYS, is_answered};
use super::cells::{is_said, unsaid};
use crate::action::Action;
use crate::arch::Arch;
use crate::policy::Policy;
use crate::syscall::Syscall;

/// The calls of a profile that is being written.
struct Named<'p> {
    policy: &'p Policy,
    arches: &'p [Arch],
    default: Action,
    /// By place, whether a verdict is written down.
    written: Vec<bool>,
    /// Those that are found here, with the verdict for each.
    more: Vec<(Action, Syscall)>,
}

/// Calls besides those that are `written` already, by their place, with the verdict for each.
pub(super) fn others(
    policy: &Policy,
    arches: &[Arch],
    default: Action,
    written: Vec<bool>,
) -> Vec<(Action, Syscall)> {
    let mut named = Named { policy, arches, default, written, more: Vec::new() };
    let has_newer = is_answered(default) && default != ENOSYS;
    for call in Syscall::all() {
        let verdict = arches.iter().find_map(|arch| named.silent(call, *arch));
        if let Some(verdict) = verdict
            && verdict != default
            && !(has_newer && verdict == ENOSYS)
        {
            named.add(verdict, call);
        }
    }
    if has_newer {
        named.last_with_default();
        // A name may be above all others on another architecture.
        while named.below_the_newest() {}
    }
    named.more
}

impl Named<'_> {
    fn add(&mut self, verdict: Action, call: Syscall) {
        self.written[call.place()] = true;
        self.more.push((verdict, call));
    }

    /// The verdict on a call of which nothing is written.
    #[inline(never)]
    fn silent(&self, call: Syscall, arch: Arch) -> Option<Action> {
        let number = call.number(arch).filter(|_| !self.written[call.place()])?;
        match is_said(self.policy, arch, number) {
            true => Some(self.default),
            false => Some(unsaid(self.policy, arch, number)),
        }
    }

    /// On each architecture where numbers without end get ENOSYS, adds the last call that does not, if
    /// there is none written behind it.
    fn last_with_default(&mut self) {
        const FAR: u32 = 0x3fff_ffff;
        for arch in self.arches {
            if unsaid(self.policy, *arch, arch.first_number() + FAR) != ENOSYS {
                continue;
            }
            let mut last = None;
            for call in Syscall::all() {
                let counts =
                    self.written[call.place()] || self.silent(call, *arch) == Some(self.default);
                if counts && call.number(*arch) > last.and_then(|last: Syscall| last.number(*arch))
                {
                    last = Some(call);
                }
            }
            if let Some(last) = last.filter(|last| !self.written[last.place()]) {
                self.add(self.default, last);
            }
        }
    }

    /// Adds calls that shall get ENOSYS and are below the newest that is written; whether there are some.
    fn below_the_newest(&mut self) -> bool {
        let before = self.more.len();
        for arch in self.arches {
            let written = |call: &Syscall| self.written[call.place()];
            let newest = Syscall::all().filter(written).filter_map(|call| call.number(*arch)).max();
            for call in Syscall::all() {
                if call.number(*arch) < newest && self.silent(call, *arch) == Some(ENOSYS) {
                    self.add(ENOSYS, call);
                }
            }
        }
        self.more.len() > before
    }
}
