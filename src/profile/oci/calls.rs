//! Which items of a profile are about which call.

use super::context::{Context, Mode};
use super::ints;
use super::model::{Arg, Written};
use super::multiplexed::is_narrow;
use super::remarks;
use crate::action::Action;
use crate::arch::Arch;
use crate::error::Printable;
use crate::profile::json::{Place, Problem};
use crate::profile::notes::Notes;
use crate::syscall::Syscall;

/// The calls that a profile names, and for each the items of `syscalls` that do, in order.
pub(super) struct Calls(Vec<Vec<usize>>);

impl Calls {
    pub(super) fn of(
        written: &Written<'_>,
        context: &Context,
        mode: Mode,
        narrow: Option<Arch>,
        notes: &mut Notes,
    ) -> Result<Self, Problem> {
        let mut calls = vec![Vec::new(); Syscall::COUNT];
        // Of which that was said: once a call is enough.
        let mut leaky = Vec::new();
        let compares_all = written.arches.iter().chain(context.arch).any(|arch| !is_narrow(arch));
        for (at, entry) in written.entries.iter().enumerate() {
            if !entry.selection.holds(context) {
                continue;
            }
            remarks::of_entry(entry, written.default, mode, notes);
            let all = Place::ROOT.key("syscalls");
            let above = all.item(entry.index);
            if let Some(arch) = narrow {
                of_32_bits(&entry.args, arch, &above.key("args"))?;
            }
            let names = above.key("names");
            for (index, name) in entry.names.iter().enumerate() {
                let place = names.item(index);
                let Some(call) = Syscall::find(name.as_bytes()) else {
                    let what = format!("no system call is named \"{}\"; skipped", Printable(name));
                    notes.skipped(&place, &what)?;
                    continue;
                };
                if mode.as_runc && entry.action == Action::NOTIFY && call.name() == "write" {
                    let what =
                        "SCMP_ACT_NOTIFY for write: runc refuses that, which needs it itself";
                    return Err(Problem::at(&place, what));
                }
                let named: &mut Vec<usize> = &mut calls[call.place()];
                if named.last() != Some(&at) {
                    named.push(at);
                    if compares_all
                        && entry.action != written.default
                        && !leaky.contains(&call)
                        && let Some(arg) = ints::leak(call, entry.action, &entry.args)
                    {
                        leaky.push(call);
                        remarks::of_upper_bits(call, &above.key("args").item(arg), notes);
                    }
                }
            }
        }
        Ok(Self(calls))
    }

    /// Which entries name a call, by their place among all.
    pub(super) fn entries(&self, call: Syscall) -> &[usize] {
        &self.0[call.place()]
    }

    /// The calls that are named.
    pub(super) fn named(&self) -> impl Iterator<Item = Syscall> {
        Syscall::all().filter(|call| !self.entries(*call).is_empty())
    }
}

/// Refuses what can't be asked of the low 32 bits of an argument, which are all that is compared on
/// `arch`: cut, "at least 2^32" would be "at least 0", and let everything through.
fn of_32_bits(args: &[Arg], arch: Arch, place: &Place<'_>) -> Result<(), Problem> {
    let Some(at) = args.iter().position(|arg| !arg.means_the_same_cut()) else { return Ok(()) };
    let what = format!(
        "{:#x} has more than 32 bits, and on {arch} no more are compared; leave {arch} out",
        args[at].datum
    );
    Err(Problem::at(&place.item(at), &what))
}
