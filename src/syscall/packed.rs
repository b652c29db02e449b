//! The table as the library carries it, made when the library is built.
//!
//! A table of five hundred pointers to names is five hundred addresses to be put right whenever the
//! library is loaded into a process, and five times as large as the names. So the names are one text,
//! and a number takes ten bits: no table has a thousand calls.

use super::ABSENT;
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

/// The low eight bits of each cell, in the order of [`Table`].
static LOW: [[u8; Table::COUNT]; COUNT] = split().0;

/// The two above them, of four cells in a byte.
static HIGH: [[u8; Table::COUNT.div_ceil(4)]; COUNT] = split().1;

type Split = ([[u8; Table::COUNT]; COUNT], [[u8; Table::COUNT.div_ceil(4)]; COUNT]);

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
const fn split() -> Split {
    let mut low = [[0; Table::COUNT]; COUNT];
    let mut high = [[0; Table::COUNT.div_ceil(4)]; COUNT];
    let mut place = 0;
    while place < COUNT {
        let mut table = 0;
        while table < Table::COUNT {
            let cell = TABLE[place].1[table];
            assert!(cell <= ABSENT, "a cell has ten bits");
            low[place][table] = cell as u8;
            high[place][table / 4] |= ((cell >> 8) as u8) << (table % 4 * 2);
            table += 1;
        }
        place += 1;
    }
    (low, high)
}

/// What the table holds for the call at `place`.
pub(super) fn cell(place: usize, table: Table) -> u16 {
    let table = table as usize;
    let high = HIGH[place][table / 4] >> (table % 4 * 2) & 3;
    u16::from(high) << 8 | u16::from(LOW[place][table])
}

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
