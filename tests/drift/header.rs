//! The header is what the sources say.
//!
//! cbindgen turns one module of `src/ffi` at a time into C. They are put together here, each under
//! the first line of its own documentation, so that flags stand beside the functions that take them
//! and the header can be read from top to bottom.

use super::{committed, project, read};

#[test]
fn the_header_is_fresh() {
    committed("include/nucleus_seccomp.h", &header());
}

/// The header, as it should be.
pub fn header() -> String {
    let mut config = cbindgen::Config::from_file(project("cbindgen.toml")).unwrap();
    let manual = config.header.take().unwrap();
    let macros = config.after_includes.take().unwrap();
    let with_arguments = config.trailer.take().unwrap();
    let mut header = format!("{manual}\n{GUARD}\n{}\n\n{EXTERN_C}", macros.trim());
    for module in modules() {
        let source = read(&format!("src/ffi/{module}.rs"));
        let title = source.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap();
        let title = title.split(['.', ',']).next().unwrap();
        header += &format!("\n/* ---- {title} ---- */\n{}", declarations(&config, &module));
        let of_module = |block: &&str| block.lines().next() == Some(module.as_str());
        if let Some(block) = with_arguments.split('@').find(of_module) {
            header += &format!("\n{}\n", block[module.len()..].trim());
        }
    }
    header + END
}

const GUARD: &str = "
#ifndef NUCLEUS_SECCOMP_H
#define NUCLEUS_SECCOMP_H

#include <stddef.h>
#include <stdint.h>
";

const EXTERN_C: &str = "#ifdef __cplusplus
extern \"C\" {
#endif
";

const END: &str = "
#ifdef __cplusplus
}
#endif

#endif /* NUCLEUS_SECCOMP_H */
";

/// The modules of the C surface, in the order in which the front page names them.
fn modules() -> Vec<String> {
    let front = read("src/ffi/mod.rs");
    let named = front.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    named.map(str::to_owned).collect()
}

fn declarations(config: &cbindgen::Config, module: &str) -> String {
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_src(project(&format!("src/ffi/{module}.rs")))
        .with_config(config.clone())
        .generate()
        .expect("the sources parse")
        .write(&mut text);
    for_c(&String::from_utf8(text).unwrap())
}

/// What cbindgen can't be told: leaves out what doc comments say to readers of Rust alone, indents
/// examples instead of fencing them, tags structs, writes numbers as C programmers do, and one blank
/// line where there are many.
fn for_c(text: &str) -> String {
    let mut kept: Vec<String> = vec![String::new()];
    let (mut for_rust, mut example) = (false, false);
    for line in text.lines().map(str::trim_end) {
        if line.starts_with("// ```") {
            example = !example;
            continue;
        }
        let line = &if example { line.replacen("//", "//    ", 1) } else { line.to_owned() };
        for_rust |= line.starts_with("// # Safety");
        for_rust &= line.starts_with("//");
        let blank_again = line.is_empty() && kept.last().is_some_and(String::is_empty);
        if for_rust {
            kept.pop_if(|last| last == "//");
        } else if !blank_again {
            tag(&mut kept, line);
            kept.push(number(line));
        }
    }
    kept.pop_if(|last| last.is_empty());
    kept.join("\n") + "\n"
}

/// Where a struct ends that has a name by its typedef alone, gives it that name as its tag, too: then it
/// can be declared by who does not include the header.
fn tag(before: &mut [String], line: &str) {
    let Some(name) = line.strip_prefix("} ").and_then(|rest| rest.strip_suffix(';')) else {
        return;
    };
    if let Some(start) = before.iter_mut().rfind(|line| *line == "typedef struct {") {
        *start = format!("typedef struct {name} {{");
    }
}

/// What is a `uint32_t` like its neighbours, also where it is small.
const WIDE: [&str; 2] = ["NUCLEUS_ARCH_", "NUCLEUS_KILL_"];

/// `#define NAME 2147483648` with its number as `UINT32_C(0x80000000)`, and -1 as `(-1)`.
fn number(line: &str) -> String {
    const SMALL: i64 = 0xffff;
    let Some((name, value)) = line.strip_prefix("#define ").and_then(|rest| rest.split_once(' '))
    else {
        return line.to_owned();
    };
    match value.parse::<i64>() {
        Ok(value) if value > SMALL || WIDE.iter().any(|wide| name.starts_with(wide)) => {
            format!("#define {name} UINT32_C({value:#010x})")
        }
        Ok(value) if value < 0 => format!("#define {name} ({value})"),
        _ => line.to_owned(),
    }
}
