//! How long the kernel takes to load a program: it checks and translates it, and runs its emulator for
//! every number.

use crate::calling::{RET_ALLOW, UNCACHED};
use crate::child::{in_child, ret_allow, ret_allow_uncached, time_to_attach};
use crate::peers::{PROGRAMS, prepare};
use crate::policies::{built_in, container, ints, values};
use crate::results::Run;
use nucleus_seccomp::bpf::Program;

pub const ATTACH: &str = "attach";
pub const MEDIAN: &str = "attach, median";

pub fn measure(run: &mut Run, rounds: usize) {
    let mut all: Vec<(String, &str, Program, Vec<f64>)> = Vec::new();
    for spec in [built_in(), container(), values(1000), ints(1000)] {
        let mut add = |name, program| all.push((spec.name.clone(), name, program, Vec::new()));
        add(RET_ALLOW, ret_allow());
        add(UNCACHED, ret_allow_uncached());
        for peer in PROGRAMS {
            if let Some(Ok(program)) = prepare(peer, &spec).map(|work| work.program()) {
                add(peer, program);
            }
        }
    }
    for _ in 0..rounds {
        for (policy, peer, program, times) in &mut all {
            let time = in_child(1, |number| number[0] = time_to_attach(program));
            times.push(time.unwrap_or_else(|| panic!("{policy} by {peer}: died"))[0]);
        }
    }
    for (policy, peer, _, mut times) in all {
        times.sort_by(f64::total_cmp);
        run.add(ATTACH, &policy, peer, times[0], "µs");
        run.add(MEDIAN, &policy, peer, times[times.len() / 2], "µs");
    }
}
