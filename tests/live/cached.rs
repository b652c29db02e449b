//! What we say the kernel answers from its bitmap, it answers without running the program; and what
//! we say it does not, it runs.
//!
//! No figure of the kernel's says which is which, but time does. In front of the program stand
//! thousands of instructions that change nothing and that the kernel's emulator knows, and the whole
//! is loaded several times over: a call that runs it takes microseconds longer, ten times what it
//! takes by itself. So the two can't be taken for each other, on any machine and under any load: of
//! each call the shortest of many tries counts, and who is interrupted tries again.

#![allow(unsafe_code, reason = "forks, and makes raw system calls")]

use std::ffi::CStr;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use crate::shared::shared;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Opcode, Program, is_constant_allow, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::kernel::{Loadable, Options, load};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width};
use nucleus_seccomp::syscall::Syscall;

/// A call that does nothing, or fails at once.
struct Harmless {
    name: &'static str,
    args: [u64; 3],
}

const fn harmless(name: &'static str, args: [u64; 3]) -> Harmless {
    Harmless { name, args }
}

/// No descriptor, no process, no resource, no signal.
const NONE: u64 = u64::MAX;

/// Calls of every architecture, spread over the numbers.
#[rustfmt::skip]
const HARMLESS: [Harmless; 46] = [
    harmless("getppid", [0, 0, 0]),
    harmless("getpid", [0, 0, 0]),
    harmless("gettid", [0, 0, 0]),
    harmless("getuid", [0, 0, 0]),
    harmless("geteuid", [0, 0, 0]),
    harmless("getgid", [0, 0, 0]),
    harmless("getegid", [0, 0, 0]),
    harmless("getsid", [0, 0, 0]),
    harmless("getpgid", [0, 0, 0]),
    harmless("getgroups", [0, 0, 0]),
    harmless("close", [NONE, 0, 0]),
    harmless("dup", [NONE, 0, 0]),
    harmless("dup3", [NONE, NONE, 0]),
    harmless("read", [NONE, 0, 0]),
    harmless("write", [NONE, 0, 0]),
    harmless("pread64", [NONE, 0, 0]),
    harmless("pwrite64", [NONE, 0, 0]),
    harmless("readv", [NONE, 0, 0]),
    harmless("writev", [NONE, 0, 0]),
    harmless("lseek", [NONE, 0, 0]),
    harmless("fsync", [NONE, 0, 0]),
    harmless("fdatasync", [NONE, 0, 0]),
    harmless("fchdir", [NONE, 0, 0]),
    harmless("fchmod", [NONE, 0, 0]),
    harmless("fchown", [NONE, 0, 0]),
    harmless("ftruncate", [NONE, 0, 0]),
    harmless("fallocate", [NONE, 0, 0]),
    harmless("flock", [NONE, 0, 0]),
    harmless("fcntl", [NONE, 1, 0]),
    harmless("ioctl", [NONE, 0, 0]),
    harmless("getdents64", [NONE, 0, 0]),
    harmless("readahead", [NONE, 0, 0]),
    harmless("syncfs", [NONE, 0, 0]),
    harmless("vmsplice", [NONE, 0, 0]),
    harmless("inotify_rm_watch", [NONE, 0, 0]),
    harmless("timerfd_gettime", [NONE, 0, 0]),
    harmless("getpriority", [NONE, 0, 0]),
    harmless("setpriority", [NONE, 0, 0]),
    harmless("sched_get_priority_max", [NONE, 0, 0]),
    harmless("sched_get_priority_min", [NONE, 0, 0]),
    harmless("personality", [0xffff_ffff, 0, 0]),
    harmless("tgkill", [0, 0, 0]),
    harmless("listen", [NONE, 0, 0]),
    harmless("shutdown", [NONE, 0, 0]),
    harmless("accept4", [NONE, 0, 0]),
    harmless("getsockname", [NONE, 0, 0]),
];

impl Harmless {
    fn number(&self, arch: Arch) -> u32 {
        let number = Syscall::named("test", self.name).unwrap().number(arch);
        number.unwrap_or_else(|| panic!("{arch} has no {}", self.name))
    }
}

/// An errno that none of these calls comes to by itself.
const REFUSED: Action = Action::errno(1234);

/// Some of the calls allowed whatever their arguments, some by their arguments, some refused, and
/// neighbours as different as can be.
fn mixed(turn: usize) -> Policy {
    let mut policy = Policy::new(REFUSED);
    for name in ["exit_group", "clock_gettime", "prctl", "seccomp"] {
        policy.allow(name).unwrap();
    }
    for (index, call) in HARMLESS.iter().enumerate() {
        let condition = |argument, operator, width, value| {
            Condition::new("test", argument, operator, width, value, 0).unwrap()
        };
        let conditions = match (index + turn) % 5 {
            0 | 1 => vec![],
            2 => vec![condition(0, Operator::Ne, Width::Bits64, 0x1_0000_0007)],
            3 => vec![
                condition(1, Operator::Ge, Width::Bits32, 0),
                condition(2, Operator::Le, Width::Bits64, 0xffff),
                condition(0, Operator::Ne, Width::Bits32, 12345),
            ],
            _ => continue,
        };
        policy.add_rule(call.name, Rule::new(Action::ALLOW, conditions)).unwrap();
    }
    policy
}

