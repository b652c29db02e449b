//! The installed library as programs in C and C++ meet it: the header under several compilers, the
//! test programs of `c/` linked in every way that is offered, and what the shared object shows of
//! itself.
//!
//! `make stage` has put the library under target/stage.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stage::{available, pkg_config, project, run, text};

/// What every C program here is compiled with.
pub const STRICT: [&str; 8] =
    ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-O1", "-g"];

/// The test programs that confine children of theirs, or lose many.
const CONFINING: [&str; 13] = [
    "apply_options",
    "apply_sizes",
    "confine",
    "confine_races",
    "confine_threads",
    "confine_x86",
    "fail_closed",
    "fork_safety",
    "in_force",
    "is_applied",
    "kernel_features",
    "out_of_memory",
    "stacking",
];

/// The test programs that ask the library alone. They take "quick", for who runs them slowly.
const ASKING: [&str; 20] = [
    "algebra",
    "apply_message",
    "bad_input",
    "bad_pointers",
    "compare",
    "compile_threads",
    "fingerprint",
    "firecracker",
    "handles",
    "harden",
    "levels",
    "lookups",
    "orders",
    "policy",
    "profile",
    "profile_export",
    "program_export",
    "program_import",
    "statistics",
    "transaction",
];

/// Compiler, language and standard that the header must please.
const DIALECTS: [(&str, &str, &str); 8] = [
    ("gcc", "c", "c99"),
    ("gcc", "c", "c11"),
    ("gcc", "c", "c2x"),
    ("g++", "c++", "c++17"),
    ("clang", "c", "c99"),
    ("clang", "c", "c11"),
    ("clang++", "c++", "c++17"),
    ("clang++", "c++", "c++20"),
];

#[derive(Clone, Copy)]
enum Linked {
    /// `pkg-config --libs`.
    Shared,
    /// The archive by its path, libc shared.
    Archive,
    /// `cc -static` and `pkg-config --static --libs`.
    Static,
}

#[test]
fn the_header_pleases_every_compiler() {
    let directory = scratch("header");
    for (compiler, language, standard) in DIALECTS {
        if !available(compiler) {
            continue;
        }
        for first in ["", "errno.h", "linux/seccomp.h"] {
            let mut cc = Command::new(compiler);
            cc.args(["-x", language]).arg(format!("-std={standard}")).args(&STRICT[1..]);
            if !first.is_empty() {
                cc.args(["-include", first]);
            }
            cc.args(pkg_config(&["--cflags"])).args(["-c", "-o"]).arg(directory.join("header.o"));
            run(cc.arg(project("tests/live/c/header.c")));
        }
        println!("{compiler} -std={standard}: the header is fine");
    }
}

#[test]
fn the_header_takes_no_foreign_names() {
    let macros = |included: &str| -> Vec<String> {
        let mut cc = Command::new("gcc");
        cc.args(["-E", "-dM", "-x", "c", "-include", "stddef.h", "-include", "stdint.h"]);
        cc.args(pkg_config(&["--cflags"])).args(["-include", included, "/dev/null"]);
        text(&run(&mut cc).stdout).lines().map(str::to_owned).collect()
    };
    let without = macros("stddef.h");
    let named = |line: &str| line.split([' ', '(']).nth(1).unwrap_or_default().to_owned();
    let foreign: Vec<String> = macros("nucleus_seccomp.h")
        .iter()
        .filter(|line| !without.contains(line))
        .map(|line| named(line))
        .filter(|name| !name.starts_with("NUCLEUS_"))
        .collect();
    assert!(foreign.is_empty(), "macros outside NUCLEUS_: {foreign:?}");

    let header = fs::read_to_string(project("target/stage/include/nucleus_seccomp.h")).unwrap();
    let types: Vec<&str> = header
        .lines()
        .filter(|line| line.starts_with("typedef ") || line.starts_with("} "))
        .filter(|line| {
            !line.contains("nucleus_") && !line.ends_with('{') && !line.contains("extern")
        })
        .collect();
    assert!(types.is_empty(), "types outside nucleus_: {types:?}");
    println!("every macro is NUCLEUS_*, every type nucleus_*");

    let functions: Vec<&str> = header
        .lines()
        .filter(|line| line.starts_with(char::is_alphabetic) && line.contains('('))
        .filter_map(|line| line.split('(').next()?.split([' ', '*']).next_back())
        .filter(|name| name.starts_with("nucleus_"))
        .collect();
    for (index, name) in functions.iter().enumerate() {
        assert!(!functions[..index].contains(name), "{name} is declared twice");
    }
    println!("{} functions, each declared once", functions.len());
}

