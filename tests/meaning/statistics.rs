//! What is counted of a program is what there is to count.

use crate::cases::{Random, all_modes, built_in_on, random_policy};
use crate::language::random_program;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{
    Instruction, Opcode, Program, Statistics, Walk, Ways, emulate, is_constant_allow, run,
};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::ARCHES;
use nucleus_seccomp::syscall::{Syscall, newest};

const NR: u32 = 0;
const TOKEN: u32 = 4;
const ARGUMENT: u32 = 16;
const ALLOW: u32 = 0x7fff_0000;

fn op(code: u16, k: u32) -> Instruction {
    Instruction { code, jt: 0, jf: 0, k }
}

fn load(k: u32) -> Instruction {
    Instruction::plain(Opcode::Load, k)
}

fn ret(k: u32) -> Instruction {
    Instruction::plain(Opcode::Return, k)
}

fn is(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfEqual, k, jt, jf)
}

const ARCH: Arch = Arch::X86_64;

#[test]
fn the_ways_of_call_7() {
    let (to_x, to_a) = (op(0x07, 0), op(0x87, 0));
    // Two ways set a register, one to 1, and meet at a test of it.
    let meet = |set: &dyn Fn(u32) -> Vec<Instruction>, value, get| {
        let (one, other) = (set(1), set(value));
        let skip = u8::try_from(one.len() + 1).unwrap();
        let jump = op(0x05, u32::from(skip) - 1);
        let end = vec![get, is(1, 0, 1), ret(1), ret(2)];
        [vec![load(ARGUMENT), is(7, skip, 0)], one, vec![jump], other, end].concat()
    };
    let scratch = |value| meet(&|value| vec![op(0x00, value), op(0x02, 3)], value, op(0x60, 3));
    let x = |value| meet(&|value| vec![op(0x01, value)], value, to_a);
    let cases: [(&str, (u32, u32), Option<u32>, Vec<Instruction>); 19] = [
        ("a return alone", (1, 1), Some(5), vec![ret(5)]),
        ("its number is followed", (3, 3), Some(1), vec![load(NR), is(7, 0, 1), ret(1), ret(2)]),
        (
            "its architecture is followed",
            (3, 3),
            Some(2),
            vec![load(TOKEN), is(7, 0, 1), ret(1), ret(2)],
        ),
        (
            "an argument may be anything",
            (3, 4),
            None,
            vec![load(ARGUMENT), is(7, 0, 1), ret(1), load(NR), ret(2)],
        ),
        (
            "so may the instruction pointer",
            (3, 3),
            None,
            vec![load(8), is(7, 0, 1), ret(1), ret(2)],
        ),
        (
            "and what is made of it",
            (4, 4),
            None,
            vec![load(ARGUMENT), op(0x54, 0), is(0, 0, 1), ret(1), ret(2)],
        ),
        (
            "a test is taken both ways again, though the first decides it",
            (5, 5),
            None,
            vec![load(ARGUMENT), is(7, 0, 0), op(0x54, 1), is(0, 0, 1), ret(1), ret(2)],
        ),
        (
            "a number is followed behind an argument",
            (5, 6),
            Some(1),
            vec![load(ARGUMENT), is(7, 0, 1), load(TOKEN), load(NR), is(7, 0, 1), ret(1), ret(2)],
        ),
        (
            "through arithmetic, X and scratch words",
            (8, 8),
            Some(14),
            vec![load(NR), op(0x02, 3), to_x, op(0x0c, 0), op(0x61, 3), to_x, to_a, op(0x16, 0)],
        ),
        ("what depends on arguments is returned", (2, 2), None, vec![load(60), op(0x16, 0)]),
        ("A is 0 first", (2, 2), Some(1), vec![is(0, 0, 1), ret(1), ret(2)]),
        ("X is 0 first", (1, 1), Some(0), vec![op(0x3c, 0), ret(1)]),
        (
            "a divisor that may be 0 ends the program or not",
            (3, 4),
            None,
            vec![load(ARGUMENT), to_x, op(0x3c, 0), ret(9)],
        ),
        (
            "a known divisor of an argument does not",
            (4, 4),
            None,
            vec![op(0x01, 3), load(ARGUMENT), op(0x3c, 0), op(0x16, 0)],
        ),
        (
            "where ways meet with different values, nothing is known",
            (5, 6),
            None,
            vec![
                load(ARGUMENT),
                is(7, 2, 0),
                load(NR),
                op(0x05, 1),
                load(TOKEN),
                is(7, 0, 1),
                ret(1),
                ret(2),
            ],
        ),
        ("nor with different values in a scratch word", (7, 8), None, scratch(2)),
        ("the same value in it is known", (7, 8), Some(1), scratch(1)),
        ("nor with different values in X", (6, 7), None, x(2)),
        ("the same value in X is known", (6, 7), Some(1), x(1)),
    ];
    for (why, (shortest, longest), result, instructions) in cases {
        let program = Program::new(instructions).unwrap();
        let found = Walk::new(&program).of(ARCH.token(), 7);
        assert_eq!(found, Ways { shortest, longest, result }, "{why}");
    }
}

