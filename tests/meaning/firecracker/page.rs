//! The examples of docs/firecracker.md, all for the category `vmm`.

use super::{TARGETS, read, theirs};
use crate::pages::examples;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::bpf::run;
use nucleus_seccomp::policy::evaluate;

#[test]
fn the_pages_examples_come_to_what_stands_below_them() {
    let (arch, target) = TARGETS[0];
    for example in examples("docs/firecracker.md", (9, 19)) {
        let line = example.line;
        match read(&example.json, "vmm", arch, false) {
            Ok((policy, profile)) => {
                assert_eq!(profile.report, example.said(), "line {line}");
                example.check_rows(1, |call| evaluate(&policy, call).to_string());
                let theirs = &theirs(&example.json, target).unwrap()["vmm"];
                example.check_rows(2, |call| {
                    Action::from_raw(run(theirs, call, false).value).unwrap().to_string()
                });
            }
            Err(error) => {
                assert_eq!(format!("error: {error}\n"), example.said(), "line {line}");
                assert!(theirs(&example.json, target).is_err(), "line {line}");
            }
        }
    }
}
