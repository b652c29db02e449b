//! Profiles that are well-formed, and say anything that the formats can say.

use crate::cases::{EDGES, Random};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::syscall::Syscall;

const CALLS: [&str; 12] = [
    "read",
    "socket",
    "clone",
    "mmap",
    "semctl",
    "shmat",
    "socketcall",
    "ipc",
    "personality",
    "accept4",
    "futex_time64",
    "nosuchcall",
];
const VALUES: [u64; 8] = [0, 1, 2, 3, 40, 41, 0xff, 0xffff_ffff];

fn call(random: &mut Random) -> &'static str {
    if random.one_in(4) {
        let all: Vec<Syscall> = Syscall::all().collect();
        return random.pick(&all).name();
    }
    random.pick(&CALLS)
}

fn value(random: &mut Random) -> u64 {
    match random.below(8) {
        0 => random.next(),
        1 => random.pick(&EDGES),
        _ => random.pick(&VALUES),
    }
}

/// Up to so many, between commas.
fn list(random: &mut Random, most: usize, one: impl Fn(&mut Random) -> String) -> String {
    let count = random.below(most + 1);
    (0..count).map(|_| one(random)).collect::<Vec<_>>().join(", ")
}

/// Half of the time.
fn perhaps(random: &mut Random, key: &str, value: impl Fn(&mut Random) -> String) -> String {
    if random.one_in(2) { format!(r#", "{key}": {}"#, value(random)) } else { String::new() }
}

/// A profile of the OCI runtime specification.
pub fn oci(random: &mut Random) -> String {
    let default = oci_action(random);
    let errno = perhaps(random, "defaultErrnoRet", |random| random.below(4097).to_string());
    let arches =
        perhaps(random, "architectures", |random| format!("[{}]", list(random, 3, oci_arch)));
    let rules = list(random, 8, oci_rule);
    format!(r#"{{"defaultAction": {default}{errno}{arches}, "syscalls": [{rules}]}}"#)
}

fn oci_action(random: &mut Random) -> String {
    let words = ["ALLOW", "ERRNO", "KILL", "KILL_PROCESS", "TRAP", "LOG", "TRACE", "NOTIFY"];
    format!(r#""SCMP_ACT_{}""#, random.pick(&words))
}

fn oci_arch(random: &mut Random) -> String {
    const USUAL: [Arch; 4] = [Arch::X86_64, Arch::X86, Arch::X32, Arch::Arm];
    let arch = if random.one_in(2) { random.pick(&USUAL) } else { random.pick(&Arch::ALL) };
    format!(r#""SCMP_ARCH_{}""#, arch.name().to_ascii_uppercase())
}

fn oci_rule(random: &mut Random) -> String {
    let names = list(random, 3, |random| format!(r#""{}""#, call(random)));
    let action = oci_action(random);
    let errno =
        perhaps(random, "errnoRet", |random| random.pick(&[0, 1, 13, 38, 4095]).to_string());
    let args = perhaps(random, "args", |random| format!("[{}]", list(random, 3, oci_arg)));
    let (includes, excludes) = (selection(random, "includes"), selection(random, "excludes"));
    format!(r#"{{"names": [{names}], "action": {action}{errno}{args}{includes}{excludes}}}"#)
}

fn oci_arg(random: &mut Random) -> String {
    let word = random.pick(&["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"]);
    let (index, value, two) = (random.below(3), value(random), value(random));
    format!(r#"{{"index": {index}, "value": {value}, "valueTwo": {two}, "op": "SCMP_CMP_{word}"}}"#)
}

fn selection(random: &mut Random, key: &str) -> String {
    match random.below(12) {
        0 => format!(r#", "{key}": {{"caps": ["CAP_SYS_ADMIN", "CAP_CHOWN"]}}"#),
        1 => format!(r#", "{key}": {{"arches": ["amd64", "arm"]}}"#),
        2 => format!(r#", "{key}": {{"minKernel": "4.8"}}"#),
        _ => String::new(),
    }
}

/// A file of Firecracker's with the categories `vmm` and `api`.
pub fn firecracker(random: &mut Random) -> String {
    let (vmm, api) = (category(random), category(random));
    format!(r#"{{"vmm": {vmm}, "api": {api}}}"#)
}

fn category(random: &mut Random) -> String {
    let (default, matched) = (firecracker_action(random), firecracker_action(random));
    let rules = list(random, 8, firecracker_rule);
    format!(r#"{{"default_action": {default}, "filter_action": {matched}, "filter": [{rules}]}}"#)
}

fn firecracker_action(random: &mut Random) -> String {
    match random.below(8) {
        0 => r#"{"trace": 7}"#.to_owned(),
        1..3 => format!(r#"{{"errno": {}}}"#, random.below(4097)),
        _ => format!(
            r#""{}""#,
            random.pick(&["allow", "trap", "log", "kill_thread", "kill_process"])
        ),
    }
}

fn firecracker_rule(random: &mut Random) -> String {
    let call = call(random);
    let args = perhaps(random, "args", |random| format!("[{}]", list(random, 3, firecracker_arg)));
    format!(r#"{{"syscall": "{call}"{args}}}"#)
}

fn firecracker_arg(random: &mut Random) -> String {
    let width = random.pick(&["dword", "qword"]);
    let (index, compared) = (random.below(3), value(random));
    let operator = match random.below(8) {
        0 => format!(r#"{{"masked_eq": {}}}"#, value(random)),
        _ => format!(r#""{}""#, random.pick(&["eq", "ne", "lt", "le", "gt", "ge"])),
    };
    format!(r#"{{"index": {index}, "type": "{width}", "op": {operator}, "val": {compared}}}"#)
}
