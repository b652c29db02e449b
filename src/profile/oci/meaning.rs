//! From a profile as it is written to a policy.

use super::calls::Calls;
use super::context::{Context, Mode};
use super::model::{Arg, Entry, Written};
use super::multiplexed::{self, MULTIPLEXERS, Multiplexer, is_narrow, width};
use super::newest;
use super::precedence::{self, Alternative, Finding, Resolved};
use super::remarks;
use crate::action::Action;
use crate::policy::{Attributes, Condition, Operator, Policy, Rule, Subject};
use crate::profile::json::{Place, Problem};
use crate::profile::notes::Notes;
use crate::syscall::Syscall;

/// The policy that a profile means, with the given attributes where it says nothing of them.
pub(super) fn policy(
    written: &Written<'_>,
    attributes: Attributes,
    context: &Context,
    mode: Mode,
    notes: &mut Notes,
) -> Result<Policy, Problem> {
    let arches = written.arches.iter().chain(context.arch);
    let mut policy = Policy::covering(written.default, arches);
    policy.fix_arches();
    *policy.attributes_mut() = attributes;
    remarks::of_arches(written, context, notes);
    super::flags::apply(written, mode, policy.attributes_mut());
    // runc cuts what is compared there.
    let narrow = policy.arches().find(|arch| is_narrow(*arch)).filter(|_| !mode.as_runc);
    let calls = Calls::of(written, context, mode, narrow, notes)?;
    newest::apply(&calls, &mut policy)?;
    Meaning { written, mode, calls, policy, notes }.whole()
}

struct Meaning<'m, 'v> {
    written: &'m Written<'v>,
    mode: Mode,
    calls: Calls,
    policy: Policy,
    notes: &'m mut Notes,
}

impl<'m> Meaning<'m, '_> {
    fn whole(mut self) -> Result<Policy, Problem> {
        for call in Syscall::all() {
            let is_named = !self.calls.entries(call).is_empty();
            if is_named && !MULTIPLEXERS.iter().any(|multiplexer| multiplexer.call() == Some(call))
            {
                self.direct(call)?;
            }
        }
        for multiplexer in &MULTIPLEXERS {
            if let Some(call) = multiplexer.call() {
                self.multiplexed(multiplexer, call)?;
            }
        }
        Ok(self.policy)
    }

    /// Adds what is said of a call on the architectures that have it.
    fn direct(&mut self, call: Syscall) -> Result<(), Problem> {
        let mut resolved: [Option<Resolved>; 2] = [None, None];
        for arch in self.policy.arches().filter(|arch| call.number(*arch).is_some()) {
            let slot = &mut resolved[usize::from(is_narrow(arch))];
            if slot.is_none() {
                let said = alternatives(self.written, self.calls.entries(call), is_narrow(arch));
                let (found, findings) = resolve(&said, self.written.default, self.mode, call)?;
                *slot = Some(found);
                // What is found on narrow words as well is said once.
                if resolved.iter().flatten().count() == 1 {
                    self.report(call, &findings);
                }
            }
        }
        match resolved {
            [Some(wide), Some(narrow)] if wide != narrow => {
                for arch in self.policy.arches() {
                    let resolved = if is_narrow(arch) { &narrow } else { &wide };
                    if let Some(number) = call.number(arch) {
                        self.add(Subject::Numbered(arch, number), resolved)?;
                    }
                }
                Ok(())
            }
            [Some(same), _] | [None, Some(same)] => self.add(call.into(), &same),
            [None, None] => Ok(()),
        }
    }

    /// Adds what is said of a call that hands on to others, with what is said of these: on each
    /// architecture that has it.
    fn multiplexed(&mut self, multiplexer: &Multiplexer, call: Syscall) -> Result<(), Problem> {
        let mut is_first = true;
        for arch in self.policy.arches() {
            let Some(number) = call.number(arch) else { continue };
            let narrow = is_narrow(arch);
            let own = alternatives(self.written, self.calls.entries(call), narrow);
            let mut said = own.clone();
            let mut findings = Vec::new();
            for (other, number) in multiplexer.through() {
                let direct = alternatives(self.written, self.calls.entries(other), narrow);
                if is_first && direct.iter().any(|one| !one.is_whole()) {
                    let goes_around = multiplexed::goes_around(&own, &direct);
                    remarks::of_unchecked(other, multiplexer, goes_around, self.mode, self.notes);
                }
                if self.mode.as_runc {
                    multiplexed::as_runc(&mut said, direct, number, narrow);
                } else {
                    let default = self.written.default;
                    let through = multiplexed::Through { multiplexer, number, narrow, default };
                    through.add(&own, &direct, &mut said, &mut findings);
                }
                if said.len() > MOST_HANDED_ON {
                    let what = format!(
                        "{}: its rules and those of what it hands on come to more than {MOST_HANDED_ON}",
                        multiplexer.name
                    );
                    return Err(Problem::at(&Place::ROOT, &what));
                }
            }
            let (resolved, more) = resolve(&said, self.written.default, self.mode, call)?;
            if is_first {
                // Of an item with twenty names the same is found twenty times.
                findings.extend(more.into_iter().filter(|_| !own.is_empty()));
                findings.dedup();
                self.report(call, &findings);
            }
            is_first = false;
            self.add(Subject::Numbered(arch, number), &resolved)?;
        }
        Ok(())
    }

    fn add(&mut self, subject: Subject, resolved: &Resolved) -> Result<(), Problem> {
        if let Some(action) = resolved.whole {
            self.add_rule(subject, action, &[])?;
        }
        for (action, conditions) in &resolved.rules {
            self.add_rule(subject, *action, conditions)?;
        }
        Ok(())
    }

    fn add_rule(
        &mut self,
        subject: Subject,
        action: Action,
        conditions: &[Condition],
    ) -> Result<(), Problem> {
        let rule = Rule::new(action, conditions.iter().copied());
        let added = self.policy.add_rule_for(subject, rule);
        added.map_err(|error| Problem::because(&Place::ROOT, &error))
    }

    fn report(&mut self, call: Syscall, findings: &[Finding]) {
        for finding in findings {
            remarks::of_finding(call, self.written, *finding, self.mode, self.notes);
        }
    }
}

