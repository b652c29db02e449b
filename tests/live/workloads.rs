//! Runs the workload table on the real kernel: every row through the launcher, two at a time, those for
//! levels hardened as well, and some under a profile.
//!
//! `NUCLEUS_WORKLOADS=git` runs the rows with "git" in their name or flags (`--profile`, say);
//! `NUCLEUS_LAUNCHER` names another launcher than the demo's.

#[path = "workload_table.rs"]
mod workload_table;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use crate::stage::{launcher, project, word};

use workload_table::{AT_LEVELS, LEVEL_WORKLOADS, UNDER_PROFILES, WORKLOADS, Where, Workload};

const TIME_LIMIT: Duration = Duration::from_secs(60);
const AT_ONCE: usize = 2;

/// The sources in programs/ and how each is compiled, once, outside the policy: `$in` and `$out`.
const COMPILED: &[(&str, &str, &str, &str)] = &[
    ("gcc", "threads.c", "threads", "gcc -O1 -g -pthread -o $out $in"),
    ("gcc", "processes.c", "processes", "gcc -O1 -o $out $in"),
    ("gcc", "ipc.c", "ipc", "gcc -O1 -o $out $in"),
    ("gcc", "events.c", "events", "gcc -O1 -o $out $in"),
    ("gcc", "files.c", "files", "gcc -O1 -o $out $in"),
    ("gcc", "names.c", "names", "gcc -O1 -o $out $in"),
    ("gcc", "hello.c", "hello", "gcc -O1 -o $out $in"),
    ("gcc", "hello.c", "hello-static", "gcc -static -O1 -o $out $in"),
    ("gcc", "openmp.c", "openmp", "gcc -fopenmp -O1 -o $out $in"),
    ("musl-gcc", "threads.c", "threads-musl", "musl-gcc -static -O1 -o $out $in"),
    ("musl-gcc", "threads.c", "threads-musl-shared", "musl-gcc -O1 -o $out $in"),
    ("musl-gcc", "processes.c", "processes-musl", "musl-gcc -static -O1 -o $out $in"),
    ("musl-gcc", "hello.c", "hello-musl", "musl-gcc -O1 -o $out $in"),
    ("musl-gcc", "hello.c", "hello-musl-static", "musl-gcc -static -O1 -o $out $in"),
    ("g++", "program.cc", "program-cc", "g++ -O1 -pthread -o $out $in"),
    ("rustc", "program.rs", "program-rs", "rustc -O -o $out $in"),
    ("go", "program.go", "program-go", "go build -o $out $in"),
    ("zig", "program.zig", "program-zig", "zig build-exe -femit-bin=$out $in"),
    ("javac", "Program.java", "Program.class", "javac -d $(dirname $out) $in"),
];

enum Outcome {
    Passed,
    Skipped(String),
    Failed(String),
}

/// A row, and the flags that it runs with.
struct Job {
    row: &'static Workload,
    flags: Vec<&'static str>,
}

/// Every row with its own flags; those that also run at a level with its; and what runs at a level once
/// more hardened. That a just-in-time compiler can't run hardened is not a failure.
fn jobs() -> Vec<Job> {
    let mut jobs: Vec<Job> = WORKLOADS.iter().map(|row| Job::of(row, row.flags)).collect();
    jobs.extend(again(UNDER_PROFILES).map(|(row, flags)| Job::of(row, flags)));
    for (row, level) in again(AT_LEVELS).chain(LEVEL_WORKLOADS.iter().map(|row| (row, row.flags))) {
        jobs.push(Job::of(row, level));
        if row.place != Where::Outside && !row.flags.contains(&"--jit") {
            jobs.push(Job::of(row, &[level, &["--harden"][..]].concat()));
        }
    }
    jobs
}

/// Rows that are also run with other flags.
fn again(
    table: &'static [(&[&str], &[&str])],
) -> impl Iterator<Item = (&'static Workload, &'static [&'static str])> {
    let named = |name: &str| {
        WORKLOADS.iter().chain(LEVEL_WORKLOADS).find(|row| row.name == name).expect(name)
    };
    table.iter().flat_map(move |(flags, names)| names.iter().map(move |name| (named(name), *flags)))
}

impl Job {
    fn of(row: &'static Workload, flags: &[&'static str]) -> Self {
        Self { row, flags: flags.to_vec() }
    }

    fn title(&self) -> String {
        format!("{} {}", self.row.name, self.flags.join(" "))
    }
}

