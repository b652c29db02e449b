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
        let line = line.strip_prefix("/// ").or(line.strip_prefix("///")).unwrap_or(line);
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

/// What an example may speak of: a filter that is being made, another one, a program, and a descriptor.
const SUBJECTS: &str = "(nucleus_filter *f, const nucleus_filter *baseline, const nucleus_program *p, \
                        int report_fd)";

#[test]
fn other_examples_compile() {
    const HEADERS: [&str; 7] = [
        "err.h",
        "stdio.h",
        "stdlib.h",
        "sys/socket.h",
        "sys/syscall.h",
        "unistd.h",
        "nucleus_seccomp.h",
    ];
    let mut source = "#define _POSIX_C_SOURCE 200809L\n".to_owned(); // dprintf
    source.extend(HEADERS.map(|header| format!("#include <{header}>\n")));
    let mut count = 0;
    let modules = modules().into_iter().map(|module| format!("src/ffi/{module}"));
    for document in modules.chain(["README.md".to_owned()]) {
        for example in examples(&document).iter().filter(|example| !is_program(example)) {
            count += 1;
            let function = format!("void example_{count}{SUBJECTS}");
            let unused = "(void)f, (void)baseline, (void)p, (void)report_fd;";
            source += &format!("{function};\n{function}\n{{\n{unused}\n{example}}}\n");
        }
    }
    assert!(count >= 7, "{count} examples found");
    compile("header_examples", &(source + "int main(void) { return 0; }\n"));
    println!("{count} examples");
}

/// The files that the header is made of.
fn modules() -> Vec<String> {
    let mut modules: Vec<String> = std::fs::read_dir(project("src/ffi"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".rs"))
        .collect();
    modules.sort();
    modules
}
