//! The kernel, running our programs, comes to the verdicts that the policy means.
//!
//! Every value that a program returns is replaced by an errno of its own, so that no call is carried out,
//! whatever its number and arguments: the whole table can be asked, exit and reboot included. What the
//! kernel then does by each kind of verdict is for the other tests here.

#![allow(unsafe_code, reason = "forks, and makes raw system calls")]

mod calls;
#[path = "../../meaning/cases.rs"]
#[allow(dead_code, reason = "some of it is for other tests")]
mod cases;
mod child;
mod doors;
mod policies;

use calls::calls;
use cases::{Random, built_in};
use child::{Harmless, Shared, ask};
use doors::{Door, Registers};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::Modes;
use nucleus_seccomp::policy::{Policy, evaluate};

/// How many policies at random, unless the environment says otherwise: NUCLEUS_KERNEL_POLICIES.
const POLICIES: u64 = 400;

#[test]
fn the_kernel_comes_to_the_verdicts_that_the_policy_means() {
    let doors = Door::all();
    let arches: Vec<Arch> = doors.iter().flat_map(|door| door.arches()).copied().collect();
    if arches.is_empty() {
        return;
    }
    let count = std::env::var("NUCLEUS_KERNEL_POLICIES");
    let count = count.map_or(POLICIES, |count| count.parse().expect("a number of policies"));
    let known = policies::known(&arches);
    let always = known.len();
    let (shared, mut random) = (Shared::new(), Random::new(11));
    let mut asked = vec![0; doors.len()];
    let all = known.into_iter().chain(policies::at_random(&arches, count));
    for (index, (name, policy)) in all.enumerate() {
        let program = Harmless::of(&compile(&policy).unwrap());
        for (&door, asked) in doors.iter().zip(&mut asked) {
            // Some virtual machines take fifty times as long for a call through the other door.
            let (least, every) = if door == Door::Usual { (12, 1) } else { (1, 6) };
            if index < always || index % every == 0 {
                let calls = calls(door, &policy, least, &mut random);
                let found = ask(&program, door, &calls, shared);
                if let Some((registers, found)) = first_difference(&policy, door, &calls, &found) {
                    let wanted = evaluate(&policy, &door.seen(registers));
                    panic!("{name}: {door:?} {registers:x?} came to {found:x?}, not {wanted}");
                }
                *asked += calls.len();
            }
        }
    }
    for (door, asked) in doors.iter().zip(asked) {
        println!("{asked} calls through the door {door:?}, no difference");
    }
}

/// That these calls would show it: each jump of a program in its turn goes the wrong way.
#[test]
fn a_jump_that_goes_the_wrong_way_is_found() {
    if Arch::native() != Some(Arch::X86_64) {
        return; // the program below is for its tables alone
    }
    let (shared, door) = (Shared::new(), Door::Usual);
    let policy = built_in(Modes { network: true, strict: false, jit: false });
    let program = compile(&policy).unwrap();
    let calls = calls(door, &policy, 2, &mut Random::new(5));
    let difference = |program: &Program| {
        let found = ask(&Harmless::of(program), door, &calls, shared);
        first_difference(&policy, door, &calls, &found).is_some()
    };
    assert!(!difference(&program));
    let mut turned = 0;
    for (place, jump) in program.instructions().iter().enumerate() {
        if jump.jt != jump.jf {
            let mut broken = program.instructions().to_vec();
            broken[place] = Instruction { jt: jump.jf, jf: jump.jt, ..*jump };
            assert!(difference(&Program::new(broken).unwrap()), "{place}: {jump:?}");
            turned += 1;
        }
    }
    println!("{turned} jumps turned round, each found");
}

fn first_difference<'a>(
    policy: &Policy,
    door: Door,
    calls: &'a [Registers],
    found: &[Option<u32>],
) -> Option<(&'a Registers, Option<u32>)> {
    let wanted = |registers| Some(evaluate(policy, &door.seen(registers)).to_raw());
    calls.iter().zip(found.iter().copied()).find(|(registers, found)| *found != wanted(registers))
}
