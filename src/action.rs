//! A verdict: what the kernel does with a call.
//!
//! The encoding is the kernel's own (`SECCOMP_RET_*` in `linux/seccomp.h`, described in
//! seccomp(2)): the high sixteen bits are the kind, the low sixteen the data.

use crate::error::{Error, Result};

/// What kind of verdict, from the strictest to the loosest.
///
/// The order is the one in which the kernel chooses between the answers of stacked filters; the
/// smallest wins. The discriminants are only for that order: the kernel compares its encoding as
/// a *signed* number, so that `KillProcess` (0x8000_0000) comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The whole process dies of SIGSYS. Linux 4.14.
    KillProcess,
    /// The calling thread dies of SIGSYS; the others live on.
    KillThread,
    /// SIGSYS is raised; the data reaches the handler as `si_errno`.
    Trap,
    /// The call is not run; its result is the data as errno, 0..=4095.
    Errno,
    /// The call waits for the answer of whoever holds the listener. Linux 5.0.
    Notify,
    /// A tracer is told, with the data as its event message.
    Trace,
    /// The call is run and a line goes to the kernel's log. Linux 4.14.
    Log,
    /// The call is run.
    Allow,
}

/// Every kind with its kernel encoding, its name for eyes, and the largest data it carries.
static KINDS: [(Kind, u32, &str, u16); 8] = [
    (Kind::KillProcess, 0x8000_0000, "kill process", 0),
    (Kind::KillThread, 0x0000_0000, "kill thread", 0),
    (Kind::Trap, 0x0003_0000, "trap", u16::MAX),
    (Kind::Errno, 0x0005_0000, "errno", MAX_ERRNO),
    (Kind::Notify, 0x7fc0_0000, "notify", 0),
    (Kind::Trace, 0x7ff0_0000, "trace", u16::MAX),
    (Kind::Log, 0x7ffc_0000, "log", 0),
    (Kind::Allow, 0x7fff_0000, "allow", 0),
];

/// The largest errno that a filter can answer; the kernel caps what is above (`MAX_ERRNO`).
pub const MAX_ERRNO: u16 = 4095;

/// A verdict: a kind, and the data that goes with it.
///
/// `Ord` is strictness: of two verdicts the smaller is the stricter one, and on equal kinds the
/// one with the smaller data, so that a choice between them never depends on their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action {
    kind: Kind,
    data: u16,
}

impl Action {
    /// The place in the order, below 2^32, for who compares many.
    pub(crate) const fn rank(self) -> u64 {
        (self.kind as u64) << 16 | self.data as u64
    }

    /// The process is killed.
    pub const KILL_PROCESS: Self = Self { kind: Kind::KillProcess, data: 0 };
    /// The calling thread is killed.
    pub const KILL_THREAD: Self = Self { kind: Kind::KillThread, data: 0 };
    /// The call is handed to the listener.
    pub const NOTIFY: Self = Self { kind: Kind::Notify, data: 0 };
    /// The call is run and logged.
    pub const LOG: Self = Self { kind: Kind::Log, data: 0 };
    /// The call is run.
    pub const ALLOW: Self = Self { kind: Kind::Allow, data: 0 };

    /// The call fails with `errno`. Above [`MAX_ERRNO`] it is capped, as the kernel would.
    #[must_use]
    pub const fn errno(errno: u16) -> Self {
        Self { kind: Kind::Errno, data: if errno > MAX_ERRNO { MAX_ERRNO } else { errno } }
    }

    /// SIGSYS with `data` in `si_errno`.
    #[must_use]
    pub const fn trap(data: u16) -> Self {
        Self { kind: Kind::Trap, data }
    }

    /// A tracer is told `data`.
    #[must_use]
    pub const fn trace(data: u16) -> Self {
        Self { kind: Kind::Trace, data }
    }

