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
    let notes = decisions.as_ref().and_then(|decisions| Notes::of(decisions, &sections));
    if notes.is_none() {
        text.put("; It decides too much to say who comes where.\n");
    }
    let notes = notes.unwrap_or_default();
    let targets = targets(instructions);
    let machine = Machine::of(None, shown.big_endian);
    for (pc, instruction) in instructions.iter().enumerate() {
        for lead in notes.begins.iter().filter(|lead| lead.at as usize == pc) {
            let calls = &lead.group(&sections).calls;
            text.put("; ").list(calls.len().min(MOST_NAMES), ON_ONE_LINE, &|text, index| {
                text.put(calls[index].1.name());
            });
            more(&mut text, calls.len()).put(":\n");
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
        let ends = notes.ends.iter().filter(|lead| lead.at as usize == pc);
        reasons(&mut text, shown, &sections, ends, instruction.k);
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
    let is_known = compared.is_some_and(|compared| compared.of != Subject::SEVERAL);
    let has_meaning = matches!(code, 0x20 | 0x06) || is_test(code) && is_known;
    if !has_meaning {
        return;
    }
    text.column(COMMENT).put("; ");
    match (code, compared) {
        (0x20, _) => text.subject(Subject::whole(k), machine),
        (0x06, _) | (_, None) => text.verdict(k, machine),
        (_, Some(Compared { of: Subject::NR, arch })) => text.name(arch, k),
        (_, Some(Compared { of: Subject::ARCH, .. })) => text.token(k),
        (_, Some(Compared { of, .. })) => text.subject(of, machine),
    };
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

/// A group of calls that comes to an instruction.
#[derive(Clone, Copy)]
struct Lead {
    at: u32,
    section: usize,
    group: usize,
    /// Whether it comes without a look at arguments.
    direct: bool,
}

impl Lead {
    fn group(self, sections: &[Section]) -> &Group {
        &sections[self.section].groups[self.group]
    }
}

/// Who comes where.
#[derive(Default)]
struct Notes {
    /// To argument checks that begin there.
    begins: Vec<Lead>,
    /// To returns.
    ends: Vec<Lead>,
}

impl Notes {
    fn of(decisions: &Decisions, sections: &[Section]) -> Option<Self> {
        let mut notes = Self::default();
        let mut visits = 0;
        let mut round = 0;
        let mut seen = vec![0; decisions.len()];
        let mut waiting = Vec::new();
        for (section, Section { groups, .. }) in sections.iter().enumerate() {
            for (group, Group { target, calls, .. }) in groups.iter().enumerate() {
                round += 1;
                waiting.push(*target);
                while let Some(node) = waiting.pop() {
                    if std::mem::replace(&mut seen[node as usize], round) == round {
                        continue;
                    }
                    let direct = node == *target;
                    match decisions.get(node) {
                        Node::Choice { place: at, .. } => {
                            if direct && !calls.is_empty() {
                                notes.begins.push(Lead { at, section, group, direct });
                            }
                            for (_, target) in decisions.cases(node) {
                                visits += 1;
                                waiting.push(*target);
                            }
                        }
                        Node::Return { place: at, .. } => {
                            notes.ends.push(Lead { at, section, group, direct });
                        }
                        Node::Computes { .. } => {}
                    }
                    if visits > MOST_VISITS || notes.ends.len() > MOST_LEADS {
                        return None;
                    }
                }
            }
        }
        Some(notes)
    }
}

/// Why calls come to a return, and which.
struct Reason {
    why: String,
    /// The first of them.
    names: Text,
    count: usize,
}

/// Says behind the first of some names how many more there are.
fn more(text: &mut Text, count: usize) -> &mut Text {
    match count.saturating_sub(MOST_NAMES) {
        0 => text,
        more => text.put(" and ").decimal(more).put(" more"),
    }
}

/// Who comes to a return of `value` and why, a comment for each reason.
fn reasons<'a>(
    text: &mut Text,
    shown: &Shown<'_>,
    sections: &[Section],
    leads: impl Iterator<Item = &'a Lead>,
    value: u32,
) {
    let mut reasons: Vec<Reason> = Vec::new();
    for lead in leads {
        let section = &sections[lead.section];
        let group = lead.group(sections);
        let mut title = Text::default();
        match section.arch {
            Some(arch) => title.put(arch.name()),
            None => section.title(&mut title, sections.len() == 1),
        };
        let title = title.take();
        let mut say = |nr: u32, name: &str| {
            let mut whys = match (shown.policy, section.arch) {
                (Some(policy), Some(arch)) => origins(policy, arch, nr, value),
                _ if lead.direct => Vec::new(),
                _ => vec!["by arguments".to_owned()],
            };
            match whys.len() {
                // A reason may be missing for a way that no call takes.
                0 => whys.push(String::new()),
                1..=MOST_RULES => {}
                count => {
                    whys.truncate(MOST_RULES - 1);
                    let more = count - whys.len();
                    whys.push(Text::default().decimal(more).put(" more rules").take());
                }
            }
            for why in whys {
                let comma = if why.is_empty() { "" } else { ", " };
                let why = [&title, comma, &why].concat();
                let known = reasons.iter().position(|reason| reason.why == why);
                let place = known.unwrap_or_else(|| {
                    reasons.push(Reason { why, names: Text::default(), count: 0 });
                    reasons.len() - 1
                });
                let Reason { names, count, .. } = &mut reasons[place];
                if *count < MOST_NAMES {
                    names.put(if *count == 0 { ": " } else { ", " }).put(name);
                }
                *count += 1;
            }
        };
        group.calls.iter().for_each(|(nr, call)| say(*nr, call.name()));
        if let Some(Range { last, .. }) = group.unnamed.last() {
            say(*last, if group.is_rest { "all other numbers" } else { "numbers without a name" });
        }
    }
    for Reason { why, names, count } in reasons.iter_mut().take(MOST_REASONS) {
        text.put("        ; ").put(why).put(&names.take());
        more(text, *count).put("\n");
    }
    if reasons.len() > MOST_REASONS {
        text.put("        ; and ").decimal(reasons.len() - MOST_REASONS).put(" more reasons\n");
    }
}
