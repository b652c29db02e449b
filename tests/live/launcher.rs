//! The launcher as a program among programs: exit statuses, signals, what it says when the filter
//! kills, and what it passes on. Which calls the policy refuses is tested elsewhere.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::stage::{self, text};

#[path = "launcher_table.rs"]
mod launcher_table;

use launcher_table::{FILES, RUNS};

const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;
const SIGSYS: i32 = 31;
/// How long anything here may take on a busy machine before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn statuses_and_messages() {
    for row in RUNS {
        let output = finish(start(&mut launcher(row.line)), row.what);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let said = format!("{}: {:?}\n{stdout}{stderr}", row.what, output.status);
        assert_eq!(output.status.code(), Some(row.status), "{said}");
        if row.stdout == "usage:" {
            assert!(stdout.starts_with(row.stdout), "{said}");
        } else {
            assert_eq!(stdout, row.stdout, "{said}");
        }
        for words in row.stderr {
            assert!(stderr.contains(words), "no {words:?}: {said}");
        }
        println!("{}: status {}", row.what, row.status);
    }
}

// ---- signals ----

#[test]
fn signals_reach_the_program() {
    for signal in ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM", "WINCH"] {
        let script = format!("trap 'echo got {signal}; exit 7' {signal}; {WAIT}");
        // What is run in the background ignores some signals, and a shell traps none that it ignores.
        let mut heeding = Command::new("env");
        heeding.arg("--default-signal").arg(stage::launcher()).args(["--", "sh", "-c", &script]);
        let mut child = start(&mut heeding);
        let mut lines = lines_of(&mut child);
        assert_eq!(next(&mut lines), "ready");
        send(signal, child.id());
        assert_eq!(next(&mut lines), format!("got {signal}"));
        assert_eq!(finish(child, signal).status.code(), Some(7), "{signal}");
        println!("SIG{signal} to the launcher reaches the program");
    }
}

#[test]
fn a_signal_that_the_program_does_not_catch() {
    let mut child = start(&mut launcher(&["--", "sh", "-c", WAIT]));
    assert_eq!(next(&mut lines_of(&mut child)), "ready");
    send("TERM", child.id());
    let status = finish(child, "SIGTERM").status;
    assert_eq!(status.code(), Some(128 + SIGTERM));
    println!("SIGTERM ends the program, and the launcher with {status}");
}

/// Whoever started the launcher, a shell with job control say, must see that the job has stopped.
#[test]
fn a_program_that_is_stopped_and_continued() {
    let script = "echo ready; kill -STOP $$; echo on; kill -STOP $$; exit 4";
    let mut child = start(&mut launcher(&["--", "sh", "-c", script]));
    let mut lines = lines_of(&mut child);
    assert_eq!(next(&mut lines), "ready");
    wait_for_state(child.id(), 'T');
    send("CONT", child.id());
    assert_eq!(next(&mut lines), "on");
    wait_for_state(child.id(), 'T');
    send("CONT", child.id());
    assert_eq!(finish(child, "stopped").status.code(), Some(4));
    println!("stopped twice with its program, continued twice, status 4");
}

/// A parent that ignores SIGCHLD hands that down through exec; the launcher must not wait for a
/// signal that never comes.
#[test]
fn a_parent_that_ignores_its_children() {
    let mut command = Command::new("env");
    command
        .args(["--ignore-signal=CHLD"])
        .arg(stage::launcher())
        .args(["--", "sh", "-c", "exit 3"]);
    let output = finish(start(&mut command), "with SIGCHLD ignored");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    println!("with SIGCHLD ignored: status 3");
}

// ---- standard streams ----

#[test]
fn standard_input_passes_through() {
    let mut child = start(launcher(&["--", "cat"]).stdin(Stdio::piped()));
    let sent = "line\n".repeat(50_000);
    let mut input = child.stdin.take().unwrap();
    let copy = sent.clone();
    let writer = std::thread::spawn(move || input.write_all(copy.as_bytes()).unwrap());
    let output = finish(child, "cat");
    writer.join().unwrap();
    assert!(output.status.success() && text(&output.stdout) == sent);
    println!("{} bytes through cat", sent.len());
}

