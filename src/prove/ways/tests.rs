//! What the walk is certain of, and in how many questions.

use super::super::diagram::Diagram;
use super::super::of_policy::all_hold;
use super::super::of_program;
use super::super::random::{ARCHES, Random, VERDICTS};
use super::*;
use crate::bpf::Instruction;
use crate::policy::{Condition, Operator, Rule, Subject, Width};
use crate::syscall::Syscall;

/// The rules one after the other, every condition tested as it stands.
fn naive(arch: Arch, rules: &[(Subject, &Rule)], otherwise: Action) -> Vec<Instruction> {
    let mut program = Vec::new();
    for (_, rule) in rules {
        let mut tests = Vec::new();
        for condition in rule.conditions() {
            let Some(condition) = (match arch {
                Arch::X86 => condition.narrowed(),
                _ => Some(*condition),
            }) else {
                return Vec::new();
            };
            let low = 16 + 8 * u32::from(condition.index());
            let (value, mask) = (condition.value(), condition.mask());
            let half = |value: u64, at: u32| u32::try_from(value >> at & 0xffff_ffff).unwrap();
            // (word, mask, opcode, value, whether yes goes on; else it is decided: holds or not)
            let wide = condition.width() == Width::Bits64;
            let masked = condition.operator() == Operator::MaskedEq;
            let mask = if masked { mask } else { u64::MAX };
            match condition.operator() {
                Operator::Eq | Operator::MaskedEq => {
                    for (word, at) in [(low + 4, 32), (low, 0)] {
                        if word == low || wide {
                            let mask = half(mask, at);
                            tests.push((word, mask, Opcode::IfEqual, half(value, at), true));
                        }
                    }
                }
                Operator::Ge if !wide => {
                    tests.push((low, u32::MAX, Opcode::IfAtLeast, half(value, 0), true));
                }
                Operator::Lt if !wide => {
                    tests.push((low, u32::MAX, Opcode::IfAtLeast, half(value, 0), false));
                }
                Operator::Gt if !wide => {
                    tests.push((low, u32::MAX, Opcode::IfGreater, half(value, 0), true));
                }
                Operator::Ne if !wide => {
                    tests.push((low, u32::MAX, Opcode::IfEqual, half(value, 0), false));
                }
                _ => return Vec::new(),
            }
        }
        let length = |masked: bool| if masked { 3 } else { 2 };
        let total: usize = tests.iter().map(|test| length(test.1 != u32::MAX)).sum();
        let mut done = 0;
        for (word, mask, opcode, k, goes_on) in tests {
            program.push(Instruction::plain(Opcode::Load, word));
            if mask != u32::MAX {
                program.push(Instruction::plain(Opcode::And, mask));
            }
            done += length(mask != u32::MAX);
            let out = u8::try_from(total - done + 1).unwrap();
            let (yes, no) = if goes_on { (0, out) } else { (out, 0) };
            program.push(Instruction::branch(opcode, k, yes, no));
        }
        program.push(Instruction::plain(Opcode::Return, rule.action().to_raw()));
    }
    program.push(Instruction::plain(Opcode::Return, otherwise.to_raw()));
    program
}

