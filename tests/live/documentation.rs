//! The examples in the header and in the README are programs that compile, and do what they say.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::stage::{pkg_config, project, run, text};

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

/// Why an example may leave an error: it shows one, or wants a file that is the reader's.
const MEANT: [&str; 2] = ["did you mean 'write'?", "it can't be read: No such file or directory"];

#[test]
fn other_examples_do_what_they_say() {
    let header = header_examples();
    let readme = examples("README.md").into_iter().filter(|example| !is_program(example));
    let all: Vec<String> = header.iter().cloned().chain(readme).collect();
    let frame = project("tests/live/c/header_examples.h");
    let mut source = format!("#include \"{}\"\n", frame.display());
    let mut runs = String::new();
    for (index, example) in all.iter().enumerate() {
        let name = format!("example_{index}");
        let subjects =
            "(nucleus_filter *f, const nucleus_filter *baseline, const nucleus_program *p)";
        source += &format!("static void {name}{subjects}\n{{\n(void)f, (void)baseline, (void)p;\n");
        // A block of its own, in which an example may have an `f` of its own.
        source += &format!("{{\n{example}}}\n}}\n");
        // The README's ends the process where the file is missing.
        if index < header.len() {
            runs += &format!("run_example({index}, {name});\n");
        } else {
            runs += &format!("(void){name};\n");
        }
    }
    let program =
        compile("header_examples", &(source + &format!("int main(void)\n{{\n{runs}}}\n")));
    // Where none of the files lie that examples name.
    let output = run(Command::new(program).current_dir(project("target/live")));
    let said = text(&output.stdout);
    for (index, example) in header.iter().enumerate() {
        let mark = format!("example {index}: ");
        let result = said.lines().find_map(|line| line.strip_prefix(&mark));
        let result = result.unwrap_or_else(|| panic!("nothing said of:\n{example}\n{said}"));
        let meant = result == "-" || MEANT.iter().any(|error| result.contains(error));
        // What runs into its own errx or _exit did so on purpose, where there is nothing to apply.
        let given_up = result.starts_with("ended with") && example.contains("_exit(");
        assert!(meant || given_up, "{result}:\n{example}");
    }
    assert!(said.contains("confined\n"), "the one at the top:\n{said}");
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
