//! The JSON: a name a line, so that two profiles can be compared line by line.

use super::super::model::Arg;
use super::super::names::{self, FLAGS, Flag, OPERATORS};
use super::{Draft, Listener, action};
use crate::action::Action;
use crate::error::Result;
use crate::policy::{Attributes, Operator, Policy};

pub(super) fn of(draft: &Draft, policy: &Policy, listener: Listener<'_>) -> Result<String> {
    let mut text = Text(String::with_capacity(1 << 14));
    text.put("{\n");
    text.list("_comment", "  ", &remarks(policy.attributes()));
    text.action("  ", ["defaultAction", "defaultErrnoRet"], draft.default, "the default action")?;
    text.put(",\n");
    let arches: Vec<String> = draft.arches.iter().map(|arch| names::word(*arch)).collect();
    let arches: Vec<&str> = arches.iter().map(String::as_str).collect();
    text.list("architectures", "  ", &arches);
    text.list("flags", "  ", &flags(policy.attributes()));
    for (key, said) in [("listenerPath", listener.path), ("listenerMetadata", listener.metadata)] {
        if let Some(said) = said {
            text.put("  ").string(key).put(": ").string(said).put(",\n");
        }
    }
    text.put("  \"syscalls\": [");
    let mut comma = "\n    {\n";
    for calls in draft.wholes.chunk_by(|(a, _), (b, _)| a == b) {
        let names: Vec<&str> = calls.iter().map(|(_, call)| call.name()).collect();
        text.put(comma).list("names", "      ", &names);
        text.action("      ", ["action", "errnoRet"], calls[0].0, names[0])?;
        comma = "\n    },\n    {\n";
    }
    for (call, verdict, args) in &draft.rules {
        text.put(comma).list("names", "      ", &[call.name()]);
        text.action("      ", ["action", "errnoRet"], *verdict, call.name())?;
        text.put(",\n      \"args\": [\n");
        for (at, arg) in args.iter().enumerate() {
            text.put(if at == 0 { "" } else { ",\n" }).arg(arg);
        }
        text.put("\n      ]");
        comma = "\n    },\n    {\n";
    }
    text.put(if comma.len() > 7 { "\n    }\n  ]\n}\n" } else { "]\n}\n" });
    Ok(text.0)
}

/// What a profile has no place for.
fn remarks(attributes: &Attributes) -> Vec<&'static str> {
    let mut remarks =
        vec!["Made by nucleus-seccomp, and proven to mean the policy it was made of."];
    if attributes.bad_arch == Action::KILL_PROCESS {
        remarks.push(
            "There, calls of other architectures kill the process; container engines kill the thread.",
        );
    }
    if attributes.no_new_privs {
        remarks
            .push("It sets no_new_privs: that is process.noNewPrivileges of a container's config.");
    }
    remarks
}

fn flags(attributes: &Attributes) -> Vec<&'static str> {
    let is_set = |flag: &Flag| match flag {
        Flag::Tsync => attributes.tsync,
        Flag::Log => attributes.log,
        Flag::SpecAllow => attributes.spec_allow,
        Flag::WaitKillable => attributes.wait_killable,
    };
    FLAGS.iter().filter(|(_, flag)| is_set(flag)).map(|(word, _)| *word).collect()
}

struct Text(String);

impl Text {
    #[inline(never)]
    fn put(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    #[inline(never)]
    fn string(&mut self, text: &str) -> &mut Self {
        self.put("\"");
        for letter in text.chars() {
            match letter {
                '"' | '\\' => self.0.push('\\'),
                '\0'..' ' => {
                    let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four & 15)]);
                    let control = letter as u8;
                    self.put("\\u00").0.extend([digit(control >> 4), digit(control)]);
                    continue;
                }
                _ => {}
            }
            self.0.push(letter);
        }
        self.put("\"")
    }

    #[inline(never)]
    /// A list of texts under a key, a line each if there are several, and a comma.
    fn list(&mut self, key: &str, indent: &str, texts: &[&str]) -> &mut Self {
        self.put(indent).string(key).put(": [");
        for (at, text) in texts.iter().enumerate() {
            self.put(if at == 0 { "" } else { "," });
            if texts.len() > 1 {
                self.put("\n  ").put(indent);
            }
            self.string(text);
        }
        if texts.len() > 1 {
            self.put("\n").put(indent);
        }
        self.put("],\n")
    }

    /// An action and its number, without a comma behind them.
    fn action(&mut self, indent: &str, keys: [&str; 2], verdict: Action, of: &str) -> Result<()> {
        let (word, data) = action(verdict, of)?;
        self.put(indent).string(keys[0]).put(": ").string(word);
        if let Some(data) = data {
            self.put(",\n").put(indent).string(keys[1]).put(": ").put(&data.to_string());
        }
        Ok(())
    }

    fn arg(&mut self, arg: &Arg) {
        let (value, two) = match arg.operator {
            Operator::MaskedEq => (arg.mask, Some(arg.datum)),
            _ => (arg.datum, None),
        };
        let word = OPERATORS.iter().find(|(_, operator)| *operator == arg.operator);
        self.put("        { \"index\": ").put(&arg.index.to_string());
        self.put(", \"value\": ").put(&value.to_string());
        if let Some(two) = two {
            self.put(", \"valueTwo\": ").put(&two.to_string());
        }
        self.put(", \"op\": ").string(word.map_or("", |(word, _)| word)).put(" }");
    }
}