struct Report {
    job: Job,
    outcome: Outcome,
    seconds: f32,
}

#[test]
fn real_programs_run_under_each_policy() {
    let place = Place::new();
    let troubles = place.prepare();
    let only = env::var("NUCLEUS_WORKLOADS").unwrap_or_default();
    let jobs = jobs().into_iter().filter(|job| job.title().contains(&only));

    let (jobs, reports) = (Mutex::new(jobs), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(job) = jobs.lock().unwrap().next() else { return };
                    let started = Instant::now();
                    let outcome = place.run(&job);
                    let report = Report { job, outcome, seconds: started.elapsed().as_secs_f32() };
                    report.print();
                    reports.lock().unwrap().push(report);
                }
            });
        }
    });
    place.sweep();

    let reports = reports.into_inner().unwrap();
    let count = |wanted: fn(&Outcome) -> bool| {
        reports.iter().filter(|report| wanted(&report.outcome)).count()
    };
    let passed = count(|outcome| matches!(outcome, Outcome::Passed));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    println!("{passed} of {} workloads run under their policies, {skipped} skipped", reports.len());
    let failures: Vec<String> = reports
        .iter()
        .filter_map(|report| match &report.outcome {
            Outcome::Failed(why) => Some(format!("--- {}\n{why}", report.job.title())),
            _ => None,
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} rows failed\n{}\n{}",
        failures.len(),
        failures.join("\n"),
        troubles.join("\n")
    );
}

#[test]
fn the_workload_table_is_wide_enough() {
    let all = || WORKLOADS.iter().chain(LEVEL_WORKLOADS);
    let names: BTreeSet<_> = all().map(|row| row.name).collect();
    // The first is the one that the row is about; the others only help.
    let programs: BTreeSet<_> =
        WORKLOADS.iter().filter_map(|row| row.program.split(' ').next()).collect();
    assert_eq!(names.len(), all().count(), "two rows share a name");
    assert!(WORKLOADS.len() >= 30, "only {} rows", WORKLOADS.len());
    assert!(programs.len() >= 20, "only {} programs: {programs:?}", programs.len());
    for row in all() {
        assert!(
            !row.why.is_empty() && !row.script.is_empty(),
            "{}: say why, and what to run",
            row.name
        );
        assert!(
            !row.expect.trim().is_empty(),
            "{}: a row that checks no output checks nothing",
            row.name
        );
        assert!(
            matches!(row.flags, ["--level", _])
                || row.flags.iter().all(|flag| ["--network", "--jit"].contains(flag)),
            "{}: neither the default policy nor a level",
            row.name
        );
    }
    let levels: BTreeSet<_> = AT_LEVELS.iter().map(|(level, _)| level[1]).collect();
    assert_eq!(levels.len(), 5, "all but essential, which has no shell: {levels:?}");
}

/// Where everything is: found once, the same for every row.
struct Place {
    launcher: PathBuf,
    programs: PathBuf,
    built: PathBuf,
    scratch: PathBuf,
    path: String,
    is_root: bool,
    /// How many have run.
    rows: AtomicUsize,
}

impl Place {
    fn new() -> Place {
        let target = project("target");
        let scratch = env::temp_dir().join(format!("nucleus-workloads-{}", std::process::id()));
        fs::create_dir_all(&scratch).expect("a scratch folder");
        // Servers give up root: the users they become must be able to reach their files.
        fs::set_permissions(&scratch, fs::Permissions::from_mode(0o755))
            .expect("a readable scratch folder");
        let built = target.join("workloads/built");
        fs::create_dir_all(&built).expect("target/workloads");
        Place {
            launcher: launcher(),
            programs: project("tests/live/programs"),
            built,
            path: search_path(&target),
            is_root: fs::read_to_string("/proc/self/status")
                .is_ok_and(|status| status.contains("\nUid:\t0\t0")),
            scratch,
            rows: AtomicUsize::new(0),
        }
    }

