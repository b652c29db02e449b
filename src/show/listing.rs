//! A program as a listing that the kernel's own assembler reads.

use super::Shown;
use super::assembly::is_test;
use super::decisions::{Compared, Decisions, Node, Subject};
use super::origins::origins;
use super::sections::{Group, Section};
use super::text::{ON_ONE_LINE, Text};
use super::words::Machine;
use crate::bpf::{Instruction, Opcode};
use crate::prove::Range;

/// Where comments stand.
const COMMENT: usize = 44;
/// How many calls are named in one comment, how many rules of one call, and how many comments stand at
/// one return.
const MOST_NAMES: usize = 8;
const MOST_RULES: usize = 5;
const MOST_REASONS: usize = 100;
/// Nodes that are looked at to find out who comes where; beyond, comments say less.
const MOST_VISITS: usize = 1 << 22;
const MOST_LEADS: usize = 1 << 15;

/// Every instruction with what it means, in the language of `bpf_asm`: labels for what is jumped to,
/// and in comments names of calls, architectures and arguments, verdicts in words, and who comes to
/// each return; where the policy is known, by which of its rules.
///
/// Fields that an instruction does not use are not shown.
#[must_use]
pub fn listing(shown: &Shown<'_>) -> String {
    let mut text = Text::default();
    shown.heading(&mut text, "; ");
    let instructions = shown.program.instructions();
    let decisions = Decisions::of(shown.program, true);
    let sections = decisions.as_ref().map_or_else(Vec::new, Section::all);
    let notes = decisions
        .as_ref()
        .and_then(|decisions| Notes::of(decisions, &sections, instructions.len()));
    if notes.is_none() {
        text.put("; It decides too much to say who comes where.\n");
    }
    let targets = targets(instructions);
    let machine = Machine::of(None, shown.big_endian);
    for (pc, instruction) in instructions.iter().enumerate() {
        let notes_here = notes.as_ref().map_or(&[][..], |notes| &notes.begins[pc]);
        for group in notes_here {
            let (section, group, _) = group;
            let group = &sections[*section].groups[*group];
            names(text.put("; "), group);
            text.put(":\n");
        }
        if targets[pc] {
            text.put("L").decimal(pc).put(":");
        }
        let compared = decisions.as_ref().and_then(|decisions| decisions.compared[pc]);
        let is_number = compared.is_some_and(|compared| compared.of == Subject::NR);
        let constant = if is_number { Text::number } else { Text::value };
        text.column(8).instruction(pc, *instruction, constant);
        meaning(&mut text, *instruction, compared, machine);
        text.put("\n");
        if let Some(notes) = &notes {
            let leads = notes.ends[pc].iter().map(|(section, group, direct)| {
                (&sections[*section], &sections[*section].groups[*group], *direct)
            });
            origins_of(&mut text, shown, sections.len() == 1, leads, instruction.k);
        }
    }
    text.take()
}

/// What an instruction is about, as a comment behind it.
fn meaning(
    text: &mut Text,
    instruction: Instruction,
    compared: Option<Compared>,
    machine: Machine,
) {
    let Instruction { code, k, .. } = instruction;
    match (code, compared) {
        (0x20, _) => {
            let of = Subject { word: k, mask: u32::MAX };
            text.column(COMMENT).put("; ").subject(of, machine);
        }
        (0x06, _) => {
            text.column(COMMENT).put("; ").verdict(k, machine);
        }
        (_, Some(Compared { of: Subject::NR, arch })) if is_test(code) => {
            text.column(COMMENT).put("; ").name(arch, k);
        }
        (_, Some(Compared { of: Subject::ARCH, .. })) if is_test(code) => {
            text.column(COMMENT).put("; ").token(k);
        }
        (_, Some(Compared { of, .. })) if is_test(code) && of != Subject::SEVERAL => {
            text.column(COMMENT).put("; ").subject(of, machine);
        }
        _ => {}
    }
}

/// By instruction, whether it is jumped to.
fn targets(instructions: &[Instruction]) -> Vec<bool> {
    let mut targets = vec![false; instructions.len()];
    for (pc, Instruction { code, jt, jf, k }) in instructions.iter().enumerate() {
        let mut mark = |skip: u32| targets[pc + 1 + skip as usize] = true;
        if *code == Opcode::Jump as u16 {
            mark(*k);
        } else if is_test(*code) {
            // What is next needs no label, but where both ways lead to it.
            [*jt, *jf]
                .into_iter()
                .filter(|skip| *skip > 0 || jt == jf)
                .for_each(|skip| mark(skip.into()));
            if *jt == 0 && *code & 0x70 == 0x40 {
                mark(0); // there is no jump on no bit
            }
        }
    }
    targets
}