/// Loads of a word, each with a test of it, so that nothing is carried over where ways meet.
fn loads_and_tests(random: &mut Random) -> Program {
    let tests = 1 + random.below(9);
    let mut instructions = Vec::new();
    for left in (0..tests).rev() {
        let mut skip = || u8::try_from(2 * random.below(left + 1) + (left == 0) as usize).unwrap();
        let (jt, jf) = (skip(), skip());
        let (jt, jf) = if left == 0 { (jt - 1, jf) } else { (jt, jf) };
        let code = random.pick(&[0x15, 0x25, 0x35, 0x45]);
        instructions.push(load(random.pick(&[NR, TOKEN, ARGUMENT, 20])));
        instructions.push(Instruction { code, jt, jf, k: random.pick(&[0, 3, 7, ARCH.token()]) });
    }
    instructions.extend([ret(1), ret(2)]);
    Program::new(instructions).unwrap()
}

/// Every way, one after the other.
fn every_way(program: &[Instruction], pc: usize, nr: u32, so_far: u32, ends: &mut Vec<(u32, u32)>) {
    let Instruction { code, k, .. } = program[pc];
    if code == 0x06 {
        return ends.push((so_far + 1, k));
    }
    let Instruction { code, jt, jf, k: value } = program[pc + 1];
    let holds = |a: u32| match code {
        0x15 => a == value,
        0x25 => a > value,
        0x35 => a >= value,
        _ => a & value != 0,
    };
    let (taken, not_taken) = match k {
        NR => (holds(nr), !holds(nr)),
        TOKEN => (holds(ARCH.token()), !holds(ARCH.token())),
        _ => (true, true),
    };
    for (is_way, skip) in [(taken, jt), (not_taken, jf)] {
        if is_way {
            every_way(program, pc + 2 + usize::from(skip), nr, so_far + 2, ends);
        }
    }
}

#[test]
fn ways_are_those_that_are_found_one_by_one() {
    let mut unequal = 0;
    for seed in 0..4000 {
        let program = loads_and_tests(&mut Random::new(seed));
        let mut walk = Walk::new(&program);
        for nr in [0, 3, 7, 100] {
            let mut ends = Vec::new();
            every_way(program.instructions(), 0, nr, 0, &mut ends);
            let found = walk.of(ARCH.token(), nr);
            let steps = || ends.iter().map(|end| end.0);
            let result = ends.iter().all(|end| end.1 == ends[0].1).then_some(ends[0].1);
            let (shortest, longest) = (steps().min().unwrap(), steps().max().unwrap());
            assert_eq!(found, Ways { shortest, longest, result }, "seed {seed}, {nr}\n{program:?}");
            unequal += usize::from(found.shortest < found.longest);
        }
    }
    assert!(unequal > 1000, "{unequal} calls with ways of several lengths");
}

