//! Actions, in the kernel's encoding. Those that carry data are macros, and stand in cbindgen.toml:
//! cbindgen knows no macros with arguments.

/// The whole process is killed with SIGSYS (Linux 4.14). The right default for most filters.
pub const NUCLEUS_KILL_PROCESS: u32 = 0x8000_0000;
/// The calling thread alone is killed. In a process with several threads the others go on with
/// whatever state it left: prefer NUCLEUS_KILL_PROCESS.
pub const NUCLEUS_KILL_THREAD: u32 = 0x0000_0000;
/// The call waits for the answer of a listener. This version can't hand out the listener yet, and
/// without one the kernel answers ENOSYS.
pub const NUCLEUS_NOTIFY: u32 = 0x7fc0_0000;
/// The call is run, and a line goes to the kernel's log (Linux 4.14).
pub const NUCLEUS_LOG: u32 = 0x7ffc_0000;
/// The call is run.
pub const NUCLEUS_ALLOW: u32 = 0x7fff_0000;
