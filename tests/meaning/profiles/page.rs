//! The examples of docs/oci.md: each profile with the verdicts, the report or the error below it.

use super::{AS_RUNC, CONTAINER, USUAL, read};
use crate::cases::call;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::{Policy, evaluate};
use nucleus_seccomp::syscall::Syscall;

/// A profile, and what stands between it and the next one.
#[derive(Default)]
struct Example {
    line: usize,
    json: String,
    /// Call, verdict, and verdict as runc.
    rows: Vec<[String; 3]>,
    text: Option<String>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut all: Vec<Example> = Vec::new();
    let mut fence = "";
    for (line, text) in page.lines().enumerate() {
        match (fence, text) {
            ("", "```json") => {
                fence = "json";
                all.push(Example { line: line + 1, ..Example::default() });
            }
            ("", "```text") => {
                fence = "text";
                all.last_mut().unwrap().text = Some(String::new());
            }
            (_, "```") => fence = "",
            ("json", text) => all.last_mut().unwrap().json += &format!("{text}\n"),
            ("text", text) => {
                *all.last_mut().unwrap().text.as_mut().unwrap() += &format!("{text}\n");
            }
            (_, row) if row.starts_with("| `") => {
                let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
                let row: [&str; 3] = cells.try_into().expect(row);
                all.last_mut().unwrap().rows.push(row.map(str::to_owned));
            }
            _ => {}
        }
    }
    all
}

/// A call like `x86 socket(1, 2)`.
fn made(cell: &str) -> Call {
    let (head, args) =
        cell.trim_matches('`').split_once('(').unwrap_or((cell.trim_matches('`'), ")"));
    let (arch, name) = head.split_once(' ').unwrap_or(("x86_64", head));
    let arch = Arch::named(arch).expect(cell);
    let number = Syscall::named("page", name).unwrap().number(arch).expect(cell);
    let mut all = [0; 6];
    let given = args.trim_end_matches(')').split(", ").filter(|arg| !arg.is_empty());
    for (place, arg) in given.enumerate() {
        let hex = arg.strip_prefix("0x");
        all[place] = hex.map_or_else(|| arg.parse(), |hex| u64::from_str_radix(hex, 16)).unwrap();
    }
    call(arch, number.cast_signed(), all)
}

fn check_rows(example: &Example, policy: &Policy, column: usize) {
    for row in &example.rows {
        let found = evaluate(policy, &made(&row[0])).to_string();
        assert_eq!(found, row[column], "line {}: {}", example.line, row[0]);
    }
}

#[test]
fn the_pages_examples_come_to_what_stands_below_them() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/oci.md");
    let examples = examples(&std::fs::read_to_string(page).unwrap());
    for example in &examples {
        let line = example.line;
        let said = example.text.as_deref().unwrap_or_default();
        assert!(
            !example.rows.is_empty() || example.text.is_some(),
            "line {line}: nothing is shown"
        );
        match read(&example.json, &CONTAINER, USUAL) {
            Ok((policy, profile)) => {
                assert_eq!(profile.report, said, "line {line}");
                check_rows(example, &policy, 1);
                let (policy, _) = read(&example.json, &CONTAINER, AS_RUNC).unwrap();
                check_rows(example, &policy, 2);
            }
            Err(error) => assert_eq!(format!("error: {error}\n"), said, "line {line}"),
        }
    }
    let calls: usize = examples.iter().map(|example| example.rows.len()).sum();
    println!("{} profiles, {calls} calls", examples.len());
    assert!(examples.len() >= 15 && calls >= 30);
}