/// With a closed stream the first file that the launcher opens gets its number; the program must
/// not inherit it, and nothing may be written into it.
#[test]
fn closed_standard_streams() {
    let check =
        "for n in 0 1 2; do test ! -e /proc/self/fd/$n || open=$open$n; done; exit $((4$open))";
    let rows = [("<&-", 412), (">&-", 402), ("<&- >&-", 42), ("<&- >&- 2>&-", 4), ("2>&-", 401)];
    for (closing, open) in rows {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec \"$@\" {closing}"), "sh"]).arg(stage::launcher());
        let output = finish(start(command.args(["--", "sh", "-c", check])), closing);
        assert_eq!(output.status.code(), Some(open % 256), "{closing}: {}", text(&output.stderr));
        println!("with {closing}: the program has the same streams");
    }
}

// ---- what the kernel's log says ----

/// A run that leaves a record in the kernel's log.
struct Logged {
    what: &'static str,
    line: &'static [&'static str],
    /// The record: the signal, the call's number on x86-64 and on others, which share theirs.
    signal: i32,
    numbers: [u32; 2],
    /// What the launcher says of it.
    stderr: &'static [&'static str],
}

/// Fatal calls of the program itself, of one that a shell runs, and soft refusals, which only
/// --log shows.
const LOGGED: &[Logged] = &[
    Logged {
        what: "killed",
        line: &["--", "unshare", "--user", "true"],
        signal: SIGSYS,
        numbers: [272, 97],
        stderr: &["launcher: unshare was killed by the filter: system call unshare ("],
    },
    Logged {
        what: "killed under a shell",
        line: &["--", "sh", "-c", "unshare --user true; exit $?"],
        signal: SIGSYS,
        numbers: [272, 97],
        stderr: &["under sh", "unshare", "was killed by the filter: system call unshare ("],
    },
    Logged {
        what: "let through by an audit",
        line: &["--audit", "--", "unshare", "--user", "true"],
        signal: 0,
        numbers: [272, 97],
        stderr: &["UNCONFINED"],
    },
    Logged {
        what: "refused with --log",
        line: &["--log", "--", "sh", "-c", "ulimit -n 100"],
        signal: 0,
        numbers: [302, 261],
        stderr: &[],
    },
];

#[test]
fn the_fatal_call_is_named() {
    const ATTEMPTS: usize = 4;
    // The kernel writes ten records in five seconds and drops the others, whoever they are of.
    const RATE_LIMIT: Duration = Duration::from_millis(5500);
    for row in LOGGED {
        let what = row.what;
        let number = row.numbers[usize::from(!cfg!(target_arch = "x86_64"))];
        let (signal, number) = (format!(" sig={} ", row.signal), format!(" syscall={number} "));
        for attempt in 1..=ATTEMPTS {
            let Some(mut log) = kernel_log() else {
                println!("skipped: the kernel's log is not readable here");
                return;
            };
            let child = start(&mut launcher(row.line));
            let stderr = text(&finish(child, what).stderr);
            sleep(Duration::from_millis(100));
            let recorded = read_log(&mut log)
                .iter()
                .any(|entry| entry.contains(&signal) && entry.contains(&number));
            let named = row.stderr.iter().all(|words| stderr.contains(words));
            if recorded && named {
                println!("{what}: {}", stderr.lines().last().unwrap_or("(only in the log)"));
                break;
            }
            // Even without a record it says that the filter killed.
            assert!(row.signal == 0 || stderr.contains("killed by the filter"), "{what}: {stderr}");
            if attempt < ATTEMPTS {
                sleep(RATE_LIMIT);
            } else {
                assert!(!recorded, "{what}: the log has a record, and yet: {stderr}");
                println!("skipped: {what}: the kernel wrote no record in {ATTEMPTS} attempts");
            }
        }
    }
}

