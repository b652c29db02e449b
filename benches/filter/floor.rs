//! How short the ways to calls can be at all: the best of all trees over the numbers, which takes too long
//! to find for a compiler, but shows how near ours comes.

use crate::spec::Spec;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::{Policy, evaluate};
use std::collections::HashSet;

/// Every way loads the architecture, tests it, loads the number, and returns.
const BESIDES: f64 = 4.0;

/// As many calls are asked for one by one in a row, at most.
const ROW: usize = 8;

/// Neighbouring numbers that get the same, and how many of them are counted.
struct Run {
    outcome: Outcome,
    numbers: usize,
    counted: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Verdict(Action),
    /// The arguments of this number decide.
    Checked(u32),
}

/// The least mean number of instructions over the calls of `counted`, whose arguments must not matter, on
/// the architecture that is tested first. The tree cuts the numbers in two at every test, and ends in
/// single runs or in rows of equalities. How long the ways to other calls are makes no difference.
pub fn shortest_mean(spec: &Spec, arch: Arch, counted: &[Call]) -> f64 {
    let policy = spec.policy();
    let asked: HashSet<u32> = counted.iter().map(|call| call.nr.cast_unsigned()).collect();
    let end = asked.iter().max().map_or(0, |last| last + 1);
    let mut runs: Vec<Run> = Vec::new();
    for number in 0..end {
        let outcome = outcome(spec, &policy, arch, number);
        let counted = usize::from(asked.contains(&number));
        match runs.last_mut() {
            Some(run) if run.outcome == outcome => {
                run.numbers += 1;
                run.counted += counted;
            }
            _ => runs.push(Run { outcome, numbers: 1, counted }),
        }
    }
    best(&runs) as f64 / asked.len() as f64 + BESIDES
}

fn outcome(spec: &Spec, policy: &Policy, arch: Arch, number: u32) -> Outcome {
    let is_checked = spec
        .calls
        .iter()
        .any(|ruled| !ruled.cases.is_empty() && ruled.call.number(arch) == Some(number));
    match is_checked {
        true => Outcome::Checked(number),
        false => {
            let nr = number.cast_signed();
            Outcome::Verdict(evaluate(policy, &Call { nr, arch: arch.token(), ..Call::default() }))
        }
    }
}

/// The least sum of tests over all counted numbers, by dynamic programming over all parts of the list.
fn best(runs: &[Run]) -> usize {
    let count = runs.len();
    let mut sums = vec![0];
    for run in runs {
        sums.push(sums[sums.len() - 1] + run.counted);
    }
    let mut best = vec![vec![0; count]; count];
    for length in 2..=count {
        for first in 0..=count - length {
            let last = first + length - 1;
            let cut = (first..last).map(|cut| best[first][cut] + best[cut + 1][last]).min();
            let tests = sums[last + 1] - sums[first] + cut.unwrap();
            best[first][last] = tests.min(row(&runs[first..=last]).unwrap_or(tests));
        }
    }
    best[0][count - 1]
}

/// The tests where all that differ from the rest are single numbers, asked for one by one, the most
/// counted first.
fn row(runs: &[Run]) -> Option<usize> {
    if runs.len() > 2 * ROW + 1 {
        return None;
    }
    let rests = runs.iter().map(|run| run.outcome);
    rests
        .filter_map(|rest| {
            let mut singles: Vec<&Run> = runs.iter().filter(|run| run.outcome != rest).collect();
            if singles.len() > ROW || singles.iter().any(|run| run.numbers > 1) {
                return None;
            }
            singles.sort_by_key(|run| std::cmp::Reverse(run.counted));
            let asked: usize =
                singles.iter().zip(1..).map(|(run, place)| run.counted * place).sum();
            let left = runs.iter().filter(|run| run.outcome == rest).map(|run| run.counted);
            Some(asked + left.sum::<usize>() * singles.len())
        })
        .min()
}
