//! What this kernel can do with filters.

use super::errno::errno;
use super::flags::{Flags, knows};
use super::running::kernel_version;
use crate::action::{Action, Kind};
use crate::arch::Arch;

/// What this kernel can do with filters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Bit n is set if the kernel carries out the n-th [`Kind`] of verdict.
    pub kinds: u32,
    /// The flags that seccomp(2) takes, in the kernel's encoding (`SECCOMP_FILTER_FLAG_*`): those of
    /// [`Flags`], and those for listeners.
    pub flags: u32,
    /// Whether it remembers, for its own architecture, which calls are allowed whatever their arguments
    /// are (Linux 5.11). The kernel says so nowhere: this is by its version and its architecture.
    pub constant_allow: bool,
    /// The bytes of `struct seccomp_notif`, of `struct seccomp_notif_resp` and of `struct seccomp_data`;
    /// zeros in a kernel without notification (before 5.0).
    pub notification_sizes: [u16; 3],
}

/// `SECCOMP_GET_ACTION_AVAIL` and `SECCOMP_GET_NOTIF_SIZES` of `linux/seccomp.h`.
const GET_ACTION_AVAIL: libc::c_uint = 2;
const GET_NOTIF_SIZES: libc::c_uint = 3;

/// One verdict of each kind, and whether kernels have it that can't be asked: those before 4.14.
const VERDICTS: [(Action, bool); 8] = [
    (Action::KILL_PROCESS, false),
    (Action::KILL_THREAD, true),
    (Action::trap(0), true),
    (Action::errno(0), true),
    (Action::NOTIFY, false),
    (Action::trace(0), true),
    (Action::LOG, false),
    (Action::ALLOW, true),
];

/// `SECCOMP_FILTER_FLAG_NEW_LISTENER`, _TSYNC_ESRCH and _WAIT_KILLABLE_RECV, the last of which is good
/// only with the first.
const FOR_LISTENERS: [(u32, u32); 3] = [(1 << 3, 0), (1 << 4, 0), (1 << 5, 1 << 3)];

impl Features {
    /// Whether the kernel carries out verdicts of this kind.
    #[must_use]
    pub const fn has(&self, kind: Kind) -> bool {
        self.kinds & 1 << kind as u32 != 0
    }
}

/// Asks the kernel, by seccomp(2) and uname(2). Nothing changes.
///
/// # Errors
/// The errno of seccomp(2), where an earlier filter refuses it or the kernel has none. EINVAL: it has
/// no filters.
pub fn features() -> Result<Features, i32> {
    if !knows(0) {
        return Err(errno());
    }
    let cached = Arch::native().is_some_and(Arch::has_bitmap) && kernel_version() >= (5, 11);
    Ok(Features {
        kinds: kinds(),
        flags: flags(),
        constant_allow: cached,
        notification_sizes: notification_sizes(),
    })
}

fn kinds() -> u32 {
    let can_be_asked = carries_out(Action::ALLOW);
    VERDICTS
        .iter()
        .filter(|(verdict, old)| if can_be_asked { carries_out(*verdict) } else { *old })
        .fold(0, |kinds, (verdict, _)| kinds | 1 << verdict.kind() as u32)
}

fn carries_out(verdict: Action) -> bool {
    let raw = verdict.to_raw();
    // SAFETY: SECCOMP_GET_ACTION_AVAIL reads the 32 bits, which are ours.
    unsafe { libc::syscall(libc::SYS_seccomp, GET_ACTION_AVAIL, 0, &raw const raw) == 0 }
}

fn flags() -> u32 {
    let ours = Flags::ALL.each().map(|flag| (flag.bits(), 0));
    ours.chain(FOR_LISTENERS)
        .filter(|(flag, with)| knows(flag | with))
        .fold(0, |flags, (flag, _)| flags | flag)
}

fn notification_sizes() -> [u16; 3] {
    let mut sizes = [0u16; 3];
    // SAFETY: SECCOMP_GET_NOTIF_SIZES writes a struct of three 16-bit numbers, which is ours.
    unsafe { libc::syscall(libc::SYS_seccomp, GET_NOTIF_SIZES, 0, sizes.as_mut_ptr()) };
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_stand_in_the_order_of_their_kinds() {
        for (index, (verdict, _)) in VERDICTS.iter().enumerate() {
            assert_eq!(verdict.kind() as usize, index, "{verdict}");
        }
    }

    /// What a kernel of 5.11 or later is sure to have; `actions_avail` is its own list of actions.
    #[test]
    fn this_kernel_is_as_proc_says() {
        let Ok(listed) = std::fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail") else {
            return;
        };
        let names =
            ["kill_process", "kill_thread", "trap", "errno", "user_notif", "trace", "log", "allow"];
        let features = features().unwrap();
        for ((verdict, _), name) in VERDICTS.iter().zip(names) {
            let there = listed.split_whitespace().any(|listed| listed == name);
            assert_eq!(features.has(verdict.kind()), there, "{name} of {listed}");
        }
        if kernel_version() >= (5, 19) {
            assert_eq!(features.flags, 0b11_1111);
            assert!(features.notification_sizes.iter().all(|size| *size >= 24), "{features:?}");
        }
    }
}
