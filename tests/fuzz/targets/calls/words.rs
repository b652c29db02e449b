//! What callers pass, right and wrong.

use super::model::{Status, status_of};
use crate::cases::{ACTIONS, OPERATORS, Random, random_condition};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::ffi::arg::nucleus_arg;
use nucleus_seccomp::ffi::status::{NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_UNKNOWN_SYSCALL};
use nucleus_seccomp::policy::{Condition, Width};
use nucleus_seccomp::syscall::Syscall;
use std::ffi::{CStr, CString, c_char};
use std::ptr;

/// NUCLEUS_KILL_PROCESS.
pub const KILL: u32 = 0x8000_0000;

const NAMES: [&CStr; 10] = [
    c"read", c"write", c"openat", c"socket", c"clone", c"clone3", c"ioctl", c"mmap", c"ptrace",
    c"ipc",
];
const NO_NAMES: [&CStr; 5] = [c"", c"wrtie", c"read ", c"READ", c"r\x1b[31m"];

/// A name of a call, or what is none; what is wrong with it.
pub struct Name(pub Option<CString>);

impl Name {
    pub fn any(random: &mut Random) -> Self {
        Self(match random.below(24) {
            0 => None,
            1 => Some(c"\xff\xfe".to_owned()),
            2 => CString::new("a".repeat(10_000)).ok(),
            3 => Some(random.pick(&NO_NAMES).to_owned()),
            4..8 => {
                let all: Vec<Syscall> = Syscall::all().collect();
                CString::new(random.pick(&all).name()).ok()
            }
            _ => Some(random.pick(&NAMES).to_owned()),
        })
    }

    pub fn pointer(&self) -> *const c_char {
        self.0.as_ref().map_or(ptr::null(), |name| name.as_ptr())
    }

    pub fn text(&self) -> &str {
        self.0.as_ref().and_then(|name| name.to_str().ok()).unwrap_or("")
    }

    pub fn wrong(&self) -> Vec<Status> {
        match self.0.as_ref().map(|name| name.to_str()) {
            None | Some(Err(_)) => vec![NUCLEUS_ERR_INVALID_ARGUMENT],
            Some(Ok(name)) if Syscall::named("", name).is_err() => {
                vec![NUCLEUS_ERR_UNKNOWN_SYSCALL]
            }
            Some(Ok(_)) => Vec::new(),
        }
    }
}

/// Any number, or one that is near those that mean something.
pub fn number(random: &mut Random, most: u32) -> u32 {
    match random.below(8) {
        0 => (random.next() & 0xffff_ffff) as u32,
        1 => random.pick(&[0, u32::MAX, 0x8000_0000, most + 1]),
        _ => u32::try_from(random.below(most as usize + 1)).unwrap(),
    }
}

pub fn action(random: &mut Random) -> (u32, Vec<Status>) {
    let raw = match random.below(8) {
        0 => (random.next() & 0xffff_ffff) as u32,
        _ => random.pick(&ACTIONS).to_raw(),
    };
    (raw, Action::from_raw(raw).err().map(|error| status_of(&error)).into_iter().collect())
}

pub fn arch(random: &mut Random) -> (u32, Vec<Status>) {
    const OURS: [Arch; 4] = [Arch::X86_64, Arch::X86, Arch::X32, Arch::Aarch64];
    let constant = match random.below(8) {
        0 => (random.next() & 0xffff_ffff) as u32,
        1 => random.pick(&Arch::ALL).constant(),
        _ => random.pick(&OURS).constant(),
    };
    (
        constant,
        Arch::from_constant(constant).err().map(|error| status_of(&error)).into_iter().collect(),
    )
}

/// Conditions as C has them.
pub struct Args {
    all: Vec<nucleus_arg>,
    pointer: *const nucleus_arg,
    length: usize,
}

impl Args {
    pub fn any(random: &mut Random) -> Self {
        const MOST: usize = 61; // one more than a rule has
        let count = random.below(24);
        let count = if count < 20 { count / 5 } else { random.below(MOST + 1) };
        let all: Vec<nucleus_arg> = (0..count).map(|_| arg(random)).collect();
        let (pointer, length) = match random.below(16) {
            0 => (ptr::null(), all.len()),
            // More than fit into memory, and in the middle of one: seen before anything is read.
            1 => (all.as_ptr(), usize::MAX / 2 + 1),
            2 => (all.as_ptr().wrapping_byte_add(1), all.len()),
            _ => (all.as_ptr(), all.len()),
        };
        Self { all, pointer, length }
    }

    pub fn given(&self) -> (*const nucleus_arg, usize) {
        (self.pointer, self.length)
    }

    /// The conditions, or what is wrong.
    pub fn meant(&self) -> Result<Vec<Condition>, Vec<Status>> {
        let is_there = self.pointer == self.all.as_ptr() && self.length == self.all.len();
        if !is_there && self.length != 0 {
            return Err(vec![NUCLEUS_ERR_INVALID_ARGUMENT]);
        }
        let wanted = if self.length == 0 { &[] } else { &self.all[..] };
        let meant: Option<Vec<Condition>> = wanted.iter().map(meant).collect();
        meant.ok_or_else(|| vec![NUCLEUS_ERR_INVALID_ARGUMENT])
    }
}

fn arg(random: &mut Random) -> nucleus_arg {
    if random.one_in(12) {
        return nucleus_arg {
            index: number(random, 5),
            op: number(random, 7),
            width: random.pick(&[0, 32, 64, 1, 65, u32::MAX]),
            value: random.next(),
            mask: random.next(),
        };
    }
    let condition = random_condition(random);
    // In the order of NUCLEUS_CMP_*.
    let place = (1..).zip(OPERATORS).find(|(_, operator)| *operator == condition.operator());
    nucleus_arg {
        index: condition.index().into(),
        op: place.unwrap().0,
        width: if condition.width() == Width::Bits32 { 32 } else { 64 },
        value: condition.value(),
        mask: condition.mask(),
    }
}

fn meant(arg: &nucleus_arg) -> Option<Condition> {
    let operator = *OPERATORS.get((arg.op as usize).checked_sub(1)?)?;
    let width = match arg.width {
        32 => Width::Bits32,
        0 | 64 => Width::Bits64,
        _ => return None,
    };
    Condition::new("", arg.index, operator, width, arg.value, arg.mask).ok()
}
