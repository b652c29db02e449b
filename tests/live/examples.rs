//! The programs of examples/, built against the installed library as their readers would, and run.
//!
//! What the launcher and inspect do is tested in files of their own; here they are built.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::stage::{available, pkg_config, project, run, text, word};

struct Example {
    name: &'static str,
    /// What it shares with others.
    also: &'static [&'static str],
    /// It is C++17, too.
    cxx: bool,
    runs: &'static [Run],
}

/// One run: what goes in and what must come of it.
struct Run {
    why: &'static str,
    /// Words before the program: what runs it.
    under: &'static [&'static str],
    arguments: &'static [&'static str],
    input: &'static str,
    /// The exit status.
    status: i32,
    stdout: &'static str,
    /// Must be in what it says of errors, each; with none, it says nothing.
    stderr: &'static [&'static str],
}

/// A run of which the rows below say the rest.
const PLAIN: Run =
    Run { why: "", under: &[], arguments: &[], input: "", status: 0, stdout: "", stderr: &[] };

const LAUNCHER: &[&str] = &["LAUNCHER", "--"];

const EXAMPLES: [Example; 8] = [
    Example {
        name: "confine",
        also: &[],
        cxx: true,
        runs: &[
            Run {
                why: "it works, and there is no shell for whoever takes it over",
                input: "a\nb\n",
                stdout: "2 lines\n",
                stderr: &["confine: no shell: Operation not permitted"],
                ..PLAIN
            },
            Run {
                why: "where it can't be confined it does nothing",
                under: LAUNCHER,
                input: "a\nb\n",
                status: 1,
                stderr: &["confine: cannot confine: Function not implemented"],
                ..PLAIN
            },
        ],
    },
    Example {
        name: "load_profile",
        also: &[],
        cxx: true,
        runs: &[
            Run {
                why: "a program runs, and the report is there",
                arguments: &["CONTAINER", "-", "sh", "-c", "echo hi; exit 3"],
                status: 3,
                stdout: "hi\n",
                stderr: &["socketcall"],
                ..PLAIN
            },
            Run {
                why: "the pin of another file",
                arguments: &["CONTAINER", ANOTHER_SUM, "true"],
                status: 125,
                stderr: &["load_profile: load_oci: ", "SHA-256"],
                ..PLAIN
            },
            Run {
                why: "no profile",
                arguments: &["/nowhere", "-", "true"],
                status: 125,
                stderr: &["nowhere: it can't be read: No such file or directory"],
                ..PLAIN
            },
            Run {
                why: "no program",
                arguments: &["CONTAINER", "-", "/nowhere"],
                status: 127,
                stderr: &["load_profile: /nowhere: No such file or directory"],
                ..PLAIN
            },
            Run {
                why: "the kernel refuses",
                under: LAUNCHER,
                arguments: &["CONTAINER", "-", "true"],
                status: 125,
                stderr: &["load_profile: cannot confine: Function not implemented"],
                ..PLAIN
            },
        ],
    },
    Example {
        name: "spawn",
        also: &[],
        cxx: true,
        runs: &[
            Run {
                why: "a program runs",
                arguments: &["/bin/sh", "-c", "exit 7"],
                stdout: "ended with status 7\nended with status 7\nended with status 7\n\
                         ended with status 7\n",
                ..PLAIN
            },
            Run {
                why: "it is confined",
                arguments: &["/usr/bin/unshare", "--user", "true"],
                stdout: "ended by a signal: Bad system call\nended by a signal: Bad system call\n\
                         ended by a signal: Bad system call\nended by a signal: Bad system call\n",
                ..PLAIN
            },
            Run {
                why: "no program",
                arguments: &["/nowhere"],
                status: 1,
                stderr: &["spawn: /nowhere: No such file or directory"],
                ..PLAIN
            },
            Run {
                why: "the kernel refuses",
                under: LAUNCHER,
                arguments: &["/bin/true"],
                status: 1,
                stderr: &["spawn: /bin/true: cannot confine: seccomp(2) says ENOSYS: "],
                ..PLAIN
            },
        ],
    },
    Example {
        name: "threads",
        also: &[],
        cxx: true,
        runs: &[
            Run {
                why: "each thread may do its own work alone",
                stdout: "files: a file: yes; a socket: Operation not permitted\n\
                         sockets: a file: Operation not permitted; a socket: yes\n\
                         neither: a file: yes; a socket: yes\n",
                ..PLAIN
            },
            Run {
                why: "the kernel refuses",
                under: LAUNCHER,
                status: 1,
                stdout: "files: cannot confine: Function not implemented\n\
                         sockets: cannot confine: Function not implemented\n\
                         neither: a file: yes; a socket: yes\n",
                ..PLAIN
            },
        ],
    },
    Example {
        name: "print",
        also: &[],
        cxx: true,
        runs: &[Run {
            why: "no such level",
            arguments: &["maximal"],
            status: 1,
            stderr: &["print: use_level: level 0 does not exist"],
            ..PLAIN
        }],
    },
    Example {
        name: "hello",
        also: &[],
        cxx: true,
        runs: &[
            Run {
                why: "it says hello",
                stdout: concat!(
                    "hello from nucleus-seccomp ",
                    env!("CARGO_PKG_VERSION"),
                    ", confined\n"
                ),
                ..PLAIN
            },
            Run {
                why: "or nothing",
                under: LAUNCHER,
                status: 1,
                stderr: &["hello: Function not implemented"],
                ..PLAIN
            },
        ],
    },
    Example { name: "launcher", also: &["profile"], cxx: false, runs: &[] },
    Example { name: "inspect", also: &["profile"], cxx: false, runs: &[] },
];

