//! Pseudo-code, run.

use super::{Known, compare, is_in, section_of, value, word};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::show::pseudocode;

/// Calls of which the same becomes: a list, and a verdict or the lines of a check.
#[derive(Debug, Default)]
struct Group {
    calls: String,
    lines: Vec<(usize, String)>,
}

/// The text by section, long lines put together again.
fn parse(text: &str) -> Vec<(String, Vec<Group>)> {
    let mut sections: Vec<(String, Vec<Group>)> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match lines.last_mut().filter(|last| last.ends_with(',')) {
            Some(last) => *last += line.trim_start(),
            None => lines.push(line.to_owned()),
        }
    }
    for line in lines {
        let (text, indent) = (line.trim_start(), line.len() - line.trim_start().len());
        if indent == 0 {
            sections.push((text.strip_suffix(':').unwrap().to_owned(), Vec::new()));
            continue;
        }
        let groups = &mut sections.last_mut().unwrap().1;
        let is_label = text.starts_with('(') && text.ends_with("):");
        match (indent, text.strip_suffix(':')) {
            (2, Some(heading)) => groups.push(Group { calls: heading.to_owned(), lines: vec![] }),
            _ if is_label || indent > 8 || is_statement(text) => {
                groups.last_mut().unwrap().lines.push((indent, text.to_owned()));
            }
            _ => {
                // What stood above was a verdict, and this is the list.
                let group = groups.last_mut().unwrap();
                let verdict = group.calls.replace(" (answered by the kernel's bitmap)", "");
                group.lines.push((8, format!("return {verdict}")));
                group.calls = text.to_owned();
            }
        }
    }
    sections
}

fn is_statement(text: &str) -> bool {
    ["if ", "return ", "go on at "].iter().any(|start| text.starts_with(start))
}

fn holds(condition: &str, call: &Call) -> bool {
    // " and " stands between conditions, and in the names of architectures that share a token.
    condition.replace("x86_64 and x32", "x86_64").split(" and ").all(|one| {
        let (subject, comparison) = [" == ", " <= ", " >= ", " in "]
            .iter()
            .find_map(|sign| {
                let (subject, values) = one.split_once(sign)?;
                Some((subject, (*sign, values)))
            })
            .unwrap_or_else(|| panic!("a condition: {condition}"));
        let found = word(subject, call);
        match comparison {
            (" == ", wanted) => found == value(wanted, None),
            (" <= ", wanted) => found <= value(wanted, None),
            (" >= ", wanted) => found >= value(wanted, None),
            (_, values) => is_in(values, found, None),
        }
    })
}

/// Runs the lines of a check.
fn run(lines: &[(usize, String)], call: &Call) -> String {
    let label = |to: &str| {
        let wanted = format!("{to}:");
        lines.iter().position(|(_, line)| *line == wanted).unwrap_or_else(|| panic!("no {wanted}"))
    };
    let mut at = 0;
    loop {
        let (indent, line) = &lines[at];
        at += 1;
        let mut statement = line.as_str();
        if let Some(rest) = line.strip_prefix("if ") {
            let (condition, then) = rest.split_once(':').unwrap();
            statement = then.trim_start();
            if !holds(condition, call) {
                while lines.get(at).is_some_and(|(deeper, _)| deeper > indent) {
                    at += 1;
                }
                continue;
            }
        }
        if let Some(verdict) = statement.strip_prefix("return ") {
            return verdict.to_owned();
        }
        if let Some(to) = statement.strip_prefix("go on at ") {
            at = label(to);
        }
    }
}

fn ask(
    sections: &[(String, Vec<Group>)],
    known: &Known<Vec<(usize, String)>>,
    call: &Call,
) -> Option<String> {
    let lines = known.of(call, || {
        let (arch, groups) = section_of(sections, call);
        let is_rest = |group: &&Group| group.calls.starts_with("every other number");
        let number = call.nr.cast_unsigned();
        let is_it = |group: &&Group| !is_rest(group) && is_in(&group.calls, number, arch);
        let group = groups.iter().find(is_it).or(groups.iter().find(is_rest));
        group.expect("a group for every number").lines.clone()
    });
    let verdict = run(&lines, call);
    (!verdict.starts_with("what is ")).then_some(verdict)
}

#[test]
fn it_says_what_the_interpreter_does() {
    compare(
        pseudocode,
        |text| (parse(text), Known::default()),
        |(sections, known), call| ask(sections, known, call),
    );
}
