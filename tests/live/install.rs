//! `make install` and `make uninstall`, into folders of their own, and what pkg-config makes of
//! them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stage::{available, project, run, text};

/// Variables of `make install`, and where the library and the header then belong.
struct Layout {
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
    prefix: &'static str,
    libdir: &'static str,
    header: &'static str,
    man: &'static str,
}

const LAYOUTS: [Layout; 4] = [
    Layout {
        name: "the default",
        variables: &[],
        prefix: "/usr/local",
        libdir: "/usr/local/lib",
        header: "/usr/local/include",
        man: "/usr/local/share/man",
    },
    Layout {
        name: "a prefix",
        variables: &[("PREFIX", "/opt/x")],
        prefix: "/opt/x",
        libdir: "/opt/x/lib",
        header: "/opt/x/include",
        man: "/opt/x/share/man",
    },
    Layout {
        name: "a prefix with a blank",
        variables: &[("PREFIX", "/opt/a b")],
        prefix: "/opt/a b",
        libdir: "/opt/a b/lib",
        header: "/opt/a b/include",
        man: "/opt/a b/share/man",
    },
    Layout {
        name: "as Debian has it",
        variables: &[
            ("PREFIX", "/usr"),
            ("LIBDIR", "/usr/lib/x86_64-linux-gnu"),
            ("INCLUDEDIR", "/usr/include/nucleus"),
            ("MANDIR", "/usr/man"),
        ],
        prefix: "/usr",
        libdir: "/usr/lib/x86_64-linux-gnu",
        header: "/usr/include/nucleus",
        man: "/usr/man",
    },
];

/// What a packager's shell may have set.
const UMASKS: [&str; 2] = ["022", "077"];

#[test]
fn install_and_uninstall() {
    let version = version();
    for layout in &LAYOUTS {
        for umask in UMASKS {
            // A blank in the path, since such folders exist.
            let root = scratch(&format!("{} {umask}", layout.name));
            make("install", umask, &root, layout);
            make("install", umask, &root, layout); // over itself is fine
            let expected = expected(layout, &version);
            assert_eq!(contents(&root), expected, "{}, umask {umask}", layout.name);
            check_pkg_config(&root, layout, &version);

            let bystander = root.join(&layout.libdir[1..]).join("libnucleus_seccomp.so.9");
            fs::write(&bystander, "another's").unwrap();
            make("uninstall", umask, &root, layout);
            fs::remove_file(&bystander).expect("what was not installed is left alone");
            assert_eq!(contents(&root), BTreeMap::new(), "{} after uninstall", layout.name);
            make("uninstall", umask, &root, layout); // again is fine
            println!("{}, umask {umask}: {} files, and none left", layout.name, expected.len());
        }
    }
}

/// Root may have no Cargo where another has built.
#[test]
fn what_was_built_is_installed_without_cargo() {
    let (layout, root) = (&LAYOUTS[0], scratch("without cargo"));
    let without = Layout { variables: &[("CARGO", "/nonexistent/cargo")], ..*layout };
    make("install", "022", &root, &without);
    assert_eq!(contents(&root), expected(layout, &version()));
}

/// Cargo puts what it builds for a target elsewhere: not what lies in target/release is installed then.
#[test]
fn what_is_installed_is_what_was_built_for_the_target() {
    let mut make = Command::new("make");
    make.current_dir(project("")).args(["--dry-run", "install", "MAKEFLAGS="]);
    let said = text(&run(make.env("CARGO_BUILD_TARGET", "some-target")).stdout);
    assert!(said.contains(" target/some-target/release/libnucleus_seccomp.so "), "{said}");
    assert!(!said.contains(" target/release/"), "{said}");
}

/// Every page is found under the name of what it is about, as man(1) finds it, and is in order for
/// mandoc(1), the strictest reader there is.
#[test]
fn the_manual_pages_read_well() {
    let man = project("target/stage/share/man");
    let exports = fs::read_to_string(project("tests/data/exports.txt")).unwrap();
    for name in exports.lines() {
        let page = fs::read_to_string(man.join(format!("man3/{name}.3"))).unwrap();
        let page = match page.strip_prefix(".so ") {
            Some(target) => fs::read_to_string(man.join(target.trim())).unwrap(),
            None => page,
        };
        assert!(page.contains(&format!("\n.Fo {name}\n")), "{name}: no synopsis");
    }
    if available("mandoc") {
        for section in ["man3", "man7"] {
            for page in fs::read_dir(man.join(section)).unwrap() {
                let page = page.unwrap().path();
                // mandoc would rather have links of the file system.
                if !fs::read_to_string(&page).unwrap().starts_with(".so ") {
                    run(Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(&page));
                }
            }
        }
    }
    if available("man") {
        let mut reader = Command::new("man");
        reader.env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8").arg("-M").arg(&man);
        let page = text(&run(reader.arg("nucleus_filter_deny")).stdout);
        for part in ["NAME", "SYNOPSIS", "DESCRIPTION", "RETURN VALUES", "EXAMPLES", "ERRORS"] {
            assert!(page.contains(&format!("\n{part}\n")), "no {part} in\n{page}");
        }
    }
}

