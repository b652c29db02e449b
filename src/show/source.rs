//! A program as source code that needs neither a compiler of filters nor this library.

use super::Shown;
use super::text::Text;
use crate::bpf::Instruction;

/// What stands around the instructions in a language.
struct Language {
    comment: [&'static str; 3],
    before: &'static str,
    /// Behind the number of instructions.
    begin: &'static str,
    instruction: [&'static str; 2],
    end: &'static str,
}

const C: Language = Language {
    comment: ["/* ", " * ", " */\n"],
    before: " *
 * To load it for the calling thread, for good:
 *
 *     struct sock_fprog program = {
 *         sizeof nucleus_program / sizeof *nucleus_program,
 *         (struct sock_filter *)nucleus_program,
 *     };
 *     if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
 *         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
 *         err(1, \"cannot confine\");
 */
#include <linux/filter.h>

static const struct sock_filter nucleus_program[",
    begin: "] = {\n",
    instruction: ["    {", "},"],
    end: "};\n",
};

const RUST: Language = Language {
    comment: ["// ", "// ", "\n"],
    before: "//
// To load it for the calling thread, for good: prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), and then
// prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) with a struct sock_fprog of its length and a
// pointer to it.

/// An instruction: struct sock_filter of linux/filter.h.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub code: u16,
    pub jt: u8,
    pub jf: u8,
    pub k: u32,
}

const fn op(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
    Instruction { code, jt, jf, k }
}

/// The filter.
#[rustfmt::skip]
pub const NUCLEUS_PROGRAM: [Instruction; ",
    begin: "] = [\n",
    instruction: ["    op(", "),"],
    end: "];\n",
};

/// C99: an array of struct sock_filter, to be included.
#[must_use]
pub fn c(shown: &Shown<'_>) -> String {
    source(shown, &C)
}

/// Rust: a constant, to be a module or included in one.
#[must_use]
pub fn rust(shown: &Shown<'_>) -> String {
    source(shown, &RUST)
}

fn source(shown: &Shown<'_>, language: &Language) -> String {
    let mut text = Text::default();
    let [first, mark, end] = language.comment;
    text.put(first).put("A system call filter, made by nucleus-seccomp ");
    text.put(env!("CARGO_PKG_VERSION")).put(".\n");
    shown.heading(&mut text, mark);
    let instructions = shown.program.instructions();
    text.put(language.before).decimal(instructions.len()).put(language.begin);
    for (pc, instruction) in instructions.iter().enumerate() {
        let Instruction { code, jt, jf, k } = *instruction;
        text.put(language.instruction[0]).hex(code.into(), 2).put(", ");
        text.decimal(jt.into()).put(", ").decimal(jf.into()).put(", ").hex(k, 8);
        text.put(language.instruction[1]).column(36).put(first).put("L").decimal(pc).put(": ");
        text.instruction(pc, *instruction, Text::value).put(end);
    }
    text.put(language.end).take()
}
