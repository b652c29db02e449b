//! A policy in nobody's words: what every peer is asked for.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width};
use nucleus_seccomp::syscall::Syscall;

/// Calls with what they get; all others get the default.
#[derive(Clone, Debug)]
pub struct Spec {
    pub name: String,
    pub default: Action,
    /// For calls newer than the author knew.
    pub unknown: Option<Action>,
    pub arches: Vec<Arch>,
    pub calls: Vec<Ruled>,
}

/// What is said of one call.
#[derive(Clone, Debug)]
pub struct Ruled {
    pub call: Syscall,
    /// What it gets where no case holds, if not the default.
    pub otherwise: Option<Action>,
    pub cases: Vec<(Action, Vec<Condition>)>,
}

impl Spec {
    pub fn new(name: &str, default: Action, arches: &[Arch]) -> Self {
        let (name, arches) = (name.to_owned(), arches.to_vec());
        Self { name, default, unknown: None, arches, calls: Vec::new() }
    }

    /// The rules of one of our policies.
    pub fn of(name: &str, policy: &Policy) -> Self {
        let arches: Vec<Arch> = policy.arches().collect();
        let mut spec = Self::new(name, policy.default_action(), &arches);
        spec.unknown = policy.attributes().unknown;
        for (subject, rule) in policy.rules() {
            let Subject::Named(call) = subject else { panic!("{subject}: rules here are by name") };
            spec.add(call, rule.action(), rule.conditions().to_vec());
        }
        spec
    }

    pub fn add(&mut self, call: Syscall, action: Action, conditions: Vec<Condition>) {
        let place = self.calls.iter().position(|ruled| ruled.call == call).unwrap_or_else(|| {
            self.calls.push(Ruled { call, otherwise: None, cases: Vec::new() });
            self.calls.len() - 1
        });
        let ruled = &mut self.calls[place];
        match conditions.is_empty() {
            true => ruled.otherwise = Some(action),
            false => ruled.cases.push((action, conditions)),
        }
    }

    /// With one more call allowed.
    pub fn allowing(mut self, name: &str) -> Self {
        let call = Syscall::named("bench", name).unwrap();
        self.calls.retain(|ruled| ruled.call != call);
        self.add(call, Action::ALLOW, vec![]);
        self
    }

    /// As one of our policies, name by name.
    pub fn policy(&self) -> Policy {
        let mut policy = Policy::covering(self.default, self.arches.iter().copied());
        policy.attributes_mut().unknown = self.unknown;
        for ruled in &self.calls {
            let name = ruled.call.name();
            match ruled.otherwise {
                Some(Action::ALLOW) => policy.allow(name).unwrap(),
                Some(action) => policy.add_rule(name, Rule::new(action, [])).unwrap(),
                None => {}
            }
            for (action, conditions) in &ruled.cases {
                let rule = Rule::new(*action, conditions.iter().copied());
                policy.add_rule(name, rule).unwrap();
            }
        }
        policy
    }
}

/// Rules of which no two hold for one call: what those can be asked for who know no "otherwise".
pub struct Exclusive {
    pub rules: Vec<(Action, Vec<Condition>)>,
    /// Whether an "otherwise" was lost, so that the call gets the default there.
    pub reduced: bool,
}

impl Ruled {
    pub fn exclusive(&self) -> Exclusive {
        let mut rules = self.cases.clone();
        let mut reduced = false;
        match self.otherwise {
            Some(action) if rules.is_empty() => rules.push((action, vec![])),
            Some(Action::ALLOW) => {
                let name = self.call.name();
                let [(_, refused)] = &self.cases[..] else { panic!("{name}: more than one case") };
                let [condition] = refused[..] else { panic!("{name}: more than one condition") };
                rules.extend(others(&condition).map(|other| (Action::ALLOW, vec![other])));
            }
            other => reduced = other.is_some(),
        }
        Exclusive { rules, reduced }
    }
}

/// What holds where a condition on bits does not: the same for the other values of these bits.
fn others(condition: &Condition) -> impl Iterator<Item = Condition> {
    let (mask, value, width) = (condition.mask(), condition.value(), condition.width());
    assert_eq!(condition.operator(), Operator::MaskedEq);
    assert!(mask.count_ones() <= 4, "too many other values");
    let index = u32::from(condition.index());
    // The next smaller set of bits within the mask, down to none.
    let smaller = move |bits: &u64| (*bits != 0).then(|| (bits - 1) & mask);
    std::iter::successors(Some(mask), smaller).filter(move |bits| *bits != value).map(move |bits| {
        Condition::new("bench", index, Operator::MaskedEq, width, bits, mask).unwrap()
    })
}

/// `index` equal to `value`, the whole register.
pub fn equals(index: u32, value: u64) -> Condition {
    Condition::new("bench", index, Operator::Eq, Width::Bits64, value, 0).unwrap()
}