/// The whole language: no run takes a way that is not counted.
#[test]
fn every_run_is_one_of_the_ways() {
    let (mut programs, mut constant) = (0, 0);
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let Some(program) = random_program(&mut random) else { continue };
        let mut walk = Walk::new(&program);
        for nr in 0..4 {
            let arch = random.pick(&[0x4000_0000, 0x4000_0003]);
            let ways = walk.of(arch, nr);
            for _ in 0..20 {
                let mut args = [0; 6];
                args.iter_mut().for_each(|arg| *arg = random.next());
                let call = Call { nr: nr.cast_signed(), arch, args, ..Call::default() };
                let run = run(&program, &call, false);
                let steps = u32::try_from(run.steps).unwrap();
                assert!(
                    (ways.shortest..=ways.longest).contains(&steps),
                    "seed {seed}\n{program:?}"
                );
                assert!(
                    ways.result.is_none_or(|result| result == run.value),
                    "seed {seed}: {}\n{program:?}",
                    run.value
                );
            }
            constant += usize::from(ways.result.is_some());
        }
        programs += 1;
    }
    assert!(programs > 500 && constant > 50, "{programs} programs, {constant} constant calls");
}

/// Counted again, call by call.
fn counted(program: &Program, arch: Arch, what: &str) -> Statistics {
    let found = Statistics::of(program, arch);
    let token = arch.token();
    let calls: Vec<u32> = Syscall::all().filter_map(|call| call.number(arch)).collect();
    let bitmap = if arch.has_bitmap() { 0..newest(arch) + 1 } else { 0..0 };
    let is_cached = |nr: &&u32| bitmap.contains(*nr) && is_constant_allow(program, token, **nr);
    let mut walk = Walk::new(program);
    let ways: Vec<Ways> = calls.iter().map(|nr| walk.of(token, *nr)).collect();
    let uncached = calls.iter().zip(&ways).filter(|(nr, _)| !is_cached(nr));
    let expected = Statistics {
        told_apart: calls.iter().any(|nr| walk.of(token, *nr).result != walk.of(0, *nr).result),
        calls: u32::try_from(calls.len()).unwrap(),
        cached: u32::try_from(calls.iter().filter(is_cached).count()).unwrap(),
        shortest: ways.iter().map(|ways| ways.shortest).min().unwrap(),
        longest: ways.iter().map(|ways| ways.longest).max().unwrap(),
        longest_of_all: ways.iter().map(|ways| ways.longest).sum(),
        longest_of_uncached: uncached.map(|(_, ways)| ways.longest).sum(),
        attach_steps: bitmap.clone().map(|nr| emulate(program, token, nr).steps).sum(),
    };
    assert_eq!(found, expected, "{what}, {arch}");
    // What is cached needs no run, so that the emulator's way is the only one.
    for (nr, ways) in calls.iter().zip(&ways) {
        let emulated = emulate(program, token, *nr);
        assert!(emulated.steps <= ways.longest, "{what}, {arch}: {nr}");
        if emulated.allowed {
            let only =
                Ways { shortest: emulated.steps, longest: emulated.steps, result: Some(ALLOW) };
            assert_eq!(*ways, only, "{what}, {arch}: {nr}");
        }
    }
    found
}

#[test]
fn statistics_are_those_of_the_calls() {
    for modes in all_modes() {
        let program = compile(&built_in_on(modes, &ARCHES)).unwrap();
        for arch in Arch::ALL {
            let found = counted(&program, arch, &format!("{modes:?}"));
            let covered = ARCHES.contains(&arch);
            assert_eq!(found.told_apart, covered, "{arch}");
            assert_eq!(found.cached > 200, covered, "{arch}: {found:?}");
        }
    }
    for seed in 0..200 {
        let policy = random_policy(&mut Random::new(seed), 60);
        let program = compile(&policy).unwrap();
        for arch in policy.arches() {
            counted(&program, arch, &format!("seed {seed}"));
        }
    }
}

