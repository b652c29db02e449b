//! Names of the tables, looked up when the library is built: one that is no call's does not compile.

use crate::syscall::Syscall;

/// The calls of these names, separated by blanks.
macro_rules! calls {
    ($names:literal) => {{
        const CALLS: [Syscall; $crate::policy::names::count($names)] =
            $crate::policy::names::look_up($names);
        &CALLS
    }};
}

/// The call of this name.
macro_rules! call {
    ($name:literal) => {{
        const CALL: [Syscall; 1] = $crate::policy::names::look_up($name);
        CALL[0]
    }};
}

pub(super) use {call, calls};

/// How many names there are.
pub(super) const fn count(names: &str) -> usize {
    let mut count = 0;
    let mut rest = names.as_bytes();
    while let Some((_, behind)) = first(rest) {
        count += 1;
        rest = behind;
    }
    count
}

pub(super) const fn look_up<const COUNT: usize>(names: &str) -> [Syscall; COUNT] {
    let mut calls = [Syscall::FIRST; COUNT];
    let mut rest = names.as_bytes();
    let mut at = 0;
    while let Some((name, behind)) = first(rest) {
        calls[at] = match Syscall::find(name) {
            Some(call) => call,
            None => panic!("a table has a name that is no call's"),
        };
        at += 1;
        rest = behind;
    }
    calls
}

/// The first word, and what is behind it.
const fn first(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut text = text;
    while let [b' ', rest @ ..] = text {
        text = rest;
    }
    let mut length = 0;
    while length < text.len() && text[length] != b' ' {
        length += 1;
    }
    if length == 0 { None } else { Some(text.split_at(length)) }
}
