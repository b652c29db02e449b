//! What is done with every profile, whatever its format.

use super::Pin;
use super::json::{Place, Problem, Value, parse};
use super::notes::Notes;
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

/// Makes a policy of a tree, and reports.
pub(super) type Read<'r> =
    &'r mut dyn FnMut(&Value<'_>, &mut Notes) -> std::result::Result<(Policy, Profile), Problem>;

/// Makes `policy`, which says nothing yet, what `read` makes of the bytes.
///
/// # Errors
/// The bytes are not the pinned ones, are no JSON, nothing that `read` takes, or more than
/// [`LARGEST`]; or the policy says something already. It is as it was then.
pub(super) fn take(
    policy: &mut Policy,
    source: &str,
    bytes: &[u8],
    pin: Option<&Pin>,
    strict: bool,
    read: Read<'_>,
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
    let mut notes = Notes::new(strict);
    let tree = parse(bytes).map_err(|what| Problem::at(&Place::ROOT, &what));
    let (new, mut profile) = tree
        .and_then(|tree| read(&tree, &mut notes))
        .map_err(|problem| Error::profile(source, problem.words()))?;
    *policy = new;
    profile.report = notes.report();
    Ok(profile)
}
