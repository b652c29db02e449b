//! What making a filter asks of the heap, and what the libraries weigh on disk.

use crate::making::spec_named;
use crate::peers::{LEVEL_2, MAKERS, OURS, prepare};
use crate::results::Run;
use std::path::Path;
use std::process::Command;

pub const ALLOCATIONS: &str = "allocations";
pub const PEAK: &str = "heap at most";
pub const SHARED: &str = "shared library";
pub const STATIC: &str = "static program";

const FOLDER: &str = "target/bench";
const STAGE: &str = "target/stage";
pub const POLICIES: [&str; 3] = ["built-in", "container", "1000 values"];

/// Compiles one of the C files here, or says why not.
fn cc(source: &str, output: &str, options: &[&str]) -> Result<(), String> {
    let source = format!("benches/filter/c/{source}");
    let cc = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut command = Command::new(cc);
    command.args(["-O2", "-o", &format!("{FOLDER}/{output}"), &source]).args(options);
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    let error = || said.lines().find(|line| line.contains("error") || line.contains("cannot"));
    match output.status.success() {
        true => Ok(()),
        false => Err(error().unwrap_or("no reason given").to_owned()),
    }
}

/// In a process of its own, with a heap that counts.
pub fn heap(run: &mut Run) {
    std::fs::create_dir_all(FOLDER).unwrap();
    if let Err(error) = cc("heap.c", "heap.so", &["-shared", "-fPIC", "-fno-builtin"]) {
        return run.note("memory", format!("allocations are left out: {error}"));
    }
    let heap = Path::new(FOLDER).join("heap.so").canonicalize().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("--heap")
        .env("LD_PRELOAD", heap)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let [policy, peer, count, most] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        run.add(ALLOCATIONS, policy, peer, count.parse().unwrap(), "allocations");
        run.add(PEAK, policy, peer, most.parse::<f64>().unwrap() / 1024.0, "KiB");
    }
}

/// What the other process does: a line for each policy and peer.
pub fn count_heap() {
    // SAFETY: the types are those of c/heap.c; the handle stands for all that is loaded.
    let (begin, end) = unsafe {
        let find = |name: &std::ffi::CStr| {
            let found = libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr());
            assert!(!found.is_null(), "heap.so is not loaded");
            found
        };
        (
            std::mem::transmute::<*mut libc::c_void, extern "C" fn()>(find(c"heap_begin")),
            std::mem::transmute::<*mut libc::c_void, extern "C" fn(&mut i64, &mut i64)>(find(
                c"heap_end",
            )),
        )
    };
    for policy in POLICIES {
        let spec = spec_named(policy);
        for peer in MAKERS {
            let Some(work) = prepare(peer, &spec) else { continue };
            // What is made once a process is made here.
            if work.make().is_err() {
                continue;
            }
            let (mut count, mut most) = (0, 0);
            begin();
            work.make().unwrap();
            end(&mut count, &mut most);
            println!("{policy}\t{peer}\t{count}\t{most}");
        }
    }
}

/// Sizes of files.
pub fn weigh(run: &mut Run) {
    let mut add = |figure: &str, subject: &str, path: &str| match std::fs::metadata(path) {
        Ok(file) => run.add(figure, "", subject, file.len() as f64 / 1000.0, "kB"),
        Err(_) => run.note("memory", format!("{figure}: no {path}")),
    };
    add(SHARED, OURS, &format!("{STAGE}/lib/libnucleus_seccomp.so.0"));
    let multiarch = format!("/usr/lib/{}-linux-gnu/libseccomp.so.2", std::env::consts::ARCH);
    add(SHARED, LEVEL_2, &multiarch);
    let (include, lib) = (format!("-I{STAGE}/include"), format!("-L{STAGE}/lib"));
    let slim = ["-static", "-s", "-ffunction-sections", "-Wl,--gc-sections"];
    let programs: [(&str, &str, &[&str]); 3] = [
        ("nothing", "nothing", &[]),
        (OURS, "nucleus", &[&include, &lib, "-lnucleus_seccomp", "-lm"]),
        (LEVEL_2, "libseccomp", &["-lseccomp"]),
    ];
    for (subject, file, link) in programs {
        let output = format!("static-{file}");
        let made = cc(&format!("{file}.c"), &output, &[&slim[..], link].concat());
        let path = format!("{FOLDER}/{output}");
        match made.map(|()| std::fs::metadata(path).unwrap().len()) {
            Ok(size) => run.add(STATIC, "", subject, size as f64 / 1000.0, "kB"),
            Err(error) => run.note("memory", format!("no static program of {subject}: {error}")),
        }
    }
}
