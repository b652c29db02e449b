//! What the kernel can do.

use super::growable;
use super::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_KERNEL, NUCLEUS_OK, nucleus_status};
use crate::action::Kind;
use crate::kernel::{self, Features, set_errno};

/// nucleus_features: the kernel carries out NUCLEUS_KILL_PROCESS (Linux 4.14).
pub const NUCLEUS_FEATURE_KILL_PROCESS: u32 = 1;
/// nucleus_features: NUCLEUS_KILL_THREAD.
pub const NUCLEUS_FEATURE_KILL_THREAD: u32 = 2;
/// nucleus_features: NUCLEUS_TRAP.
pub const NUCLEUS_FEATURE_TRAP: u32 = 4;
/// nucleus_features: NUCLEUS_ERRNO.
pub const NUCLEUS_FEATURE_ERRNO: u32 = 8;
/// nucleus_features: NUCLEUS_NOTIFY (Linux 5.0).
pub const NUCLEUS_FEATURE_NOTIFY: u32 = 16;
/// nucleus_features: NUCLEUS_TRACE.
pub const NUCLEUS_FEATURE_TRACE: u32 = 32;
/// nucleus_features: NUCLEUS_LOG (Linux 4.14).
pub const NUCLEUS_FEATURE_LOG: u32 = 64;
/// nucleus_features: NUCLEUS_ALLOW.
pub const NUCLEUS_FEATURE_ALLOW: u32 = 128;

const _: () = assert!(
    NUCLEUS_FEATURE_KILL_PROCESS == 1 << Kind::KillProcess as u32
        && NUCLEUS_FEATURE_KILL_THREAD == 1 << Kind::KillThread as u32
        && NUCLEUS_FEATURE_TRAP == 1 << Kind::Trap as u32
        && NUCLEUS_FEATURE_ERRNO == 1 << Kind::Errno as u32
        && NUCLEUS_FEATURE_NOTIFY == 1 << Kind::Notify as u32
        && NUCLEUS_FEATURE_TRACE == 1 << Kind::Trace as u32
        && NUCLEUS_FEATURE_LOG == 1 << Kind::Log as u32
        && NUCLEUS_FEATURE_ALLOW == 1 << Kind::Allow as u32
);

/// What the kernel that runs this can do with filters. Later versions may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(non_camel_case_types)]
pub struct nucleus_features {
    /// Set by the caller: sizeof(nucleus_features).
    pub size: usize,
    /// NUCLEUS_FEATURE_*: the actions that it carries out. What it does not know it takes for
    /// NUCLEUS_KILL_PROCESS (before 4.14 for NUCLEUS_KILL_THREAD).
    pub actions: u32,
    /// The flags that seccomp(2) takes, in the kernel's encoding (SECCOMP_FILTER_FLAG_* of
    /// linux/seccomp.h): NUCLEUS_APPLY_TSYNC, NUCLEUS_APPLY_LOG and NUCLEUS_APPLY_SPEC_ALLOW are the
    /// same bits, and there may be others, for listeners.
    pub flags: u32,
    /// 1 if it answers calls that are allowed whatever their arguments are from a bitmap, without the
    /// program (Linux 5.11; see nucleus_stats), else 0. The kernel says so nowhere: this is by its version
    /// and its architecture.
    pub constant_allow: u32,
    /// The bytes of its struct seccomp_notif; 0 if it has no notification (before 5.0).
    pub notification_size: u32,
    /// The same of struct seccomp_notif_resp.
    pub response_size: u32,
    /// The same of struct seccomp_data.
    pub data_size: u32,
}

/// The size in 0.1, the first version.
const FIRST_SIZE: usize = size_of::<usize>() + 6 * size_of::<u32>();

const _: () = assert!(size_of::<nucleus_features>() == FIRST_SIZE, "no padding");

/// Asks the kernel what it can do with filters. On success *features is filled. It makes system calls of
/// seccomp(2) and one of uname(2), loads nothing, and may be called between fork and exec.
///
/// ```c
/// nucleus_features features = { .size = sizeof features };
/// if (nucleus_kernel_features(&features) == NUCLEUS_OK && !(features.flags & NUCLEUS_APPLY_LOG))
///     puts("refusals will not be logged");
/// ```
///
/// Errors: NUCLEUS_ERR_KERNEL with errno when seccomp(2) can't be asked: ENOSYS or EPERM when a filter
/// refuses it or the kernel is older than 3.17, EINVAL when it has no filters.
/// NUCLEUS_ERR_INVALID_ARGUMENT for NULL and a wrong size, as nucleus_program_stats. Since 0.1.
///
/// # Safety
/// `features` is NULL or valid to read and write, as many bytes as its size says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_kernel_features(
    features: *mut nucleus_features,
) -> nucleus_status {
    // SAFETY: the caller promises as many bytes as it set the size to; FIRST_SIZE is without padding.
    let Ok(place) = (unsafe { growable::writable(features, FIRST_SIZE) }) else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    match kernel::features() {
        Ok(features) => {
            place.write(features.into());
            NUCLEUS_OK
        }
        Err(errno) => {
            set_errno(errno);
            NUCLEUS_ERR_KERNEL
        }
    }
}

impl From<Features> for nucleus_features {
    fn from(features: Features) -> Self {
        let [notification, response, data] = features.notification_sizes.map(u32::from);
        Self {
            size: size_of::<Self>(),
            actions: features.kinds,
            flags: features.flags,
            constant_allow: features.constant_allow.into(),
            notification_size: notification,
            response_size: response,
            data_size: data,
        }
    }
}
