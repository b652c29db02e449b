//! The proof passes what is right, and catches what is not.

use crate::cases::{EDGES, Random, all_modes, built_in, random_policy_laid_out};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Opcode, Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::error::Kind;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width, evaluate};
use nucleus_seccomp::prove::prove;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

#[test]
fn ten_thousand_random_policies_are_proven() {
    const POLICIES: u64 = 10_000;
    let next = AtomicU64::new(0);
    let prove_some = || {
        let mut rules = 0;
        loop {
            let seed = next.fetch_add(1, Relaxed);
            if seed >= POLICIES {
                return rules;
            }
            let mut random = Random::new(100_000 + seed);
            let most_rules = random.pick(&[3, 5, 10, 20, 40, 80, 400]);
            let policy = random_policy_laid_out(&mut random, most_rules);
            let program = compile(&policy).unwrap();
            prove(&policy, program).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            rules += policy.layers().flat_map(Policy::rules).count();
        }
    };
    let rules: usize = thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(prove_some)).collect();
        running.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    println!("{POLICIES} random policies with {rules} rules proven");
}

/// Every way to break one instruction that leaves the program one that the kernel would take.
fn mutants(program: &Program) -> impl Iterator<Item = (String, Program)> + '_ {
    let instructions = program.instructions();
    (0..instructions.len()).flat_map(move |at| {
        let with = move |instruction: Instruction| {
            let mut all = instructions.to_vec();
            all[at] = instruction;
            all
        };
        let changed = changes(instructions[at]).into_iter().map(move |(what, i)| (what, with(i)));
        let mut dropped = instructions.to_vec();
        dropped.remove(at);
        let mut swapped = instructions.to_vec();
        swapped.swap(at, (at + 1) % instructions.len());
        let moved = [("dropped", dropped), ("swapped with the next", swapped)];
        changed.chain(moved).filter_map(move |(what, all)| {
            let differs = all != instructions;
            let program = differs.then(|| Program::new(all).ok()).flatten()?;
            Some((format!("instruction {at} {what}"), program))
        })
    })
}

/// Other instructions in the place of this one.
fn changes(instruction: Instruction) -> Vec<(&'static str, Instruction)> {
    let Instruction { code, jt, jf, k } = instruction;
    let mut changed = vec![
        ("with k + 1", Instruction { k: k.wrapping_add(1), code, jt, jf }),
        ("with k - 1", Instruction { k: k.wrapping_sub(1), code, jt, jf }),
        ("with another top bit in k", Instruction { k: k ^ 1 << 31, code, jt, jf }),
        ("with k + 4", Instruction { k: k.wrapping_add(4), code, jt, jf }),
        ("with jt + 1", Instruction { jt: jt.wrapping_add(1), code, jf, k }),
        ("with jt - 1", Instruction { jt: jt.wrapping_sub(1), code, jf, k }),
        ("with jf + 1", Instruction { jf: jf.wrapping_add(1), code, jt, k }),
        ("with jf - 1", Instruction { jf: jf.wrapping_sub(1), code, jt, k }),
        ("with jt and jf swapped", Instruction { jt: jf, jf: jt, code, k }),
        ("left out", Instruction::plain(Opcode::Jump, 0)),
    ];
    for action in [Action::ALLOW, Action::KILL_PROCESS] {
        changed.push(("as a return", Instruction::plain(Opcode::Return, action.to_raw())));
    }
    let opcodes = [
        Opcode::Load,
        Opcode::And,
        Opcode::IfEqual,
        Opcode::IfGreater,
        Opcode::IfAtLeast,
        Opcode::IfAnyBit,
    ];
    let others = opcodes.map(|opcode| Instruction { code: opcode as u16, jt, jf, k });
    changed.extend(others.map(|other| ("with another operation", other)));
    changed
}

