//! A program's decisions as a picture, in the language of Graphviz.

use super::Shown;
use super::decisions::{Decisions, Node, to_the_same};
use super::sections::{Group, Section};
use super::text::Text;
use super::words::Machine;
use crate::action::{Action, Kind};

/// How wide text in the picture may be, in characters.
const WIDE: usize = 64;

/// By kind of verdict, from the strictest: the colour of its box, and of the arrows that lead there.
const COLOURS: [[&str; 2]; 8] = [
    ["#e0837a", "#a33327"],
    ["#e0837a", "#a33327"],
    ["#f0b27a", "#a8611c"],
    ["#f7dc8c", "#96761a"],
    ["#a9c4eb", "#3c68a8"],
    ["#a9c4eb", "#3c68a8"],
    ["#d5e8b0", "#5c7f2a"],
    ["#b7e1b0", "#35802b"],
];

/// A cluster for each architecture: from the calls through what is asked of their arguments to the
/// verdicts, which are boxes in colour.
#[must_use]
pub fn dot(shown: &Shown<'_>) -> String {
    let mut text = Text::default();
    shown.heading(&mut text, "// ");
    text.put("digraph filter {\n");
    text.put("graph [rankdir=LR, ranksep=0.7, nodesep=0.15, fontname=\"Helvetica\", labeljust=l, labelloc=t]\n");
    text.put("label=\"Grey: system calls. Ellipses: what is looked at of an argument. Colour: what becomes of the call.\"\n");
    text.put("node [shape=box, fontname=\"Helvetica\", fontsize=11, margin=\"0.12,0.06\"]\n");
    text.put("edge [fontname=\"Helvetica\", fontsize=10, arrowsize=0.6]\n");
    match Decisions::of(shown.program, false) {
        None => {
            text.put("\"It decides too much to be drawn: see the listing.\"\n");
        }
        Some(decisions) => {
            let sections = Section::all(&decisions);
            for (place, section) in sections.iter().enumerate() {
                let machine = Machine::of(section.arch, shown.big_endian);
                let mut cluster =
                    Cluster { text: &mut text, decisions: &decisions, machine, place };
                cluster.draw(section, sections.len() == 1);
            }
        }
    }
    text.put("}\n").take()
}

struct Cluster<'a> {
    text: &'a mut Text,
    decisions: &'a Decisions,
    machine: Machine,
    place: usize,
}

impl Cluster<'_> {
    fn draw(&mut self, section: &Section, alone: bool) {
        self.text.put("subgraph cluster_").decimal(self.place).put(" {\nlabel=\"");
        section.title(self.text, alone).put("\"\ncolor=gray\nfontsize=14\n");
        let mut reached = vec![false; self.decisions.len()];
        self.text.put("{ rank=same\n");
        for (index, group) in section.groups.iter().enumerate() {
            self.calls(index, group);
            reached[group.target as usize] = true;
        }
        self.text.put("}\n");
        for (index, group) in section.groups.iter().enumerate() {
            self.arrow(("calls", index), group.target).put("]\n");
        }
        // One that leads to others has the greater number.
        for node in (0..reached.len()).rev() {
            if reached[node] {
                self.node(node, &mut reached);
            }
        }
        self.text.put("}\n");
    }

    /// The name of a node in the picture.
    #[inline(never)]
    fn id(&mut self, kind: &str, node: usize) -> &mut Text {
        self.text.put("a").decimal(self.place).put(kind).decimal(node)
    }

    /// A group of calls, and where it leads.
    fn calls(&mut self, index: usize, group: &Group) {
        self.id("calls", index).put(" [style=filled, fillcolor=\"#f2f2f2\", penwidth=0, label=\"");
        self.text.fresh();
        match (group.is_rest, group.calls.len()) {
            (false, _) => group.list(self.text, ("\\l", WIDE)),
            (true, 0) => self.text.put("all other numbers"),
            (true, known) => {
                let text = self.text.put("all others: ").decimal(known);
                text.put(" calls with a name, and all numbers without")
            }
        };
        self.text.put("\\l\"]\n");
    }

    fn node(&mut self, node: usize, reached: &mut [bool]) {
        let number = u32::try_from(node).unwrap_or(0);
        self.id("n", node).put(" [label=\"");
        match self.decisions.get(number) {
            Node::Return { value, .. } => {
                let [colour, _] = colours(value);
                self.text
                    .verdict(value, self.machine)
                    .put("\", style=\"filled,rounded\", fillcolor=\"");
                self.text.put(colour).put("\"]\n");
            }
            Node::Computes { place } => {
                self.text.put("computes from instruction ").decimal(place as usize).put(" on\"]\n");
            }
            Node::Choice { of, .. } => {
                self.text
                    .subject(of, self.machine)
                    .put("\", shape=ellipse, margin=\"0.02,0.02\"]\n");
                let (rest, others) = self.decisions.outcomes(number);
                for ways in others.chunk_by(to_the_same) {
                    reached[ways[0].1 as usize] = true;
                    let text = self.arrow(("n", node), ways[0].1).put(", label=\"").fresh();
                    text.values(ways, of, ("\\l", WIDE / 2)).put("\\l\"]\n");
                }
                reached[rest as usize] = true;
                self.arrow(("n", node), rest).put(", label=\"else\", style=dashed]\n");
            }
        }
    }

    /// An arrow to a node, its attributes left open.
    #[inline(never)]
    fn arrow(&mut self, (kind, from): (&str, usize), target: u32) -> &mut Text {
        self.id(kind, from).put(" -> ");
        self.id("n", target as usize);
        let colour = match self.decisions.get(target) {
            Node::Return { value, .. } => colours(value)[1],
            _ => "black",
        };
        self.text.put(" [color=\"").put(colour).put("\", fontcolor=\"").put(colour).put("\"")
    }
}

/// What the kernel does not know, it takes for the strictest.
#[inline(never)]
fn colours(value: u32) -> [&'static str; 2] {
    COLOURS[Action::from_raw(value).map_or(Kind::KillProcess, Action::kind) as usize]
}
