//! What a filter costs: to make, and on every call. `make bench` runs it.
//!
//! Figures of one run are comparable with each other, hardly with those of another machine: read the
//! ratios. Prints tables, and writes target/bench/results.json.

#![allow(missing_docs, reason = "a program")]
#![allow(unsafe_code, reason = "forks and times raw system calls")]

mod policies;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{is_constant_allow, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::kernel::{Options, load};
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::policy::builtin::{ALLOWED, Row};
use nucleus_seccomp::prove::{Proven, prove};
use nucleus_seccomp::syscall::Syscall;
use policies::{built_in, calls, container, values};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use serde::Serialize;

#[derive(Serialize)]
struct Figure {
    figure: String,
    policy: String,
    subject: String,
    value: f64,
    unit: &'static str,
}

fn main() {
    let mut figures = Vec::new();
    making(&mut figures);
    growth(&mut figures);
    calling(&mut figures);
    std::fs::create_dir_all("target/bench").unwrap();
    let json = serde_json::to_string(&figures).unwrap();
    std::fs::write("target/bench/results.json", json).unwrap();
}

/// The shortest of many runs: what is left when nothing else wanted the processor.
fn shortest<T>(mut body: impl FnMut() -> T) -> Duration {
    let time = |body: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        black_box(body());
        start.elapsed()
    };
    (0..300).map(|_| time(&mut body)).min().unwrap()
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}

fn proven(policy: &Policy) -> Proven {
    prove(policy, compile(policy).unwrap()).unwrap()
}

/// The time from names to a program.
fn making(figures: &mut Vec<Figure>) {
    let names: Vec<&str> = ALLOWED.iter().flat_map(Row::names).collect();
    let allow_only = || {
        let mut policy = Policy::new(Action::errno(1));
        names.iter().for_each(|name| policy.allow(name).unwrap());
        policy
    };
    let theirs = || -> BpfProgram {
        let number = |name: &&str| Syscall::named("bench", name).ok()?.number(Arch::X86_64);
        let rules = names.iter().filter_map(number).map(|nr| (i64::from(nr), vec![])).collect();
        let (no, yes) = (SeccompAction::Errno(1), SeccompAction::Allow);
        let target = TargetArch::x86_64;
        SeccompFilter::new(rules, no, yes, target).unwrap().try_into().unwrap()
    };
    let built = built_in();
    let program = compile(&built).unwrap();
    println!("\nfrom names to a program, µs, shortest of 300");
    let rows = [
        ("built-in", "policy alone", shortest(built_in)),
        ("built-in", "and compiled", shortest(|| compile(&built_in()))),
        ("built-in", "and proven", shortest(|| proven(&built_in()))),
        ("container", "policy alone", shortest(container)),
        ("container", "and compiled", shortest(|| compile(&container()))),
        ("container", "and proven", shortest(|| proven(&container()))),
        ("allow list", "and compiled", shortest(|| compile(&allow_only()))),
        ("allow list", "and proven", shortest(|| proven(&allow_only()))),
        ("allow list", "seccompiler", shortest(theirs)),
    ];
    for (policy, subject, time) in rows {
        println!("  {policy:12} {subject:14} {:9.1}", micros(time));
        figures.push(Figure {
            figure: "make".into(),
            policy: policy.into(),
            subject: subject.into(),
            value: micros(time),
            unit: "us",
        });
    }
    println!(
        "  instructions: built-in {}, container {} on three architectures, allow list {}, \
         seccompiler {}",
        program.instructions().len(),
        compile(&container()).unwrap().instructions().len(),
        compile(&allow_only()).unwrap().instructions().len(),
        theirs().len()
    );
}

/// How compiling and proving grow with the number of rules.
fn growth(figures: &mut Vec<Figure>) {
    let mut row = |kind: &str, count: usize, policy: Policy| {
        let compiling = micros(shortest(|| compile(&policy)));
        let program = compile(&policy).unwrap();
        let proving = micros(shortest(|| prove(&policy, program.clone())));
        let length = program.instructions().len();
        println!("  {count:5} {kind} {compiling:9.1} {proving:10.1} {length:7}");
        for (subject, value) in [("compile", compiling), ("prove", proving)] {
            let (figure, policy) = ("growth".into(), format!("{count} {kind}"));
            figures.push(Figure { figure, policy, subject: subject.into(), value, unit: "us" });
        }
    };
    println!("\n  rules                compile      prove  instructions   (µs, shortest of 300)");
    for count in [10, 30, 100, 300, 1000, 2000] {
        row("values of one arg", count, values(count as u64));
    }
    for count in [10, 30, 100, 300, 1000, 1800] {
        row("calls, an arg each", count, calls(count));
    }
}

