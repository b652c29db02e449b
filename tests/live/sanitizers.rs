//! The C programs, and the library with the standard library in it, under sanitizers: memory that is used
//! wrongly or lost, behaviour of C that is undefined, and threads that race.
//!
//! `make sanitize` has put instrumented libraries under target/address and target/thread, each with the
//! runtime that they are for. clang's own runtime stays away: one process can have one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::c_library::{STRICT, programs};
use crate::stage::{project, run, text};

struct Sanitizer {
    /// The folder in target, too.
    name: &'static str,
    /// What C is compiled with.
    instrumented: &'static str,
    /// Its environment. A child that confines itself leaves by exit_group, past what a runtime does at the
    /// end: so each report has to be the end, of which the parent hears.
    options: (&'static str, &'static str),
}

const ADDRESS: Sanitizer = Sanitizer {
    name: "address",
    instrumented: "-fsanitize=address,undefined",
    options: ("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1"),
};

const THREAD: Sanitizer = Sanitizer {
    name: "thread",
    instrumented: "-fsanitize=thread",
    options: ("TSAN_OPTIONS", "halt_on_error=1"),
};

/// They bring an allocator of their own, in place of the runtime's.
const WITH_AN_ALLOCATOR: [&str; 2] = ["fork_safety", "out_of_memory"];

/// The programs in which threads meet.
const THREADED: [(&str, &[&str]); 3] =
    [("compile_threads", &[]), ("confine_races", &[]), ("confine_threads", &["sanitized"])];

/// What each sanitizer has to notice, and what it says.
const CAUGHT: [(Sanitizer, &str, &str); 7] = [
    (ADDRESS, "overflow", "signed integer overflow"),
    (ADDRESS, "leak", "LeakSanitizer: detected memory leaks"),
    (ADDRESS, "use-after-free", "heap-use-after-free"),
    (ADDRESS, "free-twice", "heap-use-after-free"),
    (ADDRESS, "borrow-too-long", "heap-use-after-free"),
    (ADDRESS, "say-too-large-a-size", "stack-buffer-overflow"),
    (THREAD, "share", "ThreadSanitizer: data race"),
];

#[test]
#[ignore = "make sanitize builds what it needs"]
fn mistakes_are_noticed() {
    for (sanitizer, mistake, says) in CAUGHT {
        let output = sanitizer.run(&sanitizer.build("caught"), &[mistake]);
        let report = text(&output.stderr);
        assert!(!output.status.success() && report.contains(says), "{mistake}:\n{report}");
        println!("{mistake}: {says}");
    }
}

#[test]
#[ignore = "make sanitize builds what it needs"]
fn memory_is_used_as_it_should_be() {
    for name in programs().filter(|name| !WITH_AN_ALLOCATOR.contains(name)) {
        ADDRESS.passes(name, &[]);
    }
}

#[test]
#[ignore = "make sanitize builds what it needs"]
fn threads_do_not_race() {
    for (name, arguments) in THREADED {
        THREAD.passes(name, arguments);
    }
}

impl Sanitizer {
    fn passes(&self, name: &str, arguments: &[&str]) {
        let output = self.run(&self.build(name), arguments);
        let (said, reported) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{name}: {}\n{said}{reported}", output.status);
        // A child that reports may have been expected to fail.
        assert!(!reported.contains("Sanitizer"), "{name}:\n{said}{reported}");
        print!("{} sanitizer, nothing to report: {}", self.name, last_line(&said));
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        let (variable, value) = self.options;
        let mut command = Command::new(program);
        command.args(arguments).env(variable, value).env("UBSAN_OPTIONS", "print_stacktrace=1");
        command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()))
    }

    fn build(&self, name: &str) -> PathBuf {
        let built = project("target").join(self.name);
        let programs = built.join("programs");
        fs::create_dir_all(&programs).unwrap();
        let (program, object) = (programs.join(name), programs.join(name).with_extension("o"));
        let mut compile = Command::new("clang");
        compile.args(STRICT).args([self.instrumented, "-fno-sanitize-recover=all", "-pthread"]);
        compile.arg("-I").arg(project("include")).arg("-c").arg("-o").arg(&object);
        run(compile.arg(project("tests/live/c").join(name).with_extension("c")));
        // Linked without the option, which would bring clang's runtime.
        let mut link = Command::new("clang");
        link.arg("-pthread").arg("-o").arg(&program).arg(&object).arg("-Wl,--whole-archive");
        link.arg(built.join("runtime.a")).arg("-Wl,--no-whole-archive");
        link.arg(built.join("libnucleus_seccomp.a")).args(["-lpthread", "-ldl", "-lm", "-lrt"]);
        run(&mut link);
        program
    }
}

fn last_line(text: &str) -> String {
    format!("{}\n", text.lines().next_back().unwrap_or_default())
}
