//! What is wrong with a program, or with making one.

use super::{Error, Kind};
use crate::call::Call;

impl Error {
    pub(crate) fn no_architecture() -> Self {
        Self::new(
            Kind::Unsupported,
            "compile: the policy covers no architecture, so it would refuse everything; add one \
             with nucleus_filter_add_arch (this library has no table of system calls for the \
             machine if none was removed)"
                .to_owned(),
        )
    }

    pub(crate) fn too_large(instructions: usize, limit: usize) -> Self {
        Self::new(
            Kind::TooLarge,
            format!(
                "program: it has {instructions} instructions and the kernel takes at most {limit}"
            ),
        )
    }

    pub(crate) fn policy_too_large(
        instructions: usize,
        limit: usize,
        costs: &[(usize, String)],
    ) -> Self {
        let costs: Vec<String> =
            costs.iter().map(|(count, call)| format!("{call} ({count})")).collect();
        let most = match costs.as_slice() {
            [] => "cover fewer architectures, or give neighbouring numbers the same verdict".into(),
            _ => format!(
                "most are for {}: drop rules, or compare fewer argument values there",
                costs.join(", ")
            ),
        };
        Self::new(
            Kind::TooLarge,
            format!(
                "compile: the program has {instructions} instructions and the kernel takes at \
                 most {limit}; {most}"
            ),
        )
    }

    pub(crate) fn no_instructions(length: usize) -> Self {
        Self::invalid(format!(
            "program: {length} bytes are no whole number of instructions, which take 8 each"
        ))
    }

    pub(crate) fn malformed(index: usize, problem: &str) -> Self {
        Self::invalid(format!("program: instruction {index}: {problem}"))
    }

    fn unproven(message: String) -> Self {
        Self::new(Kind::Unproven, message)
    }

    #[cold]
    pub(crate) fn refuted(call: &Call, policy: &str, program: &str) -> Self {
        let message =
            format!("prove: for {call} the policy says {policy} and the program {program}");
        let mut error = Self::unproven(message);
        error.0.witness = Some(*call);
        error
    }

    #[cold]
    pub(crate) fn proof_budget(what: &str, most: usize) -> Self {
        Self::unproven(format!(
            "prove: the proof needs more than its budget of {most} {what}; the rules tangle too \
             many values of several arguments with each other, so drop some of those calls' rules"
        ))
    }
}
