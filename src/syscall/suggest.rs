//! What a misspelt name was probably meant to be.

use super::Syscall;
use crate::order;

/// The names nearest to `name`, nearest first; none when nothing is near enough to be helpful.
pub(super) fn nearest(name: &str) -> Vec<&'static str> {
    // What people paste from headers and kernel sources.
    const PREFIXES: [&str; 4] = ["__nr_", "__x64_sys_", "sys_", "nr_"];
    // A longer name is no call's, and the distance below is quadratic in the lengths.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return Vec::new();
    }
    let lower = name.to_ascii_lowercase();
    let plain = PREFIXES.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(&lower);
    // A third of the letters may be wrong: more, and the suggestion is noise.
    let furthest = (plain.len() / 3).clamp(1, 3);
    let mut near: Vec<(usize, &str)> = Syscall::all()
        .map(|call| (distance(plain.as_bytes(), call.name().as_bytes()), call.name()))
        .filter(|(steps, _)| *steps <= furthest)
        .collect();
    order::sort(&mut near);
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How many letters have to be added, dropped, replaced, or swapped with a neighbour to make `a`
/// of `b` (optimal string alignment).
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            row[j + 1] = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}
