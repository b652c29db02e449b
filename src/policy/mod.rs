//! What is allowed, as data.
//!
//! A [`Policy`] is a default verdict, the architectures that it covers, rules, and attributes. What
//! all that means for a call is written once, in [`evaluate()`]; nothing here knows how a filter is
//! made of it.

mod algebra;
mod attributes;
mod audit;
pub mod builtin;
mod calls;
mod canonical;
mod condition;
mod evaluate;
pub mod levels;
mod names;
mod restated;
mod rule;
mod rules;
mod subject;
mod whole;

pub use attributes::{Attributes, Layout};
pub use condition::{Condition, Operator, Width};
pub use evaluate::evaluate;
pub(crate) use evaluate::{is_denied, rules as rules_for, unknown as unknown_for};
pub use rule::Rule;
pub use subject::Subject;
pub(crate) use whole::Whole;

use std::ops::RangeInclusive;

use crate::action::Action;
use crate::arch::{Arch, Arches};
use crate::error::{Error, Result};
use crate::syscall::Syscall;
use calls::Calls;
use rules::Rules;

/// Which calls get which verdict.
///
/// The order in which it is built never matters: two policies with the same parts are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Policy {
    default: Action,
    attributes: Attributes,
    arches: Arches,
    /// What is said of calls as a whole by name.
    calls: Calls,
    /// All other rules: those with conditions, and those for numbers.
    rules: Rules,
    /// Denied numbers, in order.
    denied: Vec<Subject>,
    /// In which modes the built-in policy was added, if it was: it is added in one.
    built_in: Option<builtin::Modes>,
    /// In which modes the built-in policy's checks were put in, if they were.
    hardened: Option<builtin::Modes>,
    /// Whether its rules are for the architectures that it covers: it was merged, or a profile resolved
    /// for them.
    arches_fixed: bool,
    /// What it was intersected with, in order, none of them an intersection itself.
    limits: Vec<Policy>,
}

impl Policy {
    /// A policy for the native architecture in which every call gets `default`.
    ///
    /// On a machine that has no table of system calls here, it covers no architecture: every
    /// call is a foreign one, and compiling it fails.
    #[must_use]
    pub fn new(default: Action) -> Self {
        Self::covering(default, Arch::native())
    }

    /// The same for the given architectures.
    #[must_use]
    #[inline(never)]
    pub fn covering(default: Action, arches: impl IntoIterator<Item = Arch>) -> Self {
        Self {
            default,
            attributes: Attributes::default(),
            arches: arches.into_iter().collect(),
            calls: Calls::default(),
            rules: Rules::default(),
            denied: Vec::new(),
            built_in: None,
            hardened: None,
            arches_fixed: false,
            limits: Vec::new(),
        }
    }

    /// Covers `arch`, too: rules for names hold there as well.
    ///
    /// # Errors
    /// The built-in policy was added, and is not written for `arch`; or its checks were put in, and
    /// would not be there; or the policy was merged or is that of a profile, and its rules and denials
    /// would not hold there.
    pub fn add_arch(&mut self, arch: Arch) -> Result<()> {
        if self.arches_fixed && !self.covers(arch) {
            return Err(Error::fixed_arches(arch));
        }
        if self.hardened.is_some() && !self.covers(arch) {
            return Err(Error::hardened_before(arch));
        }
        if self.built_in.is_some() {
            builtin::written_for("add_arch", arch, &builtin::ARCHES)?;
        }
        self.arches.insert(arch);
        Ok(())
    }

    /// No longer covers `arch`: its calls get the bad-architecture verdict.
    pub fn remove_arch(&mut self, arch: Arch) {
        self.arches.remove(arch);
    }

    /// Says that the rules are for the architectures that are covered now: none can be added.
    pub(crate) const fn fix_arches(&mut self) {
        self.arches_fixed = true;
    }

