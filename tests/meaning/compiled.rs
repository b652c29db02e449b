//! The compiler's programs, run by the interpreter, against the naive meaning.

use crate::cases::{
    Random, all_modes, built_in_on, call, interesting_args, interesting_numbers,
    random_policy_laid_out,
};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::ARCHES;
use nucleus_seccomp::policy::{Policy, evaluate};
use nucleus_seccomp::prove::prove;
use std::collections::BTreeSet;

/// Asks policy and program about everything interesting; returns how many calls that were.
pub fn compare(policy: &Policy, program: &Program, random: &mut Random, what: &str) -> usize {
    every_jump_decides(program, what);
    let mut asked = 0;
    let mut ask = |call: &Call, big_endian| {
        let wanted = evaluate(policy, call);
        let found = run(program, call, big_endian);
        assert_eq!(
            found.value,
            wanted.to_raw(),
            "{what}: {call:x?} should be {wanted}\n{program:?}"
        );
        asked += 1;
    };
    // Those that are covered, and two that may not be.
    let arches: BTreeSet<Arch> = policy.layers().flat_map(Policy::arches).collect();
    for arch in arches.into_iter().chain([Arch::X86_64, Arch::S390]) {
        for nr in interesting_numbers(arch) {
            for args in interesting_args(policy, nr, arch, random) {
                ask(&call(arch, nr, args), arch.big_endian());
            }
        }
    }
    for arch in [0, 0x4000_003e, 0xc000_003f, u32::MAX] {
        ask(&Call { arch, ..Call::default() }, false);
    }
    asked
}

/// No test is made whose outcome makes no difference.
fn every_jump_decides(program: &Program, what: &str) {
    const JUMPS: u16 = 0x05;
    for (at, jump) in program.instructions().iter().enumerate() {
        let conditional = jump.code & 0x07 == JUMPS && jump.code != JUMPS;
        assert!(!conditional || jump.jt != jump.jf, "{what}: instruction {at} in\n{program:?}");
    }
}

#[test]
fn the_built_in_policy_means_what_it_says_on_every_architecture() {
    let mut random = Random::new(1);
    let mut asked = 0;
    for modes in all_modes() {
        for arches in [&ARCHES[..], &ARCHES[..1], &ARCHES[1..2], &ARCHES[2..3], &ARCHES[3..]] {
            let policy = built_in_on(modes, arches);
            let program = compile(&policy).unwrap();
            asked += compare(&policy, &program, &mut random, &format!("{modes:?} on {arches:?}"));
            prove(&policy, program).unwrap();
        }
    }
    println!("{asked} calls compared");
}

#[test]
fn random_policies_mean_what_they_say() {
    let mut asked = 0;
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let policy = random_policy_laid_out(&mut random, 60);
        let program = compile(&policy).unwrap();
        asked += compare(&policy, &program, &mut random, &format!("seed {seed}"));
        prove(&policy, program).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    println!("{asked} calls compared");
}
