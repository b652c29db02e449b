//! The examples of pages about profiles: each profile with the verdicts, the report or the error below it.

use crate::cases::call;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::syscall::Syscall;

/// A profile, and what stands between it and the next one.
#[derive(Default)]
pub struct Example {
    pub line: usize,
    pub json: String,
    /// Call, verdict, and verdict of another reader.
    rows: Vec<[String; 3]>,
    text: Option<String>,
}

/// The examples of a page, each of which shows something; `least` is how many profiles and calls there are.
pub fn examples(page: &str, least: (usize, usize)) -> Vec<Example> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let examples = examples_in(&std::fs::read_to_string(path).unwrap());
    let shows = |example: &&Example| !example.rows.is_empty() || example.text.is_some();
    let bare = examples.iter().find(|example| !shows(example));
    assert!(bare.is_none(), "{page}, line {}: nothing is shown", bare.unwrap().line);
    let calls: usize = examples.iter().map(|example| example.rows.len()).sum();
    println!("{page}: {} profiles, {calls} calls", examples.len());
    assert!(examples.len() >= least.0 && calls >= least.1);
    examples
}

impl Example {
    /// What stands below it in words: the report, or an error.
    pub fn said(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Compares the verdicts of a column with those that `ask` finds.
    pub fn check_rows(&self, column: usize, ask: impl Fn(&Call) -> String) {
        for row in &self.rows {
            assert_eq!(ask(&made(&row[0])), row[column], "line {}: {}", self.line, row[0]);
        }
    }
}

fn examples_in(page: &str) -> Vec<Example> {
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
