//! How big a program gets with the library in it: the table of the README, whose command lines are run
//! here as they stand there.
//!
//! Sizes change a little with every compiler and libc, so that a tenth more or less is no news.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::stage::{available, project, run, text};

const BEGIN: &str = "| linked with | by `cc program.c` and |";

#[test]
fn the_readmes_sizes_are_those_of_programs() {
    if !available("pkg-config") {
        return;
    }
    let readme = fs::read_to_string(project("README.md")).unwrap();
    let table = readme.lines().skip_while(|line| !line.starts_with(BEGIN)).skip(2);
    let mut rows = 0;
    for row in table.take_while(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, flags, stripped, whole, _] = cells[..] else { panic!("five cells: {row}") };
        let found = [("-s", stripped), ("-Wall", whole)].map(|(more, written)| {
            let size = built(name, &format!("{more} {}", flags.trim_matches('`')));
            let written: u64 = written.replace(',', "").parse().expect("a size in KB");
            let difference = size.abs_diff(written * 1000);
            assert!(difference <= size / 10 + 1000, "{name}: {size} bytes, and not {written} KB");
            size
        });
        println!("{name}: {} bytes stripped, {} not", found[0], found[1]);
        rows += 1;
    }
    assert!(rows >= 3, "{rows} rows");
}

/// The size of examples/hello.c, built with these flags as a shell reads them, after it has run.
fn built(name: &str, flags: &str) -> u64 {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sizes");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join(name.replace([' ', ','], "-"));
    let line = format!("cc -O2 -o \"$0\" examples/hello.c {flags}");
    let mut shell = Command::new("sh");
    shell.current_dir(project("")).args(["-c", &line]).arg(&program);
    run(shell.env("PKG_CONFIG_PATH", project("target/stage/lib/pkgconfig")));
    let mut hello = Command::new(&program);
    let said = run(hello.env("LD_LIBRARY_PATH", project("target/stage/lib")));
    assert!(text(&said.stdout).starts_with("hello from nucleus-seccomp"), "{name}");
    fs::metadata(&program).unwrap().len()
}
