//! A program as pseudo-code by call, for who has to review what will run.

use super::Shown;
use super::decisions::{Decisions, Node, Subject, Way, to_the_same};
use super::sections::{Group, Section};
use super::text::{Text, Wrapped};
use super::words::Machine;
use crate::action::Action;
use crate::arch::Arch;
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
    let alone = sections.len() == 1;
    for mut section in sections {
        let machine = Machine::of(section.arch, shown.big_endian);
        section.title(text.put("\n"), alone).put(":\n");
        let mut blocks =
            Blocks { text: &mut text, decisions: &decisions, machine, seen: Vec::new() };
        for group in &mut section.groups {
            let cached = take_cached(shown.program, section.arch, group, &decisions);
            if !cached.calls.is_empty() {
                blocks.group(" (answered by the kernel's bitmap)", &cached, true);
            }
            if group.is_rest || !group.calls.is_empty() || !group.unnamed.is_empty() {
                blocks.group("", group, section.arch.is_some());
            }
        }
    }
    text.take()
}

/// Takes those calls out of a group that are allowed without the kernel asking the program.
fn take_cached(
    program: &Program,
    arch: Option<Arch>,
    group: &mut Group,
    decisions: &Decisions,
) -> Group {
    let mut cached = Group::leading_to(group.target);
    let allowed = matches!(decisions.get(group.target), Node::Return { value, .. }
        if value == Action::ALLOW.to_raw());
    if let Some(arch) = arch.filter(|arch| allowed && arch.has_bitmap()) {
        group.calls.retain(|call| {
            let nr = call.0;
            let is_cached = nr <= newest(arch) && is_constant_allow(program, arch.token(), nr);
            if is_cached {
                cached.calls.push(*call);
            }
            !is_cached
        });
    }
    cached
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
                match known {
                    0 => text,
                    1..=8 => group.names(text.put(", among them "), BESIDE),
                    _ => text.put(", among them ").decimal(known).put(" calls with a name"),
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
                let (rest, others) = self.decisions.outcomes(node);
                let targets = others.chunk_by(to_the_same).map(|ways| ways[0].1);
                for target in targets.chain([rest]) {
                    let wanted = &mut wanted[target as usize];
                    *wanted = wanted.saturating_add(1);
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
            let (otherwise, others) = self.decisions.outcomes(node);
            for ways in others.chunk_by(to_the_same) {
                let mut target = ways[0].1;
                self.text.indent(depth).put("if ");
                self.condition(of, ways);
                // What has the same else is one condition more.
                while let Some((of, ways)) = self.only_other(target, otherwise, wanted) {
                    self.text.put(" and ");
                    self.condition(of, &ways);
                    target = ways[0].1;
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

    /// The values for which a choice leads to one node, if for all others it leads to `otherwise`.
    fn only_other(&self, node: u32, otherwise: u32, wanted: &[u8]) -> Option<(Subject, Vec<Way>)> {
        let Node::Choice { of, .. } = self.decisions.get(node) else { return None };
        let (rest, others) = self.decisions.outcomes(node);
        let is_one = others.chunk_by(to_the_same).count() == 1;
        let is_so = is_one && rest == otherwise && wanted[node as usize] == 1;
        is_so.then_some((of, others))
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

    fn condition(&mut self, of: Subject, ways: &[Way]) {
        let text = self.text.subject(of, self.machine);
        match *ways {
            [(Range { first, last }, _)] if first == last => text.put(" == ").value_of(of, first),
            [(Range { first: 0, last }, _)] => text.put(" <= ").value_of(of, last),
            [(Range { first, last }, _)] if last == of.mask => text.put(" >= ").value_of(of, first),
            _ => text.put(" in ").values(ways, of, CONTINUED),
        };
    }
}
