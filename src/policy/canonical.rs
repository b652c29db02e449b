//! A policy as bytes: the same for equal policies, different for others.
//!
//! To be hashed, not to be read back. So nothing is packed: every item begins with a byte that says
//! what it is, numbers have eight bytes, names a 0 behind them. Calls stand under
//! their names, which stay, not under their places in a table, which move.

use super::{Attributes, Layout, Policy, Rule, Subject, Whole};
use crate::action::Action;
use crate::arch::Arch;
use crate::syscall::Newest;

/// What an item is. Never reused for another meaning.
#[derive(Clone, Copy)]
enum Tag {
    Layer = 1,
    Attribute,
    Arch,
    Call,
    Numbered,
    Rule,
    Condition,
    Denied,
    Newest,
}

impl Policy {
    /// All that decides what a program of this policy does and how it is loaded. Not what decides
    /// alone how the policy can be edited.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let mut bytes = Bytes(Vec::with_capacity(16 << 10));
        for layer in self.layers() {
            bytes.layer(layer);
        }
        bytes.0
    }
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn layer(&mut self, layer: &Policy) {
        self.item(Tag::Layer, &[layer.default.to_raw().into()]);
        self.attributes(&layer.attributes);
        for arch in layer.arches() {
            self.item(Tag::Arch, &[]);
            self.name(arch.name());
        }
        for (call, whole) in layer.calls().filter(|(_, whole)| *whole != Whole::default()) {
            let Whole { rule, soft, denied, priority, allowed_in_part: _ } = whole;
            let said = [optional(rule), optional(soft), denied.into(), priority.into()];
            self.item(Tag::Call, &said);
            self.name(call.name());
        }
        for (subject, rule) in layer.rules.in_order().iter() {
            self.rule(*subject, rule);
        }
        for subject in &layer.denied {
            self.item(Tag::Denied, &[]);
            self.subject(*subject);
        }
    }

    fn attributes(&mut self, attributes: &Attributes) {
        let newest = match attributes.newest {
            Newest::Tables => 0,
            Newest::Number(number) => 1 << 32 | u64::from(number),
            Newest::Linux(major, minor) => 2 << 32 | u64::from(major) << 8 | u64::from(minor),
            Newest::Each(_) => 3 << 32,
        };
        let layout = match attributes.layout {
            Layout::Auto => 0,
            Layout::Tree => 1,
            Layout::Bitmap => 2,
        };
        let Attributes { bad_arch, unknown, .. } = *attributes;
        let Attributes { no_new_privs, tsync, log, spec_allow, wait_killable, .. } = *attributes;
        let verdicts = [bad_arch.to_raw().into(), optional(attributes.deny()), optional(unknown)];
        let switches = [no_new_privs, tsync, log, spec_allow, wait_killable].map(u64::from);
        self.item(Tag::Attribute, &verdicts);
        self.item(Tag::Attribute, &[newest, layout]);
        self.item(Tag::Attribute, &switches);
        if let Newest::Each(known) = attributes.newest {
            for arch in Arch::ALL {
                self.item(Tag::Newest, &[known.on(arch).into()]);
                self.name(arch.name());
            }
        }
    }

    fn rule(&mut self, subject: Subject, rule: &Rule) {
        let conditions = rule.conditions();
        let said = [rule.action().to_raw().into(), rule.is_soft().into(), conditions.len() as u64];
        self.item(Tag::Rule, &said);
        self.subject(subject);
        for condition in conditions {
            let what = [
                condition.index().into(),
                condition.operator() as u64,
                condition.width() as u64,
                condition.value(),
                condition.mask(),
            ];
            self.item(Tag::Condition, &what);
        }
    }

    fn subject(&mut self, subject: Subject) {
        match subject {
            Subject::Named(call) => self.name(call.name()),
            Subject::Numbered(arch, number) => {
                self.item(Tag::Numbered, &[number.into()]);
                self.name(arch.name());
            }
        }
    }

    #[inline(never)]
    fn item(&mut self, tag: Tag, numbers: &[u64]) {
        self.0.push(tag as u8);
        for number in numbers {
            self.0.extend(number.to_le_bytes());
        }
    }

    /// No name has a 0 in it, and none begins with a byte as small as a tag.
    #[inline(never)]
    fn name(&mut self, name: &str) {
        self.0.extend(name.as_bytes());
        self.0.push(0);
    }
}

/// A verdict, if there is one: no verdict is above 32 bits.
fn optional(action: Option<Action>) -> u64 {
    action.map_or(u64::MAX, |action| action.to_raw().into())
}
