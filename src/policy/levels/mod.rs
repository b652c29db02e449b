//! Six levels of what programs may call, each with all that the one before it allows.
//!
//! Names alone: no argument is looked at, and what a level leaves out gets the filter's default.
//! docs/levels.md shows the tables to readers, and a test holds the two together.

mod tables;

pub use tables::{CONTENTS, Contents, REFUSED};

use std::ffi::CStr;

use super::builtin::{Row, Verdict};
use super::{Policy, Whole};
use crate::action::{Action, Kind};
use crate::error::{Error, Result};
use crate::syscall::Syscall;

/// A level, from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// One process of one thread that reads and writes files.
    Essential = 1,
    /// Processes, threads, signals, pipes and timers.
    Minimal,
    /// Files and folders made, changed and removed.
    IoHeavy,
    /// A say on where and when threads run.
    Compute,
    /// Sockets.
    Network,
    /// Tracing, mounting, and becoming other users.
    Unrestricted,
}

impl Level {
    /// All, from the narrowest to the widest.
    pub const ALL: [Self; 6] = [
        Self::Essential,
        Self::Minimal,
        Self::IoHeavy,
        Self::Compute,
        Self::Network,
        Self::Unrestricted,
    ];

    /// The level of a number, 1 to 6.
    ///
    /// # Errors
    /// There is none.
    pub fn numbered(verb: &str, number: u32) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|level| *level as u32 == number);
        found.ok_or_else(|| Error::level(verb, number))
    }

    /// The level of that [name](Self::c_name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let is_it = |level: &Self| level.c_name().to_bytes() == name.as_bytes();
        Self::ALL.into_iter().find(is_it)
    }

    /// The name, in lower case, for C.
    #[must_use]
    pub const fn c_name(self) -> &'static CStr {
        TEXTS[self.place()].0
    }

    /// What programs it is for, as a sentence for C.
    #[must_use]
    pub const fn description(self) -> &'static CStr {
        TEXTS[self.place()].1
    }

    /// What it has besides the levels before it, and why.
    #[must_use]
    pub const fn contents(self) -> &'static Contents {
        &CONTENTS[self.place()]
    }

    /// The calls that it allows, those of the levels before it included.
    #[must_use]
    pub fn calls(self) -> &'static [Syscall] {
        &CALLS[..ENDS[self.place()]]
    }

    const fn place(self) -> usize {
        self as usize - 1
    }
}

/// Allows the calls of `level`. Levels add up: of two the wider one holds.
///
/// # Errors
/// The default lets calls run, so that a level would refuse nothing.
pub fn add_to(policy: &mut Policy, level: Level) -> Result<()> {
    let default = policy.default_action();
    if matches!(default.kind(), Kind::Allow | Kind::Log) {
        return Err(Error::level_refuses_nothing(default));
    }
    for call in level.calls() {
        policy.decide(*call, Action::ALLOW);
    }
    for row in REFUSED {
        let Verdict::Soft(errno) = row.verdict else { continue };
        for call in row.calls {
            policy.say(*call, Whole { soft: Some(Action::errno(errno)), ..Whole::default() });
        }
    }
    Ok(())
}

// The library carries the calls alone, in one list: the reasons are for the documentation.

/// The names and the descriptions.
static TEXTS: [(&CStr, &CStr); 6] = {
    let mut texts = [(c"", c""); 6];
    let mut place = 0;
    while place < texts.len() {
        texts[place] = (CONTENTS[place].name, CONTENTS[place].description);
        place += 1;
    }
    texts
};

/// How many calls there are, up to each level.
static ENDS: [usize; 6] = ends();

static CALLS: [Syscall; ends()[5]] = {
    let mut calls = [Syscall::FIRST; ends()[5]];
    let (mut end, mut place) = (0, 0);
    while place < CONTENTS.len() {
        end = copy(&mut calls, end, CONTENTS[place].published);
        let mut row = 0;
        while row < CONTENTS[place].added.len() {
            end = copy(&mut calls, end, CONTENTS[place].added[row].calls);
            row += 1;
        }
        place += 1;
    }
    calls
};

const fn ends() -> [usize; 6] {
    let mut ends = [0; 6];
    let (mut end, mut place) = (0, 0);
    while place < CONTENTS.len() {
        end += CONTENTS[place].published.len() + count(CONTENTS[place].added);
        ends[place] = end;
        place += 1;
    }
    ends
}

const fn count(rows: &[Row]) -> usize {
    match rows {
        [] => 0,
        [first, rest @ ..] => first.calls.len() + count(rest),
    }
}

/// Puts `from` at `start`; where it ends.
const fn copy(to: &mut [Syscall], start: usize, from: &[Syscall]) -> usize {
    let mut at = 0;
    while at < from.len() {
        to[start + at] = from[at];
        at += 1;
    }
    start + at
}
