//! How many instructions the processor runs to make a filter, as valgrind counts them: no clock, no
//! noise.

use crate::making::spec_named;
use crate::peers::{MAKERS, prepare};
use crate::results::Run;
use std::process::{Command, Stdio};

pub const INSTRUCTIONS: &str = "make, instructions";
const POLICIES: [&str; 2] = ["built-in", "container"];

pub fn measure(run: &mut Run) {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        return run.note("make", "instructions are left out: no valgrind (tests/setup.sh bench)");
    }
    for policy in POLICIES {
        let spec = spec_named(policy);
        for peer in MAKERS {
            if prepare(peer, &spec).is_none_or(|work| work.make().is_err()) {
                continue;
            }
            // Side by side: nothing here depends on time. The first time is all that comes before.
            let counts = [1_u32, 3].map(|times| start(policy, peer, times));
            let [Some(one), Some(three)] = counts.map(finish) else {
                return run.note("make", format!("no instructions of {peer}: valgrind gives up"));
            };
            run.add(INSTRUCTIONS, policy, peer, (three - one) / 2000.0, "thousand");
        }
    }
}

fn start(policy: &str, peer: &str, times: u32) -> std::process::Child {
    Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["--make", policy, peer, &times.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The number in the line "==1== Collected : 12345".
fn finish(child: std::process::Child) -> Option<f64> {
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

/// What valgrind runs.
pub fn make(policy: &str, peer: &str, times: &str) {
    let spec = spec_named(policy);
    let work = prepare(peer, &spec).unwrap();
    (0..times.parse().unwrap()).for_each(|_: u32| work.make().unwrap());
}
