//! A process in which a filter can be loaded: loaded filters can't be removed.

use nucleus_seccomp::bpf::{Instruction, Opcode, Program};
use nucleus_seccomp::kernel::{Loadable, Options, load};
use std::time::Instant;

/// Runs `body` in a child, which writes its numbers; `None` if it died.
///
/// They come back through shared memory, with one more for that it is done: so the filter need allow
/// nothing, not even to end in order.
pub fn in_child(count: usize, body: impl FnOnce(&mut [f64])) -> Option<Vec<f64>> {
    let length = (count + 1) * size_of::<f64>();
    let (read_write, shared) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
    // SAFETY: asks for new memory.
    let memory = unsafe { libc::mmap(std::ptr::null_mut(), length, read_write, shared, -1, 0) };
    assert_ne!(memory, libc::MAP_FAILED);
    // SAFETY: as many plain numbers, all zero at first, seen by parent and child in turn.
    let numbers = unsafe { std::slice::from_raw_parts_mut(memory.cast::<f64>(), count + 1) };
    // SAFETY: this program has one thread, so the child may do anything.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork");
    if child == 0 {
        body(&mut numbers[..count]);
        numbers[count] = 1.0;
        // SAFETY: ends the child without running what the parent registered.
        unsafe { libc::_exit(0) };
    }
    // SAFETY: waits for the child just made.
    assert_eq!(unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) }, child);
    let done = numbers[count] == 1.0;
    let numbers = numbers[..count].to_vec();
    // SAFETY: made above, and copied.
    unsafe { libc::munmap(memory, length) };
    done.then_some(numbers)
}

/// Loads a program of anybody's.
pub fn attach(program: &Program) {
    load(Loadable::Trusted(program), Options::default()).unwrap();
}

/// How long seccomp(2) takes for it, in µs, with no_new_privs set before.
pub fn time_to_attach(program: &Program) -> f64 {
    let (on, unused): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: reads four integers (prctl(2)).
    let set = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, on, unused, unused, unused) };
    assert_eq!(set, 0, "prctl");
    let start = Instant::now();
    load(Loadable::Trusted(program), Options { no_new_privs: false, ..Options::default() })
        .unwrap();
    start.elapsed().as_nanos() as f64 / 1000.0
}

fn ret(value: u32) -> Instruction {
    Instruction::plain(Opcode::Return, value)
}

const ALLOW: u32 = 0x7fff_0000;

/// What a filter costs at the least: the kernel answers every call without running it.
pub fn ret_allow() -> Program {
    Program::new(vec![ret(ALLOW)]).unwrap()
}

/// What a filter costs at the least that is run: the kernel's emulator does not know the load, so
/// it remembers nothing.
pub fn ret_allow_uncached() -> Program {
    let load_immediate = Instruction { code: 0, jt: 0, jf: 0, k: 0 };
    Program::new(vec![load_immediate, ret(ALLOW)]).unwrap()
}

/// What it costs at the least to refuse one number.
pub fn ret_errno(number: u32, errno: u32) -> Program {
    let is_it = Instruction::branch(Opcode::IfEqual, number, 0, 1);
    let load_number = Instruction::plain(Opcode::Load, 0);
    Program::new(vec![load_number, is_it, ret(0x0005_0000 | errno), ret(ALLOW)]).unwrap()
}