/// A call on which the two differ, if a good look finds one.
fn look_for_difference(policy: &Policy, program: &Program, random: &mut Random) -> Option<Call> {
    let arches: Vec<Arch> = policy.arches().collect();
    let numbers: Vec<i32> = policy
        .rules()
        .flat_map(|(subject, _)| arches.iter().filter_map(move |arch| subject.number(*arch)))
        .map(u32::cast_signed)
        .collect();
    (0..2000).find_map(|_| {
        let arch = random.pick(&arches);
        let nr = match random.below(4) {
            0 => random.pick(&[-1, 0, 0x4000_0000, 500, i32::MAX]),
            1 => i32::try_from(random.below(480)).unwrap(),
            _ if numbers.is_empty() => 0,
            _ => random.pick(&numbers),
        };
        let mut args = [0; 6];
        args.iter_mut().for_each(|arg| *arg = random.pick(&EDGES));
        let call = Call { nr, arch: arch.token(), args, ..Call::default() };
        let found = run(program, &call, arch.big_endian()).value;
        (found != evaluate(policy, &call).to_raw()).then_some(call)
    })
}

#[test]
fn broken_programs_are_refuted() {
    let mut random = Random::new(7);
    let (mut refuted, mut equal) = (0, 0);
    let mut policies: Vec<Policy> =
        (0..12).map(|_| random_policy_laid_out(&mut random, 12)).collect();
    policies.extend(all_modes().take(1).map(built_in));
    for policy in &policies {
        let program = compile(policy).unwrap();
        for (what, mutant) in mutants(&program) {
            match prove(policy, mutant.clone()) {
                // Refuted: then the interpreter must come to what the proof says.
                Err(error) => {
                    assert_eq!(error.kind(), Kind::Unproven, "{what}: {error}");
                    let call = error.witness().unwrap_or_else(|| panic!("{what}: {error}"));
                    let found = run(&mutant, call, Arch::is_big_endian(call.arch)).value;
                    assert_ne!(found, evaluate(policy, call).to_raw(), "{what}: {error}");
                    refuted += 1;
                }
                // Proven equal: then no look may find a difference.
                Ok(_) => {
                    let found = look_for_difference(policy, &mutant, &mut random);
                    assert_eq!(found, None, "{what} was passed\n{program:?}");
                    equal += 1;
                }
            }
        }
    }
    println!(
        "broken programs: {refuted} refuted by a call that the interpreter confirms, {equal} proven \
         to mean the same all the same"
    );
    assert!(refuted > 3 * equal, "few changes are without effect");
}

#[test]
fn a_refutation_names_a_call_and_both_verdicts() {
    let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64]);
    policy.allow("read").unwrap();
    let everything = vec![Instruction::plain(Opcode::Return, Action::ALLOW.to_raw())];
    let error = prove(&policy, Program::new(everything).unwrap()).unwrap_err();
    let message = error.to_string();
    for part in ["the policy says", "the program allow"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn rules_that_tangle_arguments_end_in_an_error_not_in_a_pass() {
    // Whether two arguments have a bit in common: the diagram has to remember one of them whole.
    // The rules behind that match nothing new, so they cost time without making new nodes.
    let condition = |index, operator, value, mask| {
        Condition::new("read", index, operator, Width::Bits32, value, mask).unwrap()
    };
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    let mut allow = |conditions: &[Condition]| {
        policy.add_rule("read", Rule::new(Action::ALLOW, conditions.iter().copied())).unwrap();
    };
    for bit in (0..18).map(|bit| 1 << bit) {
        let same_bit = [0, 1].map(|index| condition(index, Operator::MaskedEq, bit, bit));
        allow(&same_bit);
    }
    allow(&[condition(5, Operator::Ne, 7, 0)]);
    (8..108).for_each(|value| allow(&[condition(5, Operator::Gt, value, 0)]));
    let error = prove(&policy, compile(&policy).unwrap()).unwrap_err();
    assert_eq!(error.kind(), Kind::Unproven);
    assert!(error.to_string().contains("budget"), "{error}");
}
