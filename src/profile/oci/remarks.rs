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

pub(super) fn of_entry(entry: &Entry<'_>, default: Action, notes: &mut Notes) {
    let above = Place::ROOT.key("syscalls");
    let place = above.item(entry.index);
    if entry.action == default {
        let what =
            "its action is the default's: it only counts where another rule lets more through";
        notes.say(&place.key("action"), what);
    }
    if entry.asks_twice() {
        let what = "an argument stands here twice, so that, as in runc, each condition is a rule of \
                    its own: one of them is enough";
        notes.say(&place.key("args"), what);
    }
}

/// Of conditions that a multiplexer goes around.
pub(super) fn of_unchecked(
    call: Syscall,
    multiplexer: &Multiplexer,
    is_allowed: bool,
    mode: Mode,
    notes: &mut Notes,
) {
    let (name, through) = (call.name(), multiplexer.name);
    let what = match (mode.as_runc, is_allowed) {
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
    let entry = |index: usize| {
        let action =
            written.entries.get(index).map_or(String::new(), |entry| entry.action.to_string());
        format!("syscalls[{index}] ({action})")
    };
    let runc = mode.as_runc;
    let what = match finding {
        Finding::Wholes { first, strictest } => {
            let outcome = match runc {
                true => "the first holds",
                false => "the stricter one holds, where runc takes the first",
            };
            let (first, strictest) = (entry(first), entry(strictest));
            format!("{first} and {strictest} are both for the whole call; {outcome}")
        }
        Finding::Exception { entry: exception, whole } => {
            let outcome = if runc { "is dropped" } else { "holds, where runc drops it" };
            let (exception, whole) = (entry(exception), entry(whole));
            format!("{exception} is an exception from {whole}; it {outcome}")
        }
        Finding::Void { entry: void, whole } => {
            let (void, whole) = (entry(void), entry(whole));
            format!("{void} has no effect beside {whole}, which is for the whole call")
        }
        Finding::Both { entry: one, other } => {
            let outcome = match runc {
                true => "the one that libseccomp asks first decides",
                false => "the stricter one holds, where libseccomp's order would decide",
            };
            let (one, other) = (entry(one), entry(other));
            format!("{one} and {other} may match one call; {outcome}")
        }
    };
    notes.line(&[call.name(), ": ", &what]);
}
