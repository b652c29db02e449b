//! The ABI, as a compiler of C sees the header: the value of every constant, where every field of a
//! struct lies, and every function with its types in words. tests/data/abi.txt is committed, so that a
//! change of it is seen, and decided upon, in review.
//!
//! It is not abidw's dump of the shared object: that is stripped, its debugging data would describe types
//! of Rust, and no such dump has the values of macros, which are half of this ABI. That the library is as
//! the header says is held by what Rust says of the same structs, here, and by the list of exports.
//!
//! It is for machines of 64 bits; pointers and size_t have 4 bytes on others.

use std::fmt::Write as _;
use std::process::Command;

use super::declared::{self, Declared};
use super::header::header;
use super::{committed, project};
use nucleus_seccomp::ffi;

#[test]
fn the_abi_is_the_committed_one() {
    if cfg!(not(target_pointer_width = "64")) {
        println!("skipped: the dump is for machines of 64 bits");
        return;
    }
    let folder = project("target/abi");
    std::fs::create_dir_all(&folder).unwrap();
    // The header of the sources, which on disk may be stale.
    std::fs::write(folder.join("nucleus_seccomp.h"), header()).unwrap();
    std::fs::write(folder.join("abi.c"), dumper()).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-Wall", "-Werror", "-o"]).arg(folder.join("abi"));
    let compiled = cc.arg("-I").arg(&folder).arg(folder.join("abi.c")).output().unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let dump = Command::new(folder.join("abi")).output().unwrap();
    assert!(dump.status.success());
    let dump = String::from_utf8(dump.stdout).unwrap();
    assert_eq!(structs(&dump), library(), "structs of the header, and of the library");
    committed("tests/data/abi.txt", &dump);
}

/// A program that prints it, a line for each fact.
fn dumper() -> String {
    let mut lines = String::new();
    for item in declared::sections(&header()).iter().flat_map(|section| &section.items) {
        match &item.declared {
            Declared::Constant { name, .. } => writeln!(lines, "    CONSTANT({name});").unwrap(),
            // What they come to at and past their edges.
            Declared::Macros(calls) => calls.iter().for_each(|call| {
                let name = call.split('(').next().unwrap();
                for arguments in VALUES {
                    if arguments.matches(',').count() == call.matches(',').count() {
                        writeln!(lines, "    CONSTANT({name}({arguments}));").unwrap();
                    }
                }
            }),
            Declared::Type { text, .. } => writeln!(lines, "    puts(\"type {text}\");").unwrap(),
            Declared::Struct { name, fields } => {
                writeln!(lines, "    STRUCT({name});").unwrap();
                for field in fields {
                    let (kind, field) = field.declared.rsplit_once(' ').unwrap();
                    let plain = field.split('[').next().unwrap();
                    writeln!(lines, "    FIELD({name}, {plain}, \"{kind} {field}\");").unwrap();
                }
            }
            Declared::Function { result, name, parameters } => {
                let types: Vec<String> = parameters.iter().map(|one| without_name(one)).collect();
                let types = if types.is_empty() { "void".to_owned() } else { types.join(", ") };
                let signature = format!("{result} {name}({types})").replace("* ", "*");
                writeln!(lines, "    puts(\"function {signature}\");").unwrap();
                // That the words say what the declaration does.
                let result = result.as_str();
                writeln!(lines, "    SAME({name}, {result} (*)({types}));").unwrap();
            }
        }
    }
    format!("{BEFORE}int main(void)\n{{\n{lines}    return 0;\n}}\n")
}

const VALUES: [&str; 8] = ["0", "1", "4095", "4096", "65535", "65536", "6, 1", "256, 0"];

const BEFORE: &str = "\
#include <nucleus_seccomp.h>
#include <stdio.h>
#define CONSTANT(what) _Generic((what), \\
    int: printf(\"constant %s int %lld\\n\", #what, (long long)(what)), \\
    unsigned: printf(\"constant %s unsigned %#llx\\n\", #what, (long long)(what)))
#define STRUCT(type) printf(\"struct %s size %zu align %zu\\n\", #type, sizeof(type), _Alignof(type))
#define FIELD(type, field, text) printf(\"    offset %zu size %zu %s\\n\", \\
    offsetof(type, field), sizeof ((type *)0)->field, text)
#define SAME(function, ...) _Static_assert(_Generic(&function, __VA_ARGS__: 1), #function)
";

/// `const char *name` as `const char *`.
fn without_name(parameter: &str) -> String {
    let end = parameter.rfind([' ', '*']).expect("a type before the name") + 1;
    let array = if parameter.ends_with(']') { "*" } else { "" };
    format!("{}{array}", parameter[..end].trim_end())
}

/// A struct's name, its size and alignment, and where its fields lie.
type Layout<'a> = (&'a str, Vec<usize>);

/// How Rust lays out the structs of the header, in its order.
fn library() -> Vec<Layout<'static>> {
    macro_rules! laid_out {
        ($($module:ident::$name:ident { $($field:ident)* })*) => { vec![$((
            stringify!($name),
            vec![
                size_of::<ffi::$module::$name>(),
                align_of::<ffi::$module::$name>(),
                $(std::mem::offset_of!(ffi::$module::$name, $field)),*
            ],
        )),*] };
    }
    laid_out! {
        arg::nucleus_arg { index op width value mask }
        profile::nucleus_oci_context { size given arch capabilities kernel_major kernel_minor }
        program::nucleus_instruction { code jt jf k }
        apply_result::nucleus_apply_result { size step flags missing no_new_privs error_number thread }
        apply::nucleus_apply_options { size flags preferred no_new_privs reserved }
        features::nucleus_features {
            size actions flags constant_allow notification_size response_size data_size
        }
        call::nucleus_call { nr arch instruction_pointer args }
        statistics::nucleus_stats {
            size instructions margin told_apart calls cached shortest longest mean mean_uncached
            attach_steps
        }
    }
}

fn structs(dump: &str) -> Vec<Layout<'_>> {
    let mut found: Vec<Layout> = Vec::new();
    for line in dump.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["struct", name, "size", size, "align", align] => {
                found.push((name, vec![size.parse().unwrap(), align.parse().unwrap()]));
            }
            ["offset", offset, ..] => found.last_mut().unwrap().1.push(offset.parse().unwrap()),
            _ => {}
        }
    }
    found
}