/// A profile is read for what the program can have, which for an ordinary user is nothing: then Docker's
/// allows no unshare.
#[test]
fn a_profile_is_read_for_its_user() {
    const UNSHARE_NOTHING: &str = "import ctypes; print(ctypes.CDLL(None).unshare(0))";
    let line = ["--profile", "CONTAINER", "--", "python3", "-c", UNSHARE_NOTHING];
    let Some(output) = as_nobody(&line) else { return };
    assert_eq!(text(&output.stdout), "-1\n", "{}", text(&output.stderr));
    println!("as nobody: unshare is refused");
}

/// Without the right to read the log the launcher still says what happened, and where it stands.
#[test]
fn without_the_right_to_read_the_log() {
    let Some(output) = as_nobody(&["--", "unshare", "--user", "true"]) else { return };
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(128 + SIGSYS), "{stderr}");
    assert!(stderr.contains("unshare was killed by the filter"), "{stderr}");
    assert!(stderr.contains("system call unshare") || stderr.contains("dmesg"), "{stderr}");
    print!("as nobody: {stderr}");
}

fn as_nobody(line: &[&str]) -> Option<Output> {
    const NOBODY: u32 = 65534;
    let mut command = launcher(line);
    let child = command.uid(NOBODY).gid(NOBODY).current_dir("/");
    match child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => Some(finish(child, "as nobody")),
        Err(_) => {
            println!("skipped: not root, or the project is in a folder that is closed to others");
            None
        }
    }
}

/// The kernel's log from now on.
fn kernel_log() -> Option<File> {
    const O_NONBLOCK: i32 = 0o4000;
    let mut log = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open("/dev/kmsg").ok()?;
    log.seek(SeekFrom::End(0)).ok()?;
    Some(log)
}

fn read_log(log: &mut File) -> Vec<String> {
    const EPIPE: i32 = 32; // records were overwritten before they could be read
    let mut record = [0; 8192];
    let mut found = Vec::new();
    loop {
        match log.read(&mut record) {
            Ok(length) => found.push(text(&record[..length])),
            Err(error) if error.raw_os_error() == Some(EPIPE) => {}
            Err(_) => return found,
        }
    }
}

// ---- running ----

/// What a program does that waits for signals.
const WAIT: &str = "echo ready; while :; do sleep 0.05; done";

fn launcher(line: &[&str]) -> Command {
    let mut command = Command::new(stage::launcher());
    for word in line {
        match word.strip_prefix("T/") {
            Some(name) => command.arg(files().join(name)),
            None => command.arg(stage::word(word)),
        };
    }
    command.stdin(Stdio::null()).env("LC_ALL", "C");
    command
}

/// What the table speaks of as T: profiles, and what is none.
fn files() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("launcher");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, json) in FILES {
            fs::write(folder.join(name), json).unwrap();
        }
        symlink("plain.json", folder.join("link.json")).unwrap();
        stage::run(Command::new("mkfifo").arg(folder.join("pipe.json")));
        folder
    })
}

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Waits for the end; what takes longer than anything should is killed, and fails the test.
fn finish(child: Child, what: &str) -> Output {
    let id = child.id();
    let (done, ended) = std::sync::mpsc::channel();
    let waiter = std::thread::spawn(move || {
        let output = child.wait_with_output();
        let _ = done.send(());
        output
    });
    if ended.recv_timeout(PATIENCE).is_err() {
        send("KILL", id);
        panic!("{what}: still running after {PATIENCE:?}");
    }
    waiter.join().unwrap().unwrap()
}

fn lines_of(child: &mut Child) -> BufReader<ChildStdout> {
    BufReader::new(child.stdout.take().unwrap())
}

fn next(lines: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn send(signal: &str, id: u32) {
    // The shell's own kill: the program of that name is in a package that may be missing.
    let kill = ["-c", "kill -s \"$0\" \"$1\"", signal, &id.to_string()];
    let status = Command::new("sh").args(kill).status();
    assert!(status.is_ok_and(|status| status.success()), "kill -s {signal} {id}");
}

fn wait_for_state(id: u32, state: char) {
    let since = Instant::now();
    loop {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        if stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with(state)) {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{id} never came to state {state}: {stat}");
        sleep(Duration::from_millis(5));
    }
}
