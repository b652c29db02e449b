//! Where things are, and running them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A path of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The launcher, as `make stage` left it; another one can be tried through the environment.
pub fn launcher() -> PathBuf {
    let staged = || project("target/demo/launcher");
    let path = std::env::var_os("NUCLEUS_LAUNCHER").map_or_else(staged, PathBuf::from);
    assert!(path.exists(), "{} is not built: run make stage", path.display());
    path
}

/// A word of the launcher's command line, as tables have it: some stand for files.
pub fn word(word: &str) -> PathBuf {
    match word {
        "LAUNCHER" => launcher(),
        "CONTAINER" => project(CONTAINER),
        word => word.into(),
    }
}

/// Flags for a container engine's profile, read as for its containers: with the capabilities that Docker
/// gives to one, whatever the launcher's user has.
pub const PROFILE: &[&str] = &["--profile", "CONTAINER", "--capabilities", "a80425fb"];
/// The same with our checks in it.
pub const CHECKED: &[&str] = &["--profile", "CONTAINER", "--capabilities", "a80425fb", "--harden"];

/// A profile as container engines have theirs: the machine's architecture, and what runs beside it.
const CONTAINER: &str = "tests/data/profiles/container.json";

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}{stderr}", output.status);
    output
}

/// What a program wrote.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a tool is there. The set-up installs them all where it may, so that only who is not root
/// can be without.
pub fn available(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    if !found {
        let id = Command::new("id").arg("-u").output().expect("id");
        assert_ne!(text(&id.stdout).trim(), "0", "{tool} is missing: run tests/setup.sh test");
        println!("skipped: {tool} is not installed, and installing it takes root");
    }
    found
}

/// A program of a package that the set-up puts under target/venv, such as "ziglang/zig". It is there
/// unless who set up could not install Debian's venv.
pub fn packaged(program: &str) -> Option<PathBuf> {
    let pythons = std::fs::read_dir(project("target/venv/lib")).into_iter().flatten().flatten();
    let mut places = pythons.map(|python| python.path().join("site-packages").join(program));
    let found = places.find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: {program} is not in target/venv, where tests/setup.sh test puts it");
    }
    found
}

/// The environment in which pkg-config and the dynamic loader find the staged library.
pub fn staged() -> [(&'static str, PathBuf); 2] {
    let libraries = project("target/stage/lib");
    [("PKG_CONFIG_PATH", libraries.join("pkgconfig")), ("LD_LIBRARY_PATH", libraries)]
}

/// What pkg-config says of the staged library; without it, what it would say.
pub fn pkg_config(options: &[&str]) -> Vec<String> {
    let stage = project("target/stage").display().to_string();
    if !available("pkg-config") {
        let (headers, libraries) = (format!("-I{stage}/include"), format!("-L{stage}/lib"));
        return vec![headers, libraries, "-lnucleus_seccomp".to_owned()];
    }
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", format!("{stage}/lib/pkgconfig"));
    let output = run(command.args(options).arg("nucleus-seccomp"));
    text(&output.stdout).split_whitespace().map(str::to_owned).collect()
}
