//! How many instructions a call runs, counted exactly by our interpreter: no clock, no noise.

use crate::agree::agree;
use crate::floor;
use crate::peers::{BEST, LEVEL_2, OURS, PROGRAMS, prepare};
use crate::policies::{built_in, container, ints, values};
use crate::results::Run;
use crate::spec::Spec;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Program, is_constant_allow, run as interpret};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::{Condition, Operator, evaluate};
use nucleus_seccomp::syscall::newest;

pub const CHECKED: &str = "steps, checked";
pub const REFUSED: &str = "steps, refused";
pub const ALL: &str = "steps, all numbers";
/// How many calls run longer than under libseccomp's better level, and how much at most.
pub const LONGER: &str = "steps, longer than libseccomp 2";
pub const CACHED: &str = "calls the kernel answers itself";

/// Calls of one kind.
struct Kind {
    figure: &'static str,
    calls: Vec<Call>,
}

const ARCH: Arch = Arch::X86_64;

fn call(number: u32, args: [u64; 6]) -> Call {
    Call { nr: number.cast_signed(), arch: ARCH.token(), instruction_pointer: 0, args }
}

/// Arguments for which all the conditions hold.
pub fn fitting(conditions: &[Condition]) -> [u64; 6] {
    let mut args = [0; 6];
    for condition in conditions {
        args[usize::from(condition.index())] = match condition.operator() {
            Operator::Ne => !condition.value(),
            _ => condition.value(),
        };
    }
    args
}

fn kinds(spec: &Spec) -> [Kind; 3] {
    const BEYOND: u32 = 50;
    let policy = spec.policy();
    let mut checked: Vec<Call> = Vec::new();
    for ruled in &spec.calls {
        let Some(number) = ruled.call.number(ARCH) else { continue };
        if ruled.cases.is_empty() {
            continue;
        }
        let fitting = ruled.cases.iter().map(|(_, conditions)| fitting(conditions));
        let none = [[0; 6], [u64::MAX; 6]];
        checked.extend(fitting.chain(none).map(|args| call(number, args)));
    }
    let all: Vec<Call> = (0..=newest(ARCH) + BEYOND).map(|nr| call(nr, [0; 6])).collect();
    let has_cases = |call: &Call| checked.iter().any(|checked| checked.nr == call.nr);
    let refused = |call: &&Call| evaluate(&policy, call) != Action::ALLOW && !has_cases(call);
    let refused = all.iter().filter(refused).copied().collect();
    [(CHECKED, checked), (REFUSED, refused), (ALL, all)]
        .map(|(figure, calls)| Kind { figure, calls })
}

fn steps(program: &Program, call: &Call) -> usize {
    interpret(program, call, ARCH.big_endian()).steps
}

pub fn measure(run: &mut Run) {
    for spec in [built_in(), container(), values(10), values(100), values(1000), ints(1000)] {
        let policy = &spec.name;
        let mut programs = Vec::new();
        for peer in PROGRAMS {
            let Some(work) = prepare(peer, &spec) else { continue };
            match work.program() {
                Ok(program) => {
                    agree(peer, &program, &spec, work.unknown())
                        .unwrap_or_else(|error| panic!("{policy} by {peer}: {error}"));
                    programs.push((peer, program));
                }
                Err(error) => run.note("make", format!("{policy}: {peer} gives up: {error}")),
            }
        }
        for (peer, program) in &programs {
            run.add("size", policy, peer, program.instructions().len() as f64, "instructions");
            let cached = |nr: &u32| is_constant_allow(program, ARCH.token(), *nr);
            let cached = (0..=newest(ARCH)).filter(cached).count();
            run.add(CACHED, policy, peer, cached as f64, "calls");
        }
        let program = |name| programs.iter().find(|(peer, _)| *peer == name).map(|(_, p)| p);
        for Kind { figure, calls } in kinds(&spec) {
            if calls.is_empty() {
                continue;
            }
            for (peer, program) in &programs {
                let steps: Vec<usize> = calls.iter().map(|call| steps(program, call)).collect();
                let mean = steps.iter().sum::<usize>() as f64 / steps.len() as f64;
                let most = *steps.iter().max().unwrap();
                run.add(&format!("{figure}, mean"), policy, peer, mean, "instructions");
                run.add(&format!("{figure}, longest"), policy, peer, most as f64, "instructions");
            }
            if figure != CHECKED {
                let best = floor::shortest_mean(&spec, ARCH, &calls);
                run.add(&format!("{figure}, mean"), policy, BEST, best, "instructions");
            }
            if let (Some(ours), Some(theirs)) = (program(OURS), program(LEVEL_2)) {
                let both = |call: &Call| (steps(ours, call), steps(theirs, call));
                let longer: Vec<&Call> = calls.iter().filter(|c| both(c).0 > both(c).1).collect();
                let count = longer.len() as f64;
                run.add(&format!("{LONGER}: {figure}"), policy, OURS, count, "calls");
                if let Some(call) = longer.iter().max_by_key(|call| both(call).0) {
                    let (ours, theirs) = both(call);
                    let what = format!("{policy}: {call} runs {ours}, by libseccomp 2 {theirs}");
                    run.note("steps", what);
                }
            }
        }
    }
}
