//! The examples of docs/oci.md.

use super::{AS_RUNC, CONTAINER, USUAL, read};
use crate::pages::examples;
use nucleus_seccomp::policy::evaluate;

#[test]
fn the_pages_examples_come_to_what_stands_below_them() {
    for example in examples("docs/oci.md", (15, 30)) {
        let line = example.line;
        match read(&example.json, &CONTAINER, USUAL) {
            Ok((policy, profile)) => {
                assert_eq!(profile.report, example.said(), "line {line}");
                example.check_rows(1, |call| evaluate(&policy, call).to_string());
                let (policy, _) = read(&example.json, &CONTAINER, AS_RUNC).unwrap();
                example.check_rows(2, |call| evaluate(&policy, call).to_string());
            }
            Err(error) => assert_eq!(format!("error: {error}\n"), example.said(), "line {line}"),
        }
    }
}
