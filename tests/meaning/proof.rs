//! The proof passes what is right, and catches what is not.

use crate::cases::{EDGES, Random, all_modes, built_in, random_policy};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Opcode, Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::error::Kind;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width, evaluate};
use nucleus_seccomp::prove::prove;

#[test]
fn thousands_of_random_policies_are_proven() {
    for seed in 1000..4000 {
        let mut random = Random::new(seed);
        let most_rules = random.pick(&[5, 20, 80, 300]);
        let policy = random_policy(&mut random, most_rules);
        let program = compile(&policy).unwrap();
        prove(&policy, program).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

/// Every way to break one instruction that leaves the program one that the kernel would take.
fn mutants(program: &Program) -> impl Iterator<Item = (String, Program)> + '_ {
    let instructions = program.instructions();
    (0..instructions.len()).flat_map(move |at| {
        let Instruction { code, jt, jf, k } = instructions[at];
        let mut changed = vec![
            ("k + 1", Instruction { k: k.wrapping_add(1), code, jt, jf }),
            ("k - 1", Instruction { k: k.wrapping_sub(1), code, jt, jf }),
            ("k's top bit", Instruction { k: k ^ 1 << 31, code, jt, jf }),
            ("k + 4", Instruction { k: k.wrapping_add(4), code, jt, jf }),
            ("jt + 1", Instruction { jt: jt.wrapping_add(1), code, jf, k }),
            ("jf + 1", Instruction { jf: jf.wrapping_add(1), code, jt, k }),
            ("jt and jf swapped", Instruction { jt: jf, jf: jt, code, k }),
            ("left out", Instruction::plain(Opcode::Jump, 0)),
        ];
        for opcode in [Opcode::IfEqual, Opcode::IfGreater, Opcode::IfAtLeast, Opcode::IfAnyBit] {
            changed.push(("another comparison", Instruction { code: opcode as u16, jt, jf, k }));
        }
        for action in [Action::ALLOW, Action::KILL_PROCESS] {
            changed.push(("a return", Instruction::plain(Opcode::Return, action.to_raw())));
        }
        changed.into_iter().filter_map(move |(what, instruction)| {
            let mut all = instructions.to_vec();
            all[at] = instruction;
            let differs = all[at] != instructions[at];
            let program = differs.then(|| Program::new(all).ok()).flatten()?;
            Some((format!("instruction {at}: {what}"), program))
        })
    })
}

/// A call on which the two differ, if a good look finds one.
fn look_for_difference(policy: &Policy, program: &Program, random: &mut Random) -> Option<Call> {
    let arches: Vec<Arch> = policy.arches().collect();
    let numbers: Vec<i32> = policy
        .rules()
        .flat_map(|(call, _)| arches.iter().filter_map(move |arch| call.number(*arch)))
        .map(u32::cast_signed)
        .collect();
    (0..400).find_map(|_| {
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
    let mut policies: Vec<Policy> = (0..12).map(|_| random_policy(&mut random, 12)).collect();
    policies.extend(all_modes().take(1).map(built_in));
    for policy in &policies {
        let program = compile(policy).unwrap();
        for (what, mutant) in mutants(&program) {
            match prove(policy, mutant.clone()) {
                Err(error) => {
                    assert_eq!(error.kind(), Kind::Unproven, "{what}: {error}");
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
    println!("{refuted} broken programs refuted, {equal} proven to mean the same all the same");
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
fn instructions_that_the_proof_does_not_follow_are_not_passed() {
    let policy = Policy::new(Action::ALLOW);
    let shift = Instruction { code: 0x74, jt: 0, jf: 0, k: 5 };
    let allow = Instruction::plain(Opcode::Return, Action::ALLOW.to_raw());
    let error = prove(&policy, Program::new(vec![shift, allow]).unwrap()).unwrap_err();
    assert!(error.to_string().contains("does not follow"), "{error}");
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
