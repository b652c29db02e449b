//! Actions, in the kernel's encoding. Those that carry data are macros, and stand in cbindgen.toml:
//! cbindgen knows no macros with arguments.

use std::ffi::c_char;
use std::fmt::Write;

use super::text::Text;
use crate::action::Action;

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

/// Writes an action in words into `buffer`, of `size` bytes, as snprintf(3) would: "kill process",
/// "errno 38", "allow". Cut where there is too little room, and with a 0 behind it if there is any. Returns
/// the length of the whole, without the 0: at most 31. What is no action, such as a program from elsewhere
/// may return, is a number in base 16. A NULL `buffer` has no room. Since 0.1.
///
/// ```c
/// char action[32];
/// nucleus_action_text(NUCLEUS_ERRNO(38), action, sizeof action);
/// puts(action);
/// ```
///
/// # Safety
/// `buffer` is NULL or valid to write `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_action_text(
    action: u32,
    buffer: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: the caller promises so many bytes.
    let mut text = unsafe { Text::new(buffer, size) };
    // A text takes whatever it is given.
    let _ = match Action::from_raw(action) {
        Ok(action) => write!(text, "{action}"),
        Err(_) => write!(text, "{action:#010x}"),
    };
    text.end()
}
