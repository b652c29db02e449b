//! What no honest program does in a sandbox: it gets the filter's default.

use super::{Row, Verdict, calls};
use crate::syscall::Syscall;

const fn row(why: &'static str, calls: &'static [Syscall]) -> Row {
    Row { verdict: Verdict::Fatal, why, calls }
}

/// The calls that end a program, if the default is to kill.
pub const FATAL: &[Row] = &[
    row(
        "Reading, writing and steering other processes.",
        calls!("ptrace process_vm_readv process_vm_writev"),
    ),
    row(
        "New namespaces, and walking into others'. Inside a new user namespace every capability is \
         had, and with it the parts of the kernel that only root could reach.",
        calls!("unshare setns"),
    ),
    row(
        "Mounting, by the old calls and the new.",
        calls!(
            "mount umount2 pivot_root move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick \
         mount_setattr"
        ),
    ),
    row("Code in the kernel.", calls!("init_module finit_module delete_module bpf")),
    row("Another kernel, or the end of this one.", calls!("kexec_load kexec_file_load reboot")),
    row(
        "Windows into the kernel and the processor with a long list of exploits: counters and probes, \
         and page faults answered by the program.",
        calls!("perf_event_open userfaultfd"),
    ),
    row(
        "The kernel's keys, which no namespace keeps apart. keyctl is checked.",
        calls!("add_key request_key"),
    ),
    row("Files past their paths: the way out of a container.", calls!("open_by_handle_at")),
    row("The machine's ports.", calls!("iopl ioperm")),
    row("The machine's swap.", calls!("swapon swapoff")),
];
