//! The kernel's own verdict on a program, without loading it.
//!
//! A loaded filter can't be removed, so that a process could ask but once. But seccomp(2) checks first and
//! looks at other threads after (`seccomp_set_mode_filter` in kernel/seccomp.c): with
//! `SECCOMP_FILTER_FLAG_TSYNC`, `seccomp_prepare_user_filter` copies and checks the program and has it
//! compiled, and whatever is wrong with it ends the call with EINVAL; then `seccomp_attach_filter` begins
//! with `seccomp_can_sync_threads`, and a thread that has a filter of its own ends the call with that
//! thread's id. By then nothing was attached, and what was prepared is freed. So one thread in the process
//! takes a filter that allows everything, and stays; any other can then ask as often as it likes.

#![allow(unsafe_code, reason = "system calls")]

use nucleus_seccomp::bpf::Instruction;
use std::io::Error;
use std::sync::OnceLock;
use std::sync::mpsc::sync_channel;

/// Whether the kernel would load the program. `None` if there are more instructions than its count can say.
pub fn kernel_takes(instructions: &[Instruction]) -> Option<bool> {
    static OBSTACLE: OnceLock<libc::c_long> = OnceLock::new();
    let obstacle = *OBSTACLE.get_or_init(thread_that_cannot_follow);
    no_new_privs();
    let length = u16::try_from(instructions.len()).ok()?;
    match load(instructions, length, libc::SECCOMP_FILTER_FLAG_TSYNC) {
        Ok(thread) if thread == obstacle => Some(true),
        Ok(thread) => panic!("was loaded, or could not be because of thread {thread}"),
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Some(false),
        Err(error) => panic!("neither taken nor refused: {error}"),
    }
}

/// Starts a thread with a filter that nobody else has, and that ends with the process. Its id.
fn thread_that_cannot_follow() -> libc::c_long {
    const ALLOW: Instruction = Instruction { code: 0x06, jt: 0, jf: 0, k: 0x7fff_0000 };
    let (ready, wait) = sync_channel(0);
    std::thread::spawn(move || {
        no_new_privs();
        load(&[ALLOW], 1, 0).expect("a filter that allows everything");
        // SAFETY: gettid(2) takes nothing.
        ready.send(unsafe { libc::syscall(libc::SYS_gettid) }).expect("somebody waits");
        loop {
            std::thread::park();
        }
    });
    wait.recv().expect("a thread with a filter")
}

/// For the calling thread alone. Without it, or CAP_SYS_ADMIN, the kernel does not even check.
fn no_new_privs() {
    let (on, unused): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: PR_SET_NO_NEW_PRIVS reads four integers and no memory.
    let result = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, on, unused, unused, unused) };
    assert_eq!(result, 0, "no_new_privs: {}", Error::last_os_error());
}

fn load(filter: &[Instruction], length: u16, flags: libc::c_ulong) -> Result<libc::c_long, Error> {
    let program = libc::sock_fprog {
        len: length,
        filter: filter.as_ptr().cast::<libc::sock_filter>().cast_mut(),
    };
    // SAFETY: `program` points to that many instructions, laid out as the kernel's own, which it copies.
    let result = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program)
    };
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result) }
}
