//! The attack table: every attempt, on the real kernel, once without a filter and once under the launcher.
//!
//! `programs/attack.c` makes one attempt and reports its effect. Here each row of `attack_table` is run
//! twice: unconfined it must have its effect, or the row would prove nothing; confined it must come to what
//! the row says. A row that expects death also wants the process to die *in* the attempt, between the two
//! marks that the program writes around it, and not on its way there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;

use crate::stage::{launcher, project, word};

#[path = "attack_table.rs"]
mod attack_table;

use attack_table::{Expected, ROWS, Row, Unconfined};

const SIGSYS: i32 = 31;
/// How the launcher, like a shell, says that its child died of SIGSYS.
const KILLED_STATUS: i32 = 128 + SIGSYS;
const CAP_SYS_ADMIN: u32 = 21;

// ---- what came of one attempt ----

#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// It had its effect; the text says which.
    Done(String),
    /// The call answered this error.
    Refused(String),
    /// The call said success, and nothing came of it.
    NoEffect(String),
    /// SIGSYS between the marks, in the call of this number.
    KilledInAttempt(i32),
    /// Anything else: a broken test rather than a broken policy.
    Unexpected(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Done(what) => write!(f, "done: {what}"),
            Outcome::Refused(errno) => write!(f, "{errno}"),
            Outcome::NoEffect(what) => write!(f, "no effect: {what}"),
            Outcome::KilledInAttempt(_) => write!(f, "killed"),
            Outcome::Unexpected(what) => write!(f, "unexpected: {what}"),
        }
    }
}

impl Outcome {
    fn read(status: ExitStatus, stdout: &str, stderr: &str) -> Outcome {
        let line = stdout.lines().last().unwrap_or("");
        let tail = |kind: &str| line.strip_prefix(kind).map(str::to_owned);
        match status.code() {
            Some(0) => tail("done: ").map(Outcome::Done),
            Some(1) => tail("refused: ").map(Outcome::Refused),
            Some(2) => tail("no effect: ").map(Outcome::NoEffect),
            _ if killed_by_filter(status) => killed_call(stderr).map(Outcome::KilledInAttempt),
            _ => None,
        }
        .unwrap_or_else(|| {
            Outcome::Unexpected(format!("{status}, stdout {stdout:?}, stderr {stderr:?}"))
        })
    }
}

fn killed_by_filter(status: ExitStatus) -> bool {
    status.signal() == Some(SIGSYS) || status.code() == Some(KILLED_STATUS)
}

/// The number of the call that was begun and never answered, unless somebody names another call: the
/// launcher reads the name in the kernel's log, which leaves records out when there are many.
fn killed_call(stderr: &str) -> Option<i32> {
    let mut lines = stderr.lines();
    let number = lines.find_map(|line| line.strip_prefix("trying "))?.parse().ok()?;
    let rest: Vec<&str> = lines.collect();
    let named = rest.iter().filter_map(|line| named_call(line)).all(|named| named == number);
    (named && !rest.contains(&"answered")).then_some(number)
}

/// The number in the launcher's `... attack was killed by the filter: system call unshare (272)`.
fn named_call(line: &str) -> Option<i32> {
    let (_, call) = line.split_once("attack was killed by the filter: system call ")?;
    call.split(['(', ')', ' ']).find_map(|word| word.parse().ok())
}

// ---- running ----

/// Where the program is built and where its attempts may leave things.
struct Ground {
    attack: PathBuf,
    scratch: PathBuf,
    launcher: PathBuf,
}

impl Ground {
    /// Made once, whichever test comes first.
    fn get() -> &'static Ground {
        static GROUND: OnceLock<Ground> = OnceLock::new();
        GROUND.get_or_init(|| {
            let live = project("target/live");
            let scratch = live.join("attack-scratch");
            let _ = fs::remove_dir_all(&scratch);
            fs::create_dir_all(&scratch).expect("a scratch folder");
            let attack = compile(&project("tests/live/programs"), &live);
            Ground { attack, scratch, launcher: launcher() }
        })
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Outcome {
        let output = Command::new(program)
            .args(arguments.iter().map(|argument| word(argument)))
            .current_dir(&self.scratch)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Outcome::read(
            output.status,
            &String::from_utf8_lossy(&output.stdout),
            &String::from_utf8_lossy(&output.stderr),
        )
    }

    fn unconfined(&self, name: &str) -> Outcome {
        self.run(&self.attack, &[name])
    }

    fn confined(&self, row: &Row) -> Outcome {
        let attack = self.attack.to_str().expect("a path in UTF-8");
        let arguments = [row.flags, &["--", attack, row.name]].concat();
        self.run(&self.launcher, &arguments)
    }

    fn names(&self) -> BTreeSet<String> {
        let output = Command::new(&self.attack).arg("--list").output().expect("attack --list");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }
}

/// Compile `attack*.c` into one program, warnings being errors.
fn compile(sources: &Path, into: &Path) -> PathBuf {
    let mut files: Vec<PathBuf> = fs::read_dir(sources)
        .expect("the folder of programs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("attack") && name.ends_with(".c")
        })
        .collect();
    files.sort();
    let program = into.join("attack");
    let output = Command::new("cc")
        .args(["-std=c11", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&program)
        .args(&files)
        .output()
        .expect("a C compiler, cc");
    assert!(output.status.success(), "cc attack*.c:\n{}", String::from_utf8_lossy(&output.stderr));
    program
}

// ---- what this machine can show ----

/// The unconfined half wants a process with root's rights and no filter of its own.
struct Machine {
    is_root: bool,
    /// In a chroot, or where the administrator switched them off, nobody makes user namespaces.
    has_user_namespaces: bool,
    has_filter: bool,
}