/// A system call to time.
struct Timed {
    name: &'static str,
    number: libc::c_long,
    args: [libc::c_ulong; 3],
}

const TIMED: [Timed; 4] = [
    Timed { name: "getppid", number: libc::SYS_getppid, args: [0, 0, 0] },
    Timed { name: "mprotect", number: libc::SYS_mprotect, args: [0, 0, 1] },
    Timed { name: "ioctl", number: libc::SYS_ioctl, args: [u64::MAX, 0x5401, 0] },
    Timed { name: "clone3", number: libc::SYS_clone3, args: [0, 0, 0] },
];

/// The cost of a call, in a child for each filter, in turn.
fn calling(figures: &mut Vec<Figure>) {
    const ROUNDS: usize = 15;
    let mut everything = Policy::new(Action::ALLOW);
    everything.attributes_mut().bad_arch = Action::ALLOW;
    let subjects: [(&str, Option<Proven>); 3] = [
        ("no filter", None),
        ("RET ALLOW", Some(proven(&everything))),
        ("built-in", Some(proven(&built_in()))),
    ];
    let mut times: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        for (subject, (_, filter)) in subjects.iter().enumerate() {
            for (call, nanos) in in_child(filter.as_ref()).into_iter().enumerate() {
                times.entry((call, subject)).or_default().push(nanos);
            }
        }
    }
    println!(
        "\nns a call, shortest (median) of {ROUNDS} rounds, and instructions run by the built-in"
    );
    print!("  {:10}", "");
    subjects.iter().for_each(|(name, _)| print!("{name:>16}"));
    println!();
    let built = &subjects[2].1.as_ref().unwrap();
    for (index, timed) in TIMED.iter().enumerate() {
        print!("  {:10}", timed.name);
        for (subject, (name, _)) in subjects.iter().enumerate() {
            let all = times.get_mut(&(index, subject)).unwrap();
            all.sort_by(f64::total_cmp);
            print!("{:9.1} ({:4.0})", all[0], all[all.len() / 2]);
            figures.push(Figure {
                figure: "call".into(),
                policy: timed.name.into(),
                subject: (*name).into(),
                value: all[0],
                unit: "ns",
            });
        }
        println!("   {}", steps(built, timed));
    }
}

/// How many instructions a call runs, or that the kernel answers it without.
fn steps(filter: &Proven, timed: &Timed) -> String {
    let Some(arch) = Arch::native() else { return String::new() };
    let nr = i32::try_from(timed.number).unwrap();
    if is_constant_allow(filter.program(), arch.token(), nr.cast_unsigned()) {
        return "cached".into();
    }
    let [a, b, c] = timed.args;
    let call = Call { nr, arch: arch.token(), instruction_pointer: 0, args: [a, b, c, 0, 0, 0] };
    run(filter.program(), &call, arch.big_endian()).steps.to_string()
}

/// Forks, loads the filter, and times every call there.
fn in_child(filter: Option<&Proven>) -> [f64; TIMED.len()] {
    let mut ends = [0; 2];
    // SAFETY: pipe(2) writes two descriptors, for which there is room.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: this program has one thread, so the child may do anything.
    if unsafe { libc::fork() } == 0 {
        if let Some(filter) = filter {
            load(filter, Options::default()).unwrap();
        }
        let times = TIMED.map(|timed| time(&timed));
        // SAFETY: the array is plain numbers, and lives through the call.
        unsafe { libc::write(ends[1], times.as_ptr().cast(), size_of_val(&times)) };
        // SAFETY: ends the child without running what the parent registered.
        unsafe { libc::_exit(0) };
    }
    let mut times = [0.0; TIMED.len()];
    // SAFETY: reads plain numbers into an array of them.
    let length = unsafe { libc::read(ends[0], times.as_mut_ptr().cast(), size_of_val(&times)) };
    assert_eq!(usize::try_from(length), Ok(size_of_val(&times)), "the child died");
    // SAFETY: waits for the child and closes what was opened here.
    unsafe {
        libc::wait(std::ptr::null_mut());
        libc::close(ends[0]);
        libc::close(ends[1]);
    }
    times
}

fn time(timed: &Timed) -> f64 {
    const CALLS: u32 = 50_000;
    let [a, b, c] = timed.args;
    let start = Instant::now();
    for _ in 0..CALLS {
        // SAFETY: chosen to fail or to do nothing: no memory is named that anybody uses.
        unsafe { libc::syscall(timed.number, a, b, c) };
    }
    start.elapsed().as_nanos() as f64 / f64::from(CALLS)
}
