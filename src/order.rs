//! Putting lists in order.
//!
//! The standard library's sorts are made anew for every type, and a dozen of them were an eighth of
//! the shared library. Here the comparisons alone are a type's own. Lists that are in order already,
//! as most are, cost one comparison an item.

/// Puts `items` in their order; equal ones stay as they stand.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, |a, b| a < b);
}

/// The same in the order of which `is_less` tells.
pub(crate) fn sort_by<T>(items: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    let mut places = places(items.len(), &|a, b| is_less(&items[a], &items[b]));
    // Each place says which item belongs there; what stands there belongs on the same round trip.
    for start in 0..places.len() {
        let mut place = start;
        loop {
            let from = std::mem::replace(&mut places[place], place);
            if from == start {
                break;
            }
            items.swap(place, from);
            place = from;
        }
    }
}

/// The places of `count` items in their order, by merging the runs that are in order; none when all
/// are one.
fn places(count: usize, is_less: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let is_start = |place: &usize| is_less(*place, place - 1);
    let Some(first) = (1..count).find(is_start) else { return Vec::new() };
    let mut starts = Vec::with_capacity(count / 2);
    starts.push(first);
    starts.extend((first + 1..count).filter(is_start));
    let mut places: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    while !starts.is_empty() {
        merged.clear();
        // Two by two: where the second of them starts, and where it ends.
        let mut left = 0;
        for pair in starts.chunks(2) {
            let end = pair.get(1).copied().unwrap_or(count);
            let (mut first, mut second) = places[left..end].split_at(pair[0] - left);
            while let ([a, behind_a @ ..], [b, behind_b @ ..]) = (first, second) {
                if is_less(*b, *a) {
                    merged.push(*b);
                    second = behind_b;
                } else {
                    merged.push(*a);
                    first = behind_a;
                }
            }
            merged.extend_from_slice(first);
            merged.extend_from_slice(second);
            left = end;
        }
        merged.extend_from_slice(&places[left..]);
        std::mem::swap(&mut places, &mut merged);
        let mut place = 0;
        starts.retain(|_| {
            place += 1;
            place % 2 == 0
        });
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_ordered_as_by_the_standard_library() {
        for length in [0, 1, 2, 3, 7, 8, 9, 100, 1000] {
            for (factor, most, why) in [
                (1, u32::MAX, "in order"),
                (u32::MAX, u32::MAX, "backwards"),
                (0x9e37_79b9, u32::MAX, "mixed"),
                (0x9e37_79b9, 5, "many of them equal"),
            ] {
                let item = |place: u32| (place.wrapping_mul(factor) % most, place);
                let items: Vec<(u32, u32)> = (0..length).map(item).collect();
                let (mut ours, mut theirs) = (items.clone(), items);
                sort_by(&mut ours, |a, b| a.0 < b.0);
                theirs.sort_by_key(|item| item.0);
                assert_eq!(ours, theirs, "{length} {why}");
            }
        }
    }
}