impl Machine {
    fn look() -> Machine {
        let status = fs::read_to_string("/proc/self/status").expect("/proc/self/status");
        let field = |key: &str| {
            status.lines().find_map(|line| line.strip_prefix(key)).map_or("0", str::trim)
        };
        let capabilities = u64::from_str_radix(field("CapEff:"), 16).unwrap_or(0);
        Machine {
            is_root: capabilities & (1 << CAP_SYS_ADMIN) != 0,
            has_user_namespaces: Command::new("unshare")
                .args(["--user", "true"])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            has_filter: field("Seccomp:") != "0",
        }
    }
}

/// What the unconfined run shows about a row.
enum Ability {
    /// The attempt works here: the row proves something.
    Shown(String),
    /// This kernel has not got what the attempt needs; the filter's answer is checked all the same.
    Lacking(String),
    /// This user may not: nothing is shown.
    Skipped(String),
    /// The attempt should work and does not.
    Wrong(String),
}

fn ability(row: &Row, outcome: &Outcome, machine: &Machine) -> Ability {
    match (row.unconfined, outcome) {
        _ if machine.has_filter => {
            Ability::Skipped("the test itself runs under a filter".to_owned())
        }
        (Unconfined::Works | Unconfined::MayLack(_), Outcome::Done(what)) => {
            Ability::Shown(what.clone())
        }
        (Unconfined::HasNoEffect, Outcome::NoEffect(what)) => {
            Ability::Shown(format!("no effect: {what}"))
        }
        (Unconfined::MayLack(errnos), Outcome::Refused(errno))
            if errnos.contains(&errno.as_str()) =>
        {
            Ability::Lacking(errno.clone())
        }
        (_, Outcome::Refused(errno))
            if !machine.is_root && matches!(errno.as_str(), "EPERM" | "EACCES") =>
        {
            Ability::Skipped(format!("needs root, {errno}"))
        }
        (_, Outcome::Refused(errno))
            if !machine.has_user_namespaces && makes_one(row) && errno == "EPERM" =>
        {
            Ability::Skipped("this machine has no user namespaces (a chroot?), EPERM".to_owned())
        }
        (_, other) => Ability::Wrong(other.to_string()),
    }
}

/// Whether the row's attempt begins with a new user namespace.
fn makes_one(row: &Row) -> bool {
    ["clone-user", "clone3-user", "unshare-user"].iter().any(|name| row.name.starts_with(name))
}

fn comes_to(expected: Expected, outcome: &Outcome) -> bool {
    match (expected, outcome) {
        (Expected::Killed, Outcome::KilledInAttempt(_))
        | (Expected::InVain, Outcome::NoEffect(_)) => true,
        (Expected::Refused(wanted), Outcome::Refused(errno)) => wanted == errno,
        _ => false,
    }
}

// ---- the tests ----

#[derive(Default)]
struct Tally {
    refused: usize,
    lacking: usize,
    skipped: usize,
    mismatches: Vec<String>,
}

impl Tally {
    fn judge(&mut self, row: &Row, confined: &Outcome, unconfined: &Ability) {
        let name = title(row);
        let holds = comes_to(row.expected, confined);
        if holds {
            self.refused += 1;
        } else {
            self.mismatches.push(format!("{name}: expected {:?}, but {confined}", row.expected));
        }
        let shown = match unconfined {
            Ability::Shown(what) => format!("unconfined: {what}"),
            Ability::Lacking(errno) => {
                self.lacking += 1;
                format!("kernel lacks it: {errno}")
            }
            Ability::Skipped(why) => {
                self.skipped += 1;
                format!("skipped unconfined: {why}")
            }
            Ability::Wrong(what) => {
                self.mismatches.push(format!("{name}: unconfined it should work, but {what}"));
                format!("UNCONFINED: {what}")
            }
        };
        let verdict = match confined {
            Outcome::NoEffect(_) if holds => "in vain".to_owned(),
            _ if holds => confined.to_string(),
            _ => format!("WRONG {confined}"),
        };
        let width = ROWS.iter().map(|row| title(row).len()).max().unwrap_or(0);
        println!("{name:<width$} {verdict:<14} {shown:<66} {}", row.why);
    }
}

fn title(row: &Row) -> String {
    [row.name].iter().chain(row.flags).copied().collect::<Vec<_>>().join(" ")
}

#[test]
fn attacks_are_refused_as_the_policy_says() {
    let ground = Ground::get();
    let machine = Machine::look();
    let mut unconfined: BTreeMap<&str, Outcome> = BTreeMap::new();
    let mut tally = Tally::default();
    for row in ROWS {
        let alone = unconfined.entry(row.name).or_insert_with(|| ground.unconfined(row.name));
        tally.judge(row, &ground.confined(row), &ability(row, alone, &machine));
    }
    println!("{} of {} refused", tally.refused, ROWS.len());
    println!("{} that this kernel lacks, {} skipped unconfined", tally.lacking, tally.skipped);
    let _ = fs::remove_dir_all(&ground.scratch);
    assert!(
        tally.mismatches.is_empty(),
        "{} mismatches:\n  {}",
        tally.mismatches.len(),
        tally.mismatches.join("\n  ")
    );
}

#[test]
fn the_attack_table_is_large_and_says_nothing_twice() {
    assert!(ROWS.len() >= 40, "only {} rows", ROWS.len());
    let titles: BTreeSet<String> = ROWS.iter().map(title).collect();
    assert_eq!(titles.len(), ROWS.len(), "a row stands twice");
    assert!(ROWS.iter().all(|row| !row.why.is_empty()));
}

#[test]
fn the_attack_table_has_every_attempt_and_no_other() {
    let in_table: BTreeSet<String> = ROWS.iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(in_table, Ground::get().names());
}