    /// Whether it says nothing yet, but for its attributes and the architectures that it covers.
    pub(crate) fn is_blank(&self) -> bool {
        let says_nothing = self.calls().next().is_none()
            && self.rules.iter().next().is_none()
            && self.denied.is_empty()
            && self.limits.is_empty();
        says_nothing && self.built_in.is_none() && !self.arches_fixed
    }

    /// Whether it covers the architectures that a new one does.
    pub(crate) fn is_native(&self) -> bool {
        self.arches == Arch::native().into_iter().collect()
    }

    /// Lets the call named `name` run, whatever its arguments, unless a rule with conditions
    /// matches or the call is denied.
    ///
    /// # Errors
    /// No system call has that name.
    pub fn allow(&mut self, name: &str) -> Result<()> {
        self.decide(Syscall::named("allow", name)?, Action::ALLOW);
        Ok(())
    }

    /// Refuses the call named `name`, whatever any rule says.
    ///
    /// # Errors
    /// No system call has that name.
    pub fn deny(&mut self, name: &str) -> Result<()> {
        self.whole(Syscall::named("deny", name)?).denied = true;
        Ok(())
    }

    /// Adds a rule to the call named `name`.
    ///
    /// # Errors
    /// No system call has that name; or the rule has more than [`Rule::MOST_CONDITIONS`].
    pub fn add_rule(&mut self, name: &str, rule: Rule) -> Result<()> {
        self.add_rule_for(Syscall::named("add_rule", name)?.into(), rule)
    }

    /// Adds a rule to a call by name or by number.
    ///
    /// # Errors
    /// The rule has more than [`Rule::MOST_CONDITIONS`].
    pub fn add_rule_for(&mut self, subject: Subject, rule: Rule) -> Result<()> {
        let count = rule.conditions().len();
        if count > Rule::MOST_CONDITIONS {
            return Err(Error::too_many_conditions(subject, count, Rule::MOST_CONDITIONS));
        }
        self.insert(subject, rule);
        Ok(())
    }

    /// Forgets all that was said of the call named `name`: rules, also those for its number on some
    /// architecture, and denials. What the policy was intersected with stays.
    ///
    /// # Errors
    /// No system call has that name.
    pub fn remove_rules(&mut self, name: &str) -> Result<()> {
        let call = Syscall::named("remove_rules", name)?;
        let is_another = |subject: &Subject| match *subject {
            Subject::Named(named) => named != call,
            Subject::Numbered(arch, number) => call.number(arch) != Some(number),
        };
        let Whole { priority, .. } = *self.whole(call);
        *self.whole(call) = Whole { priority, ..Whole::default() };
        self.rules.retain(|(subject, _)| is_another(subject));
        self.denied.retain(is_another);
        Ok(())
    }

    /// Says how often the call named `name` is expected against others: 255 most, 0 (as every call
    /// at first) no more than others. Changes how soon a program comes to it, never its verdict.
    ///
    /// # Errors
    /// No system call has that name.
    pub fn set_priority(&mut self, name: &str, priority: u8) -> Result<()> {
        self.whole(Syscall::named("set_priority", name)?).priority = priority;
        Ok(())
    }

    fn insert(&mut self, subject: Subject, rule: Rule) {
        match subject {
            Subject::Named(call) if rule.is_for_the_whole_call() => {
                self.decide(call, rule.action());
            }
            Subject::Named(call) if rule.conditions().is_empty() => {
                self.say(call, Whole { soft: Some(rule.action()), ..Whole::default() });
            }
            Subject::Named(call) => {
                let allowed_in_part = rule.action() == Action::ALLOW && !rule.is_soft();
                self.say(call, Whole { allowed_in_part, ..Whole::default() });
                self.rules.insert((subject, rule));
            }
            Subject::Numbered(..) => self.rules.insert((subject, rule)),
        }
    }

    /// Adds a rule without conditions for a call by name. What [`say`](Self::say) would do as well:
    /// policies are mostly made of these.
    fn decide(&mut self, call: Syscall, action: Action) {
        self.whole(call).decide(call, action);
    }

