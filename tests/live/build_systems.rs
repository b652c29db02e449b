//! The installed library as CMake and Meson find it, where it was installed and where it was moved to:
//! the projects of examples/, built and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stage::{available, project, run, text};

const STAGE: &str = "target/stage";

#[test]
fn a_project_of_cmake_finds_it() {
    if !available("cmake") {
        return;
    }
    let moved = moved("cmake");
    for (name, prefix) in [("where it is", project(STAGE)), ("where it was moved to", moved)] {
        let build = scratch(&format!("cmake {name}"));
        run(&mut configured(&build, &prefix, &project("examples/cmake")));
        run(Command::new("cmake").arg("--build").arg(&build));
        says_hello(&build, &prefix);
        let cache = fs::read_to_string(build.join("CMakeCache.txt")).unwrap();
        let package = prefix.join("lib/cmake/nucleus-seccomp");
        assert!(cache.contains(package.to_str().unwrap()), "{name}");
        println!("CMake finds it {name}");
    }
}

/// Versions that a project asks for, and whether this one will do.
const VERSIONS: [(&str, bool, &str); 8] = [
    ("", true, "any"),
    ("0.1", true, "the same, without a patch"),
    ("0.1.0", true, "the same"),
    ("0.1.0 EXACT", true, "the same and no other"),
    ("0.1.1", false, "a newer one"),
    ("0.0.9", false, "before 1.0 a minor version may change the ABI"),
    ("0.2", false, "a newer one"),
    ("1.0", false, "a newer one"),
];

#[test]
fn cmake_takes_compatible_versions_only() {
    if !available("cmake") {
        return;
    }
    let source = scratch("cmake versions");
    let mut script = "cmake_minimum_required(VERSION 3.16)\nproject(versions C)\n".to_owned();
    for (index, (version, _, _)) in VERSIONS.iter().enumerate() {
        script += &format!("find_package(nucleus-seccomp {version} CONFIG QUIET)\n");
        script += &format!("message(STATUS \"{index}=${{nucleus-seccomp_FOUND}}\")\n");
        script += "unset(nucleus-seccomp_DIR CACHE)\n";
    }
    fs::write(source.join("CMakeLists.txt"), script).unwrap();
    let said = run(&mut configured(&source.join("build"), &project(STAGE), &source));
    for (index, (version, found, why)) in VERSIONS.iter().enumerate() {
        let line = format!("-- {index}={}\n", u8::from(*found));
        assert!(text(&said.stdout).contains(&line), "{version:?}: {why}");
    }
}

#[test]
fn a_project_of_meson_finds_it() {
    if !available("meson") || !available("ninja") || !available("pkg-config") {
        return;
    }
    let build = scratch("meson");
    let mut setup = Command::new("meson");
    setup.arg("setup").arg(&build).arg(project("examples/meson"));
    setup.arg("--pkg-config-path").arg(project(STAGE).join("lib/pkgconfig"));
    run(&mut setup);
    run(Command::new("meson").args(["compile", "-C"]).arg(&build));
    says_hello(&build, &project(STAGE));
    println!("Meson finds it");
}

/// pkg-config's files are relative to their prefix.
#[test]
fn pkg_config_follows_a_move() {
    if !available("pkg-config") {
        return;
    }
    let moved = moved("pkg-config");
    let mut ask = Command::new("pkg-config");
    ask.env("PKG_CONFIG_PATH", moved.join("lib/pkgconfig"));
    let flags =
        text(&run(ask.args(["--define-prefix", "--cflags", "--libs", "nucleus-seccomp"])).stdout);
    let moved = moved.display();
    assert_eq!(flags.trim(), format!("-I{moved}/include -L{moved}/lib -lnucleus_seccomp"));
}

fn configured(build: &Path, prefix: &Path, source: &Path) -> Command {
    let mut cmake = Command::new("cmake");
    cmake.arg("-S").arg(source).arg("-B").arg(build);
    cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    cmake
}

/// Both programs run, one with the shared library and one without.
fn says_hello(build: &Path, prefix: &Path) {
    let wanted = format!("hello from nucleus-seccomp {}, confined\n", env!("CARGO_PKG_VERSION"));
    for (name, shared) in [("hello", true), ("hello-static", false)] {
        let program = build.join(name);
        let dynamic = text(&run(Command::new("readelf").arg("-d").arg(&program)).stdout);
        assert_eq!(dynamic.contains("[libnucleus_seccomp.so.0]"), shared, "{name}:\n{dynamic}");
        let mut hello = Command::new(&program);
        hello.env("LD_LIBRARY_PATH", prefix.join("lib"));
        assert_eq!(text(&run(&mut hello).stdout), wanted, "{name}");
    }
}

/// A copy of what is installed, elsewhere.
fn moved(name: &str) -> PathBuf {
    let folder = scratch(&format!("moved-{name}"));
    run(Command::new("cp").arg("-a").arg(project(STAGE).join(".")).arg(&folder));
    folder
}

/// An empty folder.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_systems").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
