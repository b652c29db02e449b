//! The example for Python: the library used through ctypes, without compiler or header. Debian's
//! python3, with every warning an error.

use std::fs;
use std::process::{Command, Output};

use crate::stage::{available, pkg_config, project, run, staged, text};

const PYTHON: &str = "/usr/bin/python3";

fn python(words: &[&str]) -> Option<Output> {
    if !available(PYTHON) {
        return None;
    }
    let mut command = Command::new(PYTHON);
    // -B: nothing is written beside the sources.
    command.args(["-B", "-W", "error"]).args(words).envs(staged());
    command.env("PYTHONPATH", project("examples/python"));
    Some(command.output().unwrap())
}

/// What is asked of the example, the status it ends with, and what it must write to which output.
const RUNS: &[(&[&str], i32, &str, &str)] = &[
    (&[], 0, "uname(): 0x80000000\n", ""),
    (&[], 0, "socket(1, 1): 0x00050061\n", ""),
    (&[], 0, "allow (answered by the kernel's bitmap):\n", ""),
    (&["--", "sh", "-c", "exit 3"], 3, "", ""),
    (&["--", "sh", "-c", "echo confined; uname"], 128 + libc::SIGSYS, "confined\n", ""),
    (&["--", "no-such-command"], 127, "", "no-such-command"),
    (&["word"], 2, "", "the command, confined by it"),
];

#[test]
fn it_shows_and_confines() {
    let program = project("examples/python/nucleus_seccomp.py");
    for (words, status, stdout, stderr) in RUNS {
        let words = [&[program.to_str().expect("a path in UTF-8")], *words].concat();
        let Some(output) = python(&words) else { return };
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(*status), "{words:?}: {err}");
        assert!(out.contains(stdout), "{words:?}: {out}");
        assert!(err.contains(stderr), "{words:?}: {err}");
    }
}

/// An error sticks, and its sentence comes through; so does what applying came to.
const ERRORS: &str = "
import os
from nucleus_seccomp import *

def failure(attempt, *arguments):
    try:
        attempt(*arguments)
    except Error as error:
        return f'{error.status} {error}'

with Policy(ALLOW) as policy:
    print(failure(policy.allow, 'wrtie'))
    print(failure(policy.compile))
print(failure(Policy, 1))
if os.fork() == 0:
    with Policy(ALLOW) as policy:
        policy.add_rule(ERRNO(1), 'seccomp')
        policy.compile()
        policy.apply()
        print(failure(policy.apply), flush=True)
        os._exit(0)
os.wait()
";

#[test]
fn its_errors_are_the_librarys() {
    let Some(output) = python(&["-c", ERRORS]) else { return };
    let said = text(&output.stdout);
    let [misspelt, kept, no_action, refused] = said.lines().collect::<Vec<_>>()[..] else {
        panic!("{said}{}", text(&output.stderr));
    };
    assert_eq!(misspelt, "-2 allow: no system call is named 'wrtie'; did you mean 'write'?");
    assert_eq!(kept, misspelt);
    assert!(no_action.starts_with("-1 "), "{no_action}");
    assert!(refused.starts_with("-7 seccomp(2) says EPERM"), "{refused}");
}

/// Writes C that compiles only if what the example says of structs, numbers and functions is what the
/// header says: the sizes and places of fields, values, and for functions how many arguments they take,
/// which of these are pointers, and how large what they return is.
const ABI: &str = r##"
import ctypes, nucleus_seccomp as it
print("#include <nucleus_seccomp.h>")
def claim(what, is_so):
    print(f'_Static_assert({is_so}, "{what}");')
for struct, name in (it.Arg, "arg"), (it.Call, "call"), (it.ApplyResult, "apply_result"):
    name = "nucleus_" + name
    claim(name, f"sizeof({name}) == {ctypes.sizeof(struct)}")
    for field, kind in struct._fields_:
        claim(field, f"offsetof({name}, {field}) == {getattr(struct, field).offset}")
        claim(field, f"sizeof((({name} *)0)->{field}) == {ctypes.sizeof(kind)}")
for name, value in vars(it).items():
    if name.isupper() and isinstance(value, int):
        claim(name, f"NUCLEUS_{name} == {value}")
print("void calls(void);\nvoid calls(void)\n{")
number = (ctypes.c_int32, ctypes.c_uint32, ctypes.c_size_t)
for name, (result, *arguments) in it.FUNCTIONS.items():
    call = ", ".join("(uint32_t)1" if kind in number else "(void *)0" for kind in arguments)
    print(f"    {name}({call});")
    if result:
        claim(name, f"sizeof({name}({call})) == {ctypes.sizeof(result)}")
print("}")
"##;

#[test]
fn what_it_says_of_the_abi_is_so() {
    let Some(output) = python(&["-c", ABI]) else { return };
    assert!(output.status.success(), "{}", text(&output.stderr));
    let file = project("target/live/python_abi.c");
    fs::create_dir_all(project("target/live")).unwrap();
    fs::write(&file, &output.stdout).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]);
    run(cc.args(pkg_config(&["--cflags"])).arg(&file));
    println!("{} claims hold", text(&output.stdout).matches("_Static_assert").count());
}
