//! Policies, at random and built in, and the calls worth asking about.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Condition, Layout, Operator, Policy, Rule, Subject, Width};
use nucleus_seccomp::syscall::{Newest, Syscall};

/// The architectures whose calls take the lower halves of their arguments.
pub const NARROW_ARGUMENTS: [Arch; 8] =
    [Arch::X86, Arch::Arm, Arch::S390, Arch::Ppc, Arch::M68k, Arch::Sh, Arch::Sheb, Arch::Parisc];

/// A small generator (xorshift64*), so that a failure is repeated by its seed; or whatever chooses bytes.
pub struct Random(Source);

enum Source {
    Seed(u64),
    Bytes(std::vec::IntoIter<u8>),
}

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Source::Seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1))
    }

    /// Chooses by these bytes: few for each choice, so that a change of one changes little. When they are
    /// used up, it is always the first.
    #[allow(dead_code, reason = "for tests/fuzz, which shares this file")]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Source::Bytes(Vec::from(bytes).into_iter()))
    }

    pub fn next(&mut self) -> u64 {
        match &mut self.0 {
            Source::Seed(state) => {
                *state ^= *state >> 12;
                *state ^= *state << 25;
                *state ^= *state >> 27;
                state.wrapping_mul(0x2545_f491_4f6c_dd1d)
            }
            Source::Bytes(bytes) => {
                u64::from_le_bytes(std::array::from_fn(|_| bytes.next().unwrap_or(0)))
            }
        }
    }

    pub fn below(&mut self, end: usize) -> usize {
        match &mut self.0 {
            Source::Seed(_) => usize::try_from(self.next() >> 33).unwrap() % end,
            Source::Bytes(bytes) => {
                let used = match end {
                    ..2 => 0,
                    2..=256 => 1,
                    _ => 2,
                };
                let chosen = bytes.by_ref().take(used);
                chosen.fold(0, |all, byte| all << 8 | usize::from(byte)) % end
            }
        }
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

/// A policy of up to `most_rules` rules for a few architectures of either byte order, with all else
/// there is, at random.
pub fn random_policy(random: &mut Random, most_rules: usize) -> Policy {
    let arches: Vec<Arch> = (0..=random.below(4)).map(|_| random.pick(&Arch::ALL)).collect();
    random_policy_on(random, &arches, most_rules)
}

/// The same for given architectures; one in eight is an intersection.
pub fn random_policy_on(random: &mut Random, arches: &[Arch], most_rules: usize) -> Policy {
    let mut policy = random_layer(random, arches, most_rules);
    if random.one_in(8) {
        let other: Vec<Arch> = arches.iter().copied().filter(|_| !random.one_in(4)).collect();
        policy.intersect(&random_layer(random, &other, most_rules / 2)).unwrap();
    }
    policy
}

/// The same, one in four in the classic layout. Not for algebra: layouts have to be the same there.
pub fn random_policy_laid_out(random: &mut Random, most_rules: usize) -> Policy {
    let mut policy = random_policy(random, most_rules);
    policy.attributes_mut().layout =
        random.pick(&[Layout::Auto, Layout::Auto, Layout::Tree, Layout::Bitmap]);
    policy
}

fn random_layer(random: &mut Random, arches: &[Arch], most_rules: usize) -> Policy {
    let mut policy = Policy::covering(random.pick(&ACTIONS), arches.iter().copied());
    let attributes = policy.attributes_mut();
    attributes.bad_arch = random.pick(&ACTIONS);
    attributes.unknown = random.one_in(2).then(|| random.pick(&ACTIONS));
    if random.one_in(4) {
        attributes.set_deny(Some(random.pick(&ACTIONS[..5]))).unwrap(); // those that refuse
    }
    attributes.newest = match random.below(4) {
        0 => Newest::Number(random.pick(&[0, 1, 100, 450, u32::MAX - 1, u32::MAX])),
        1 => Newest::linux(6, 1).unwrap(),
        _ => Newest::Tables,
    };
    let names: Vec<&str> = Syscall::all().map(Syscall::name).collect();
    let few: Vec<&str> = (0..8).map(|_| random.pick(&names)).collect();
    for _ in 0..random.below(most_rules + 1) {
        let name = if random.one_in(3) { random.pick(&names) } else { random.pick(&few) };
        let subject = random_subject(random, name, arches);
        policy.add_rule_for(subject, random_rule(random)).unwrap();
        if random.one_in(40) {
            policy.deny(random.pick(&few)).unwrap();
        }
        if random.one_in(20) {
            policy.set_priority(name, random.pick(&[1, 100, 255])).unwrap();
        }
    }
    policy
}

/// Most often the name; now and then its number, or one that nobody knows.
pub fn random_subject(random: &mut Random, name: &str, arches: &[Arch]) -> Subject {
    const ODD: [i32; 8] = [-1, 0, 511, 512, 1023, 1024, 0x000f_0002, i32::MAX];
    let call = Syscall::named("test", name).unwrap();
    if arches.is_empty() || !random.one_in(6) {
        return call.into();
    }
    let arch = random.pick(arches);
    let number = match call.number(arch) {
        Some(number) if random.one_in(2) => number.cast_signed(),
        _ => random.pick(&ODD),
    };
    Subject::numbered("test", arch, number).unwrap_or(call.into())
}

pub fn random_rule(random: &mut Random) -> Rule {
    let action = random.pick(&ACTIONS);
    match random.below(8) {
        0 => {
            let conditions = random.pick(&[0, 0, 1, 2]);
            Rule::soft(action, (0..conditions).map(|_| random_condition(random)))
        }
        1..4 => Rule::new(action, []),
        count => Rule::new(action, (3..count).map(|_| random_condition(random))),
    }
}

/// The built-in policy in one of its modes.
pub fn built_in(modes: Modes) -> Policy {
    built_in_on(modes, &[Arch::X86_64])
}

/// The same for given architectures.
pub fn built_in_on(modes: Modes, arches: &[Arch]) -> Policy {
    let mut policy = Policy::covering(Action::KILL_PROCESS, arches.iter().copied());
    builtin::add_to(&mut policy, modes).unwrap();
    policy
}

/// All eight modes.
pub fn all_modes() -> impl Iterator<Item = Modes> {
    (0..8).map(|bits| Modes { network: bits & 1 != 0, strict: bits & 2 != 0, jit: bits & 4 != 0 })
}

/// The first 600 numbers of an architecture, and those at which something changes on some.
pub fn interesting_numbers(arch: Arch) -> Vec<i32> {
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
        1023,
        1024,
        0x000f_0001,
        0x000f_0002,
        0x000f_0006,
    ];
    let first = arch.first_number().cast_signed();
    let before = first.checked_sub(1);
    (first..first + 600).chain(before).chain(edges).collect()
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
    let rules = policy.layers().flat_map(Policy::rules);
    for (subject, rule) in rules {
        if subject.number(arch).map(u32::cast_signed) == Some(nr) {
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