    /// Says something more of a call by name.
    fn say(&mut self, call: Syscall, more: Whole) {
        self.whole(call).add_to(call, more);
    }

    fn whole(&mut self, call: Syscall) -> &mut Whole {
        self.calls.edit(call)
    }

    /// The verdict for what no rule speaks of.
    #[must_use]
    pub const fn default_action(&self) -> Action {
        self.default
    }

    /// The attributes.
    #[must_use]
    pub const fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The attributes, to be changed.
    pub const fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    /// The verdict for denied calls: the default if that refuses, else EPERM, unless an attribute
    /// says otherwise.
    #[must_use]
    pub fn deny_action(&self) -> Action {
        const EPERM: u16 = 1;
        let usual = if self.default.refuses() { self.default } else { Action::errno(EPERM) };
        self.attributes.deny().unwrap_or(usual)
    }

    /// The numbers on `arch` that the author can't have known, as ranges in order, each with the
    /// verdict for them; none if there is no special one.
    pub fn unknown(&self, arch: Arch) -> impl Iterator<Item = (RangeInclusive<u32>, Action)> {
        let ranges = self.attributes.newest.unknown_on(arch);
        self.attributes
            .unknown
            .into_iter()
            .flat_map(move |action| ranges.clone().map(move |range| (range, action)))
    }

    /// The verdict for a number that no rule decides.
    pub(crate) fn fallback(&self, arch: Arch, number: u32) -> Action {
        let unknown = self.unknown(arch).find(|(range, _)| range.contains(&number));
        unknown.map_or(self.default, |(_, action)| action)
    }

    /// The architectures covered.
    pub fn arches(&self) -> impl DoubleEndedIterator<Item = Arch> + use<> {
        self.arches.iter()
    }

    /// Whether `arch` is covered.
    #[must_use]
    pub fn covers(&self, arch: Arch) -> bool {
        self.arches.contains(arch)
    }

    /// All rules, in no order, with what they are about; of those without conditions and for one name, the
    /// strictest, which the others don't change.
    pub fn rules(&self) -> impl Iterator<Item = (Subject, Rule)> {
        self.rules_about(|_| true)
    }

    /// Those of the rules that are about what `is_it` says.
    pub fn rules_about<F>(&self, is_it: F) -> impl Iterator<Item = (Subject, Rule)> + use<'_, F>
    where
        F: Fn(Subject) -> bool + Copy,
    {
        let named = self.calls().filter(move |(call, _)| is_it(Subject::Named(*call)));
        let plain = named.flat_map(|(call, Whole { rule, soft, .. })| {
            let rule = rule.map(|action| Rule::new(action, []));
            let soft = soft.map(|action| Rule::soft(action, []));
            [rule, soft].into_iter().flatten().map(move |rule| (Subject::Named(call), rule))
        });
        plain.chain(self.rules.iter().filter(move |(subject, _)| is_it(*subject)).cloned())
    }

    /// The calls by name of which something is said, with what is said of each as a whole.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (Syscall, Whole)> {
        self.calls.iter()
    }

    /// The rules that are not for a named call as a whole.
    pub(crate) fn other_rules(&self) -> impl Iterator<Item = &(Subject, Rule)> {
        self.rules.iter()
    }

    /// What is denied.
    pub fn denied(&self) -> impl Iterator<Item = Subject> + '_ {
        let named = self.calls().filter(|(_, whole)| whole.denied);
        named.map(|(call, _)| call.into()).chain(self.denied_numbers())
    }

    pub(crate) fn denied_numbers(&self) -> impl Iterator<Item = Subject> + '_ {
        self.denied.iter().copied()
    }

    /// The priority of a call by name.
    #[must_use]
    pub fn priority(&self, call: Syscall) -> u8 {
        self.calls.get(call).priority
    }

    /// The policy itself, and what it was intersected with: the strictest verdict holds.
    pub fn layers(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.limits)
    }
}