/// How often a program is loaded. A thread's filters may have 32768 instructions in all
/// (`MAX_INSNS_PER_PATH` of `kernel/seccomp.c`).
const TIMES: usize = 5;

/// The program behind as many instructions as there is room for. They wait for each other, and go by
/// the kernel's emulator.
fn delayed(program: &[Instruction]) -> Program {
    let mut all = vec![Instruction::plain(Opcode::And, u32::MAX); Program::LONGEST - program.len()];
    all.extend_from_slice(program);
    Program::new(all).unwrap()
}

// ---- in a child ----

const MOST: usize = 64;

/// What a child and its parent share.
struct Shared {
    /// How many calls were timed.
    done: AtomicUsize,
    picoseconds: [AtomicU64; MOST],
    results: [AtomicI64; MOST],
}

impl Shared {
    fn new() -> &'static Self {
        // SAFETY: atomics, of which 0 is a value.
        unsafe { shared() }
    }
}

/// Times the calls in a child under these programs: nanoseconds and the result, of each.
fn timed(programs: &[&Program], calls: &[(u32, [u64; 3])], shared: &Shared) -> Vec<(f64, i64)> {
    assert!(calls.len() <= MOST);
    shared.done.store(0, Relaxed);
    // SAFETY: the child does only what is safe after a fork in a process with threads: it loads the
    // program, makes raw calls, looks at the clock and writes to shared memory.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let load = |program| load(Loadable::Trusted(program), Options::default()).is_ok();
        if programs.iter().copied().all(load) {
            for (index, call) in calls.iter().enumerate() {
                let (time, result) = shortest(call);
                shared.picoseconds[index].store(time, Relaxed);
                shared.results[index].store(result, Relaxed);
            }
            shared.done.store(calls.len(), Relaxed);
        }
        // SAFETY: ends the child without running what the parent registered.
        unsafe { libc::_exit(0) };
    }
    assert!(child > 0, "fork");
    // SAFETY: waits for the child just made, and wants no status.
    assert_eq!(unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) }, child);
    assert_eq!(shared.done.load(Relaxed), calls.len(), "the child died");
    (0..calls.len())
        .map(|index| {
            let time = shared.picoseconds[index].load(Relaxed);
            (time as f64 / 1000.0, shared.results[index].load(Relaxed))
        })
        .collect()
}

/// The shortest of many batches, each too short to be interrupted every time; for one call, in
/// picoseconds.
fn shortest(&(number, [a, b, c]): &(u32, [u64; 3])) -> (u64, i64) {
    const BATCHES: usize = 40;
    const CALLS: u32 = 8;
    let (mut least, mut result) = (u64::MAX, 0);
    for _ in 0..BATCHES {
        let start = Instant::now();
        for _ in 0..CALLS {
            // SAFETY: these calls do nothing, or fail: no memory is named that anybody uses.
            result = unsafe { libc::syscall(number.into(), a, b, c, 0, 0, 0) };
        }
        let nanoseconds = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX / 1000);
        least = least.min(nanoseconds * 1000 / u64::from(CALLS));
    }
    // SAFETY: libc's location of this thread's errno is always valid to read.
    let errno = unsafe { *libc::__errno_location() };
    (least, if result == -1 { -i64::from(errno) } else { result })
}

// ---- in the parent ----

/// The architecture of this machine, if its kernel keeps the bitmap.
fn with_bitmap() -> Option<Arch> {
    let arch = Arch::native()?;
    // SAFETY: plain arrays of bytes, of which all zeros are a value.
    let mut names: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: writes to the struct given, and ends every text in it with a 0.
    assert_eq!(unsafe { libc::uname(&raw mut names) }, 0);
    // SAFETY: the kernel ends the text with a 0.
    let release = unsafe { CStr::from_ptr(names.release.as_ptr()) }.to_str().unwrap();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    if (next(), next()) < (5, 11) {
        println!("skipped: Linux {release} has no bitmap of calls, 5.11 was the first");
        return None;
    }
    if !arch.has_bitmap() {
        println!("skipped: Linux keeps no bitmap of calls on {arch}");
        return None;
    }
    Some(arch)
}

/// Whether the program was run for a call that took `time`, where it takes `floor` under a filter
/// that is never run.
fn was_run(what: &str, time: f64, floor: f64) -> bool {
    let times = time / floor;
    let shown = format!("{what}: {time:.0} ns, {times:.1} times what RET ALLOW takes");
    assert!(!(2.0..=5.0).contains(&times), "neither run nor not: {shown}");
    times > 5.0
}

