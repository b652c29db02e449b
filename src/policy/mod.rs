//! What is allowed, as data.
//!
//! A [`Policy`] is a default verdict, a verdict for foreign architectures, the architectures that
//! it covers, and rules. What all that means for a call is written once, in [`evaluate()`]; nothing
//! here knows how a filter is made of it.

pub mod builtin;
mod condition;
mod evaluate;
mod rule;

pub use condition::{Condition, Operator, Width};
pub use evaluate::evaluate;
pub use rule::Rule;

use std::collections::{BTreeMap, BTreeSet};

use crate::action::Action;
use crate::arch::Arch;
use crate::error::{Error, Result};
use crate::syscall::{self, Syscall};

/// Which calls get which verdict.
///
/// The order in which it is built never matters: two policies with the same parts are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    default: Action,
    bad_arch: Action,
    unknown: Option<Action>,
    arches: BTreeSet<Arch>,
    rules: BTreeMap<Syscall, BTreeSet<Rule>>,
    denied: BTreeSet<Syscall>,
    /// In which modes the built-in policy was added, if it was: it is added in one.
    built_in: Option<builtin::Modes>,
}

impl Policy {
    /// A policy for the native architecture in which every call gets `default`.
    ///
    /// On a machine that has no table of system calls here, it covers no architecture: every
    /// call is a foreign one, and compiling it fails.
    #[must_use]
    pub fn new(default: Action) -> Self {
        Self {
            default,
            bad_arch: Action::KILL_PROCESS,
            unknown: None,
            arches: Arch::native().into_iter().collect(),
            rules: BTreeMap::new(),
            denied: BTreeSet::new(),
            built_in: None,
        }
    }

    /// The same policy for the given architectures instead.
    #[must_use]
    pub fn for_arches(mut self, arches: impl IntoIterator<Item = Arch>) -> Self {
        self.arches = arches.into_iter().collect();
        self
    }

    /// Lets the call named `name` run, whatever its arguments, unless a rule with conditions
    /// matches or the call is denied.
    ///
    /// # Errors
    /// No system call has that name.
    pub fn allow(&mut self, name: &str) -> Result<()> {
        let call = Syscall::named("allow", name)?;
        self.insert(call, Rule::new(Action::ALLOW, []));
        Ok(())
    }

    /// Refuses the call named `name`, whatever any rule says.
    ///
    /// # Errors
    /// No system call has that name.
    pub fn deny(&mut self, name: &str) -> Result<()> {
        self.denied.insert(Syscall::named("deny", name)?);
        Ok(())
    }

    /// Adds a rule to the call named `name`.
    ///
    /// # Errors
    /// No system call has that name; or the rule has more than [`Rule::MOST_CONDITIONS`].
    pub fn add_rule(&mut self, name: &str, rule: Rule) -> Result<()> {
        let call = Syscall::named("add_rule", name)?;
        let count = rule.conditions().len();
        if count > Rule::MOST_CONDITIONS {
            return Err(Error::too_many_conditions(name, count, Rule::MOST_CONDITIONS));
        }
        self.insert(call, rule);
        Ok(())
    }

    /// Sets the verdict for calls from architectures that the policy does not cover.
    pub fn set_bad_arch(&mut self, action: Action) {
        self.bad_arch = action;
    }

    /// Sets the verdict for numbers above the newest call that this library knows.
    pub fn set_unknown(&mut self, action: Action) {
        self.unknown = Some(action);
    }

    /// Adds a rule. Soft rules and a rule for the whole call exclude each other, and the latter
    /// stays, whichever came first.
    fn insert(&mut self, call: Syscall, rule: Rule) {
        let rules = self.rules.entry(call).or_default();
        if rule.is_soft() && rules.iter().any(Rule::is_for_the_whole_call) {
            return;
        }
        if rule.is_for_the_whole_call() {
            rules.retain(|other| !other.is_soft());
        }
        if lifts_checks(rules, &rule) {
            tracing::warn!(
                "{} is allowed as a whole, so rules that allow it for some arguments have no effect",
                call.name()
            );
        }
        rules.insert(rule);
    }

    /// The verdict for what no rule speaks of.
    #[must_use]
    pub const fn default_action(&self) -> Action {
        self.default
    }

    /// The verdict for architectures that are not covered.
    #[must_use]
    pub const fn bad_arch(&self) -> Action {
        self.bad_arch
    }

    /// The verdict for calls that were denied by name.
    #[must_use]
    pub fn deny_action(&self) -> Action {
        const EPERM: u16 = 1;
        if self.default.refuses() { self.default } else { Action::errno(EPERM) }
    }

    /// The verdict for numbers that are newer than the library, if there is a special one, with
    /// the highest number on `arch` that is not.
    #[must_use]
    pub fn unknown(&self, arch: Arch) -> Option<(u32, Action)> {
        self.unknown.map(|action| (syscall::newest(arch), action))
    }

    /// The architectures covered.
    pub fn arches(&self) -> impl DoubleEndedIterator<Item = Arch> + '_ {
        self.arches.iter().copied()
    }

    /// Every call that has rules, with them.
    pub fn rules(&self) -> impl Iterator<Item = (Syscall, &BTreeSet<Rule>)> {
        self.rules.iter().map(|(call, rules)| (*call, rules))
    }

    /// Whether `call` is denied by name.
    #[must_use]
    pub fn denies(&self, call: Syscall) -> bool {
        self.denied.contains(&call)
    }

    /// The calls denied by name.
    pub fn denied(&self) -> impl Iterator<Item = Syscall> + '_ {
        self.denied.iter().copied()
    }
}

/// Whether with `rule` an allow of the whole call first makes others of it pointless: most likely
/// somebody lifts the built-in policy's checks without meaning to.
fn lifts_checks(rules: &BTreeSet<Rule>, rule: &Rule) -> bool {
    let all = Rule::new(Action::ALLOW, []);
    let allows_some = |rule: &Rule| rule.action() == Action::ALLOW && *rule != all;
    let is_all = *rule == all;
    (is_all || allows_some(rule))
        && rules.contains(&all) != is_all
        && rules.iter().any(allows_some) == is_all
}
