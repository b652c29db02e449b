//! Profiles of the OCI runtime specification, with what Docker and containers/common add.
//!
//! `reading` makes of the tree of a file a profile as it is written (`model`, with the words of
//! `names`), or says where it is none. `select` finds the rules that hold in a `context`. `meaning`
//! makes a policy of them: for each call, `precedence` says which of its rules hold (or `runc`, as it
//! has it), `multiplexed` which other calls lead to the same, `newest` what is newer than the profile.
//! `remarks` are the report. docs/oci.md has each decision with an example.

mod context;
mod flags;
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

pub use context::{Context, Mode};

use super::json::{Place, Problem, Read, parse};
use super::notes::Notes;
use super::pin::Pin;
use crate::error::{Error, Result};
use crate::policy::Policy;

/// The largest profile in bytes. Published ones have at most 60 kB.
pub const LARGEST: usize = 1 << 20;

/// What a profile says besides its policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// What was left out, made stricter or has no effect: a line each.
    pub report: String,
    /// Whom a listener's descriptor is for (`listenerPath`), if that is said.
    pub listener_path: Option<String>,
    /// What is to be told with it (`listenerMetadata`), if that is said.
    pub listener_metadata: Option<String>,
}

/// Makes `policy` that of a profile: default, architectures, rules and flags. Other attributes stay.
///
/// `source` says in errors what is being read.
///
/// # Errors
/// The bytes are not the pinned ones, are no profile, or more than [`LARGEST`]; or the policy says
/// something already. It is as it was then.
pub fn set(
    policy: &mut Policy,
    source: &str,
    bytes: &[u8],
    pin: Option<&Pin>,
    context: &Context,
    mode: Mode,
) -> Result<Profile> {
    if !policy.is_blank() {
        return Err(Error::profile_over_rules(source));
    }
    if bytes.len() > LARGEST {
        return Err(Error::profile_too_large(source, bytes.len() as u64, LARGEST));
    }
    if pin.is_some_and(|pin| !pin.holds(bytes)) {
        return Err(Error::profile(source, "its SHA-256 is another one than was given"));
    }
    let mut notes = Notes::new(mode.strict);
    let read = read(policy, bytes, context, mode, &mut notes);
    let (new, mut profile) = read.map_err(|problem| Error::profile(source, problem.words()))?;
    *policy = new;
    profile.report = notes.report();
    Ok(profile)
}

fn read(
    policy: &Policy,
    bytes: &[u8],
    context: &Context,
    mode: Mode,
    notes: &mut Notes,
) -> std::result::Result<(Policy, Profile), Problem> {
    let tree = parse(bytes).map_err(|what| Problem::at(&Place::ROOT, &what))?;
    let mut read = Read { notes, last_wins: mode.as_runc };
    let written = reading::profile(&tree, context, &mut read)?;
    let new = meaning::policy(&written, *policy.attributes(), context, mode, notes)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let profile = Profile {
        report: String::new(),
        listener_path: owned(written.listener_path),
        listener_metadata: owned(written.listener_metadata),
    };
    Ok((new, profile))
}