#[test]
fn what_is_reported_cached_is_what_the_kernel_does_not_run() {
    let Some(arch) = with_bitmap() else { return };
    let shared = Shared::new();
    let calls = HARMLESS.map(|call| (call.number(arch), call.args));
    let allow = Program::new(vec![Instruction::plain(Opcode::Return, Action::ALLOW.to_raw())]);
    let floors = timed(&[&allow.unwrap()], &calls, shared);
    // What takes long by itself does not take many times that with the program.
    let quickest = floors.iter().map(|(time, _)| *time).min_by(f64::total_cmp).unwrap();
    let (mut cached, mut checked, mut refused) = (0, 0, 0);
    for turn in 0..5 {
        let policy = mixed(turn);
        let program = delayed(compile(&policy).unwrap().instructions());
        for (index, (time, result)) in
            timed(&[&program; TIMES], &calls, shared).into_iter().enumerate()
        {
            let ((nr, [a, b, c]), (floor, by_itself)) = (calls[index], floors[index]);
            let name = HARMLESS[index].name;
            if floor > 2.0 * quickest {
                continue;
            }
            let call = Call {
                nr: nr.cast_signed(),
                arch: arch.token(),
                args: [a, b, c, 0, 0, 0],
                ..Call::default()
            };
            let value = run(&program, &call, arch.big_endian()).value;
            let is_allowed = value == Action::ALLOW.to_raw();
            let expected = if is_allowed { by_itself } else { -i64::from(REFUSED.data()) };
            // Nobody's parent changes here, and what fails fails alike; ids are those of a child.
            let is_id = ["getpid", "gettid"].contains(&name) && is_allowed;
            assert!(result == expected || is_id, "{name}: {result}, not {expected}");
            let reported = is_constant_allow(&program, arch.token(), nr);
            assert_eq!(was_run(name, time, floor), !reported, "{name}: cached {reported}");
            match (reported, is_allowed) {
                (true, _) => cached += 1,
                (false, true) => checked += 1,
                (false, false) => refused += 1,
            }
        }
    }
    println!(
        "{cached} calls were not run, {checked} allowed by their arguments and {refused} refused"
    );
    assert!(cached > 60 && checked > 60 && refused > 30);
}

/// Every operation that the kernel takes, on the way to ALLOW.
#[test]
fn each_operation_is_cached_or_not_as_reported() {
    // They would return what is in A, and kill the child for a division by X, which is 0. Both need
    // an operation in front of them that the emulator does not know either.
    const NOT_ALONE: [u16; 2] = [0x16, 0x3c];
    let Some(arch) = with_bitmap() else { return };
    let shared = Shared::new();
    let calls = [(HARMLESS[0].number(arch), HARMLESS[0].args)];
    let allow = Instruction::plain(Opcode::Return, Action::ALLOW.to_raw());
    let floor = timed(&[&Program::new(vec![allow]).unwrap()], &calls, shared)[0].0;
    let (mut known, mut all) = (Vec::new(), 0);
    for code in (0..=0xff).filter(|code| !NOT_ALONE.contains(code)) {
        // Words of a call's data; anything that fits; ALLOW.
        let operands = match code {
            0x20 => vec![0, 4, 8, 16, 60],
            0x06 => vec![allow.k],
            _ if code & 7 == 4 => vec![1],
            _ => vec![0],
        };
        for k in operands {
            let tail = [Instruction { code, jt: 0, jf: 0, k }, allow];
            if Program::new(tail.to_vec()).is_err() {
                continue; // no operation, or a word that nobody wrote
            }
            let program = delayed(&tail);
            let reported = is_constant_allow(&program, arch.token(), calls[0].0);
            let what = format!("code {code:#04x} with {k:#x}");
            let (time, _) = timed(&[&program; TIMES], &calls, shared)[0];
            assert_eq!(was_run(&what, time, floor), !reported, "{what}: cached {reported}");
            known.extend(reported.then_some((code, k)));
            all += 1;
        }
    }
    println!("of {all} operations the kernel's emulator knows {known:x?}");
    assert_eq!((known.len(), all), (9, 41));
}

/// A call is cached if every filter of the thread has it cached, whichever was loaded first.
#[test]
fn one_filter_keeps_a_call_from_being_cached() {
    let Some(arch) = with_bitmap() else { return };
    let shared = Shared::new();
    let [looked_at, other] = [0, 3].map(|index| HARMLESS[index].number(arch));
    let calls = [looked_at, other].map(|number| (number, [0; 3]));
    let allow = Instruction::plain(Opcode::Return, Action::ALLOW.to_raw());
    let all = delayed(&[allow]);
    let looks = Program::new(vec![
        Instruction::plain(Opcode::Load, 0),
        Instruction::branch(Opcode::IfEqual, looked_at, 0, 1),
        Instruction::plain(Opcode::Load, 16),
        allow,
    ]);
    let looks = looks.unwrap();
    let floors = timed(&[&Program::new(vec![allow]).unwrap()], &calls, shared);
    for place in 0..=TIMES {
        let mut programs = vec![&all; TIMES];
        programs.insert(place, &looks);
        let times = timed(&programs, &calls, shared);
        for ((number, _), ((time, _), (floor, _))) in calls.iter().zip(times.iter().zip(&floors)) {
            let what = format!("{number} under the one that looks in place {place}");
            assert_eq!(was_run(&what, *time, *floor), *number == looked_at, "{what}");
        }
    }
}
