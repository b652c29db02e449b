//! Runs of the launcher, and what each must come to: data only, `launcher.rs` runs it.

use super::{SIGKILL, SIGSYS, SIGTERM};

/// One run of the launcher, and what it must come to.
pub struct Run {
    pub what: &'static str,
    /// Words of the command line; T/ stands for the folder of `FILES`, other words as in `stage::word`.
    pub line: &'static [&'static str],
    pub status: i32,
    pub stdout: &'static str,
    /// What standard error must contain.
    pub stderr: &'static [&'static str],
}

/// A program that leaves a trace, to see that it was not run.
const TRACE: [&str; 2] = ["echo", "was run"];
const RAW_SOCKET: &str = "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)";
const WRITABLE_CODE: &str = "import mmap; mmap.mmap(-1, 4096, prot=7)";
const STATUS_LINES: &str =
    "grep -E '^(NoNewPrivs|Seccomp|SigBlk):' /proc/self/status | tr -d '\t\n'";

/// Under each of these mkdir says something else than by itself, or nothing is run.
pub const FILES: &[(&str, &str)] = &[
    ("plain.json", PLAIN),
    (
        "names.json",
        r#"{"defaultAction": "SCMP_ACT_ALLOW", "Commentary": "mine",
            "syscalls": [{"names": ["mkdri", "mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}"#,
    ),
    (
        "killing.json",
        r#"{"defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}"#,
    ),
    (
        "asking.json",
        r#"{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/run/agent.sock",
            "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"}]}"#,
    ),
    (
        "without-exec.json",
        r#"{"defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [{"names": ["execve"], "action": "SCMP_ACT_ERRNO", "errnoRet": 12}]}"#,
    ),
    ("syntax.json", "{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\",\n  \"syscalls\": [,]\n}"),
    (
        "operator.json",
        r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
            "args": [{"index": 0, "op": "SCMP_CMP_IS"}]}]}"#,
    ),
];

