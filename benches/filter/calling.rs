//! What a call costs under a filter.

use crate::child::{attach, in_child, ret_allow, ret_allow_uncached, ret_errno};
use crate::peers::{PROGRAMS, prepare};
use crate::policies::{built_in, container};
use crate::results::Run;
use crate::spec::Spec;
use nucleus_seccomp::bpf::Program;
use std::time::Instant;

pub const NO_FILTER: &str = "no filter";
pub const RET_ALLOW: &str = "RET ALLOW";
pub const UNCACHED: &str = "uncached RET ALLOW";
pub const RET_ERRNO: &str = "RET ERRNO";

/// Which floor a call is measured against.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Allowed whatever its arguments, so that the kernel answers without the program.
    Cached,
    /// Allowed by its arguments.
    Checked,
    /// Refused with an errno.
    Refused,
}

impl Class {
    pub const fn floor(self) -> &'static str {
        match self {
            Self::Cached => RET_ALLOW,
            Self::Checked => UNCACHED,
            Self::Refused => RET_ERRNO,
        }
    }
}

/// A system call to time, which fails or does nothing.
pub struct Timed {
    pub policy: &'static str,
    pub name: &'static str,
    pub class: Class,
    number: libc::c_long,
    args: [libc::c_ulong; 3],
}

const fn timed(
    policy: &'static str,
    name: &'static str,
    class: Class,
    number: libc::c_long,
    args: [libc::c_ulong; 3],
) -> Timed {
    Timed { policy, name, class, number, args }
}

use Class::{Cached, Checked, Refused};

/// Socket types have none of the upper bits; no file is open as the last descriptor; no limit has the
/// number 99.
#[rustfmt::skip]
pub const TIMED: [Timed; 11] = [
    timed("built-in", "getppid", Cached, libc::SYS_getppid, [0, 0, 0]),
    timed("built-in", "mprotect", Checked, libc::SYS_mprotect, [0, 0, 1]),
    timed("built-in", "ioctl", Checked, libc::SYS_ioctl, [u64::MAX, 0x5401, 0]),
    timed("built-in", "prctl", Checked, libc::SYS_prctl, [3, 0, 0]),
    timed("built-in", "prlimit64", Checked, libc::SYS_prlimit64, [0, 99, 0]),
    timed("built-in", "socket", Checked, libc::SYS_socket, [1, 0x7fff_0001, 0]),
    timed("built-in", "clone3", Refused, libc::SYS_clone3, [0, 0, 0]),
    timed("container", "getppid", Cached, libc::SYS_getppid, [0, 0, 0]),
    timed("container", "personality", Checked, libc::SYS_personality, [0xffff_ffff, 0, 0]),
    timed("container", "socket", Checked, libc::SYS_socket, [1, 0x7fff_0001, 0]),
    timed("container", "swapon", Refused, libc::SYS_swapon, [0, 0, 0]),
];

/// How many times each filter is loaded.
pub const DEPTHS: [usize; 3] = [1, 2, 4];

pub fn figure(name: &str, depth: usize) -> String {
    format!("call {name} x{depth}")
}

struct Subject {
    policy: &'static str,
    depth: usize,
    name: &'static str,
    program: Option<Program>,
}

fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (policy, spec) in [("built-in", built_in()), ("container", container())] {
        let refused = TIMED.iter().find(|t| t.policy == policy && t.class == Refused).unwrap();
        let refused = u32::try_from(refused.number).unwrap();
        for depth in DEPTHS.into_iter().filter(|depth| *depth == 1 || policy == "built-in") {
            let mut add = |name, program| {
                subjects.push(Subject { policy, depth, name, program });
            };
            add(NO_FILTER, None);
            add(RET_ALLOW, Some(ret_allow()));
            add(UNCACHED, Some(ret_allow_uncached()));
            add(RET_ERRNO, Some(ret_errno(refused, 1)));
            // To be loaded again it has to allow that.
            let spec: Spec = match depth {
                1 => spec.clone(),
                _ => spec.clone().allowing("seccomp"),
            };
            for peer in PROGRAMS {
                if let Some(work) = prepare(peer, &spec) {
                    add(peer, Some(work.program().unwrap()));
                }
            }
        }
    }
    subjects
}

pub fn measure(run: &mut Run, rounds: usize) {
    let subjects = subjects();
    let of = |subject: &Subject| -> Vec<&Timed> {
        TIMED.iter().filter(|timed| timed.policy == subject.policy).collect()
    };
    let mut times: Vec<Vec<Vec<f64>>> = Vec::new();
    for subject in &subjects {
        times.push(vec![Vec::with_capacity(rounds); of(subject).len()]);
    }
    for _ in 0..rounds {
        for (subject, times) in subjects.iter().zip(&mut times) {
            let timed = of(subject);
            let found = in_child(timed.len(), |numbers| {
                (0..subject.depth).for_each(|_| subject.program.iter().for_each(attach));
                for (number, timed) in numbers.iter_mut().zip(&timed) {
                    *number = nanos(timed);
                }
            });
            let found = found
                .unwrap_or_else(|| panic!("died under {} for {}", subject.name, subject.policy));
            times.iter_mut().zip(found).for_each(|(times, time)| times.push(time));
        }
    }
    for (subject, times) in subjects.iter().zip(&mut times) {
        for (timed, times) in of(subject).into_iter().zip(times) {
            times.sort_by(f64::total_cmp);
            let figure = figure(timed.name, subject.depth);
            run.add(&figure, subject.policy, subject.name, times[0], "ns");
            let median = format!("{figure}, median");
            run.add(&median, subject.policy, subject.name, times[times.len() / 2], "ns");
        }
    }
}

/// The shortest of a few batches: one of them is not interrupted.
fn nanos(timed: &Timed) -> f64 {
    const BATCHES: usize = 5;
    const CALLS: u32 = 700;
    let [a, b, c] = timed.args;
    let batch = |_| {
        let start = Instant::now();
        for _ in 0..CALLS {
            // SAFETY: chosen to fail or to do nothing: no memory is named that anybody uses.
            unsafe { libc::syscall(timed.number, a, b, c, 0, 0) };
        }
        start.elapsed().as_nanos() as f64 / f64::from(CALLS)
    };
    (0..BATCHES).map(batch).min_by(f64::total_cmp).unwrap()
}
