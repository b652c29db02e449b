//! The built-in policy's checks, in the place of unconditional allows.

use super::{
    CHECKED, Case, Check, HARDENED, Modes, NARROW, Narrow, Row, SOFT, Verdict, When, calls,
    combinations, errno, written_for,
};
use crate::action::{Action, Kind};
use crate::arch::Arch;
use crate::error::{Error, Result};
use crate::policy::{Policy, Rule, Subject, Whole};
use crate::syscall::Syscall;

/// Calls that go past the checks, with arguments where no filter sees them: clone's by clone3,
/// socket's by io_uring, mmap's by uselib, which maps a library writable and executable
/// (`load_elf_library`). They get what the built-in policy says of them.
pub const PAST_CHECKS: &[Syscall] =
    calls!("clone3 io_uring_setup io_uring_enter io_uring_register uselib");

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardened {
    /// Which.
    pub call: Syscall,
    /// The architecture, if it did not become of it on all that are covered.
    pub arch: Option<Arch>,
    /// What it gets now.
    pub now: Now,
}

/// What a call gets that ran whatever its arguments were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// This.
    Refused(Action),
    /// It runs with some arguments, and gets this with others.
    RunsWithSome(Action),
    /// It gets this with some arguments, and runs with others.
    RefusedWithSome(Action),
}

/// Gives every call that runs whatever its arguments are, and that the built-in policy checks, the
/// built-in policy's checks in these modes. Rules with conditions stay as they are, but where
/// [`Narrow`] says otherwise; so does what is refused, or handed to a listener or a tracer.
///
/// Nothing is taken away from the policy, and what is added is stricter than what held; so it never
/// becomes weaker. Doing it again changes nothing.
///
/// # Errors
/// It was done in other modes before. Or the policy covers an architecture that is not one of
/// [`HARDENED`], or lets foreign architectures' calls run: they would stay unchecked. Nothing is
/// changed then.
pub fn harden(policy: &mut Policy, modes: Modes) -> Result<Vec<Hardened>> {
    if policy.hardened.is_some_and(|before| before != modes) {
        return Err(Error::other_modes("harden"));
    }
    policy.arches().try_for_each(|arch| written_for("harden", arch, &HARDENED))?;
    let bad_arch = policy.attributes().bad_arch;
    if runs(bad_arch) {
        return Err(Error::foreign_calls_run(bad_arch));
    }
    policy.hardened = Some(modes);
    let mut all = Vec::new();
    for check in CHECKED {
        let usual = |arch| !NARROW.iter().any(|narrow| narrow.is_for(check.call, arch));
        harden_call(policy, check, &usual, modes, &mut all)?;
    }
    for row in SOFT {
        for call in row.calls.iter().filter(|call| PAST_CHECKS.contains(call)) {
            let Row { verdict, why, .. } = *row;
            let check = Check { call: *call, why, cases: &[], otherwise: verdict };
            harden_call(policy, &check, &|_| true, modes, &mut all)?;
        }
    }
    for narrow in NARROW {
        let there = |arch| narrow.arches.contains(&arch);
        harden_call(policy, &narrow.check, &there, modes, &mut all)?;
        if narrow.within_rules {
            harden_rules(policy, narrow, modes, &mut all)?;
        }
    }
    Ok(all)
}

/// What a call gets when no rule with conditions matches.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Held {
    action: Action,
    /// Whether no rule for the whole call says so: then soft rules are in force, too.
    gives_way: bool,
}

fn harden_call(
    policy: &mut Policy,
    check: &Check,
    there: &dyn Fn(Arch) -> bool,
    modes: Modes,
    all: &mut Vec<Hardened>,
) -> Result<()> {
    let mut open: Vec<(Arch, u32, Held)> = Vec::new();
    // Whether the same held on all architectures: then the rules are for the name.
    let mut alike = true;
    for arch in policy.arches() {
        let Some(number) = check.call.number(arch) else { continue };
        let place = Subject::Numbered(arch, number);
        if !there(arch) {
            alike = false;
            continue;
        }
        alike &= policy.other_rules().all(|(subject, _)| *subject != place);
        match where_no_condition_holds(policy, check.call, arch, number) {
            Some(held) if runs(held.action) => {
                alike &= open.first().is_none_or(|(.., first)| *first == held);
                open.push((arch, number, held));
            }
            _ => alike = false,
        }
    }
    match open.first() {
        Some((.., held)) if alike => {
            put_in(policy, check, modes, (None, check.call.into(), *held), all)
        }
        _ => open.into_iter().try_for_each(|(arch, number, held)| {
            let place = Subject::Numbered(arch, number);
            put_in(policy, check, modes, (Some(arch), place, held), all)
        }),
    }
}

/// Nothing if the call is denied.
fn where_no_condition_holds(
    policy: &Policy,
    call: Syscall,
    arch: Arch,
    number: u32,
) -> Option<Held> {
    let place = Subject::Numbered(arch, number);
    let mut said = *policy.calls.get(call);
    for (subject, rule) in policy.other_rules() {
        if *subject == place && rule.conditions().is_empty() {
            said.add(Whole::of(rule));
        }
    }
    let verdict = said.rule.or(said.soft);
    (!is_denied(policy, call, place)).then(|| Held {
        action: verdict.unwrap_or_else(|| policy.fallback(arch, number)),
        gives_way: said.rule.is_none(),
    })
}

