//! What a filter costs, beside its peers: `make bench` runs it.
//!
//! Figures of one run are comparable with each other, hardly with those of another machine: read the
//! ratios. Prints tables, and writes target/bench/results.json; with `--docs` it measures nothing and
//! writes docs/benchmarks.md from that.

#![allow(missing_docs, missing_debug_implementations, reason = "a program")]
#![allow(unsafe_code, reason = "forks, calls C libraries and makes raw system calls")]

mod agree;
mod attach;
mod calling;
mod child;
mod docs;
mod floor;
mod instructions;
mod machine;
mod making;
mod memory;
mod peers;
mod plot;
mod policies;
mod results;
mod spec;
mod steps;
mod tables;
mod targets;

use nucleus_seccomp::arch::Arch;
use results::Run;
use std::time::Instant;

fn main() {
    // cargo adds --bench.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => measure(),
        ["--docs"] => docs::write(&Run::read()),
        ["--heap"] => memory::count_heap(),
        ["--make", policy, peer, times] => instructions::make(policy, peer, times),
        other => panic!("unknown: {other:?}"),
    }
}

fn measure() {
    if Arch::native() != Some(Arch::X86_64) {
        return println!("left out: the policies that are measured are for x86_64");
    }
    let built_in = policies::built_in();
    assert!(
        peers::prepare(peers::OURS, &built_in).is_some(),
        "the library is not staged: make stage"
    );
    let begin = Instant::now();
    let mut run = Run { machine: machine::facts(), ..Run::default() };
    if peers::prepare(peers::LEVEL_2, &built_in).is_none() {
        run.note("left out", "libseccomp: it is not installed (tests/setup.sh bench)");
    }
    let parts: [(&str, &dyn Fn(&mut Run)); 8] = [
        ("programs", &steps::measure),
        ("making them", &|run| making::measure(run, 80)),
        ("growth", &making::growth),
        ("instructions", &instructions::measure),
        ("attaching", &|run| attach::measure(run, 80)),
        ("the heap", &memory::heap),
        ("files", &memory::weigh),
        ("calls", &|run| calling::measure(run, 45)),
    ];
    for (name, measure) in parts {
        let start = Instant::now();
        println!("measuring {name}");
        measure(&mut run);
        println!("  {:.1} s", start.elapsed().as_secs_f64());
    }
    run.write();
    tables::all(&run).iter().for_each(|table| table.print());
    targets::print(&run);
    println!("\n{:.0} s in all", begin.elapsed().as_secs_f64());
}
