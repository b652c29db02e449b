//! The example for Zig, built as its users would: against the staged library, by pkg-config, offline.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::stage::{available, packaged, project, run, staged, text};

/// A command of Zig's in the example's folder; what it makes goes under target.
fn zig(words: &[&str]) -> Option<Command> {
    if !available("pkg-config") {
        return None;
    }
    let mut command = Command::new(packaged("ziglang/zig")?);
    command.args(words).current_dir(project("examples/zig")).envs(staged());
    let caches = project("target/zig");
    command.env("ZIG_GLOBAL_CACHE_DIR", caches.join("global"));
    command.env("ZIG_LOCAL_CACHE_DIR", caches.join("local"));
    Some(command)
}

#[test]
fn its_tests_pass() {
    let Some(mut tests) = zig(&["build", "test", "--summary", "all"]) else { return };
    let output = run(&mut tests);
    let said = text(&output.stdout) + &text(&output.stderr);
    let summary = said.lines().find(|line| line.starts_with("Build Summary"));
    println!("{}", summary.expect("a summary"));
}

/// What is shown to readers is a test, too.
#[test]
fn its_example_is_one_of_the_tests() {
    let read = |file: &str| fs::read_to_string(project("examples/zig").join(file)).unwrap();
    let lines =
        |text: &str| text.lines().map(|line| format!("{}\n", line.trim())).collect::<String>();
    let readme = read("README.md");
    let example = readme.split("```").find_map(|part| part.strip_prefix("zig\n")).unwrap();
    assert!(lines(&read("tests/confining.zig")).contains(&lines(example)), "{example}");
    let manual = read("src/nucleus_seccomp.zig").replace("//!", "");
    assert!(lines(&manual).contains(&lines(example)), "{example}");
}

#[test]
fn its_sources_are_formatted() {
    let Some(mut fmt) = zig(&["fmt", "--check", "."]) else { return };
    run(&mut fmt);
}

/// What is asked of the program, the status it ends with, and what it must write to which output.
const RUNS: &[(&[&str], i32, &str, &str)] = &[
    (&["echo", "text"], 0, "text\n", ""),
    (&["sh", "-c", "exit 3"], 3, "", ""),
    (&["unshare", "--user", "true"], 128 + libc::SIGSYS, "", "killed by the filter"),
    (&[PYTHON, "-c", SOCKET], 1, "", "Errno 97"),
    (&["--network", PYTHON, "-c", SOCKET], 0, "socket\n", ""),
    (&["no-such-command"], 127, "", "no-such-command: NOENT"),
    (&["--network"], 2, "", "usage:"),
    (&[], 2, "", "usage:"),
];

const PYTHON: &str = "/usr/bin/python3";
const SOCKET: &str = "import socket; socket.socket(); print('socket')";

#[test]
fn its_program_confines() {
    let prefix = project("target/zig/out");
    let words = ["build", "--prefix", prefix.to_str().expect("a path in UTF-8")];
    let Some(mut build) = zig(&words) else { return };
    run(&mut build);
    let program: PathBuf = prefix.join("bin/confine");
    for (words, status, stdout, stderr) in RUNS {
        if words.contains(&PYTHON) && !available(PYTHON) {
            continue;
        }
        let output = Command::new(&program).args(*words).envs(staged()).output().unwrap();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(*status), "{words:?}: {err}");
        assert_eq!(out, *stdout, "{words:?}");
        assert!(err.contains(stderr), "{words:?}: {err}");
        println!("confine {}: {status}", words.join(" "));
    }
    let mut as_documented = zig(&["build", "run", "--", "echo", "text"]).expect("as before");
    assert_eq!(text(&run(&mut as_documented).stdout), "text\n");
}
