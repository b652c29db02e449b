//! The words of the format, as data.
//!
//! seccompiler 0.5, `src/backend/mod.rs` and `src/frontend/json.rs`.

use crate::action::Action;
use crate::arch::Arch;
use crate::policy::{Operator, Width};

/// None: it is no word, but an object, shown here for errors.
pub(super) const ACTIONS: [(&str, Option<Action>); 7] = [
    ("allow", Some(Action::ALLOW)),
    ("log", Some(Action::LOG)),
    ("trap", Some(Action::trap(0))),
    ("kill_thread", Some(Action::KILL_THREAD)),
    ("kill_process", Some(Action::KILL_PROCESS)),
    ("{\"errno\": NUMBER}", None),
    ("{\"trace\": NUMBER}", None),
];

/// None, as above: with a mask.
pub(super) const OPERATORS: [(&str, Option<Operator>); 7] = [
    ("eq", Some(Operator::Eq)),
    ("ne", Some(Operator::Ne)),
    ("lt", Some(Operator::Lt)),
    ("le", Some(Operator::Le)),
    ("gt", Some(Operator::Gt)),
    ("ge", Some(Operator::Ge)),
    ("{\"masked_eq\": MASK}", None),
];

pub(super) const WIDTHS: [(&str, Width); 2] = [("dword", Width::Bits32), ("qword", Width::Bits64)];

/// What it makes filters for. On others calls reach the kernel in ways that the format knows nothing
/// of, such as x86's socketcall.
pub(super) const ARCHES: [Arch; 3] = [Arch::X86_64, Arch::Aarch64, Arch::Riscv64];