const PLAIN: &str = r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}"#;
/// That of PLAIN.
const SHA256: &str = "d241ad91afa837d28f044fe339159a3299dcbdf479295b06d8e8b108d481c1ee";
const SHA256_IN_CAPITALS: &str = "D241AD91AFA837D28F044FE339159A3299DCBDF479295B06D8E8B108D481C1EE";
const OTHER_SHA256: &str = "d241ad91afa837d28f044fe339159a3299dcbdf479295b06d8e8b108d481c1e0";

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
    // Profiles.
    run(
        "a profile",
        &["--profile", "T/plain.json", "--", "mkdir", "/no/such"],
        1,
        "",
        &["Permission denied"],
    ),
    run(
        "with its sum",
        &["--sha256", SHA256, "--profile", "T/plain.json", "--", "mkdir", "/no/such"],
        1,
        "",
        &["Permission denied"],
    ),
    run(
        "in capitals",
        &["--profile", "T/plain.json", "--sha256", SHA256_IN_CAPITALS, "--", TRACE[0], TRACE[1]],
        0,
        "was run\n",
        &[],
    ),
    run(
        "with another sum",
        &["--profile", "T/plain.json", "--sha256", OTHER_SHA256, "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["plain.json: its SHA-256 is another one"],
    ),
    run(
        "with half a sum",
        &["--profile", "T/plain.json", "--sha256", "c0ffee", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["the SHA-256 has 6 characters"],
    ),
    run(
        "a sum of nothing",
        &["--sha256", SHA256, "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--sha256", "no --profile"],
    ),
    run(
        "two sums",
        &["--profile", "T/plain.json", "--sha256", SHA256, "--sha256", SHA256, "--", TRACE[0]],
        125,
        "",
        &["--sha256", "twice"],
    ),
    run(
        "two profiles",
        &["--profile", "T/plain.json", "--profile", "T/names.json", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--profile", "twice"],
    ),
    run(
        "a profile and a level",
        &["--profile", "T/plain.json", "--level", "minimal", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--level, --profile", "two policies"],
    ),
    run(
        "a profile and the built-in policy's modes",
        &["--profile", "T/plain.json", "--network", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--network", "built-in policy"],
    ),
    run(
        "no such file",
        &["--profile", "T/none.json", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["none.json", "No such file"],
    ),
    run(
        "a folder for a profile",
        &["--profile", "T/", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["no regular file"],
    ),
    run(
        "a pipe that nobody writes to",
        &["--profile", "T/pipe.json", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["pipe.json", "no regular file"],
    ),
    run(
        "a symbolic link",
        &["--profile", "T/link.json", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["link.json", "symbolic link"],
    ),
    run(
        "no JSON",
        &["--profile", "T/syntax.json", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["syntax.json", "line 3", "column 16"],
    ),
    run(
        "an unknown operator",
        &["--profile", "T/operator.json", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["operator.json: syscalls[0].args[0].op: unknown operator", "SCMP_CMP_EQ"],
    ),
    run(
        "no JSON in an audit, at best effort",
        &["--profile", "T/syntax.json", "--audit", "--best-effort", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["line 3"],
    ),
    run(
        "what is skipped is said",
        &["--profile", "T/names.json", "--", "mkdir", "/no/such"],
        1,
        "",
        &[
            "launcher: profile: syscalls[0].names[0]: no system call is named \"mkdri\"; skipped\n",
            "launcher: profile: the key \"Commentary\" is unknown and ignored\n",
            "Permission denied",
        ],
    ),
    run(
        "nobody answers notifications",
        &["--profile", "T/asking.json", "--quiet", "--", "mkdir", "/no/such"],
        1,
        "",
        &["warning", "nobody listens", "Function not implemented"],
    ),
    run(
        "killed by a profile",
        &["--profile", "T/killing.json", "--", "mkdir", "/no/such"],
        128 + SIGSYS,
        "",
        &["mkdir was killed by the filter"],
    ),
    run(
        "an audited profile",
        &["--profile", "T/killing.json", "--audit", "--", "mkdir", "/no/such"],
        1,
        "",
        &["UNCONFINED", "No such file"],
    ),
    run(
        "a profile without exec",
        &["--profile", "T/without-exec.json", "--", TRACE[0], TRACE[1]],
        126,
        "",
        &["echo", "Cannot allocate memory"],
    ),
    run(
        "denied besides",
        &["--deny", "uname", "--profile", "T/plain.json", "--", "uname"],
        1,
        "",
        &["Operation not permitted"],
    ),
    run(
        "what a profile has a rule against stays refused",
        &["--profile", "T/plain.json", "--allow", "mkdir", "--", "mkdir", "/no/such"],
        1,
        "",
        &["Permission denied"],
    ),
    run(
        "of a profile, for who has no capabilities",
        &["--profile", "CONTAINER", "--capabilities", "0", "--", "unshare", "--user", "true"],
        1,
        "",
        &["Operation not permitted"],
    ),
    run(
        "allowed on a profile",
        &[
            "--profile",
            "CONTAINER",
            "--capabilities",
            "0",
            "--allow",
            "sethostname",
            "--",
            "python3",
            "-c",
            "import socket; socket.sethostname('x' * 99)",
        ],
        1,
        "",
        &["Invalid argument"],
    ),
    run(
        "no mask",
        &["--profile", "CONTAINER", "--capabilities", "-1", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--capabilities", "no mask"],
    ),
    run(
        "capabilities of no profile",
        &["--capabilities", "0", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["--capabilities", "no --profile"],
    ),
    run(
        "a profile that is not hardened",
        &["--profile", "CONTAINER", "--", "python3", "-c", WRITABLE_CODE],
        0,
        "",
        &[],
    ),
    run(
        "a hardened profile",
        &["--profile", "CONTAINER", "--harden", "--", "python3", "-c", WRITABLE_CODE],
        1,
        "",
        &["Permission denied"],
    ),
    // Where no filter can be loaded: under a filter that refuses it.
    run(
        "confined already",
        &["--", "LAUNCHER", "--", TRACE[0], TRACE[1]],
        125,
        "",
        &["cannot confine", "seccomp(2) says ENOSYS", "earlier filter"],
    ),
    run(
        "confined already, best effort",
        &["--", "LAUNCHER", "--best-effort", "--", TRACE[0], TRACE[1]],
        0,
        "was run\n",
        &["warning", "UNCONFINED", "ENOSYS"],
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
