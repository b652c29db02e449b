//! Runs of the launcher, and what each must come to: data only, `launcher.rs` runs it.

use super::{SIGKILL, SIGSYS, SIGTERM};

/// One run of the launcher, and what it must come to.
pub struct Run {
    pub what: &'static str,
    /// Words of the command line; LAUNCHER stands for the launcher itself.
    pub line: &'static [&'static str],
    pub status: i32,
    pub stdout: &'static str,
    /// What standard error must contain.
    pub stderr: &'static [&'static str],
}

/// A program that leaves a trace, to see that it was not run.
const TRACE: [&str; 2] = ["echo", "was run"];
const RAW_SOCKET: &str = "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)";
const STATUS_LINES: &str =
    "grep -E '^(NoNewPrivs|Seccomp|SigBlk):' /proc/self/status | tr -d '\t\n'";

pub const RUNS: &[Run] = &[
    // The program's own exit status.
    run("success", &["--", "true"], 0, "", &[]),
    run("failure", &["--", "sh", "-c", "exit 3"], 3, "", &[]),
    run("the largest status", &["--", "sh", "-c", "exit 255"], 255, "", &[]),
    run("125 of its own", &["--", "sh", "-c", "exit 125"], 125, "", &[]),
    run("a signal", &["--", "sh", "-c", "kill -9 $$"], 128 + SIGKILL, "", &[]),
    run("another", &["--", "sh", "-c", "kill -TERM $$"], 128 + SIGTERM, "", &[]),
    // Programs that can't be run.
    run("no such program", &["--", "/no/such"], 127, "", &["/no/such", "No such file"]),
    run("nowhere on the path", &["--", "no-such-program"], 127, "", &["no-such-program"]),
    run("not executable", &["--", "/etc/passwd"], 126, "", &["/etc/passwd", "Permission denied"]),
    run("a folder", &["--", "/etc"], 126, "", &["/etc", "Permission denied"]),
    // The command line.
    run("no program", &["--network"], 125, "", &["usage:"]),
    run("nothing at all", &[], 125, "", &["usage:"]),
    run("nothing behind --", &["--"], 125, "", &["usage:"]),
    run("a bad option", &["--bogus", "--", TRACE[0], TRACE[1]], 125, "", &["--bogus", "usage:"]),
    run("an option without its value", &["--allow"], 125, "", &["--allow", "usage:"]),
    run("without --", &["echo", "yes"], 0, "yes\n", &[]),
    run("dashes are the program's", &["echo", "--deny", "-x", "--"], 0, "--deny -x --\n", &[]),
    run("and behind --", &["--", "echo", "--strict", "--", "-n"], 0, "--strict -- -n\n", &[]),
    run("a program like an option", &["--", "--log"], 127, "", &["--log"]),
    run("help goes to standard output", &["--help"], 0, "usage:", &[]),
    run(
        "a misspelt name",
        &["--allow", "wrtie", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["allow", "'wrtie'", "did you mean 'write'"],
    ),
    run(
        "a misspelt name to deny",
        &["--deny", "chmdo", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["deny", "'chmdo'", "did you mean 'chmod'"],
    ),
    run("an empty name", &["--allow", "", "--", TRACE[0], TRACE[1]], 125, "", &["empty"]),
    run(
        "the first mistake is reported",
        &["--allow", "wrtie", "--deny", "chmdo", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["'wrtie'"],
    ),
    // What the filter makes of it.
    run(
        "allow lifts a refusal",
        &["--allow", "unshare", "--", "sh", "-c", "unshare --user true; echo $? >&2"],
        0,
        "",
        &[],
    ),
    run(
        "deny beats allow",
        &["--allow", "getcwd", "--deny", "getcwd", "--allow", "getcwd", "--", "/bin/pwd"],
        128 + SIGSYS,
        "",
        &["/bin/pwd was killed by the filter"],
    ),
    run(
        "without deny it runs",
        &["--allow", "getcwd", "--", "sh", "-c", "/bin/pwd > /dev/null"],
        0,
        "",
        &[],
    ),
    run(
        "a denied exec",
        &["--deny", "execve", "--", TRACE[0], TRACE[1]],
        128 + SIGSYS,
        "",
        &["killed by the filter"],
    ),
    run(
        "confined, and the signal mask its own",
        &["--", "sh", "-c", STATUS_LINES],
        0,
        "SigBlk:0000000000000000NoNewPrivs:1Seccomp:2",
        &[],
    ),
    run(
        "no descriptor of the launcher's",
        &["--", "sh", "-c", "for n in 3 4 5 6; do test ! -e /proc/self/fd/$n || echo $n; done"],
        0,
        "",
        &[],
    ),
    // Levels, checks, audits.
    run("a level", &["--level", "minimal", "--", "sh", "-c", "exit 3"], 3, "", &[]),
    run(
        "no such level",
        &["--level", "maximal", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--level", "no such level", "--help"],
    ),
    run(
        "a level and the built-in policy's modes",
        &["--level", "minimal", "--network", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--network", "built-in policy"],
    ),
    run(
        "what a level leaves out",
        &["--level", "minimal", "--", "mkdir", "/no/such"],
        128 + SIGSYS,
        "",
        &["mkdir was killed by the filter"],
    ),
    run(
        "of two levels the wider one",
        &["--level", "io_heavy", "--level", "minimal", "--", "mkdir", "/no/such"],
        1,
        "",
        &["cannot create directory"],
    ),
    run(
        "allowed besides",
        &["--level", "minimal", "--allow", "mkdir", "--", "mkdir", "/no/such"],
        1,
        "",
        &["cannot create directory"],
    ),
    run(
        "denied on a level",
        &["--level", "minimal", "--deny", "getcwd", "--", "/bin/pwd"],
        128 + SIGSYS,
        "",
        &["/bin/pwd was killed by the filter"],
    ),
    run(
        "hardened",
        &["--level", "minimal", "--harden", "--", "sh", "-c", "echo x | cat"],
        0,
        "x\n",
        &[],
    ),
    run(
        "a lifted check, put back",
        &["--allow", "socket", "--harden", "--", "python3", "-c", RAW_SOCKET],
        1,
        "",
        &["Address family not supported"],
    ),
    run(
        "without putting it back",
        &["--allow", "socket", "--", "python3", "-c", RAW_SOCKET],
        0,
        "",
        &[],
    ),
    run(
        "an audit refuses nothing, and says so",
        &["--audit", "--deny", "getcwd", "--", "sh", "-c", "unshare --user true && /bin/pwd >&2"],
        0,
        "",
        &["audit", "UNCONFINED", "dmesg", "/"],
    ),
    run(
        "an audited level",
        &["--level", "essential", "--harden", "--audit", "--", "sh", "-c", "echo x | cat"],
        0,
        "x\n",
        &["UNCONFINED"],
    ),
    run(
        "a mistake in an audit",
        &["--audit", "--allow", "wrtie", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["'wrtie'"],
    ),
    // Where no filter can be loaded: under a filter that refuses it.
    run(
        "confined already",
        &["--", "LAUNCHER", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["cannot confine", "Function not implemented"],
    ),
    run(
        "confined already, best effort",
        &["--", "LAUNCHER", "--best-effort", "--", TRACE[0], TRACE[1]],
        0,
        "was run\n",
        &["warning", "UNCONFINED"],
    ),
    run("best effort where it is not needed", &["--best-effort", "--", "true"], 0, "", &[]),
];

const fn run(
    what: &'static str,
    line: &'static [&'static str],
    status: i32,
    stdout: &'static str,
    stderr: &'static [&'static str],
) -> Run {
    Run { what, line, status, stdout, stderr }
}
