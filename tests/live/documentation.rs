//! The examples in the header and in the README are programs that compile, and do what they say.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::stage::{pkg_config, project, text};

/// The blocks of C between fences, as they stand in a document.
fn examples(document: &str) -> Vec<String> {
    let text = std::fs::read_to_string(project(document)).unwrap();
    let mut examples = Vec::new();
    let mut inside: Option<String> = None;
    for line in text.lines() {
        match (&mut inside, line) {
            (None, "```c") => inside = Some(String::new()),
            (Some(_), "```") => examples.extend(inside.take()),
            (Some(example), line) => *example += &format!("{line}\n"),
            (None, _) => {}
        }
    }
    examples
}

/// Compiles and links against the staged library; the program, or what the compiler says.
fn compile(name: &str, source: &str) -> PathBuf {
    let folder = project("target/live");
    std::fs::create_dir_all(&folder).unwrap();
    let (file, program) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&file, source).unwrap();
    let flags = pkg_config(&["--cflags", "--libs"]);
    let compiled = Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"])
        .args([&program, &file])
        .args(flags)
        .arg(format!("-Wl,-rpath,{}", project("target/stage/lib").display()))
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{name}: {}", text(&compiled.stderr));
    program
}

#[test]
fn the_readmes_quick_start_does_what_it_says() {
    let examples = examples("README.md");
    let [quick_start] =
        examples.iter().filter(|example| is_program(example)).collect::<Vec<_>>()[..]
    else {
        panic!("one program in C");
    };
    let program = compile("quick_start", quick_start);
    let Output { status, stdout, stderr } = Command::new(program).output().unwrap();
    assert_eq!(text(&stdout), "confined\n", "{}", text(&stderr));
    // dash runs the last command of -c in its own place, bash in a child.
    let killed = status.signal() == Some(libc::SIGSYS) || status.code() == Some(128 + libc::SIGSYS);
    assert!(killed, "{status:?}, {}", text(&stderr));
}

fn is_program(example: &str) -> bool {
    example.contains("int main(")
}

/// What an example may speak of: a filter that is being made, another one, and a program.
const SUBJECTS: &str =
    "(nucleus_filter *f, const nucleus_filter *baseline, const nucleus_program *p)";

/// What comes before the examples: what they use, also of the reader's own.
const BEFORE: &str = "\
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>
#include <nucleus_seccomp.h>
static const int report_fd = 2;
void to_stderr(void *payload, uint32_t level, const char *message);
void to_stderr(void *payload, uint32_t level, const char *message)
{
    (void)level;
    fprintf(stderr, \"%s: %s\\n\", (const char *)payload, message);
}
";

#[test]
fn other_examples_compile() {
    let mut source = BEFORE.to_owned();
    let header = header_examples();
    let readme = examples("README.md").into_iter().filter(|example| !is_program(example));
    let all: Vec<String> = header.iter().cloned().chain(readme).collect();
    for (index, example) in all.iter().enumerate() {
        let function = format!("void example_{index}{SUBJECTS}");
        source += &format!("{function};\n{function}\n{{\n(void)f, (void)baseline, (void)p;\n");
        // A block of its own, in which an example may have an `f` of its own.
        source += &format!("{{\n{example}}}\n}}\n");
    }
    compile("header_examples", &(source + "int main(void) { return 0; }\n"));
    println!("{} examples, {} of them in the header", all.len(), header.len());
}

/// What is indented in the header's comments: all of it is C. The sources have it between fences, which
/// are counted, so that none is missed.
fn header_examples() -> Vec<String> {
    let header = std::fs::read_to_string(project("include/nucleus_seccomp.h")).unwrap();
    let mut examples: Vec<String> = Vec::new();
    let mut inside = false;
    for line in header.lines() {
        let comment = line.strip_prefix("//").or(line.strip_prefix(" *"));
        let code = comment.and_then(|text| text.strip_prefix("     "));
        if let Some(code) = code {
            if !inside {
                examples.push(String::new());
            }
            *examples.last_mut().unwrap() += &format!("{code}\n");
        }
        // A blank line may stand within an example, and then the next line is indented, too.
        inside = code.is_some() || inside && comment.is_some_and(str::is_empty);
    }
    let sources = std::fs::read_dir(project("src/ffi")).unwrap();
    let fences = sources
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .flat_map(|source| source.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with("/// ```c"))
        .count();
    assert_eq!(examples.len(), fences + 1, "examples of functions, and the one at the top");
    examples
}
