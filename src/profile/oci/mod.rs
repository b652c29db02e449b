//! Profiles of the OCI runtime specification, with what Docker and containers/common add.
//!
//! `reading` makes of the tree of a file a profile as it is written (`model`, with the words of
//! `names`), or says where it is none. `select` finds the rules that hold in a `context`, and `calls`
//! those that name each call. `meaning` makes a policy of them: for each call, `precedence` says which
//! of its rules hold (or `runc`, as it has it), `multiplexed` which other calls lead to the same,
//! `newest` what is newer than the profile. `remarks` are the report. `write` is the way back.
//! docs/oci.md has each decision with an example.

mod calls;
mod context;
mod flags;
mod ints;
mod meaning;
mod model;
mod multiplexed;
mod names;
mod newest;
mod precedence;
mod reading;
mod remarks;
mod runc;
mod select;
mod write;

pub use context::{Context, Mode};
pub use write::{Listener, write};

use super::json::{Keys, Problem, Read, Value};
use super::notes::Notes;
use super::take::take;
use super::{Pin, Profile};
use crate::error::{Error, Result};
use crate::policy::{Attributes, Policy};

/// Makes `policy` that of a profile: default, architectures, rules and flags. Other attributes stay.
///
/// `source` says in errors what is being read.
///
/// # Errors
/// The bytes are not the pinned ones, are no profile, or more than
/// [`LARGEST`](super::LARGEST); or the policy says
/// something already. It is as it was then.
pub fn set(
    policy: &mut Policy,
    source: &str,
    bytes: &[u8],
    pin: Option<&Pin>,
    context: &Context,
    mode: Mode,
) -> Result<Profile> {
    if !policy.is_native() {
        return Err(Error::profile_over_rules(source));
    }
    let attributes = *policy.attributes();
    take(policy, source, bytes, pin, mode.strict, &mut |tree, notes| {
        read(tree, attributes, context, mode, notes)
    })
}

fn read(
    tree: &Value<'_>,
    attributes: Attributes,
    context: &Context,
    mode: Mode,
    notes: &mut Notes,
) -> std::result::Result<(Policy, Profile), Problem> {
    let mut read = Read { notes, keys: Keys::AnyCase { last_wins: mode.as_runc } };
    let written = reading::profile(tree, context, &mut read)?;
    let new = meaning::policy(&written, attributes, context, mode, notes)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let profile = Profile {
        report: String::new(),
        listener_path: owned(written.listener_path),
        listener_metadata: owned(written.listener_metadata),
    };
    Ok((new, profile))
}