/// Rules for a multiplexer, of which a hostile profile has a product of two large numbers. No program
/// has room for as many.
const MOST_HANDED_ON: usize = 1 << 14;

fn resolve(
    said: &[Alternative],
    default: Action,
    mode: Mode,
    call: Syscall,
) -> Result<(Resolved, Vec<Finding>), Problem> {
    match mode.as_runc {
        false => Ok(precedence::strictest(said, default)),
        true => precedence::as_runc(said, default)
            .map_err(|what| Problem::at(&Place::ROOT, &format!("{}: {what}", call.name()))),
    }
}

/// The rules of some entries as runc hands them on: where an argument stands twice in one, each of its
/// conditions for itself.
fn alternatives(written: &Written<'_>, entries: &[usize], narrow: bool) -> Vec<Alternative> {
    let mut all = Vec::with_capacity(entries.len());
    for at in entries {
        let entry: &Entry<'_> = &written.entries[*at];
        let one = |args: &[Arg]| Alternative {
            entry: entry.index,
            action: entry.action,
            conditions: conditions(args, narrow),
        };
        match entry.asks_twice() {
            true => all.extend(entry.args.chunks(1).map(one)),
            false => all.push(one(&entry.args)),
        }
    }
    all
}

/// The conditions that can be false, in the order of the arguments.
fn conditions(args: &[Arg], narrow: bool) -> Vec<Condition> {
    let (width, all) = width(narrow);
    let mut conditions: Vec<Condition> = Vec::with_capacity(args.len());
    for arg in args {
        let (datum, mask) = (arg.datum & all, arg.mask & all);
        // libseccomp leaves out what asks nothing (src/db.c, _db_arg_cmp_need_lo).
        if arg.operator == Operator::MaskedEq && mask == 0 {
            continue;
        }
        let condition = Condition::new("", arg.index, arg.operator, width, datum, mask)
            .expect("the index was checked, and the rest is cut to fit");
        let place = conditions.partition_point(|other| other.index() <= condition.index());
        conditions.insert(place, condition);
    }
    conditions
}
