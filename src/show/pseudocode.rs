//! A program as pseudo-code by call, for who has to review what will run.

use super::Shown;
use super::decisions::{Decisions, Node, Subject};
use super::sections::{Group, Section};
use super::text::{Text, Wrapped};
use super::words::Machine;
use crate::action::Action;
use crate::bpf::{Program, is_constant_allow};
use crate::prove::Range;
use crate::syscall::newest;

/// Bytes, behind which argument checks are named only. Programs for people take some thousands.
const MOST_TEXT: usize = 1 << 22;

/// Where lines end.
const WIDTH: usize = 72;
const BESIDE: Wrapped = ("\n        ", WIDTH);
const CONTINUED: Wrapped = ("\n                ", WIDTH);

/// How deep blocks stand in each other; what is deeper stands behind, and is referred to.
const DEEPEST: usize = 8;

/// What becomes of each call on each architecture, from the program alone. Calls of which the same
/// becomes stand together.
#[must_use]
pub fn pseudocode(shown: &Shown<'_>) -> String {
    let mut text = Text::default();
    shown.heading(&mut text, "# ");
    let Some(decisions) = Decisions::of(shown.program, false) else {
        text.put("# It decides too much to be shown by call: see the listing.\n");
        return text.take();
    };
    let sections = Section::all(&decisions);
    for section in &sections {
        let machine = Machine::of(section.arch, shown.big_endian);
        section.title(text.put("\n"), sections.len() == 1).put(":\n");
        let mut blocks =
            Blocks { text: &mut text, decisions: &decisions, machine, seen: Vec::new() };
        for group in &section.groups {
            for (kind, part) in by_cache(shown.program, section, group, &decisions) {
                blocks.group(kind, &part, section.arch.is_some());
            }
        }
    }
    text.take()
}

/// What is allowed, by whether the kernel will ask the program; anything else as it is.
fn by_cache(
    program: &Program,
    section: &Section,
    group: &Group,
    decisions: &Decisions,
) -> Vec<(&'static str, Group)> {
    let allowed = matches!(decisions.get(group.target), Node::Return { value, .. }
        if value == Action::ALLOW.to_raw());
    let Some(arch) = section.arch.filter(|_| allowed) else { return vec![("", group.clone())] };
    let is_cached = |nr: u32| {
        arch.has_bitmap() && nr <= newest(arch) && is_constant_allow(program, arch.token(), nr)
    };
    let part = |cached: bool| Group {
        calls: group.calls.iter().filter(|(nr, _)| is_cached(*nr) == cached).copied().collect(),
        unnamed: if cached { Vec::new() } else { group.unnamed.clone() },
        is_rest: group.is_rest && !cached,
        ..*group
    };
    let parts = [(" (answered by the kernel's bitmap)", part(true)), ("", part(false))];
    let is_any =
        |(_, part): &(_, Group)| part.is_rest || !part.calls.is_empty() || !part.unnamed.is_empty();
    parts.into_iter().filter(is_any).collect()
}

/// Writes blocks.
struct Blocks<'a> {
    text: &'a mut Text,
    decisions: &'a Decisions,
    machine: Machine,
    /// What stands in this block, or shall stand behind it, by node.
    seen: Vec<u32>,
}

