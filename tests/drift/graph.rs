//! The examples of docs/programs.md are what is shown, and the picture of the built-in policy is that of the
//! policy, and was drawn of what is committed.

use super::{committed, read};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width};
use nucleus_seccomp::show::{Shown, c, dot, listing, pseudocode};
use sha2::{Digest, Sha256};

#[test]
fn the_graph_is_that_of_the_policy() {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    builtin::add_to(&mut policy, Modes::default()).unwrap();
    let program = compile(&policy).unwrap();
    let text = dot(&Shown { program: &program, big_endian: false, policy: None });
    // Without how long the program is, which changes with the compiler where decisions do not.
    committed("docs/policy.dot", &text[text.find("digraph").unwrap()..]);
}

/// Versions of Graphviz draw differently, so that the drawing says what it was made of.
#[test]
fn the_picture_was_drawn_of_it() {
    if std::env::var_os("NUCLEUS_REGENERATE").is_some() {
        return;
    }
    let sum = Sha256::digest(read("docs/policy.dot"));
    let digits: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    let mark = format!("<!-- sha256 of policy.dot: {digits} -->");
    assert!(
        read("docs/policy.svg").trim_end().ends_with(&mark),
        "docs/policy.svg is stale; `make docs-graph` draws it anew"
    );
}

#[test]
fn the_examples_are_what_is_shown() {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    let tiocsti = Condition::new("ioctl", 1, Operator::Eq, Width::Bits32, 0x5412, 0).unwrap();
    policy.add_rule("ioctl", Rule::new(Action::errno(1), [tiocsti])).unwrap();
    for name in ["read", "write", "ioctl"] {
        policy.allow(name).unwrap();
    }
    let program = compile(&policy).unwrap();
    let shown = Shown { program: &program, big_endian: false, policy: Some(&policy) };
    let forms = [
        ("pseudo-code", pseudocode(&shown)),
        ("listing", listing(&shown)),
        ("c-source", c(&shown)),
    ];
    let mut page = read("docs/programs.md");
    for (form, text) in forms {
        let (before, behind) = page.split_once(&format!("```{form}\n")).expect("a block of it");
        let (_, behind) = behind.split_once("```\n").unwrap();
        // What stands at the top of all of them changes with every version.
        let text = match form {
            "c-source" => &text[text.find("static").unwrap()..],
            _ => text.split_once("Fingerprint").unwrap().1.split_once('\n').unwrap().1,
        };
        page = format!("{before}```{form}\n{}```\n{behind}", text.trim_start_matches('\n'));
    }
    committed("docs/programs.md", &page);
}
