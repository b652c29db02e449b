//! A child under a filter that refuses everything, and what its calls come to.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use super::doors::{Door, Registers};
use crate::shared::shared;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::bpf::{Instruction, Opcode, Program};
use nucleus_seccomp::kernel::{Loadable, Options, load};

/// A program with an errno in place of each value that it returned: what the kernel answers tells which of
/// its returns was reached, and no call is carried out, waits, kills or is logged.
///
/// It is the program that is rewritten, and not the policy: what came out of the compiler runs as it is,
/// jump by jump. A policy with other verdicts has another program, as the order of tests and which
/// returns are shared depend on them. That makes it a program that nobody has proven, so it is loaded as
/// one that we vouch for.
pub struct Harmless {
    program: Program,
    values: Vec<u32>,
}

/// No errno of the kernel's own, and room for some more up to `MAX_ERRNO`.
const FIRST: u16 = 1000;

impl Harmless {
    pub fn of(program: &Program) -> Self {
        const RETURN_OF_A: u16 = 0x16;
        let is_return = |instruction: &&Instruction| instruction.code == Opcode::Return as u16;
        let instructions = program.instructions();
        assert!(instructions.iter().all(|instruction| instruction.code != RETURN_OF_A));
        let values: BTreeSet<u32> =
            instructions.iter().filter(is_return).map(|end| end.k).collect();
        let values: Vec<u32> = values.into_iter().collect();
        let errno = |value| {
            let place = u16::try_from(values.binary_search(&value).unwrap()).unwrap();
            Action::errno(FIRST + place).to_raw()
        };
        let instructions = instructions.iter().map(|instruction| match is_return(&instruction) {
            true => Instruction { k: errno(instruction.k), ..*instruction },
            false => *instruction,
        });
        Self { program: Program::new(instructions.collect()).unwrap(), values }
    }

    /// The value that the first program returns where this one comes to `errno`.
    fn value(&self, errno: u16) -> Option<u32> {
        self.values.get(usize::from(errno.checked_sub(FIRST)?)).copied()
    }
}

/// How many calls a child makes.
const MOST: usize = 1 << 16;

/// What a child and its parent share.
pub struct Shared {
    /// How many answers there are.
    done: AtomicUsize,
    answers: [AtomicU16; MOST],
}

/// In place of a number of answers.
const NOT_LOADED: usize = usize::MAX;

impl Shared {
    pub fn new() -> &'static Self {
        // SAFETY: atomics, of which 0 is a value.
        unsafe { shared() }
    }
}

/// Makes all the calls under the filter, and returns for each what value the program came to, or none
/// if the kernel did something else.
pub fn ask(
    filter: &Harmless,
    door: Door,
    calls: &[Registers],
    shared: &'static Shared,
) -> Vec<Option<u32>> {
    let mut values = Vec::with_capacity(calls.len());
    for calls in calls.chunks(MOST) {
        make(filter, door, calls, shared);
        let answers = shared.answers[..calls.len()].iter();
        values.extend(answers.map(|answer| filter.value(answer.load(Ordering::Relaxed))));
    }
    values
}

fn make(filter: &Harmless, door: Door, calls: &[Registers], shared: &'static Shared) {
    shared.done.store(0, Ordering::Relaxed);
    // SAFETY: the child does only what is safe after a fork in a process with threads: it loads the
    // filter, makes raw calls and writes to shared memory.
    let child = unsafe { libc::fork() };
    if child == 0 {
        answer(filter, door, calls, shared);
    }
    assert!(child > 0, "fork");
    while shared.done.load(Ordering::Acquire) < calls.len() {
        // SAFETY: looks at our child, and writes its status nowhere.
        let ended = unsafe { libc::waitpid(child, std::ptr::null_mut(), libc::WNOHANG) } != 0;
        let done = shared.done.load(Ordering::Acquire);
        assert!(!ended, "the child ended at {:x?}", calls.get(done));
        std::thread::sleep(Duration::from_micros(200));
    }
    // SAFETY: ends our child, which can't end itself: exit is refused, too.
    unsafe {
        libc::kill(child, libc::SIGKILL);
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
    assert_ne!(shared.done.load(Ordering::Acquire), NOT_LOADED, "the kernel refuses the filter");
}

/// More seconds than so many calls take on any machine.
const PATIENCE: u32 = 120;

/// In the child, which ends by SIGALRM if a call keeps it, or if nobody is there to end it.
fn answer(filter: &Harmless, door: Door, calls: &[Registers], shared: &Shared) -> ! {
    // SAFETY: sets a timer, and touches no memory.
    unsafe { libc::alarm(PATIENCE) };
    match load(Loadable::Trusted(&filter.program), Options::default()) {
        Err(_) => shared.done.store(NOT_LOADED, Ordering::Release),
        Ok(_) => {
            for (place, (registers, answer)) in calls.iter().zip(&shared.answers).enumerate() {
                // SAFETY: the filter refuses every call, so that it touches nothing.
                let result = unsafe { door.enter(registers) };
                answer.store(u16::try_from(-result).unwrap_or(0), Ordering::Relaxed);
                shared.done.store(place + 1, Ordering::Release);
            }
        }
    }
    loop {
        std::hint::spin_loop();
    }
}
