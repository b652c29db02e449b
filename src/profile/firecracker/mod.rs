//! Files of Firecracker's, in the form that the crate seccompiler reads: a filter for each category
//! of threads.
//!
//! `reading` makes of the tree of a file the filter of one category (with the words of `names`), or
//! says where the file is none; `meaning` makes a policy of it. docs/firecracker.md has each decision
//! with an example.

mod meaning;
mod names;
mod reading;

use super::take::take;
use super::{Pin, Profile};
use crate::arch::Arch;
use crate::error::{Error, Result};
use crate::policy::Policy;

/// Makes `policy` that of a category of a file: default and rules, for the one architecture that it
/// covers. Attributes stay.
///
/// `source` says in errors what is being read. `strict`: what would be left out is an error.
///
/// # Errors
/// The bytes are not the pinned ones, are no such file, or more than [`LARGEST`](super::LARGEST); the
/// file has no such category; or the policy says something already, or covers what the format is not
/// for. It is as it was then.
pub fn set(
    policy: &mut Policy,
    source: &str,
    bytes: &[u8],
    pin: Option<&Pin>,
    category: &str,
    strict: bool,
) -> Result<Profile> {
    let arch = the_arch(policy, source)?;
    let attributes = *policy.attributes();
    take(policy, source, bytes, pin, strict, &mut |tree, notes| {
        let filter = reading::category(tree, category, arch, notes)?;
        let new = meaning::policy(&filter, arch, attributes, category, notes)?;
        Ok((new, Profile::default()))
    })
}

/// The one that the policy covers.
fn the_arch(policy: &Policy, source: &str) -> Result<Arch> {
    let mut covered = policy.arches();
    match (covered.next(), covered.next()) {
        (Some(arch), None) if names::ARCHES.contains(&arch) => Ok(arch),
        _ => Err(Error::profile_arches(source, "x86_64, aarch64 and riscv64")),
    }
}
