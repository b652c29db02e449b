//! Files of Firecracker's: what they come to, what they are refused for, and what seccompiler makes of
//! the same bytes.

mod errors;
mod page;
mod seccompiler;
mod verdicts;

use ::seccompiler::{TargetArch, compile_from_json};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Program;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::profile::{Profile, firecracker};
use std::collections::BTreeMap;

/// As Firecracker has it, for every target: three categories, each an allow list.
const THREADS_JSON: &str = include_str!("../../data/firecracker/threads.json");
/// Calls of one target; deny lists, all actions and all comparisons.
const X86_64_JSON: &str = include_str!("../../data/firecracker/x86_64.json");

/// What seccompiler makes filters for.
const TARGETS: [(Arch, TargetArch); 3] = [
    (Arch::X86_64, TargetArch::x86_64),
    (Arch::Aarch64, TargetArch::aarch64),
    (Arch::Riscv64, TargetArch::riscv64),
];

/// Reads a category; its policy and the report, or the error without what was being read.
fn read(json: &str, category: &str, arch: Arch, strict: bool) -> Result<(Policy, Profile), String> {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [arch]);
    let before = policy.clone();
    match firecracker::set(&mut policy, "test", json.as_bytes(), None, category, strict) {
        Ok(profile) => Ok((policy, profile)),
        Err(error) => {
            assert_eq!(policy, before, "after {error}");
            let error = error.to_string();
            Err(error.strip_prefix("test: ").expect("what was being read").to_owned())
        }
    }
}

/// The programs that seccompiler makes of a file, by category.
fn theirs(json: &str, target: TargetArch) -> Result<BTreeMap<String, Program>, String> {
    let all = compile_from_json(json.as_bytes(), target).map_err(|error| error.to_string())?;
    let as_ours = crate::second_opinion::seccompiler::as_ours;
    Ok(all.into_iter().map(|(category, program)| (category, as_ours(&program))).collect())
}

/// A file with one category, `vmm`, that lets run what `items` lists.
fn allowing(items: &str) -> String {
    listing("trap", "allow", items)
}

/// The categories of both files in one.
fn beside(one: &str, other: &str) -> String {
    format!("{}, {}", one.strip_suffix('}').unwrap(), other.strip_prefix('{').unwrap())
}

/// The same with other actions.
fn listing(default: &str, matched: &str, items: &str) -> String {
    format!(
        r#"{{"vmm": {{"default_action": "{default}", "filter_action": "{matched}", "filter": [{items}]}}}}"#
    )
}