#[test]
fn programs_at_the_edges() {
    const PRIVATE_CALLS_OF_ARM: u32 = 6;
    let calls = |arch| {
        let calls = Syscall::all().filter(|call| call.number(arch).is_some());
        u32::try_from(calls.count()).unwrap()
    };
    let made = |program: &[Instruction]| Program::new(program.to_vec()).unwrap();
    let allow = made(&[ret(ALLOW)]);
    let unknown = made(&[op(0x00, 0), ret(ALLOW)]);
    let refuse = made(&[ret(ALLOW | 1)]);
    let one_alone = made(&[load(NR), is(39, 0, 1), ret(ALLOW), load(TOKEN), ret(0)]);
    let mut longest = vec![load(NR); Program::LONGEST - 1];
    longest.push(ret(ALLOW));
    let longest = made(&longest);
    // The last: steps of the emulator for each number of the bitmap, and one number's more or less.
    let cases: [(&str, &Program, Arch, u32, (u32, u32), (u32, u32), (u32, i32)); 9] = [
        ("all", &allow, ARCH, calls(ARCH), (1, 1), (1000, 0), (1, 0)),
        ("no bitmap on x32", &allow, Arch::X32, 0, (1, 1), (1000, 1000), (0, 0)),
        ("nor on MIPS", &allow, Arch::Mips, 0, (1, 1), (1000, 1000), (0, 0)),
        (
            "nor for the private calls",
            &allow,
            Arch::Arm,
            calls(Arch::Arm) - PRIVATE_CALLS_OF_ARM,
            (1, 1),
            (1000, 1000),
            (1, 0),
        ),
        ("big-endian", &allow, Arch::S390x, calls(Arch::S390x), (1, 1), (1000, 0), (1, 0)),
        ("the emulator gives up at once", &unknown, ARCH, 0, (2, 2), (2000, 2000), (1, 0)),
        ("not exactly allowed", &refuse, ARCH, 0, (1, 1), (1000, 1000), (1, 0)),
        ("the longest", &longest, ARCH, calls(ARCH), (4096, 4096), (4_096_000, 0), (4096, 0)),
        // Of calls(ARCH), one takes three steps and the others four.
        ("getpid alone", &one_alone, ARCH, 1, (3, 4), (3997, 4000), (4, -1)),
    ];
    for (why, program, arch, cached, (shortest, longest), means, (steps, more)) in cases {
        let found = counted(program, arch, why);
        let bitmap = if arch.has_bitmap() { newest(arch) + 1 } else { 0 };
        assert_eq!((found.calls, found.cached), (calls(arch), cached), "{why}");
        assert_eq!((found.shortest, found.longest), (shortest, longest), "{why}");
        assert_eq!((found.mean(), found.mean_uncached()), means, "{why}");
        assert_eq!(
            i64::from(found.attach_steps),
            i64::from(bitmap * steps) + i64::from(more),
            "{why}"
        );
    }
}

#[test]
fn architectures_are_told_apart_by_what_becomes_of_their_calls() {
    let (token, other) = (ARCH.token(), Arch::X86.token());
    let at_least = |k, jt, jf| Instruction::branch(Opcode::IfAtLeast, k, jt, jf);
    let cases: [(&str, &[Arch], Vec<Instruction>); 6] = [
        ("none is looked at", &[], vec![load(NR), is(1, 0, 1), ret(1), ret(2)]),
        ("one", &[Arch::X86], vec![load(TOKEN), is(other, 0, 1), ret(1), ret(2)]),
        (
            "one with two tables",
            &[ARCH, Arch::X32],
            vec![load(TOKEN), is(token, 0, 1), ret(1), ret(2)],
        ),
        (
            "one of its two tables",
            &[Arch::X32],
            vec![
                load(TOKEN),
                is(token, 0, 2),
                load(NR),
                at_least(0x4000_0000, 1, 0),
                ret(2),
                ret(1),
            ],
        ),
        ("one, to the same end", &[], vec![load(TOKEN), is(other, 0, 1), ret(1), ret(1)]),
        (
            "by comparing",
            &[Arch::Mips64n32, Arch::Mipsel64n32],
            vec![load(TOKEN), Instruction::branch(Opcode::IfAnyBit, 1 << 29, 0, 1), ret(1), ret(2)],
        ),
    ];
    for (why, expected, instructions) in cases {
        let program = Program::new(instructions).unwrap();
        let found: Vec<Arch> = Arch::ALL
            .into_iter()
            .filter(|arch| Statistics::of(&program, *arch).told_apart)
            .collect();
        assert_eq!(found, expected, "{why}");
    }
}
