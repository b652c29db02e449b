//! JSON as policy files have it: a tree of what stands in the text, and places in it.
//!
//! The readers of such files are written in Go or Rust, and differ in what they let pass. This one
//! keeps what they differ in (keys in order, also twice; which numbers are no whole ones), so that
//! whoever reads a format can decide.

mod fields;
mod parse;
mod place;

pub(super) use fields::{Keys, Read, TWICE, list, number, object, text, words};
pub(super) use parse::parse;
pub(super) use place::{Place, Problem};

use std::borrow::Cow;

/// A value. Texts without escapes are those of the file itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    Bool,
    Number(u64),
    /// Negative, with a fraction or an exponent, or above 64 bits.
    OddNumber,
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    /// In order.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl Value<'_> {
    /// What it is, for a message.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number(_) => "a number",
            Self::OddNumber => "a number that is no whole one from 0 to 2^64 - 1",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}