fn is_denied(policy: &Policy, call: Syscall, place: Subject) -> bool {
    policy.calls.get(call).denied || policy.denied.contains(&place)
}

/// Says what the check refuses once more under the conditions of each rule that lets the call run.
///
/// A refusal without these would be weaker where none of the rules matches and the call is killed.
fn harden_rules(
    policy: &mut Policy,
    Narrow { arches, check, .. }: &Narrow,
    modes: Modes,
    all: &mut Vec<Hardened>,
) -> Result<()> {
    let Check { call, cases, otherwise, .. } = *check;
    let rest = Case { when: When::Always, verdict: otherwise, all: &[] };
    for arch in policy.arches().filter(|arch| arches.contains(arch)) {
        let Some(number) = call.number(arch) else { continue };
        let place = Subject::Numbered(arch, number);
        if is_denied(policy, call, place) {
            continue;
        }
        let mut open = Vec::new();
        for entry @ (subject, rule) in policy.other_rules() {
            let is_it = *subject == place || *subject == call.into();
            if is_it && !rule.conditions().is_empty() && runs(rule.action()) {
                open.push(entry.clone());
            }
        }
        let mut now = None;
        let mut so_far = Vec::with_capacity(8);
        let applies = |case: &&Case| case.when.applies(modes);
        for Case { verdict, all, .. } in cases.iter().filter(applies).chain([&rest]) {
            let Some(action) = refusal(policy, *verdict, modes) else { continue };
            combinations(call, all, &mut so_far, &mut |conditions| {
                for (subject, rule) in &open {
                    let entry = (*subject, rule.narrowed(action, conditions));
                    let can_match = !rule.conditions().iter().any(|theirs| {
                        conditions.iter().any(|condition| condition.rules_out(theirs))
                    });
                    if can_match && policy.other_rules().all(|known| *known != entry) {
                        now = Some(action);
                        policy.insert(*subject, entry.1);
                    }
                }
            })?;
        }
        let has_line = all.iter().any(|line| line.call == call);
        if let Some(action) = now.filter(|_| !has_line) {
            let now = match otherwise {
                Verdict::Allow => Now::RefusedWithSome(action),
                _ => Now::Refused(action),
            };
            all.push(Hardened { call, arch: Some(arch), now });
        }
    }
    Ok(())
}

/// What a verdict of the tables comes to, if it refuses.
fn refusal(policy: &Policy, verdict: Verdict, modes: Modes) -> Option<Action> {
    let default = policy.default_action();
    match verdict {
        Verdict::Allow => None,
        Verdict::Soft(errno) if !modes.strict => Some(Action::errno(errno)),
        Verdict::Soft(_) | Verdict::Fatal if default.refuses() => Some(default),
        Verdict::Soft(_) | Verdict::Fatal => Some(Action::errno(errno::EPERM)),
    }
}

/// Adds the check as rules, and a line to the report if one of them is new. Where it allows, what `held`
/// goes on to hold.
fn put_in(
    policy: &mut Policy,
    check: &Check,
    modes: Modes,
    (arch, subject, held): (Option<Arch>, Subject, Held),
    all: &mut Vec<Hardened>,
) -> Result<()> {
    let action = |policy: &Policy, verdict| refusal(policy, verdict, modes).unwrap_or(held.action);
    let rest = action(policy, check.otherwise);
    let mut now = Now::Refused(rest);
    let mut is_new = check.otherwise != Verdict::Allow;
    if is_new {
        // A rule for the whole call would silence the soft ones that were in force.
        if held.gives_way {
            let is_it = |other: Subject| other == subject || other == check.call.into();
            let soft = policy.other_rules().filter(|(other, rule)| is_it(*other) && rule.is_soft());
            let soft: Vec<Rule> = soft.map(|(_, rule)| rule.clone()).collect();
            for rule in soft.iter().filter(|rule| !rule.conditions().is_empty()) {
                let conditions = rule.conditions().iter().copied();
                policy.insert(subject, Rule::new(rule.action(), conditions));
            }
        }
        policy.insert(subject, Rule::new(rest, []));
    }
    let mut so_far = Vec::with_capacity(8);
    for Case { verdict, all, .. } in check.cases.iter().filter(|case| case.when.applies(modes)) {
        let action = action(policy, *verdict);
        now = match check.otherwise {
            Verdict::Allow => Now::RefusedWithSome(action),
            _ if action == held.action => Now::RunsWithSome(rest),
            _ => now,
        };
        combinations(check.call, all, &mut so_far, &mut |conditions| {
            let entry = (subject, Rule::new(action, conditions.iter().copied()));
            is_new |= policy.other_rules().all(|known| *known != entry);
            policy.insert(subject, entry.1);
        })?;
    }
    if is_new {
        all.push(Hardened { call: check.call, arch, now });
    }
    Ok(())
}

const fn runs(action: Action) -> bool {
    matches!(action.kind(), Kind::Allow | Kind::Log)
}

impl std::fmt::Display for Hardened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.call.name())?;
        if let Some(arch) = self.arch {
            write!(f, " on {arch}")?;
        }
        match self.now {
            Now::Refused(action) => write!(f, ": {action}"),
            Now::RunsWithSome(action) => write!(f, ": runs with some arguments, else {action}"),
            Now::RefusedWithSome(action) => write!(f, ": {action} with some arguments, else runs"),
        }
    }
}
