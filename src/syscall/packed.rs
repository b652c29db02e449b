//! The table as the library carries it, made when the library is built.
//!
//! A table of five hundred pointers to names is five hundred addresses to be put right whenever the
//! library is loaded into a process, and five times as large as the names. So the names are one text.

use super::table::TABLE;
use crate::arch::Table;

/// How many calls there are.
pub(super) const COUNT: usize = TABLE.len();

/// The names, each with a 0 behind it, as C wants them.
static NAMES: &str = match std::str::from_utf8(&BYTES) {
    Ok(names) => names,
    Err(_) => panic!("a name in the table is not UTF-8"),
};

/// Where each name begins, and where one more would.
static STARTS: [u16; COUNT + 1] = starts();

/// The numbers of each call, in the order of [`Table`].
pub(super) static NUMBERS: [[u16; Table::COUNT]; COUNT] = {
    let mut numbers = [[0; Table::COUNT]; COUNT];
    let mut place = 0;
    while place < COUNT {
        numbers[place] = TABLE[place].1;
        place += 1;
    }
    numbers
};

#[expect(clippy::cast_possible_truncation, reason = "an index out of bounds would not compile")]
const fn starts() -> [u16; COUNT + 1] {
    let mut starts = [0; COUNT + 1];
    let mut place = 0;
    while place < COUNT {
        starts[place + 1] = starts[place] + TABLE[place].0.len() as u16 + 1;
        place += 1;
    }
    starts
}

const LENGTH: usize = starts()[COUNT] as usize;

const BYTES: [u8; LENGTH] = {
    let starts = starts();
    let mut bytes = [0; LENGTH];
    let mut place = 0;
    while place < COUNT {
        let name = TABLE[place].0.as_bytes();
        let mut at = 0;
        while at < name.len() {
            bytes[starts[place] as usize + at] = name[at];
            at += 1;
        }
        place += 1;
    }
    bytes
};

/// The name at `place`.
pub(super) fn name(place: usize) -> &'static str {
    &NAMES[STARTS[place].into()..usize::from(STARTS[place + 1]) - 1]
}

/// The same as bytes, also while the library is built; the 0 is the last one.
pub(super) const fn with_0(place: usize) -> &'static [u8] {
    let (before, _) = NAMES.as_bytes().split_at(STARTS[place + 1] as usize);
    before.split_at(STARTS[place] as usize).1
}
