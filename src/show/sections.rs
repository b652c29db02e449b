//! A program by architecture, and the calls of each by what becomes of them.

use super::decisions::{Decisions, Node, Subject, to_the_same, width};
use super::text::{ON_ONE_LINE, Text, Wrapped};
use crate::arch::Arch;
use crate::order;
use crate::prove::Range;
use crate::syscall::Syscall;

/// What a program does on some architectures.
#[derive(Debug)]
pub(super) struct Section {
    /// The one architecture, if there is only one.
    pub(super) arch: Option<Arch>,
    /// The tokens of all of them, but of the rest.
    pub(super) tokens: Vec<Range>,
    /// Whether it is about all that no other section is about.
    pub(super) is_rest: bool,
    pub(super) groups: Vec<Group>,
}

/// Calls that lead to one node.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) target: u32,
    /// Those with a name, in its order.
    pub(super) calls: Vec<(u32, Syscall)>,
    /// The numbers of all others.
    pub(super) unnamed: Vec<Range>,
    /// Whether it has most of the numbers: what nobody speaks of.
    pub(super) is_rest: bool,
}

impl Section {
    /// A program's sections: architectures that it treats unlike those that it does not know, in the
    /// order of [`Arch::ALL`]; tokens of others that it does; and the rest. Only one, if the program
    /// does not begin with the architecture.
    pub(super) fn all(decisions: &Decisions) -> Vec<Self> {
        // Most of the tokens are nobody's.
        let (rest, others) = match decisions.get(decisions.root) {
            Node::Choice { of: Subject::ARCH, .. } => decisions.outcomes(decisions.root),
            _ => (decisions.root, Vec::new()),
        };
        let mut sections = Vec::new();
        for arch in Arch::ALL {
            let token = arch.token();
            let Some((_, target)) = others.iter().find(|(range, _)| has(range, token)) else {
                continue;
            };
            let only = vec![Range { first: token, last: token }];
            let section = Self::new(decisions, Some(arch), only, *target);
            if !matches!(&section.groups[..], [only] if only.target == rest) {
                sections.push(section);
            }
        }
        for ways in others.chunk_by(to_the_same) {
            let mut tokens: Vec<Range> = ways.iter().map(|(range, _)| *range).collect();
            for arch in Arch::ALL {
                tokens = without(&tokens, arch.token());
            }
            if !tokens.is_empty() {
                sections.push(Self::new(decisions, None, tokens, ways[0].1));
            }
        }
        let rest = Self::new(decisions, None, Vec::new(), rest);
        sections.push(Self { is_rest: true, ..rest });
        sections
    }

    #[inline(never)]
    fn new(decisions: &Decisions, arch: Option<Arch>, tokens: Vec<Range>, root: u32) -> Self {
        let all = match decisions.get(root) {
            Node::Choice { of: Subject::NR, .. } => decisions.cases(root),
            _ => &[(Range::ALL, root)],
        };
        let mut groups = Vec::new();
        let own = arch.map_or(&[0..=u32::MAX][..], Arch::numbers);
        for &(range, target) in all {
            for own in own {
                let (first, last) = (range.first.max(*own.start()), range.last.min(*own.end()));
                if first <= last {
                    group(&mut groups, target).unnamed.push(Range { first, last });
                }
            }
        }
        let mut most = 0;
        let mut widest = None;
        for (place, group) in groups.iter().enumerate() {
            let width: u64 = group.unnamed.iter().map(|range| width(*range)).sum();
            if width >= most {
                (most, widest) = (width, Some(place));
            }
        }
        for call in Syscall::all() {
            let Some(number) = arch.and_then(|arch| call.number(arch)) else { continue };
            let is_it = |group: &&mut Group| group.unnamed.iter().any(|range| has(range, number));
            if let Some(group) = groups.iter_mut().find(is_it) {
                group.calls.push((number, call));
            }
        }
        for group in &mut groups {
            for (number, _) in &group.calls {
                group.unnamed = without(&group.unnamed, *number);
            }
        }
        if let Some(widest) = widest {
            groups[widest].is_rest = true;
        }
        // Calls that are decided by their number first, the rest last.
        let rank = |group: &Group| {
            let ends = matches!(decisions.get(group.target), Node::Return { .. });
            (group.is_rest, !ends)
        };
        order::sort_by(&mut groups, |a, b| rank(a) < rank(b));
        Self { arch, tokens, is_rest: false, groups }
    }

    /// What the section is about.
    pub(super) fn title<'a>(&self, text: &'a mut Text, alone: bool) -> &'a mut Text {
        match self.arch {
            _ if alone => text.put("every architecture"),
            Some(arch) => text.put(arch.name()).put(" (").hex(arch.token(), 8).put(")"),
            None if self.is_rest => text.put("every other architecture"),
            None => {
                text.put("architecture ").list(self.tokens.len(), ON_ONE_LINE, &|text, index| {
                    text.range(self.tokens[index], |text, token| text.hex(token, 8));
                })
            }
        }
    }
}

fn group(groups: &mut Vec<Group>, target: u32) -> &mut Group {
    let known = groups.iter().position(|group| group.target == target);
    let place = known.unwrap_or_else(|| {
        groups.push(Group::leading_to(target));
        groups.len() - 1
    });
    &mut groups[place]
}

fn has(range: &Range, number: u32) -> bool {
    (range.first..=range.last).contains(&number)
}

/// Some ranges without one number.
fn without(ranges: &[Range], number: u32) -> Vec<Range> {
    let mut left = Vec::with_capacity(ranges.len() + 1);
    for range in ranges {
        let (below, rest) = range.split(number);
        let above = rest.and_then(|rest| match number.checked_add(1) {
            Some(after) => rest.split(after).1,
            None => None,
        });
        left.extend(below.into_iter().chain(above));
    }
    left
}

impl Group {
    pub(super) const fn leading_to(target: u32) -> Self {
        Self { target, calls: Vec::new(), unnamed: Vec::new(), is_rest: false }
    }

    /// The names of the calls that have one.
    #[inline(never)]
    pub(super) fn names<'a>(&self, text: &'a mut Text, wrapped: Wrapped) -> &'a mut Text {
        text.list(self.calls.len(), wrapped, &|text, index| {
            text.put(self.calls[index].1.name());
        })
    }

    /// The calls: names, then numbers that have none.
    #[inline(never)]
    pub(super) fn list<'a>(&self, text: &'a mut Text, wrapped: Wrapped) -> &'a mut Text {
        self.names(text, wrapped);
        if !self.calls.is_empty() && !self.unnamed.is_empty() {
            text.put(", ");
        }
        text.list(self.unnamed.len(), wrapped, &|text, index| {
            text.range(self.unnamed[index], Text::number);
        })
    }
}