/// Every file that belongs there, with its mode or what it points to.
fn expected(layout: &Layout, version: &str) -> BTreeMap<String, String> {
    let library = |name: &str| format!("{}/{name}", layout.libdir);
    let real = format!("libnucleus_seccomp.so.{version}");
    let pages = ["man3", "man7"].into_iter().flat_map(|section| {
        let folder = fs::read_dir(project("man").join(section)).unwrap();
        folder.map(move |page| {
            format!("{}/{section}/{}", layout.man, page.unwrap().file_name().display())
        })
    });
    let files = [
        (library(&real), "755"),
        (library("libnucleus_seccomp.so.0"), real.as_str()),
        (library("libnucleus_seccomp.so"), "libnucleus_seccomp.so.0"),
        (library("libnucleus_seccomp.a"), "644"),
        (library("pkgconfig/nucleus-seccomp.pc"), "644"),
        (library("cmake/nucleus-seccomp/nucleus-seccomp-config.cmake"), "644"),
        (library("cmake/nucleus-seccomp/nucleus-seccomp-config-version.cmake"), "644"),
        (format!("{}/nucleus_seccomp.h", layout.header), "644"),
    ];
    let files = files.into_iter().chain(pages.map(|page| (page, "644")));
    files.map(|(path, what)| (path, what.to_owned())).collect()
}

fn check_pkg_config(root: &Path, layout: &Layout, version: &str) {
    if !available("pkg-config") {
        return;
    }
    let ask = |options: &str| {
        let mut command = Command::new("pkg-config");
        command.env("PKG_CONFIG_PATH", root.join(&layout.libdir[1..]).join("pkgconfig"));
        // Else pkg-config leaves out what the compiler searches by itself.
        command.env("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1").env("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1");
        text(&run(command.args(options.split(' ')).arg("nucleus-seccomp")).stdout).trim().to_owned()
    };
    // For a shell.
    let escaped = |path: &str| path.replace(' ', "\\ ");
    let libs = format!("-L{} -lnucleus_seccomp", escaped(layout.libdir));
    let answers = [
        ("--modversion", version.to_owned()),
        ("--variable=prefix", layout.prefix.to_owned()),
        ("--variable=libdir", layout.libdir.to_owned()),
        ("--variable=includedir", layout.header.to_owned()),
        ("--cflags", format!("-I{}", escaped(layout.header))),
        ("--libs", libs.clone()),
    ];
    for (option, answer) in answers {
        assert_eq!(ask(option), answer, "{}: {option}", layout.name);
    }
    let all = ask("--static --libs");
    let rest = all.strip_prefix(&libs).unwrap_or_else(|| panic!("--static --libs: {all}"));
    assert!(rest.split_whitespace().all(|word| word.starts_with("-l")), "{rest}");
    assert!(!rest.trim().is_empty(), "the archive needs something besides itself");
    let pc = root.join(&layout.libdir[1..]).join("pkgconfig/nucleus-seccomp.pc");
    let text = fs::read_to_string(pc).unwrap();
    assert!(!text.contains('@') && !text.contains(root.to_str().unwrap()), "{text}");
}

/// The build inside is a no-op, `make stage` having done it.
fn make(target: &str, umask: &str, root: &Path, layout: &Layout) {
    let mut shell = Command::new("sh");
    shell.current_dir(project("")).args(["-c", &format!("umask {umask}; exec make \"$@\"")]);
    shell.args(["make", "--silent", target]).arg(format!("DESTDIR={}", root.display()));
    shell.args(layout.variables.iter().map(|(name, value)| format!("{name}={value}")));
    // What an outer make or cargo says to its children is not for this one.
    for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CARGO_TARGET_DIR", "RUSTFLAGS", "DESTDIR"] {
        shell.env_remove(name);
    }
    for name in ["PREFIX", "LIBDIR", "INCLUDEDIR", "MANDIR"] {
        shell.env_remove(name);
    }
    run(&mut shell);
}

/// Every file under `root`, by its path there: its mode, or the target of a link.
fn contents(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("/{}", path.strip_prefix(root).unwrap().display());
            let kind = fs::symlink_metadata(&path).unwrap();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_symlink() {
                found.insert(name, fs::read_link(&path).unwrap().display().to_string());
            } else {
                found.insert(name, format!("{:o}", kind.permissions().mode() & 0o7777));
            }
        }
    }
    found
}

fn version() -> String {
    let manifest = fs::read_to_string(project("Cargo.toml")).unwrap();
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    line.expect("a version in Cargo.toml").trim_matches('"').to_owned()
}

/// An empty folder.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("install").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
