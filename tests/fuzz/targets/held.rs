//! What holds of every policy, wherever it came from.

use crate::cases::{Random, call, interesting_args};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::error::Kind;
use nucleus_seccomp::policy::{Policy, Subject, evaluate};
use nucleus_seccomp::prove::prove;
use std::collections::BTreeSet;

/// Compiles the policy, proves it, and runs the program on the calls at its edges. No program is fine if it
/// would be too large or there is nothing to be covered, and so is a proof that does not end in time.
pub fn held(policy: &Policy) -> Option<Program> {
    let program = match compile(policy) {
        Ok(program) => program,
        Err(error) => {
            assert!(matches!(error.kind(), Kind::TooLarge | Kind::Unsupported), "{error}");
            return None;
        }
    };
    let asked = edges(policy);
    for call in &asked {
        let (wanted, found) = (evaluate(policy, call), returned(&program, call));
        assert_eq!(found, wanted.to_raw(), "{call:x?} should be {wanted}\n{program:?}");
    }
    match prove(policy, program) {
        Ok(proven) => Some(proven.program().clone()),
        Err(error) => {
            assert!(error.witness().is_none(), "{error}");
            assert_eq!(error.kind(), Kind::Unproven, "{error}");
            None
        }
    }
}

/// What a program returns for a call, on a machine of the call's architecture.
pub fn returned(program: &Program, call: &Call) -> u32 {
    run(program, call, Arch::is_big_endian(call.arch)).value
}

/// The calls at which something changes: some of the numbers of which something is said and those next to
/// them, with arguments next to what is compared, and calls that nobody speaks of.
pub fn edges(policy: &Policy) -> Vec<Call> {
    const NUMBERS: usize = 24;
    const ARGUMENTS: usize = 48;
    const ANYWHERE: [i32; 8] =
        [i32::MIN, -2, -1, 0, 0x3fff_ffff, 0x4000_0000, 0x4000_0001, i32::MAX];
    let mut random = Random::new(1);
    let layers = || policy.layers();
    let mut calls = Vec::new();
    let arches: BTreeSet<Arch> = layers().flat_map(Policy::arches).collect();
    for arch in arches.into_iter().chain([Arch::X86_64, Arch::S390]) {
        let of = |subject: Subject| subject.number(arch).map(u32::cast_signed);
        let ruled = layers().flat_map(Policy::rules).filter_map(|(subject, rule)| {
            of(subject).map(|number| (rule.conditions().is_empty(), number))
        });
        let denied = layers().flat_map(Policy::denied).filter_map(of).map(|number| (true, number));
        let unknown = layers().flat_map(|layer| layer.unknown(arch)).flat_map(|(range, _)| {
            [*range.start(), *range.end()].map(|number| (true, number.cast_signed()))
        });
        let anywhere = ANYWHERE.map(|number| (true, number));
        let said: BTreeSet<(bool, i32)> = ruled.chain(denied).chain(unknown).collect();
        // Those with conditions come first; of too many, some from all over.
        for (_, number) in spread(said.into_iter().collect(), NUMBERS).into_iter().chain(anywhere) {
            let args = interesting_args(policy, number, arch, &mut random);
            calls.extend(spread(args, ARGUMENTS).into_iter().map(|args| call(arch, number, args)));
            for next in [number.wrapping_sub(1), number.wrapping_add(1)] {
                calls.push(call(arch, next, [0; 6]));
            }
        }
    }
    calls.extend(
        [0, 0x4000_003e, 0xc000_003f, u32::MAX].map(|arch| Call { arch, ..Call::default() }),
    );
    calls
}

/// At most so many of them, evenly.
fn spread<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let step = all.len().div_ceil(most).max(1);
    all.into_iter().step_by(step).collect()
}