/// A group, as its section and its place in it, and whether it comes without a look at arguments.
type Lead = (usize, usize, bool);

/// Who comes where, by instruction.
struct Notes {
    /// The argument checks that begin there.
    begins: Vec<Vec<Lead>>,
    /// To returns.
    ends: Vec<Vec<Lead>>,
}

impl Notes {
    fn of(decisions: &Decisions, sections: &[Section], length: usize) -> Option<Self> {
        let mut notes = Self { begins: vec![Vec::new(); length], ends: vec![Vec::new(); length] };
        let (mut visits, mut leads) = (0, 0);
        let mut seen = vec![0usize; decisions.len()];
        let mut round = 0;
        for (place, section) in sections.iter().enumerate() {
            for (index, group) in section.groups.iter().enumerate() {
                round += 1;
                let mut waiting = vec![group.target];
                while let Some(node) = waiting.pop() {
                    if std::mem::replace(&mut seen[node as usize], round) == round {
                        continue;
                    }
                    match decisions.get(node) {
                        Node::Choice { place: at, .. } => {
                            if node == group.target && !group.calls.is_empty() {
                                notes.begins[at as usize].push((
                                    place,
                                    index,
                                    node == group.target,
                                ));
                            }
                            let cases = decisions.cases(node);
                            visits += cases.len();
                            waiting.extend(cases.iter().map(|(_, target)| *target));
                        }
                        Node::Return { place: at, .. } => {
                            leads += 1;
                            notes.ends[at as usize].push((place, index, node == group.target));
                        }
                        Node::Computes { .. } => {}
                    }
                    if visits > MOST_VISITS || leads > MOST_LEADS {
                        return None;
                    }
                }
            }
        }
        Some(notes)
    }
}

fn names<'a>(text: &'a mut Text, group: &Group) -> &'a mut Text {
    listed(text, &group.calls.iter().map(|(_, call)| call.name()).collect::<Vec<_>>())
}

/// The first of some names, and how many more there are.
fn listed<'a>(text: &'a mut Text, names: &[&str]) -> &'a mut Text {
    let first = names.len().min(MOST_NAMES);
    text.list(first, ON_ONE_LINE, &|text, index| {
        text.put(names[index]);
    });
    match names.len() - first {
        0 => text,
        more => text.put(" and ").decimal(more).put(" more"),
    }
}

/// Who comes to a return of `value` and why, a comment for each reason.
fn origins_of<'a>(
    text: &mut Text,
    shown: &Shown<'_>,
    alone: bool,
    leads: impl Iterator<Item = (&'a Section, &'a Group, bool)>,
    value: u32,
) {
    // In order: why, and the calls.
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for (section, group, direct) in leads {
        let mut title = Text::default();
        let title = match section.arch {
            Some(arch) => arch.name().to_owned(),
            None => section.title(&mut title, alone).take(),
        };
        let mut say = |nr: u32, name: &'static str| {
            let why = match (shown.policy, section.arch) {
                (Some(policy), Some(arch)) => origins(policy, arch, nr, value),
                _ if direct => Vec::new(),
                _ => vec!["by arguments".to_owned()],
            };
            // A reason may be missing for a way that no call takes.
            let mut whys = if why.is_empty() { vec![String::new()] } else { why };
            if whys.len() > MOST_RULES {
                let mut more = Text::default();
                more.decimal(whys.len() - MOST_RULES + 1).put(" more rules");
                whys.truncate(MOST_RULES - 1);
                whys.push(more.take());
            }
            for why in whys {
                let comma = if why.is_empty() { "" } else { ", " };
                let reason = [&title, comma, &why].concat();
                match reasons.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, names)) => names.push(name),
                    None => reasons.push((reason, vec![name])),
                }
            }
        };
        group.calls.iter().for_each(|(nr, call)| say(*nr, call.name()));
        if let Some(Range { last, .. }) = group.unnamed.last() {
            say(*last, if group.is_rest { "all other numbers" } else { "numbers without a name" });
        }
    }
    for (reason, names) in reasons.iter().take(MOST_REASONS) {
        listed(text.put("        ; ").put(reason).put(": "), names).put("\n");
    }
    if reasons.len() > MOST_REASONS {
        text.put("        ; and ").decimal(reasons.len() - MOST_REASONS).put(" more reasons\n");
    }
}
