//! What fuzzers try, without one: on their seeds, and on all that they ever found.
//!
//! `make fuzz` runs the same targets for as long as somebody wants (docs/testing.md). What it finds is
//! put into `findings/`, in the folder of the target, and tried here ever after.

#![allow(missing_docs, reason = "a test program")]

#[allow(dead_code, reason = "not all of it is needed here")]
#[path = "../meaning/cases.rs"]
mod cases;
mod seeds;
mod targets;

use nucleus_seccomp::bpf::Instruction;
use seeds::Seed;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// A folder for the seeds: then they are written there, a folder for each target.
const WRITE_TO: &str = "NUCLEUS_FUZZ_SEEDS";

fn replay(wanted: &str) {
    let (name, run) = targets::ALL.into_iter().find(|(name, _)| *name == wanted).expect("a target");
    let seeds = seeds::of(name);
    if let Some(folder) = std::env::var_os(WRITE_TO) {
        write(&Path::new(&folder).join(name), &seeds);
        return;
    }
    for (input, bytes) in seeds.into_iter().chain(findings(name)) {
        assert!(catch_unwind(|| run(&bytes)).is_ok(), "{name}: {input}");
    }
}

fn write(folder: &Path, seeds: &[Seed]) {
    std::fs::create_dir_all(folder).unwrap();
    for (input, bytes) in seeds {
        std::fs::write(folder.join(input), bytes).unwrap();
    }
}

fn findings(target: &str) -> Vec<Seed> {
    let folder: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests/fuzz/findings", target].iter().collect();
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = files.map(|file| file.unwrap().path());
    paths.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

macro_rules! replayed {
    ($($target:ident)*) => {
        $(#[test] fn $target() { replay(stringify!($target)); })*

        #[test]
        fn every_target_is_tried() {
            assert_eq!(targets::ALL.map(|(name, _)| name), [$(stringify!($target)),*]);
        }
    };
}

/// The kernel is asked as often as one likes, and the one who asks stays without a filter.
#[test]
fn asking_the_kernel_loads_nothing() {
    let kill = Instruction { code: 0x06, jt: 0, jf: 0, k: 0 };
    assert_eq!(targets::verdict::kernel_takes(&[kill]), Some(true));
    assert_eq!(targets::verdict::kernel_takes(&[]), Some(false));
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    assert!(status.lines().any(|line| line == "Seccomp:\t0"), "{status}");
}

/// What a fuzzer would take long to come to: every code there is.
#[test]
fn every_code_is_taken_or_refused_as_by_the_kernel() {
    const EDGES: [u32; 11] = [0, 1, 3, 4, 15, 16, 31, 32, 60, 64, u32::MAX];
    const RETURN: Instruction = Instruction { code: 0x06, jt: 0, jf: 0, k: 0 };
    for code in 0..=u16::MAX {
        // Those above 8 bits are none, whatever k is.
        let edges = if code > 0xff { &EDGES[..1] } else { &EDGES };
        for &k in edges {
            // Most loads of memory want something there.
            let store = Instruction { code: 0x02, k: k & 15, ..RETURN };
            let tried = Instruction { code, k, ..RETURN };
            targets::import::check(&[tried, RETURN]);
            targets::import::check(&[store, tried, RETURN]);
        }
    }
}

replayed! { oci firecracker policy import programs calls }