const ANOTHER_SUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// A compiler as a C or a C++ compiler.
const C: [(&str, &[&str]); 2] = [("gcc", &["-std=c99"]), ("clang", &["-std=c99"])];
const CXX: [(&str, &[&str]); 2] =
    [("g++", &["-x", "c++", "-std=c++17"]), ("clang++", &["-x", "c++", "-std=c++17"])];

#[derive(Clone, Copy, Debug)]
enum Linked {
    Shared,
    Static,
    /// By musl-gcc, with the archive that `make musl` has made.
    Musl,
}

#[test]
fn linked_with_the_shared_library() {
    all_of_them(Linked::Shared);
}

#[test]
fn linked_without_any_shared_library() {
    all_of_them(Linked::Static);
}

#[test]
fn linked_by_musl_gcc() {
    if !available("musl-gcc") || !rust_has_musl() {
        return;
    }
    run(Command::new("make").current_dir(project("")).args(["--silent", "musl"]));
    for example in &EXAMPLES {
        let program = build(example, ("musl-gcc", &["-std=c99"]), Linked::Musl);
        check(example, &program, "musl-gcc");
    }
}

/// rustup has the standard library for musl; a Rust from elsewhere may be without.
fn rust_has_musl() -> bool {
    let target = format!("--target={}-unknown-linux-musl", std::env::consts::ARCH);
    let asked = run(Command::new("rustc").args(["--print", "target-libdir", &target]));
    let there = Path::new(text(&asked.stdout).trim()).exists();
    if !there {
        println!("skipped: Rust has no standard library for musl here (rustup target add)");
    }
    there
}

fn all_of_them(linked: Linked) {
    for example in &EXAMPLES {
        let cxx = if example.cxx { &CXX[..] } else { &[] };
        for &compiler in C.iter().chain(cxx).filter(|(compiler, _)| available(compiler)) {
            let program = build(example, compiler, linked);
            check(example, &program, compiler.0);
        }
    }
}

fn build(example: &Example, compiler: (&str, &[&str]), linked: Linked) -> PathBuf {
    let (compiler, language) = compiler;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples");
    let folder = folder.join(format!("{compiler} {linked:?}"));
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join(example.name);
    let mut cc = Command::new(compiler);
    cc.args(WARNINGS).args(["-O2", "-pthread", "-o"]).arg(&program).args(language);
    for name in [&example.name].into_iter().chain(example.also) {
        cc.arg(project("examples").join(name).with_extension("c"));
    }
    if language.contains(&"-x") {
        cc.args(["-x", "none"]); // libraries are none of that language
    }
    let stage = project("target/stage");
    match linked {
        Linked::Shared => cc
            .args(pkg_config(&["--cflags", "--libs"]))
            .arg(format!("-Wl,-rpath,{}", stage.join("lib").display())),
        Linked::Static => cc.arg("-static").args(pkg_config(&["--static", "--cflags", "--libs"])),
        Linked::Musl => cc
            .arg("-static")
            .args(pkg_config(&["--cflags"]))
            .arg(format!("-L{}", project("target/musl").display()))
            .args(["-lnucleus_seccomp", "-lunwind"]),
    };
    run(&mut cc);
    program
}

fn check(example: &Example, program: &Path, compiler: &str) {
    for row in example.runs {
        let output = output_of(row, program);
        let what = format!("{} ({}), by {compiler}", example.name, row.why);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.signal(), None, "{what}: {stdout}{stderr}");
        assert_eq!(output.status.code(), Some(row.status), "{what}: {stdout}{stderr}");
        assert_eq!(stdout, row.stdout, "{what}: {stderr}");
        assert!(row.stderr.iter().all(|says| stderr.contains(says)), "{what}: {stderr}");
        assert!(!row.stderr.is_empty() || stderr.is_empty(), "{what}: {stderr}");
    }
    println!("{} by {compiler}: {} runs", example.name, example.runs.len());
}

fn output_of(row: &Run, program: &Path) -> Output {
    let mut words = row.under.iter().map(|name| word(name)).collect::<Vec<_>>();
    words.push(program.to_owned());
    words.extend(row.arguments.iter().map(|name| word(name)));
    let mut child = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{words:?}: {error}"));
    // A program that ends without reading is fine.
    let _ = child.stdin.take().unwrap().write_all(row.input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn print_shows_what_the_program_does() {
    let print = EXAMPLES.iter().find(|example| example.name == "print").unwrap();
    let print = build(print, C[0], Linked::Shared);
    let shown = |arguments: &[&str]| text(&run(Command::new(&print).args(arguments)).stdout);
    let small = shown(&[]);
    for says in ["read, write\n", "if args[0].low == 1: return allow\n", " calls never run them\n"]
    {
        assert!(small.contains(says), "no {says:?} in:\n{small}");
    }
    assert!(small.contains(" instructions; 2 of "), "{small}");
    let level = shown(&["minimal"]);
    assert!(level.contains("execve"), "{level}");
    assert!(level.lines().count() > small.lines().count(), "{level}");
}

/// Each example is here, and each that is here is one.
#[test]
fn every_example_is_run() {
    let mut found: Vec<String> = fs::read_dir(project("examples"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .filter(|path| fs::read_to_string(path).unwrap().contains("\nint main("))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    let mut listed = EXAMPLES.map(|example| example.name);
    listed.sort_unstable();
    assert_eq!(found, listed, "programs in examples/, and those that are run");
}
