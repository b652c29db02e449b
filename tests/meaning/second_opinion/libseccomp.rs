//! libseccomp, through a program in C (`../c/libseccomp.c`) that builds its filters.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Program;
use nucleus_seccomp::policy::{Condition, Operator};
use nucleus_seccomp::syscall::Syscall;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// A filter as libseccomp is asked for it.
pub struct Filter {
    pub default: Action,
    pub bad_arch: Action,
    pub arches: Vec<Arch>,
    /// For names, verdicts and the conditions under which they hold.
    pub rules: Vec<(&'static str, Action, Vec<Condition>)>,
}

/// What came of it.
pub enum Answer {
    Program(Program),
    /// libseccomp said no, took too long or crashed: in the program's words.
    Failure(String),
}

/// `SCMP_FLTATR_CTL_OPTIMIZE`: a chain of comparisons, or a binary tree.
pub const LEVELS: [u32; 2] = [1, 2];

pub struct Libseccomp {
    program: PathBuf,
    numbers: BTreeMap<(Arch, &'static str), u32>,
}

impl Libseccomp {
    /// The library, if it is installed with its header.
    pub fn installed() -> Option<&'static Self> {
        static FOUND: OnceLock<Option<Libseccomp>> = OnceLock::new();
        let found = FOUND.get_or_init(|| build().map(Self::new)).as_ref();
        if found.is_none() {
            println!("left out: no libseccomp-dev or no pkg-config (tests/setup.sh test)");
        }
        found
    }

    fn new(program: PathBuf) -> Self {
        let mut libseccomp = Self { program, numbers: BTreeMap::new() };
        let calls = || {
            let of = |arch| Syscall::all().map(move |call| (arch, call));
            Arch::ALL.into_iter().flat_map(of)
        };
        let mut questions = String::new();
        for (arch, call) in calls() {
            writeln!(questions, "number {:#x} {}", arch.constant(), call.name()).unwrap();
        }
        for ((arch, call), answer) in calls().zip(libseccomp.answers(&questions)) {
            let number = answer.strip_prefix("number ").unwrap().parse::<i32>().unwrap();
            // Negative: an unknown call, one that the architecture has not, or a way to write one
            // that goes through socketcall or ipc there, which we take for the call itself alone.
            if let Ok(number) = u32::try_from(number) {
                libseccomp.numbers.insert((arch, call.name()), number);
            }
        }
        libseccomp
    }

    /// The numbers that it knows, of names that we know.
    pub const fn numbers(&self) -> &BTreeMap<(Arch, &'static str), u32> {
        &self.numbers
    }

    /// The architectures that it knows.
    pub fn arches(&self) -> Vec<Arch> {
        Arch::ALL.into_iter().filter(|arch| self.numbers.contains_key(&(*arch, "read"))).collect()
    }

    /// Names for rules on all of `arches`.
    ///
    /// Rules are added by the number of this machine, so it must have the call, too.
    pub fn names(&self, arches: &[Arch]) -> Vec<&'static str> {
        let everywhere = |name: &&str| {
            let places = arches.iter().copied().chain(Arch::native());
            places.into_iter().all(|arch| self.numbers.contains_key(&(arch, *name)))
        };
        Syscall::all().map(Syscall::name).filter(everywhere).collect()
    }

    /// The programs for each filter, at each of the [`LEVELS`].
    pub fn build(&self, filters: &[Filter]) -> Vec<Vec<Answer>> {
        let at_each = |filter: &Filter| LEVELS.map(|level| filter.question(level)).concat();
        let questions: String = filters.iter().map(at_each).collect();
        let answers = self.answers(&questions);
        let of_filter = |lines: &[String]| lines.iter().map(|line| Answer::of(line)).collect();
        answers.chunks(LEVELS.len()).map(of_filter).collect()
    }

    fn answers(&self, questions: &str) -> Vec<String> {
        let mut command = Command::new(&self.program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let output = std::thread::scope(|scope| {
            // Beside reading, or both would wait for the other once the pipes are full.
            scope.spawn(move || stdin.write_all(questions.as_bytes()).unwrap());
            child.wait_with_output().unwrap()
        });
        assert!(output.status.success(), "{}: {}", self.program.display(), output.status);
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Filter {
    fn question(&self, level: u32) -> String {
        let (default, bad_arch) = (self.default.to_raw(), self.bad_arch.to_raw());
        let mut text = format!("policy {level} {default:#x} {bad_arch:#x}");
        for arch in &self.arches {
            write!(text, " {:#x}", arch.constant()).unwrap();
        }
        for (name, action, conditions) in &self.rules {
            write!(text, "\nrule {:#x} {name}", action.to_raw()).unwrap();
            for condition in conditions {
                let operator = format!("{:?}", condition.operator()).to_lowercase();
                let (a, b) = match condition.operator() {
                    Operator::MaskedEq => (condition.mask(), condition.value()),
                    _ => (condition.value(), 0),
                };
                write!(text, " {} {operator} {a:#x} {b:#x}", condition.index()).unwrap();
            }
        }
        text + "\nbuild\n"
    }
}

impl Answer {
    fn of(line: &str) -> Self {
        let Some(hex) = line.strip_prefix("program ") else {
            return Self::Failure(line.to_owned());
        };
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
        Self::Program(Program::from_bytes(&bytes).unwrap().0)
    }
}

/// Compiles the program in C, unless there is nothing to link it with.
fn build() -> Option<PathBuf> {
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "libseccomp"]).output();
    let flags = flags.ok().filter(|output| output.status.success())?;
    let text = |output: &Output| {
        let both = [&output.stdout[..], &output.stderr].concat();
        String::from_utf8_lossy(&both).into_owned()
    };
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libseccomp");
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-O1"]);
    cc.arg("-o").arg(&program);
    cc.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/meaning/c/libseccomp.c"));
    let built = cc.args(text(&flags).split_whitespace()).output().unwrap();
    assert!(built.status.success(), "{cc:?}:\n{}", text(&built));
    Some(program)
}
