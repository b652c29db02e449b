//! What there is to say of a profile that can be taken.

use super::context::{Context, Mode};
use super::model::{Entry, Written};
use super::multiplexed::Multiplexer;
use super::precedence::Finding;
use crate::action::Action;
use crate::profile::json::Place;
use crate::profile::notes::Notes;
use crate::syscall::Syscall;

pub(super) fn of_arches(written: &Written<'_>, context: &Context, notes: &mut Notes) {
    let Some(own) = context.arch else { return };
    if !written.arches.contains(own) && written.arches != Default::default() {
        let what = format!("{own} is not listed, and covered all the same");
        notes.say(&Place::ROOT.key("architectures"), &what);
    }
}

pub(super) fn of_entry(entry: &Entry<'_>, default: Action, mode: Mode, notes: &mut Notes) {
    let above = Place::ROOT.key("syscalls");
    let place = above.item(entry.index);
    if entry.action == default {
        let what = match (mode.as_runc, entry.args.is_empty()) {
            (true, _) => "its action is the default's: it is skipped",
            (false, false) => {
                "its action is the default's: it only counts where another rule lets more through"
            }
            (false, true) => {
                "its action is the default's: it only counts where another rule for the whole call \
                 lets more through"
            }
        };
        notes.say(&place.key("action"), what);
    }
    if entry.asks_twice() {
        let what = "an argument stands here twice, so that, as in runc, each condition is a rule of \
                    its own: one of them is enough";
        notes.say(&place.key("args"), what);
    }
}

/// Of a condition on what the kernel takes for less than is compared.
pub(super) fn of_upper_bits(call: Syscall, place: &Place<'_>, notes: &mut Notes) {
    let what = format!(
        "upper bits get by: the kernel takes this argument of {} for 32 bits, and all 64 are compared, \
         as by runc; SCMP_CMP_MASKED_EQ can compare the lower ones alone",
        call.name()
    );
    notes.say(place, &what);
}

/// Of conditions that a multiplexer goes around.
pub(super) fn of_unchecked(
    call: Syscall,
    multiplexer: &Multiplexer,
    goes_around: bool,
    mode: Mode,
    notes: &mut Notes,
) {
    let (name, through) = (call.name(), multiplexer.name);
    let what = match (mode.as_runc, goes_around) {
        (true, _) => "conditions on its first argument are not checked there",
        (false, true) => {
            "its conditions are not checked there, since the profile allows that as a whole"
        }
        (false, false) => {
            "there its conditions can't be checked, so what they would allow is refused"
        }
    };
    notes.line(&[name, ": it can be called through ", through, ", too: ", what]);
}

pub(super) fn of_finding(
    call: Syscall,
    written: &Written<'_>,
    finding: Finding,
    mode: Mode,
    notes: &mut Notes,
) {
    let entry = |index: usize| format!("syscalls[{index}] ({})", written.entries[index].action);
    let (one, between, other, [outcome, in_runc]) = match finding {
        Finding::Wholes { first, strictest } => (
            entry(first),
            " and ",
            entry(strictest),
            [
                " are both for the whole call; the stricter one holds, where runc takes the first",
                " are both for the whole call; the first holds",
            ],
        ),
        Finding::Exception { entry: exception, whole } => (
            entry(exception),
            " is an exception from ",
            entry(whole),
            ["; it holds, where runc drops it", "; it is dropped"],
        ),
        Finding::Void { entry: void, whole } => {
            let outcome = ", which is for the whole call";
            (entry(void), " has no effect beside ", entry(whole), [outcome, outcome])
        }
        Finding::Both { entry: both, other } => (
            entry(both),
            " and ",
            entry(other),
            [
                " may match one call; the stricter one holds, where libseccomp's order would decide",
                " may match one call; the one that libseccomp asks first decides",
            ],
        ),
    };
    let outcome = if mode.as_runc { in_runc } else { outcome };
    notes.line(&[call.name(), ": ", &one, between, &other, outcome]);
}