/// What a walk is certain of is what the diagrams find, for programs that are right and for such
/// with one number changed.
#[test]
fn nothing_is_certain_that_is_not_so() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let subject = Subject::Named(Syscall::find(b"read").unwrap());
    let (mut right, mut certain, mut wrong) = (0, 0, 0);
    for _ in 0..3000 {
        let (arch, rules) = (random.pick(&ARCHES), random.rules());
        let rules: Vec<(Subject, &Rule)> = rules.iter().map(|rule| (subject, rule)).collect();
        let otherwise = Action::errno(1);
        let mut program = naive(arch, &rules, otherwise);
        if program.is_empty() || program[0].code == Opcode::Return as u16 {
            continue;
        }
        if random.below(2) == 0 {
            let place = usize::try_from(random.below(program.len() as u64)).unwrap();
            let one = &mut program[place];
            match Opcode::from_code(one.code).unwrap() {
                Opcode::Return => one.k = random.pick(&VERDICTS).to_raw(),
                Opcode::Load => one.k = random.pick(&[16, 20, 24, 28]),
                _ => one.k = u32::try_from(random.below(6)).unwrap(),
            }
        }
        let program = Program::new(program).unwrap();
        let mut diagram = Diagram::new();
        let mut wanted = diagram.value(otherwise.to_raw());
        for (_, rule) in rules.iter().rev() {
            let holds = all_hold(&mut diagram, arch, rule.conditions()).unwrap();
            let action = diagram.value(rule.action().to_raw());
            wanted = diagram.choose(holds, action, wanted).unwrap();
        }
        let found = of_program::arguments(&mut diagram, &program, 0).unwrap().unwrap();
        let wanted_of_walk = Wanted { arch, rules: &rules, otherwise };
        let agrees = Walk::through(&program).agrees(End::Arguments(0), &wanted_of_walk);
        assert!(!agrees || found == wanted, "{rules:?}: {:?}", program.instructions());
        right += usize::from(found == wanted);
        certain += usize::from(agrees);
        wrong += usize::from(found != wanted);
    }
    assert!(wrong > 100 && 10 * certain > 9 * right, "{certain} of {right}; {wrong} wrong");
}

fn is(index: u32, value: u32) -> Condition {
    bits(index, value, u32::MAX)
}

fn bits(index: u32, value: u32, mask: u32) -> Condition {
    let (value, mask) = (value.into(), mask.into());
    Condition::new("test", index, Operator::MaskedEq, Width::Bits32, value, mask).unwrap()
}

fn load(index: u32) -> Instruction {
    Instruction::plain(Opcode::Load, 16 + 8 * index)
}

fn equal(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfEqual, k, jt, jf)
}

fn at_least(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfAtLeast, k, jt, jf)
}

fn any_bit(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfAnyBit, k, jt, jf)
}

fn returns(action: Action) -> Instruction {
    Instruction::plain(Opcode::Return, action.to_raw())
}

/// Allows where one of the first `count` arguments is 1.
fn one_of(count: u8) -> Vec<Instruction> {
    let tests = (0..count).flat_map(|index| {
        let behind = 2 * (count - index) - 1;
        [load(index.into()), equal(1, behind, 0)]
    });
    tests.chain([returns(REFUSED), returns(ALLOWED)]).collect()
}

const ALLOWED: Action = Action::ALLOW;
const REFUSED: Action = Action::errno(1);
const KILLED: Action = Action::KILL_PROCESS;

/// What the rules are, what a program does, and the questions after which the walk is certain of it, each
/// counted with the facts that it is held against; `None` where it must not be.
type Case<'a> = (&'a str, &'a [(Action, Condition)], Action, Vec<Instruction>, Option<usize>);

