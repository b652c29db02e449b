//! From a name to its place in the table.
//!
//! A policy is made of some hundred names, and a binary search among five hundred took longer than
//! all else. The index is made when the library is built: half-empty, so that most names are found
//! where they are looked for first.

use super::packed::{COUNT, with_0};

/// A power of two, about four times the names.
const SLOTS: usize = 2048;

/// What an empty slot holds.
const EMPTY: u16 = u16::MAX;

static INDEX: [u16; SLOTS] = index();

const fn index() -> [u16; SLOTS] {
    let mut index = [EMPTY; SLOTS];
    let mut place: u16 = 0;
    while (place as usize) < COUNT {
        let mut slot = hash(name(place));
        while index[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        index[slot] = place;
        place += 1;
    }
    index
}

/// The place of `name` in the table.
pub(super) const fn place(looked_for: &[u8]) -> Option<u16> {
    let mut slot = hash(looked_for);
    while INDEX[slot] != EMPTY {
        let place = INDEX[slot];
        if same(looked_for, name(place)) {
            return Some(place);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}

const fn name(place: u16) -> &'static [u8] {
    match with_0(place as usize) {
        [name @ .., _] => name,
        [] => &[],
    }
}

/// Whether two names are one. In eights: byte by byte it took longer than all else that is done with
/// a name, and the comparison of slices is not for use while the library is built.
const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() || head(a) != head(b) || tail(a) != tail(b) {
        return false;
    }
    // The two are all of up to sixteen bytes; few names are longer.
    let mut at = 8;
    while at + 8 < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Where to look for a name first: its ends tell most names apart.
#[expect(clippy::cast_possible_truncation, reason = "eleven bits are left")]
const fn hash(name: &[u8]) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15; // 2^64 over the golden ratio
    let mixed = (head(name).wrapping_mul(ODD) ^ tail(name).rotate_left(29)).wrapping_mul(ODD);
    (mixed >> (u64::BITS - SLOTS.trailing_zeros())) as usize
}

/// The first eight bytes as a number, or all that there are.
const fn head(name: &[u8]) -> u64 {
    match (name.first_chunk::<8>(), name.first_chunk::<4>()) {
        (Some(eight), _) => u64::from_le_bytes(*eight),
        (None, Some(four)) => u32::from_le_bytes(*four) as u64,
        (None, None) => match *name {
            [] => 0,
            [first, ref rest @ ..] => (first as u64) << 16 | (rest.len() as u64) << 32,
        },
    }
}

/// The last eight bytes as a number, or of shorter names what is not in the first four.
const fn tail(name: &[u8]) -> u64 {
    match (name.last_chunk::<8>(), name.last_chunk::<4>()) {
        (Some(eight), _) => u64::from_le_bytes(*eight),
        (None, Some(four)) => u32::from_le_bytes(*four) as u64,
        (None, None) => match *name {
            [.., before, last] => (before as u64) << 8 | last as u64,
            _ => 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::TABLE;
    use super::*;

    #[test]
    fn every_name_is_found_and_nothing_else() {
        for (expected, (name, _)) in TABLE.iter().enumerate() {
            assert_eq!(place(name.as_bytes()).map(usize::from), Some(expected), "{name}");
            for other in [&name[1..], &name[..name.len() - 1], &format!("{name}x")] {
                let known = TABLE.iter().position(|row| row.0 == other);
                assert_eq!(place(other.as_bytes()).map(usize::from), known, "{other}");
            }
        }
        assert_eq!(place(b""), None);
    }

    #[test]
    fn most_names_are_where_they_are_looked_for_first() {
        let first = TABLE
            .iter()
            .zip(0..)
            .filter(|((name, _), place)| INDEX[hash(name.as_bytes())] == *place);
        assert!(first.count() > TABLE.len() * 3 / 4);
    }
}
