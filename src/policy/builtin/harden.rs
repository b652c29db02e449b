//! The built-in policy's checks, in the place of unconditional allows.

use super::{
    CHECKED, Case, Check, Modes, Row, SOFT, Verdict, calls, combinations, errno, written_for,
};
use crate::action::{Action, Kind};
use crate::arch::Arch;
use crate::error::{Error, Result};
use crate::policy::{Policy, Rule, Subject, Whole};
use crate::syscall::Syscall;

/// Calls that go past the checks, with arguments where no filter sees them: clone's by clone3,
/// socket's by io_uring. They get what the built-in policy says of them.
pub const PAST_CHECKS: &[Syscall] =
    calls!("clone3 io_uring_setup io_uring_enter io_uring_register");

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
/// built-in policy's checks: in the modes in which that was added, else with network. Rules with
/// conditions stay as they are; so does what is refused, or handed to a listener or a tracer.
///
/// Nothing is taken away from the policy, and what is added is stricter than what held; so it never
/// becomes weaker. Doing it again changes nothing.
///
/// # Errors
/// The policy covers an architecture that is not one of [`ARCHES`](super::ARCHES), or lets foreign
/// architectures' calls run: they would stay unchecked. Nothing is changed then.
pub fn harden(policy: &mut Policy) -> Result<Vec<Hardened>> {
    policy.arches().try_for_each(|arch| written_for("harden", arch))?;
    let bad_arch = policy.attributes().bad_arch;
    if runs(bad_arch) {
        return Err(Error::foreign_calls_run(bad_arch));
    }
    let usual = Modes { network: true, strict: false, jit: false };
    let modes = policy.built_in.unwrap_or(usual);
    policy.hardened = true;
    let mut all = Vec::new();
    for check in CHECKED {
        harden_call(policy, check, modes, &mut all)?;
    }
    for row in SOFT {
        for call in row.calls.iter().filter(|call| PAST_CHECKS.contains(call)) {
            let Row { verdict, why, .. } = *row;
            let check = Check { call: *call, why, cases: &[], otherwise: verdict };
            harden_call(policy, &check, modes, &mut all)?;
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
    modes: Modes,
    all: &mut Vec<Hardened>,
) -> Result<()> {
    let mut open: Vec<(Arch, u32, Held)> = Vec::new();
    // Whether the same held on all architectures, and because of what is said of the name or by the
    // default: then the rules are for the name, and hold on what is covered later. Else they would allow
    // there what nothing allowed.
    let Whole { rule, soft, .. } = *policy.calls.get(check.call);
    let mut alike = rule.or(soft).is_some() || policy.attributes().unknown.is_none();
    for arch in policy.arches() {
        let Some(number) = check.call.number(arch) else { continue };
        let place = Subject::Numbered(arch, number);
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
    let denied = said.denied || policy.denied.contains(&place);
    let verdict = said.rule.or(said.soft);
    (!denied).then(|| Held {
        action: verdict.unwrap_or_else(|| policy.fallback(arch, number)),
        gives_way: said.rule.is_none(),
    })
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
    let default = policy.default_action();
    let action = |verdict| match verdict {
        Verdict::Allow => held.action,
        Verdict::Soft(errno) if !modes.strict => Action::errno(errno),
        Verdict::Soft(_) | Verdict::Fatal if default.refuses() => default,
        Verdict::Soft(_) | Verdict::Fatal => Action::errno(errno::EPERM),
    };
    let rest = action(check.otherwise);
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
        let action = action(*verdict);
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