impl Blocks<'_> {
    fn group(&mut self, kind: &str, group: &Group, has_names: bool) {
        let is_end = !matches!(self.decisions.get(group.target), Node::Choice { .. });
        self.text.put("  ");
        if is_end {
            self.end(group.target).put(kind).put(":").put(BESIDE.0);
        }
        match (group.is_rest, group.calls.len()) {
            (false, _) => group.list(self.text, if is_end { BESIDE } else { ("\n  ", WIDTH) }),
            (true, 0) if !has_names => self.text.put("every other number"),
            (true, known) => {
                let text = self.text.put("every other number");
                if known <= 8 {
                    let named = Group { unnamed: Vec::new(), ..group.clone() };
                    if known > 0 { named.list(text.put(", among them "), BESIDE) } else { text }
                } else {
                    text.put(", among them ").decimal(known).put(" calls with a name")
                }
            }
        };
        if is_end {
            self.text.put("\n");
        } else {
            self.text.put(":\n");
            self.check(group.target);
        }
    }

    /// A verdict, or that there is none to be seen.
    fn end(&mut self, node: u32) -> &mut Text {
        match self.decisions.get(node) {
            Node::Return { value, .. } => self.text.verdict(value, self.machine),
            _ => {
                let place = self.decisions.places[node as usize];
                let word = match self.decisions.get(node) {
                    Node::Computes { .. } => "what is computed",
                    _ => "what is tested",
                };
                self.text.put(word).put(" from instruction ").decimal(place as usize).put(" on")
            }
        }
    }

    /// What is asked of arguments from a node on, in blocks.
    fn check(&mut self, root: u32) {
        if self.text.len() > MOST_TEXT {
            self.text.indent(2).put("return ");
            self.end(root).put(" (see the listing: this text is long already)\n");
            return;
        }
        let wanted = self.wanted_twice(root);
        self.seen.clear();
        self.seen.push(root);
        let mut waiting = 0;
        // What is too deep comes behind.
        let mut behind = vec![root];
        while waiting < behind.len() {
            let node = behind[waiting];
            waiting += 1;
            if node != root {
                self.text.indent(1).put("  (").decimal(node as usize).put("):\n");
            }
            self.block(node, 2, &wanted, &mut behind);
        }
    }

    /// Which nodes behind a root are led to from several places.
    fn wanted_twice(&self, root: u32) -> Vec<u8> {
        let mut wanted = vec![0u8; root as usize + 1];
        wanted[root as usize] = 1;
        for node in (0..=root).rev().filter(|node| self.is_choice(*node)) {
            if wanted[node as usize] > 0 {
                for (target, _) in self.decisions.outcomes(node) {
                    wanted[target as usize] = wanted[target as usize].saturating_add(1);
                }
            }
        }
        wanted
    }

    fn is_choice(&self, node: u32) -> bool {
        matches!(self.decisions.get(node), Node::Choice { .. })
    }

    fn block(&mut self, root: u32, depth: usize, wanted: &[u8], behind: &mut Vec<u32>) {
        let mut node = root;
        loop {
            let Node::Choice { of, .. } = self.decisions.get(node) else {
                self.text.indent(depth).put("return ");
                self.end(node).put("\n");
                return;
            };
            let mut outcomes = self.decisions.outcomes(node);
            let Some((otherwise, _)) = outcomes.pop() else { return };
            for (mut target, values) in outcomes {
                self.text.indent(depth).put("if ");
                self.condition(of, &values);
                // What has the same else is one condition more.
                while let Some((next, values)) = self.only_other(target, otherwise, wanted) {
                    self.text.put(" and ");
                    if let Node::Choice { of, .. } = self.decisions.get(target) {
                        self.condition(of, &values);
                    }
                    target = next;
                }
                if !self.is_choice(target) {
                    self.text.put(": return ");
                    self.end(target).put("\n");
                } else if self.refers(target, depth + 1, wanted, behind) {
                    self.text.put(": go on at (").decimal(target as usize).put(")\n");
                } else {
                    self.text.put(":\n");
                    self.label(target, depth + 1, wanted);
                    self.block(target, depth + 1, wanted, behind);
                }
            }
            if self.is_choice(otherwise) && self.refers(otherwise, depth, wanted, behind) {
                self.text.indent(depth).put("go on at (").decimal(otherwise as usize).put(")\n");
                return;
            }
            self.label(otherwise, depth, wanted);
            node = otherwise;
        }
    }

    /// Where a choice leads, and for which values, if all others lead to `otherwise`.
    fn only_other(&self, node: u32, otherwise: u32, wanted: &[u8]) -> Option<(u32, Vec<Range>)> {
        let mut outcomes = self.decisions.outcomes(node);
        match outcomes.pop() {
            Some((most, _)) if most == otherwise && wanted[node as usize] == 1 => {
                outcomes.pop().filter(|_| outcomes.is_empty())
            }
            _ => None,
        }
    }

    /// Whether a choice stands elsewhere; if not, it is to be written here.
    fn refers(&mut self, node: u32, depth: usize, wanted: &[u8], behind: &mut Vec<u32>) -> bool {
        if wanted[node as usize] > 1 {
            if self.seen.contains(&node) {
                return true;
            }
            self.seen.push(node);
        }
        if depth > DEEPEST {
            behind.push(node);
        }
        depth > DEEPEST
    }

    fn label(&mut self, node: u32, depth: usize, wanted: &[u8]) {
        if wanted[node as usize] > 1 && self.is_choice(node) {
            self.text.indent(depth).put("(").decimal(node as usize).put("):\n");
        }
    }

    fn condition(&mut self, of: Subject, values: &[Range]) {
        let text = self.text.subject(of, self.machine);
        match *values {
            [Range { first, last }] if first == last => text.put(" == ").value_of(of, first),
            [Range { first: 0, last }] => text.put(" <= ").value_of(of, last),
            [Range { first, last }] if last == of.mask => text.put(" >= ").value_of(of, first),
            _ => text.put(" in ").values(values, of, CONTINUED),
        };
    }
}
