//! The calls that are asked of the kernel.

use std::collections::BTreeSet;

use super::cases::{EDGES, Random, interesting_args, interesting_numbers};
use super::doors::{Door, Registers};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::Policy;

/// Every number up to 1100, the edges, and some at random; each with the arguments that the policy speaks
/// of and those next to them, filled up to `least` with others.
pub fn calls(door: Door, policy: &Policy, least: usize, random: &mut Random) -> Vec<Registers> {
    let pool: Vec<[u64; 6]> = (0..256).map(|_| any_args(random)).collect();
    let mut calls = Vec::new();
    for &arch in door.arches() {
        for nr in numbers(arch, random) {
            let mut all = interesting_args(policy, nr, arch, random);
            for place in 0..all.len() {
                let other = random.pick(&pool);
                all.push(crossed(all[place], other, random));
            }
            while all.len() < least {
                all.push(random.pick(&pool));
            }
            for args in all {
                // What stands above the number is for nobody.
                let above = if random.one_in(4) { random.next() << 32 } else { 0 };
                let number = above | u64::from(nr.cast_unsigned());
                calls.push(Registers { number, args });
            }
        }
    }
    calls
}

fn numbers(arch: Arch, random: &mut Random) -> BTreeSet<i32> {
    let first = arch.first_number().cast_signed();
    let mut numbers: BTreeSet<i32> = (first..=first + 1100).collect();
    numbers.extend(interesting_numbers(arch));
    numbers.extend((0..32).map(|_| i32::try_from(random.next() >> 33).unwrap()));
    numbers.extend((0..32).map(|_| !i32::try_from(random.next() >> 33).unwrap()));
    numbers.retain(|nr| !is_passed_by(arch, *nr));
    numbers
}

/// The kernel carries this call out whatever a filter says, and only for its own trampoline: to
/// anybody else it is fatal.
fn is_passed_by(arch: Arch, nr: i32) -> bool {
    const URETPROBE_AND_UPROBE: [i32; 2] = [335, 336];
    arch == Arch::X86_64 && URETPROBE_AND_UPROBE.contains(&nr)
}

fn any_args(random: &mut Random) -> [u64; 6] {
    [(); 6].map(|()| if random.one_in(2) { random.pick(&EDGES) } else { random.next() })
}

/// Some arguments of one call and some of the other: one rule's values where another rule does not hold.
fn crossed(one: [u64; 6], other: [u64; 6], random: &mut Random) -> [u64; 6] {
    let mut args = one;
    for (arg, other) in args.iter_mut().zip(other) {
        if random.one_in(2) {
            *arg = other;
        }
    }
    args
}
