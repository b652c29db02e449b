//! Policies, at random and built in, and the calls worth asking about.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width};
use nucleus_seccomp::syscall::{self, Syscall};

/// A small generator (xorshift64*), so that a failure is repeated by its seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }
}

pub const OPERATORS: [Operator; 7] = [
    Operator::Ne,
    Operator::Lt,
    Operator::Le,
    Operator::Eq,
    Operator::Ge,
    Operator::Gt,
    Operator::MaskedEq,
];

pub const ACTIONS: [Action; 9] = [
    Action::KILL_PROCESS,
    Action::KILL_THREAD,
    Action::trap(7),
    Action::errno(1),
    Action::errno(38),
    Action::NOTIFY,
    Action::trace(3),
    Action::LOG,
    Action::ALLOW,
];

/// Values at which comparisons of halves go wrong.
pub const EDGES: [u64; 14] = [
    0,
    1,
    2,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0001,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_fffe,
    u64::MAX,
];

/// A condition that can be had: whatever the dice say, made to fit.
pub fn random_condition(random: &mut Random) -> Condition {
    let operator = random.pick(&OPERATORS);
    let width = random.pick(&[Width::Bits32, Width::Bits64]);
    let most = if width == Width::Bits32 { u64::from(u32::MAX) } else { u64::MAX };
    let mut value = if random.one_in(3) { random.next() } else { random.pick(&EDGES) } & most;
    let mut mask = 0;
    if operator == Operator::MaskedEq {
        mask = if random.one_in(2) { random.next() } else { random.pick(&EDGES) } & most;
        value &= mask;
    }
    let index = u32::try_from(random.below(6)).unwrap();
    // Few arguments, so that conditions of one rule and of several meet.
    let index = if random.one_in(4) { index } else { index % 2 };
    Condition::new("random", index, operator, width, value, mask).unwrap()
}

/// A policy of up to `most_rules` rules on a few calls, with all else there is, at random.
pub fn random_policy(random: &mut Random, most_rules: usize) -> Policy {
    let mut arches: Vec<Arch> = Arch::ALL.into_iter().filter(|_| random.one_in(2)).collect();
    if arches.is_empty() {
        arches.push(random.pick(&Arch::ALL));
    }
    let mut policy = Policy::new(random.pick(&ACTIONS)).for_arches(arches);
    policy.set_bad_arch(random.pick(&ACTIONS));
    if random.one_in(2) {
        policy.set_unknown(random.pick(&ACTIONS));
    }
    let names: Vec<&str> = Syscall::all().map(Syscall::name).collect();
    let few: Vec<&str> = (0..8).map(|_| random.pick(&names)).collect();
    for _ in 0..random.below(most_rules + 1) {
        let name = if random.one_in(3) { random.pick(&names) } else { random.pick(&few) };
        let action = random.pick(&ACTIONS);
        let rule = match random.below(8) {
            0 => Rule::soft(action, []),
            1..4 => Rule::new(action, []),
            count => Rule::new(action, (3..count).map(|_| random_condition(random))),
        };
        policy.add_rule(name, rule).unwrap();
        if random.one_in(40) {
            policy.deny(random.pick(&few)).unwrap();
        }
    }
    policy
}

/// The built-in policy in one of its modes.
pub fn built_in(modes: Modes) -> Policy {
    let mut policy = Policy::new(Action::KILL_PROCESS);
    builtin::add_to(&mut policy, modes).unwrap();
    policy
}

/// All eight modes.
pub fn all_modes() -> impl Iterator<Item = Modes> {
    (0..8).map(|bits| Modes { network: bits & 1 != 0, strict: bits & 2 != 0, jit: bits & 4 != 0 })
}

/// Every number up to 1023, and those at which something changes.
pub fn interesting_numbers() -> Vec<i32> {
    let newest = Arch::ALL.map(syscall::newest);
    let edges = [
        i32::MIN,
        i32::MIN + 1,
        -2,
        -1,
        0x3fff_ffff,
        0x4000_0000,
        0x4000_0001,
        0x4000_0000 + 521,
        0x4000_0000 + 547,
        0x7fff_ffff,
        i32::MIN + 0x4000_0000,
    ];
    (0..1024)
        .chain(edges)
        .chain(newest.into_iter().flat_map(|n| [n.cast_signed(), n.cast_signed() + 1]))
        .collect()
}

/// Arguments for `policy`: all equal, at the values that its conditions name and next to them,
/// and at random.
pub fn interesting_args(
    policy: &Policy,
    nr: i32,
    arch: Arch,
    random: &mut Random,
) -> Vec<[u64; 6]> {
    let mut all = vec![[0; 6], [u64::MAX; 6]];
    for (call, rules) in policy.rules() {
        if call.number(arch).map(u32::cast_signed) != Some(nr) {
            continue;
        }
        for rule in rules {
            let exact = rule.conditions().iter().fold([0; 6], |mut args, condition| {
                args[usize::from(condition.index())] = condition.value();
                args
            });
            all.push(exact);
            for condition in rule.conditions() {
                let value = condition.value();
                for near in [
                    value.wrapping_sub(1),
                    value.wrapping_add(1),
                    value ^ (1 << 32),
                    value | 0xdead_beef_0000_0000,
                    value & 0xffff_ffff,
                    value | !condition.mask(),
                    random.pick(&EDGES),
                    random.next(),
                ] {
                    let mut args = exact;
                    args[usize::from(condition.index())] = near;
                    all.push(args);
                }
            }
        }
    }
    all
}

/// A call with the token of `arch`.
pub fn call(arch: Arch, nr: i32, args: [u64; 6]) -> Call {
    Call { nr, arch: arch.token(), instruction_pointer: 0, args }
}
