//! Trying a policy out.

use super::filter::{Filter, edit};
use super::status::nucleus_status;

/// MAKES THE FILTER REFUSE NOTHING, on purpose: to try a policy out. WHAT IT REFUSED RUNS, and goes to
/// the kernel's log instead (dmesg or the audit daemon: type=1326, with the call's number). NOTHING IS
/// CONFINED BY SUCH A FILTER. It is the one function that makes a filter weaker.
///
/// Every action that kills, traps or fails with an errno turns into NUCLEUS_LOG: the default action,
/// those of rules, of denied calls (also of what is denied later), of calls that are newer than the
/// filter's author knew (NUCLEUS_ATTR_UNKNOWN), and of architectures that are not covered
/// (NUCLEUS_ATTR_BAD_ARCH); also in what the filter was intersected with. There is no way back but
/// nucleus_filter_rollback.
///
/// NUCLEUS_NOTIFY and NUCLEUS_TRACE stay, as it is for a listener or a tracer to answer: without one
/// these calls fail with ENOSYS. Where such a rule and one that refuses speak of the same call, it is
/// handed over then.
///
/// A program may behave otherwise than under the policy: it does not fall back, where it would have
/// been told ENOSYS. The kernel logs a few calls a second and drops the others. Rules that are added
/// later are as they say, so call it last, after nucleus_filter_harden, which refuses such a filter.
///
/// ```c
/// nucleus_filter_use_level(f, NUCLEUS_LEVEL_MINIMAL);
/// if (getenv("TRY_OUT") != NULL)
///     nucleus_filter_audit(f);
/// ```
///
/// Errors: none but for NULL. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is using.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_audit(filter: *mut Filter) -> nucleus_status {
    // SAFETY: the caller promises a filter.
    unsafe {
        edit(filter, |policy| {
            policy.audit();
            Ok(())
        })
    }
}
