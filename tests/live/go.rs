//! The Go package of examples/go, as it is used with the installed library: its format, what `go vet` says of
//! it, and its tests, which confine processes of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stage::{available, packaged, project, run, text};

/// Where Go's race detector knows the architecture.
const RACE: &[&str] =
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) { &["-race"] } else { &[] };

#[test]
fn the_go_package_passes_its_tests() {
    let Some(tools) = tools() else { return };
    if !["pkg-config", "gcc"].into_iter().all(available) {
        return;
    }
    let unformatted = run(Command::new(tools.join("gofmt")).arg("-l").arg(package()));
    assert_eq!(text(&unformatted.stdout), "", "files that gofmt would write otherwise");

    run(go(&tools).args(["vet", "./..."]));
    let tests =
        run(go(&tools).args(["test", "-count=1", "-timeout=5m", "-v"]).args(RACE).arg("./..."));
    let said = text(&tests.stdout);
    let is_told = |line: &&str| !line.starts_with("===") && !line.starts_with("    ---");
    said.lines().filter(is_told).for_each(|line| println!("{line}"));
    assert!(said.contains("--- PASS: TestApplyAllThreads"), "no tests ran");
}

fn package() -> PathBuf {
    project("examples/go")
}

/// The folder with go and gofmt. Those of target/venv, as distributions have older ones.
fn tools() -> Option<PathBuf> {
    packaged("go/bin/go")?.parent().map(Path::to_path_buf)
}

/// The go command, on the package: it finds the staged library, fetches nothing, and writes only under target.
fn go(tools: &Path) -> Command {
    let mut go = Command::new(tools.join("go"));
    let library = project("target/stage/lib");
    go.current_dir(package())
        .env("PKG_CONFIG_PATH", library.join("pkgconfig"))
        .env("CGO_LDFLAGS", format!("-O2 -g -Wl,-rpath,{}", library.display()))
        .env("GOCACHE", project("target/workloads/cache/go"))
        .env("GOPATH", project("target/workloads/cache/gopath"))
        .envs([("CGO_ENABLED", "1"), ("GOFLAGS", "-mod=mod"), ("GOENV", "off"), ("GOPROXY", "off")])
        .envs([("GOTOOLCHAIN", "local"), ("GOTELEMETRY", "off"), ("GOWORK", "off")])
        // Every child would sleep for a second at its end otherwise.
        .env("GORACE", "atexit_sleep_ms=0")
        .env_remove("GOROOT");
    go
}
