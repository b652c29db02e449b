//! The example that shows filters, and that what it writes as C confines without this library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::stage::{available, project, run, text};

/// One run of it, and what it must come to.
struct Run {
    what: &'static str,
    line: &'static str,
    status: i32,
    /// What standard output and standard error must contain; nothing else may be on the other.
    stdout: &'static [&'static str],
    stderr: &'static [&'static str],
}

const fn shows(what: &'static str, line: &'static str, stdout: &'static [&'static str]) -> Run {
    Run { what, line, status: 0, stdout, stderr: &[] }
}

const fn fails(
    what: &'static str,
    line: &'static str,
    status: i32,
    stderr: &'static [&'static str],
) -> Run {
    Run { what, line, status, stdout: &[], stderr }
}

/// `$I` is the program, `$T` a folder with files of this test, `$P` a profile, `$F` a file of
/// Firecracker's form.
const RUNS: &[Run] = &[
    shows("help", "$I --help", &["usage:", "--pseudo-code", "--program FILE"]),
    shows("nothing named", "$I", &["Fingerprint", "allow (answered by the kernel's bitmap)"]),
    shows("a source named", "$I --built-in", &["Fingerprint"]),
    shows("an architecture", "$I --arch aarch64", &["aarch64 (0xc00000b7):"]),
    shows("two", "$I --arch aarch64 --arch x86_64", &["aarch64 (0xc00000b7):", "x86_64 (0x"]),
    shows("modes", "$I --network --arch x86_64 | grep -A 2 '  socket:'", &["in 2, 0xa:"]),
    shows("more modes", "$I --jit --strict --arch x86_64", &["kill process"]),
    shows("a listing", "$I --listing", &["rule 'allow'", "ret #0x7fff0000"]),
    shows("a picture", "$I --dot", &["digraph filter {"]),
    shows("C", "$I --c", &["struct sock_filter nucleus_program["]),
    shows("Rust", "$I --rust", &["pub const NUCLEUS_PROGRAM"]),
    shows("Go", "$I --go", &["var NucleusProgram = ["]),
    shows("Zig", "$I --zig", &["pub const nucleus_program = ["]),
    shows("a profile", "$I --oci --arch x86_64", &["SCMP_ACT_KILL_PROCESS", "SCMP_ARCH_X86_64"]),
    shows("statistics", "$I --statistics", &["{\"instructions\":"]),
    shows("two formats", "$I --statistics --dot", &["{\"instructions\":", "digraph"]),
    shows("from a pipe", "$I --bpf-be | $I --program - --listing", &["; arch", "big-endian"]),
    shows("from a file", "$I --bpf-le > $T/le && $I --program $T/le", &["little-endian"]),
    shows("from a descriptor", "$I --bpf > $T/n && $I --fd 7 7< $T/n", &["prctl:"]),
    shows("there and back", "$I --bpf > $T/a && $I --program $T/a --bpf | cmp - $T/a", &[]),
    shows(
        "a level",
        "$I --level minimal --arch x86_64",
        &["x86_64 (0x", "exit_group", "kill process"],
    ),
    shows(
        "a level, hardened",
        "$I --level network --harden --arch x86_64",
        &["errno 97 (EAFNOSUPPORT)"],
    ),
    shows("a profile", "$I --profile $P 2> $T/said", &["chroot", "clone3"]),
    shows(
        "for nobody in particular",
        "$I --profile $P --capabilities 0 2> $T/said | grep -A 99 'errno'",
        &["chroot"],
    ),
    shows(
        "what is left out of it",
        "echo '{\"defaultAction\": \"SCMP_ACT_LOG\", \"x\": 1}' > $T/x && $I --profile $T/x 2>&1 > $T/shown",
        &["inspect: profile: the key \"x\" is unknown"],
    ),
    shows(
        "Firecracker's",
        "$I --firecracker $F --category vcpu --arch aarch64",
        &["aarch64 (0xc00000b7):", "ioctl:"],
    ),
    fails("no category named", "$I --firecracker $F", 1, &["one of vmm, api, vcpu"]),
    fails("another one", "$I --firecracker $F --category x", 1, &["\"x\"; one of vmm, api"]),
    fails("no file of the kind", "$I --firecracker /dev/null --category x", 1, &["regular file"]),
    fails("two targets", "$I --firecracker $F --arch x86_64 --arch aarch64", 1, &["add_arch"]),
    fails("modes of Firecracker's", "$I --jit --firecracker $F --category api", 2, &["usage:"]),
    fails("a category of no file", "$I --category api", 2, &["usage:"]),
    fails("an unknown option", "$I --bogus", 2, &["--bogus", "usage:"]),
    fails("a word too many", "$I words", 2, &["usage:"]),
    fails("two sources", "$I --built-in --fd 3", 2, &["usage:"]),
    fails("modes of another source", "$I --jit --program x", 2, &["usage:"]),
    fails("modes of a level", "$I --level minimal --jit", 2, &["usage:"]),
    fails("an architecture of a profile's", "$I --profile $P --arch x86_64", 2, &["usage:"]),
    fails("checks of what has them", "$I --harden", 2, &["usage:"]),
    fails("a sum of no profile", "$I --sha256 00", 2, &["usage:"]),
    fails("two sums", "$I --profile $P --sha256 0 --sha256 0", 2, &["usage:"]),
    fails("no such level", "$I --level maximal", 1, &["maximal", "no such level"]),
    fails("no such profile", "$I --profile $T/none", 1, &["none", "No such file"]),
    fails(
        "another sum",
        "$I --profile $P --sha256 $(printf %064d 0)",
        1,
        &["container.json", "SHA-256"],
    ),
    fails("no mask", "$I --profile $P --capabilities all", 1, &["all", "no mask"]),
    fails("an unknown architecture", "$I --arch vax", 1, &["vax", "architecture"]),
    fails("one too few rules for", "$I --arch s390x", 1, &["s390x"]),
    fails("no such file", "$I --program $T/none", 1, &["none", "No such file"]),
    fails("a folder", "$I --program $T", 1, &["Is a directory"]),
    fails("a closed descriptor", "$I --fd 9 9<&-", 1, &["9", "Bad file descriptor"]),
    fails("no descriptor", "$I --fd x", 1, &["no number of a descriptor"]),
    fails("a negative one", "$I --fd -1", 1, &["no number of a descriptor"]),
    fails("an empty file", "$I --program /dev/null", 1, &["/dev/null", "empty"]),
    fails("an odd length", "printf 123 | $I --program -", 1, &["3 bytes"]),
    fails("no program", "head -c 64 /dev/zero | $I --program -", 1, &["not a return"]),
    fails("an endless one", "$I --program /dev/zero", 1, &["longer than 4096"]),
    fails(
        "a profile of a program",
        "$I --bpf | $I --program - --oci",
        1,
        &["oci: a program is no"],
    ),
    fails("what no profile says", "$I --strict --oci", 1, &["NUCLEUS_ATTR_UNKNOWN"]),
    fails("a profile to a full device", "$I --oci > /dev/full", 1, &["No space left"]),
    fails("a closed output", "$I >&-", 1, &["Bad file descriptor"]),
    fails("a full device", "$I --c > /dev/full", 1, &["No space left"]),
];