    /// The verdict that the kernel's encoding `raw` stands for.
    ///
    /// # Errors
    /// When the high half is no kind, or the low half is data that the kind does not carry (the
    /// kernel would take an unknown kind for a kill, and drop or cap the data, without a word).
    #[inline(never)]
    pub fn from_raw(raw: u32) -> Result<Self> {
        let data = (raw & 0xffff) as u16;
        let &(kind, _, name, most) = KINDS
            .iter()
            .find(|(_, code, ..)| *code == raw & 0xffff_0000)
            .ok_or_else(|| Error::unknown_action(raw))?;
        if data > most {
            return Err(Error::action_data(name, data, most));
        }
        Ok(Self { kind, data })
    }

    /// For eyes: a verdict, or any value that a program returned instead.
    #[must_use]
    pub fn show(raw: u32) -> String {
        Self::from_raw(raw).map_or_else(|_| format!("{raw:#010x}"), |action| action.to_string())
    }

    /// The kernel's encoding.
    #[must_use]
    pub fn to_raw(self) -> u32 {
        KINDS[self.kind as usize].1 | u32::from(self.data)
    }

    /// The kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// The data: an errno, a trap's or a trace's message, else 0.
    #[must_use]
    pub const fn data(self) -> u16 {
        self.data
    }

    /// Whether the call is certain not to run. A listener or a tracer may still let it through.
    #[must_use]
    pub const fn refuses(self) -> bool {
        matches!(self.kind, Kind::KillProcess | Kind::KillThread | Kind::Trap | Kind::Errno)
    }
}

/// Where a value that a program returned stands in the kernel's order, the strictest first: by kind
/// as a signed number, and then, for us, by data. Values that are no action have a place, too.
#[must_use]
pub const fn strictness(raw: u32) -> (i32, u32) {
    ((raw & 0xffff_0000).cast_signed(), raw & 0xffff)
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = KINDS[self.kind as usize].2;
        match self.kind {
            Kind::Errno | Kind::Trap | Kind::Trace => write!(f, "{name} {}", self.data),
            _ => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds() {
        for (index, (kind, ..)) in KINDS.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
        }
    }

    #[test]
    fn strictness_is_the_kernels_signed_order() {
        let mut kernel = KINDS;
        kernel.sort_by_key(|(_, code, ..)| code.cast_signed());
        assert_eq!(kernel.map(|(kind, ..)| kind), KINDS.map(|(kind, ..)| kind));
        let actions = KINDS.map(|(_, code, ..)| Action::from_raw(code).unwrap());
        let some = actions.into_iter().chain([Action::errno(1), Action::errno(38)]);
        let mut sorted: Vec<Action> = some.collect();
        sorted.sort_unstable();
        assert!(sorted.is_sorted_by_key(|action| strictness(action.to_raw())));
    }

    #[test]
    fn raw_values_at_the_edges() {
        let cases: [(u32, Option<Action>, &str); 12] = [
            (0x0000_0000, Some(Action::KILL_THREAD), "the smallest value is a kind"),
            (0x0000_0001, None, "kill carries no data"),
            (0x8000_0000, Some(Action::KILL_PROCESS), "bit 31"),
            (0x8000_0001, None, "kill carries no data"),
            (0x0005_0000, Some(Action::errno(0)), "errno 0 is a call that seems to succeed"),
            (0x0005_0fff, Some(Action::errno(4095)), "the largest errno"),
            (0x0005_1000, None, "one above: the kernel would cap it silently"),
            (0x0003_ffff, Some(Action::trap(65535)), "a trap carries all sixteen bits"),
            (0x7ff0_ffff, Some(Action::trace(65535)), "a trace too"),
            (0x7fff_0000, Some(Action::ALLOW), "allow"),
            (0x7fff_0001, None, "allow with data is never cached by the kernel"),
            (0xffff_ffff, None, "no kind at all"),
        ];
        for (raw, expected, why) in cases {
            assert_eq!(Action::from_raw(raw).ok(), expected, "{raw:#x}: {why}");
            if let Some(action) = expected {
                assert_eq!(action.to_raw(), raw, "{why}");
            }
        }
    }
}