#[test]
fn the_walk_alone_is_certain_of_what_is_right() {
    let (allowed, refused, killed) = (returns(ALLOWED), returns(REFUSED), returns(KILLED));
    let and = |mask| Instruction::plain(Opcode::And, mask);
    let jump = |k| Instruction::plain(Opcode::Jump, k);
    let six = [0, 1, 2, 3, 4, 5].map(|index| (ALLOWED, is(index, 1)));
    let mut one_kills = six;
    one_kills[0].0 = KILLED;
    let cases: [Case; 20] = [
        ("no rules", &[], ALLOWED, vec![allowed], Some(0)),
        ("no rules, and another verdict", &[], ALLOWED, vec![refused], None),
        ("a rule that makes no difference", &six[..1], ALLOWED, vec![allowed], Some(2)),
        (
            "some of the bits asked for",
            &[(ALLOWED, bits(0, 0, 4))],
            REFUSED,
            vec![load(0), and(6), any_bit(12, 0, 1), refused, allowed],
            Some(7),
        ),
        (
            "not all of them",
            &[(ALLOWED, bits(0, 0, 14))],
            REFUSED,
            vec![load(0), and(6), any_bit(12, 0, 1), refused, allowed],
            None,
        ),
        (
            "nor others",
            &[(ALLOWED, bits(0, 0, 10))],
            REFUSED,
            vec![load(0), and(6), any_bit(12, 0, 1), refused, allowed],
            None,
        ),
        (
            "behind a jump",
            &[(ALLOWED, is(0, 2))],
            REFUSED,
            vec![load(0), jump(1), equal(1, 1, 2), equal(2, 0, 1), allowed, refused],
            Some(10),
        ),
        (
            "what is jumped over",
            &six[..1],
            REFUSED,
            vec![load(0), jump(1), equal(1, 1, 2), equal(2, 0, 1), allowed, refused],
            None,
        ),
        (
            "values that are known not to be there",
            &[(ALLOWED, is(0, 5)), (ALLOWED, is(0, 9)), (ALLOWED, is(0, 12))],
            REFUSED,
            vec![load(0), equal(5, 3, 0), equal(9, 2, 0), equal(12, 1, 0), refused, allowed],
            Some(49),
        ),
        ("one rule, asked at the end", &six[..1], REFUSED, one_of(1), Some(10)),
        ("four rules, asked at the end", &six[..4], REFUSED, one_of(4), Some(134)),
        ("five rules, closed on the way", &six[..5], REFUSED, one_of(5), Some(195)),
        ("six rules", &six, REFUSED, one_of(6), Some(274)),
        ("six rules, the last not looked at", &six, REFUSED, one_of(5), None),
        (
            "five rules, none looked at",
            &six[..5],
            REFUSED,
            vec![load(5), equal(0, 0, 0), refused],
            None,
        ),
        ("five rules, the first looked at", &six[..5], REFUSED, one_of(1), None),
        (
            "a strict rule, after which the others make no difference",
            &one_kills,
            ALLOWED,
            vec![
                load(0),
                equal(1, 0, 5),
                load(1),
                equal(9, 0, 2),
                load(2),
                equal(9, 0, 0),
                killed,
                allowed,
            ],
            Some(60),
        ),
        (
            "a strict rule that is not looked at",
            &one_kills,
            ALLOWED,
            vec![load(1), equal(1, 0, 0), allowed],
            None,
        ),
        (
            "a way that no call goes",
            &six[..5],
            ALLOWED,
            vec![load(0), equal(7, 3, 0), at_least(7, 0, 2), at_least(8, 1, 0), killed, allowed],
            Some(91),
        ),
        (
            "a way that some call goes",
            &six[..5],
            ALLOWED,
            vec![load(0), equal(7, 3, 0), at_least(7, 0, 2), at_least(9, 1, 0), killed, allowed],
            None,
        ),
    ];
    let read = Subject::Named(Syscall::find(b"read").unwrap());
    for (why, rules, otherwise, program, cost) in cases {
        let rules: Vec<Rule> =
            rules.iter().map(|(action, condition)| Rule::new(*action, [*condition])).collect();
        let rules: Vec<(Subject, &Rule)> = rules.iter().map(|rule| (read, rule)).collect();
        let wanted = Wanted { arch: Arch::X86_64, rules: &rules, otherwise };
        let program = Program::new(program).unwrap();
        let walk = |questions| {
            let mut walk = Walk::through(&program);
            walk.left = questions;
            (walk.agrees(End::Arguments(0), &wanted), walk.left)
        };
        let (certain, left) = walk(Walk::QUESTIONS);
        assert_eq!(certain.then_some(Walk::QUESTIONS - left), cost, "{why}");
        if let Some(cost @ 1..) = cost {
            assert_eq!([walk(cost).0, walk(cost - 1).0], [true, false], "{why}");
        }
    }
}