fn scratch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inspect");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn shell(line: &str) -> Output {
    let inspect = project("target/demo/inspect");
    assert!(inspect.exists(), "{} is not built: run make stage", inspect.display());
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .env("I", inspect)
        .env("T", scratch())
        .env("F", project("tests/data/firecracker/threads.json"))
        .env("P", project("tests/data/profiles/container.json"))
        .env("LC_ALL", "C");
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn it_shows_filters_and_says_what_is_wrong() {
    for Run { what, line, status, stdout, stderr } in RUNS {
        let output = shell(line);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(*status), "{what}: {line}: {err}");
        assert!(stdout.iter().all(|part| out.contains(part)), "{what}: {line}: {out}");
        assert!(stderr.iter().all(|part| err.contains(part)), "{what}: {line}: {err}");
        assert_eq!(out.is_empty(), stdout.is_empty(), "{what}: {line}: {out}");
        assert_eq!(err.is_empty(), stderr.is_empty(), "{what}: {line}: {err}");
        println!("{what}: {line}");
    }
}

/// Loads the filter with nothing but prctl(2), as its comment says, and is refused what the policy
/// refuses.
const CONFINED: &str = r#"
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "filter.h"

static int child(void)
{
    struct sock_fprog program = {
        sizeof nucleus_program / sizeof *nucleus_program,
        (struct sock_filter *)nucleus_program,
    };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
        err(1, "cannot confine");
    if (getppid() <= 0)
        return 2;
    if (syscall(SYS_acct, NULL) != -1 || errno != EPERM)
        return 3;
    if (syscall(SYS_socket, 2, 1, 0) != -1 || errno != EAFNOSUPPORT)
        return 4;
    if (syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS)
        return 5;
    syscall(SYS_unshare, 0);
    return 6;
}

int main(void)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(child());
    if (pid == -1 || waitpid(pid, &status, 0) != pid)
        err(1, "fork");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
        errx(1, "wait status %#x", (unsigned)status);
    puts("confined");
    return 0;
}
"#;

#[test]
fn c_source_confines_without_the_library() {
    let folder = scratch();
    fs::write(folder.join("filter.h"), shell("$I --c").stdout).unwrap();
    fs::write(folder.join("confined.c"), CONFINED).unwrap();
    let program = folder.join("confined");
    for compiler in ["cc", "clang"].into_iter().filter(|compiler| available(compiler)) {
        let mut cc = Command::new(compiler);
        cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]);
        run(cc.arg("-o").arg(&program).arg(folder.join("confined.c")));
        assert_eq!(text(&run(&mut Command::new(&program)).stdout), "confined\n", "{compiler}");
        let needs = text(&run(Command::new("ldd").arg(&program)).stdout);
        assert!(!needs.contains("nucleus"), "{needs}");
    }
}

/// Graphviz takes what is written for it.
#[test]
fn pictures_can_be_drawn() {
    if !available("dot") {
        return;
    }
    for line in [
        "$I --dot --arch x86_64 | dot -Tsvg",
        "$I --dot --bpf > /dev/null; $I --bpf | $I --program - --dot | dot -Tsvg",
    ] {
        let output = shell(line);
        let (svg, said) = (text(&output.stdout), text(&output.stderr));
        assert!(
            svg.contains("</svg>") && svg.contains("ioctl") && said.is_empty(),
            "{line}: {said}"
        );
    }
}
