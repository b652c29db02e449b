//! From names to a program: how long, and how it grows.

use crate::peers::{MAKERS, Work, prepare};
use crate::policies::{built_in, calls, container, ints, runs, values};
use crate::results::Run;
use crate::spec::Spec;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::prove::prove;
use std::time::{Duration, Instant};

pub const MAKE: &str = "make";
pub const MEDIAN: &str = "make, median";
pub const GROWTH: [&str; 2] = ["growth, compile", "growth, prove"];

/// The policy for which the figures of that name are.
pub fn spec_named(name: &str) -> Spec {
    let count = || name.split_whitespace().next().unwrap().parse().unwrap();
    match name {
        "built-in" => built_in(),
        "container" => container(),
        _ if name.ends_with("values") => values(count()),
        _ => ints(count()),
    }
}

/// What one repetition took in each round, in µs.
struct Timed {
    policy: String,
    peer: &'static str,
    work: Box<dyn Work>,
    /// Repetitions a round: short ones are timed together.
    repeat: u32,
    times: Vec<f64>,
}

impl Timed {
    /// Also says how long one takes, to know how many to time together.
    fn new(policy: &str, peer: &'static str, work: Box<dyn Work>) -> Result<Self, String> {
        const ROUND: Duration = Duration::from_millis(1);
        work.make()?;
        let start = Instant::now();
        work.make()?;
        let one = start.elapsed().max(Duration::from_micros(1));
        let repeat = u32::try_from(ROUND.as_micros() / one.as_micros()).unwrap().max(1);
        Ok(Self { policy: policy.to_owned(), peer, work, repeat, times: Vec::new() })
    }

    fn round(&mut self) {
        let start = Instant::now();
        (0..self.repeat).for_each(|_| self.work.make().unwrap());
        self.times.push(micros(start.elapsed()) / f64::from(self.repeat));
    }

    /// Slow ones get fewer rounds, but a dozen: of too few the shortest is not short.
    fn is_over(&self) -> bool {
        const ENOUGH: f64 = 500_000.0;
        self.times.len() >= 12 && self.times.iter().sum::<f64>() * f64::from(self.repeat) > ENOUGH
    }
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}

pub fn measure(run: &mut Run, rounds: usize) {
    let mut all = Vec::new();
    for spec in [built_in(), container(), values(10), values(100), values(1000), ints(1000)] {
        for peer in MAKERS {
            let Some(work) = prepare(peer, &spec) else { continue };
            if let Some(left_out) = work.left_out() {
                run.note("left out", format!("{}, {peer}: {left_out}", spec.name));
            }
            match Timed::new(&spec.name, peer, work) {
                Ok(timed) => all.push(timed),
                Err(error) => run.note("make", format!("{}: {peer} gives up: {error}", spec.name)),
            }
        }
    }
    for _ in 0..rounds {
        all.iter_mut().filter(|timed| !timed.is_over()).for_each(Timed::round);
    }
    for Timed { policy, peer, mut times, .. } in all {
        times.sort_by(f64::total_cmp);
        run.add(MAKE, &policy, peer, times[0], "µs");
        run.add(MEDIAN, &policy, peer, times[times.len() / 2], "µs");
    }
}

/// How compiling and proving grow with the number of rules.
pub fn growth(run: &mut Run) {
    let mut row = |kind: &str, count: usize, policy: &Policy| {
        let policy_name = format!("{count} {kind}");
        match compile(policy) {
            Ok(program) => {
                let compiling = shortest(|| drop(compile(policy)));
                let proving = shortest(|| drop(prove(policy, program.clone()).unwrap()));
                for (figure, time) in GROWTH.into_iter().zip([compiling, proving]) {
                    run.add(figure, &policy_name, kind, time, "µs");
                }
            }
            Err(error) => run.note("growth", format!("{policy_name}: {error}")),
        }
    };
    for count in [10, 30, 100, 300, 1000, 2000] {
        row("values", count, &values(count as u64).policy());
        row("ints", count, &ints(count as u64).policy());
    }
    for count in [10, 30, 100, 300, 1000, 1800] {
        row("calls", count, &calls(count));
    }
    for count in [10, 30, 100, 300, 1000, 2000, 5000] {
        row("in runs", count, &runs(count as u64).policy());
    }
}

/// The shortest of eight runs or of a tenth of a second: what is left when nothing else wants the
/// processor.
fn shortest(mut body: impl FnMut()) -> f64 {
    const ENOUGH: Duration = Duration::from_millis(100);
    const RUNS: usize = 8;
    let begin = Instant::now();
    let mut least = f64::MAX;
    let mut done = 0;
    while begin.elapsed() < ENOUGH || done < RUNS {
        done += 1;
        let start = Instant::now();
        body();
        least = least.min(micros(start.elapsed()));
    }
    least
}