#[test]
fn programs_linked_with_the_shared_library() {
    for name in programs() {
        let program = build(name, Linked::Shared, "plain");
        let dynamic = text(&run(Command::new("readelf").arg("-d").arg(&program)).stdout);
        assert!(dynamic.contains("[libnucleus_seccomp.so.0]"), "{name} needs:\n{dynamic}");
        passes(&program);
    }
}

#[test]
fn programs_linked_with_the_archive() {
    for name in programs() {
        let program = build(name, Linked::Archive, "plain");
        let needs = text(&run(Command::new("ldd").arg(&program)).stdout);
        assert!(!needs.contains("libnucleus"), "{name} needs:\n{needs}");
        passes(&program);
    }
}

#[test]
fn programs_linked_without_any_shared_library() {
    for name in programs() {
        let program = build(name, Linked::Static, "plain");
        let headers = text(&run(Command::new("readelf").arg("-l").arg(&program)).stdout);
        assert!(!headers.contains("INTERP"), "{name} has an interpreter:\n{headers}");
        passes(&program);
    }
}

#[test]
fn programs_under_valgrind() {
    if !available("valgrind") {
        return;
    }
    let kinds = ["--leak-check=full", "--show-leak-kinds=definite,indirect"];
    for name in ASKING {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["-q", "--error-exitcode=9", "--errors-for-leak-kinds=definite,indirect"]);
        let program = build(name, Linked::Shared, "valgrind");
        let output = run(valgrind.args(kinds).arg(program).arg("quick"));
        print!("under valgrind, without an error or a leak:\n{}", text(&output.stdout));
    }
}

/// glibc makes sockets by socketcall on x86, whose arguments no filter sees: the rest of it works.
#[test]
fn a_32_bit_program_under_a_hardened_container_profile() {
    if cfg!(not(target_arch = "x86_64")) || !compiles_for_32_bits() {
        return;
    }
    let program = scratch("32-bit").join("sockets32");
    let mut cc = Command::new("gcc");
    cc.args(["-m32", "-O1", "-pthread", "-o"]).arg(&program);
    run(cc.arg(project("tests/live/programs/sockets32.c")));
    let confined = build("confine_x86", Linked::Shared, "32-bit");
    let said = text(&run(Command::new(confined).arg(&program)).stdout);
    let expected =
        "hello from a thread\nhello from a child's parent\nsocket: Function not implemented\n";
    assert_eq!(said, expected);
    print!("{said}");
}

/// gcc-multilib keeps other architectures' compilers away, so that a machine may do without.
fn compiles_for_32_bits() -> bool {
    let there = available("gcc") && Path::new("/usr/lib32/crt1.o").exists();
    if !there {
        println!("skipped: no gcc-multilib");
    }
    there
}

#[test]
fn every_program_is_run() {
    let is_program = |source: &String| source.contains("\nint main(") && source.contains("report(");
    let mut found: Vec<String> = fs::read_dir(project("tests/live/c"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("c")))
        .filter(|path| is_program(&fs::read_to_string(path).unwrap()))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    let mut listed: Vec<&str> = programs().collect();
    listed.sort_unstable();
    assert_eq!(found, listed, "programs in tests/live/c, and those that are run");
}