    /// Compiles what is older than its source; what cannot be compiled shows again as a failed row.
    fn prepare(&self) -> Vec<String> {
        let (next, troubles) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(recipe) = COMPILED.get(next.fetch_add(1, Ordering::Relaxed)) {
                        troubles.lock().unwrap().extend(self.compile(recipe).err());
                    }
                });
            }
        });
        troubles.into_inner().unwrap()
    }

    fn compile(
        &self,
        (program, source, made, recipe): &(&str, &str, &str, &str),
    ) -> Result<(), String> {
        let (source, made) = (self.programs.join(source), self.built.join(made));
        let time = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
        if self.find(program).is_none()
            || time(&made).is_some_and(|made| Some(made) > time(&source))
        {
            return Ok(());
        }
        let mut command = Command::new("/bin/sh");
        command.args(["-ec", recipe]).current_dir(&self.scratch);
        self.environment(&mut command, &self.scratch);
        let output = command.env("in", &source).env("out", &made).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("{recipe}: {error}"))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(format!(
                "{recipe} ({}): {}",
                source.display(),
                String::from_utf8_lossy(&output.stderr)
            )),
        }
    }

    fn run(&self, job: &Job) -> Outcome {
        let row = job.row;
        let missing = row.program.split(' ').find(|program| self.find(program).is_none());
        if let Some(program) = missing {
            return match self.is_root {
                true => Outcome::Failed(format!(
                    "{program} is not installed: install with tests/setup.sh test"
                )),
                false => Outcome::Skipped(format!("{program} is not installed")),
            };
        }
        if !self.is_root && row.place == Where::ConfinedRoot {
            return Outcome::Skipped("only root can become another user".into());
        }
        // Short: there are sockets in it, whose paths have at most 107 bytes.
        let number = self.rows.fetch_add(1, Ordering::Relaxed);
        let work = self.scratch.join(format!("{}-{number}", row.name.replace(' ', "-")));
        fs::create_dir(&work).expect("a fresh folder for the row");
        let outcome = match self.run_in(job, &work) {
            Ok(()) => Outcome::Passed,
            Err(why) => Outcome::Failed(why),
        };
        let _ = fs::remove_dir_all(&work);
        outcome
    }

    fn run_in(&self, Job { row, flags }: &Job, work: &Path) -> Result<(), String> {
        let mut command = Command::new(if row.place == Where::Outside {
            Path::new("/bin/sh")
        } else {
            &self.launcher
        });
        if row.place != Where::Outside {
            command.args(flags.iter().map(|flag| word(flag))).args(["--", "/bin/sh"]);
        }
        command.args(["-ec", row.script]).current_dir(work).process_group(0);
        self.environment(&mut command, work);
        command.env("ROW", row.name);
        // Files, not pipes: a daemon that outlives its row must not keep the test waiting.
        let (said, complained) = (work.join(".stdout"), work.join(".stderr"));
        let create = |path| fs::File::create(path).map_err(|error| error.to_string());
        command.stdin(Stdio::null()).stdout(create(&said)?).stderr(create(&complained)?);

        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let deadline = Instant::now() + TIME_LIMIT;
        let status = loop {
            match child.try_wait().map_err(|error| error.to_string())? {
                Some(status) => break Some(status),
                None if Instant::now() > deadline => break None,
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        let mut doomed = vec![format!("-{}", child.id())];
        doomed.extend(left_behind_in(work));
        // The shell's own kill: the program of that name is in a package that may be missing.
        let mut kill = Command::new("/bin/sh");
        kill.args(["-c", "kill -KILL -- \"$@\"", "sh"]).args(&doomed);
        let _ = kill.stderr(Stdio::null()).status();
        let _ = child.wait();

        let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        let (said, complained) = (read(said), read(complained));
        let evidence = || {
            format!("stdout:\n{}stderr:\n{}", last_lines(&said, 15), last_lines(&complained, 15))
        };
        match status {
            None => Err(format!("still running after {} s\n{}", TIME_LIMIT.as_secs(), evidence())),
            Some(status) if !status.success() => Err(format!("{status}\n{}", evidence())),
            Some(_) if !said.contains(row.expect) => {
                Err(format!("did not print {:?}\n{}", row.expect, evidence()))
            }
            Some(_) => Ok(()),
        }
    }

    /// A small, known environment; only the caches are shared between rows.
    fn environment(&self, command: &mut Command, work: &Path) {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|it| it.local_addr())
            .map_or(0, |address| address.port());
        let cache = project("target/workloads/cache");
        let home = PathBuf::from(env::var_os("HOME").unwrap_or_default());
        let or_home =
            |name, folder| env::var_os(name).map_or_else(|| home.join(folder), PathBuf::from);
        command
            .env_clear()
            .envs([
                ("WORK", work),
                ("HOME", work),
                ("TMPDIR", work),
                ("PROGRAMS", &self.programs),
                ("BUILT", &self.built),
            ])
            .envs([
                ("PATH", self.path.as_str()),
                ("LANG", "C.UTF-8"),
                ("TERM", "xterm"),
                ("PORT", &port.to_string()),
            ])
            .env("LAUNCHER", &self.launcher)
            // rustc and cargo may be rustup's, which looks for its toolchains in the home we replaced
            .envs([
                ("RUSTUP_HOME", or_home("RUSTUP_HOME", ".rustup")),
                ("CARGO_HOME", or_home("CARGO_HOME", ".cargo")),
            ])
            .envs([
                ("GOCACHE", cache.join("go")),
                ("GOPATH", cache.join("gopath")),
                ("ZIG_GLOBAL_CACHE_DIR", cache.join("zig")),
            ])
            .envs([
                ("GOFLAGS", "-mod=mod"),
                ("GOTOOLCHAIN", "local"),
                ("GOPROXY", "off"),
                ("GOTELEMETRY", "off"),
                ("GO111MODULE", "off"),
            ]);
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        self.path
            .split(':')
            .map(|folder| Path::new(folder).join(program))
            .find(|path| path.is_file())
    }

    fn sweep(&self) {
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

impl Report {
    fn print(&self) {
        let (word, why) = match &self.outcome {
            Outcome::Passed => ("ok", self.job.row.why),
            Outcome::Skipped(why) => ("skipped", why.as_str()),
            Outcome::Failed(_) => ("FAILED", self.job.row.why),
        };
        println!(
            "  {:<25} {:<60} {word:<8} {:>5.1} s  {why}",
            self.job.row.name,
            self.job.flags.join(" "),
            self.seconds
        );
    }
}

/// Debian's folders first (a python3 of pyenv or a venv is not the one the table speaks of), then
/// PostgreSQL's, then where this build's cargo and the packages of target/venv keep their commands.
fn search_path(target: &Path) -> String {
    // Debian's programs first: what somebody put under /usr/local may be newer and forgive more.
    let mut folders: Vec<PathBuf> =
        ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].map(PathBuf::from).to_vec();
    folders.extend(
        children("/usr/lib/postgresql".as_ref()).into_iter().map(|version| version.join("bin")),
    );
    folders.extend(
        env::var_os("CARGO")
            .as_deref()
            .and_then(|cargo| Path::new(cargo).parent())
            .map(Path::to_path_buf),
    );
    for python in children(&target.join("venv/lib")) {
        folders.extend(
            ["go/bin", "ziglang"].map(|package| python.join("site-packages").join(package)),
        );
    }
    folders.iter().map(|folder| folder.to_string_lossy()).collect::<Vec<_>>().join(":")
}

fn children(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map_or_else(|_| Vec::new(), |found| found.flatten().map(|entry| entry.path()).collect())
}

/// Daemons leave their process group, but not the row's folder or its environment.
fn left_behind_in(work: &Path) -> Vec<String> {
    let environment = format!("WORK={}\0", work.display());
    let belongs = |process: &PathBuf| {
        fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(work))
            || fs::read(process.join("environ"))
                .is_ok_and(|it| String::from_utf8_lossy(&it).contains(&environment))
    };
    let processes = children("/proc".as_ref()).into_iter().filter(belongs);
    let ids = processes.filter_map(|process| Some(process.file_name()?.to_str()?.to_string()));
    ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

fn last_lines(text: &str, n: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(n)..].iter().map(|line| format!("    {line}\n")).collect()
}
