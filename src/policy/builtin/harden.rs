//! The built-in policy's checks, wherever another policy lets a call run.

use super::{
    CHECKED, Case, Check, HARDENED, Modes, NARROW, Row, SOFT, Verdict, calls, combinations, errno,
    written_for,
};
use crate::action::{Action, Kind};
use crate::arch::Arch;
use crate::error::{Error, Result};
use crate::policy::{Condition, Operator, Policy, Rule, Subject, Whole};
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

/// Gives every call that runs, whatever its arguments are or under conditions, and that the built-in
/// policy checks, the built-in policy's checks in these modes. What is refused, or handed to a
/// listener or a tracer, stays as it is.
///
/// The policy never becomes weaker, and doing it again changes nothing.
///
/// # Errors
/// It was done in other modes before. Or the policy covers an architecture that is not one of
/// [`HARDENED`], or lets foreign architectures' calls run: they would stay unchecked. Or a rule has so
/// many conditions that there is no room for those of a check. Nothing is changed then.
pub fn harden(policy: &mut Policy, modes: Modes) -> Result<Vec<Hardened>> {
    let mut hardened = policy.clone();
    let report = put_checks_in(&mut hardened, modes)?;
    *policy = hardened;
    Ok(report)
}

fn put_checks_in(policy: &mut Policy, modes: Modes) -> Result<Vec<Hardened>> {
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
        harden_rules(policy, check, &usual, modes, &mut all)?;
    }
    for row in SOFT {
        for call in row.calls.iter().filter(|call| PAST_CHECKS.contains(call)) {
            let Row { verdict, why, .. } = *row;
            let check = Check { call: *call, why, cases: &[], otherwise: verdict };
            harden_call(policy, &check, &|_| true, modes, &mut all)?;
            harden_rules(policy, &check, &|_| true, modes, &mut all)?;
        }
    }
    for narrow in NARROW {
        let there = |arch| narrow.arches.contains(&arch);
        harden_call(policy, &narrow.check, &there, modes, &mut all)?;
        harden_rules(policy, &narrow.check, &there, modes, &mut all)?;
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

/// Puts the check into the rules with conditions that let the call run, too: each lets it run only with
/// arguments that the check lets run, and is refused what the check refuses.
///
/// Rules with the check's conditions alone would not do: beside a rule that allows they would allow
/// more, and where none matches and the call is killed, a refusal with an errno would be weaker.
fn harden_rules(
    policy: &mut Policy,
    check: &Check,
    there: &dyn Fn(Arch) -> bool,
    modes: Modes,
    all: &mut Vec<Hardened>,
) -> Result<()> {
    let call = check.call;
    let rest = refusal(policy, check.otherwise, modes);
    let (mut allowed, mut refused) = (Vec::new(), Vec::new());
    let mut so_far = Vec::with_capacity(8);
    for Case { verdict, all, .. } in check.cases.iter().filter(|case| case.when.applies(modes)) {
        let action = refusal(policy, *verdict, modes);
        combinations(call, all, &mut so_far, &mut |conditions| match action {
            Some(action) => refused.push((action, conditions.to_vec())),
            None => allowed.push(conditions.to_vec()),
        })?;
    }
    if let (Some(rest), []) = (rest, &allowed[..]) {
        refused.push((rest, Vec::new()));
    }
    let mut changed = None;
    for (subject, rule) in letting_run(policy, call, there) {
        let is_checked = |of_check: &Vec<Condition>| {
            of_check.iter().all(|condition| rule.conditions().contains(condition))
        };
        if rest.is_some() && !allowed.is_empty() && !allowed.iter().any(is_checked) {
            changed = changed.or(rest);
            policy.rules.retain(|(other, known)| (*other, known) != (subject, &rule));
            for conditions in &allowed {
                narrow(policy, subject, &rule, rule.action(), conditions)?;
            }
            // Programs live with the check's errno, though they may not with the default's.
            if let (Some(rest), Some(others)) = (rest, none_of(&allowed))
                && rule.conditions().len() + others.len() <= Rule::MOST_CONDITIONS
            {
                narrow(policy, subject, &rule, rest, &others)?;
            }
        }
        for (action, conditions) in &refused {
            if narrow(policy, subject, &rule, *action, conditions)? {
                changed = changed.or(Some(*action));
            }
        }
    }
    let has_line = all.iter().any(|line| line.call == call);
    if let Some(action) = changed.filter(|_| !has_line) {
        let now = match (rest, &allowed[..]) {
            (None, _) => Now::RefusedWithSome(action),
            (Some(rest), []) => Now::Refused(rest),
            (Some(rest), _) => Now::RunsWithSome(rest),
        };
        all.push(Hardened { call, arch: None, now });
    }
    Ok(())
}

/// What holds where an argument has none of the values that are allowed for it, if there is one that all
/// alternatives want to equal something: that is some of what is not allowed.
fn none_of(allowed: &[Vec<Condition>]) -> Option<Vec<Condition>> {
    let one = allowed.first()?.iter().find(|one| one.operator() == Operator::Eq)?;
    let other = |conditions: &Vec<Condition>| {
        let is_alike = |known: &&Condition| {
            (known.index(), known.operator(), known.width())
                == (one.index(), one.operator(), one.width())
        };
        let found = conditions.iter().find(is_alike)?;
        let (index, value) = (found.index().into(), found.value());
        Condition::new("harden", index, Operator::Ne, found.width(), value, 0).ok()
    };
    allowed.iter().map(other).collect()
}

/// The rules with conditions that let a call run, by name or by number on covered architectures.
fn letting_run(
    policy: &Policy,
    call: Syscall,
    there: &dyn Fn(Arch) -> bool,
) -> Vec<(Subject, Rule)> {
    let is_somewhere = |subject: Subject| {
        policy.arches().filter(|arch| there(*arch)).any(|arch| {
            let Some(number) = call.number(arch) else { return false };
            let place = Subject::Numbered(arch, number);
            [place, call.into()].contains(&subject) && !is_denied(policy, call, place)
        })
    };
    let all = policy.other_rules().filter(|(subject, rule)| {
        !rule.conditions().is_empty() && runs(rule.action()) && is_somewhere(*subject)
    });
    all.cloned().collect()
}

/// Adds a rule with more conditions than `rule` has, and perhaps another verdict. Not if no call can
/// match it, or if another one says the same of more calls; whether it did.
fn narrow(
    policy: &mut Policy,
    subject: Subject,
    rule: &Rule,
    action: Action,
    more: &[Condition],
) -> Result<bool> {
    let rules_out = |known: &Condition| more.iter().any(|condition| condition.rules_out(known));
    let new = rule.narrowed(action, more);
    let says_more = |(other, known): &(Subject, Rule)| {
        let is_among = |condition| new.conditions().contains(condition);
        // A rule for the whole call is asked only where no rule with conditions matches.
        *other == subject
            && !known.conditions().is_empty()
            && (known.action(), known.is_soft()) == (action, new.is_soft())
            && known.conditions().iter().all(is_among)
    };
    if rule.conditions().iter().any(rules_out) || policy.other_rules().any(says_more) {
        return Ok(false);
    }
    policy.add_rule_for(subject, new).map(|()| true)
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