/// Those that free a handle take NULL, too, which is fine.
#[test]
fn every_function_is_tried_with_null_for_its_handle() {
    let header = fs::read_to_string(project("include/nucleus_seccomp.h")).unwrap();
    let tried: String = fs::read_dir(project("tests/live/c"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let mut functions = 0;
    for line in header.lines().filter(|line| line.starts_with(char::is_alphabetic)) {
        let Some((before, parameters)) = line.split_once('(') else { continue };
        let first = parameters.trim_start_matches("const ");
        if !["nucleus_filter *", "nucleus_program *"].iter().any(|handle| first.starts_with(handle))
        {
            continue;
        }
        let name = before.rsplit([' ', '*']).next().unwrap();
        assert!(tried.contains(&format!("{name}(NULL")), "{name} is not tried with NULL");
        functions += 1;
    }
    println!("{functions} functions take a handle, and each is tried with NULL");
    assert!(functions > 40);
}

#[test]
fn what_the_shared_object_shows() {
    let library = project("target/stage/lib/libnucleus_seccomp.so");
    let shown = |tool: &str, option: &str| {
        text(&run(Command::new(tool).args(option.split(' ')).arg(&library)).stdout)
    };
    let symbols = shown("nm", "-D --defined-only --format=posix");
    let names: Vec<&str> =
        symbols.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let listed = std::fs::read_to_string(project("tests/data/exports.txt")).unwrap();
    assert_eq!(names, listed.lines().collect::<Vec<_>>(), "exported, and committed");

    let dynamic = shown("readelf", "-d");
    assert!(dynamic.contains("Library soname: [libnucleus_seccomp.so.0]"), "{dynamic}");
    for unwanted in ["RPATH", "RUNPATH", "TEXTREL"] {
        assert!(!dynamic.contains(unwanted), "{unwanted}:\n{dynamic}");
    }
    let sections = shown("readelf", "-SW");
    for unwanted in [" .symtab ", " .debug_info "] {
        assert!(!sections.contains(unwanted), "not stripped:{unwanted}\n{sections}");
    }
    let segments = shown("readelf", "-lW");
    for line in segments.lines().filter(|line| line.contains("GNU_STACK")) {
        assert!(!line.contains('E'), "an executable stack: {line}");
    }
    println!("{} symbols, as listed; soname, stripped, no executable stack", names.len());
}

// ---- building and running ----

/// Every test program.
pub fn programs() -> impl Iterator<Item = &'static str> {
    CONFINING.into_iter().chain(ASKING)
}

/// Builds a test program; `user` tells builds of one program apart that run side by side.
fn build(name: &str, linked: Linked, user: &str) -> PathBuf {
    let kind = match linked {
        Linked::Shared => "shared",
        Linked::Archive => "archive",
        Linked::Static => "static",
    };
    let program = scratch(format!("{name}-{kind}-{user}")).join(name);
    let library = project("target/stage/lib");
    let mut cc = Command::new("cc");
    cc.args(STRICT).arg("-o").arg(&program).arg("-pthread");
    cc.arg(project("tests/live/c").join(name).with_extension("c"));
    match linked {
        Linked::Shared => {
            cc.args(pkg_config(&["--cflags", "--libs"]));
            cc.arg(format!("-Wl,-rpath,{}", library.display()));
        }
        Linked::Archive => {
            cc.args(pkg_config(&["--cflags"])).arg(library.join("libnucleus_seccomp.a"));
            cc.args(private_libraries(&library));
        }
        Linked::Static => {
            cc.arg("-static").args(pkg_config(&["--static", "--cflags", "--libs"]));
        }
    }
    run(&mut cc);
    println!("{name}: built, {kind}");
    program
}

/// What the archive needs besides itself, as a build without pkg-config reads it.
fn private_libraries(library: &Path) -> Vec<String> {
    let pc = fs::read_to_string(library.join("pkgconfig/nucleus-seccomp.pc")).unwrap();
    let line = pc.lines().find_map(|line| line.strip_prefix("Libs.private:"));
    line.expect("a line Libs.private").split_whitespace().map(str::to_owned).collect()
}

fn passes(program: &Path) {
    print!("{}", text(&run(&mut Command::new(program)).stdout));
}

/// A folder of its own for each use: tests run side by side.
fn scratch(name: impl AsRef<OsStr>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c_library").join(name.as_ref());
    fs::create_dir_all(&folder).unwrap();
    folder
}
