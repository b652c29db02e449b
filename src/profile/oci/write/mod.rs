//! From a policy to a profile that means the same to everybody who reads it.
//!
//! `cells` cuts what is said of a call into parts that don't meet, `args` says their values in comparisons
//! of the format, `named` finds the calls that have to be named besides, `text` is the JSON. `check` then
//! reads that as anybody would, and the prover compares it with the policy: what the format can't say
//! is found there, whatever it is. docs/oci.md has the decisions.

mod args;
mod cells;
mod check;
mod named;
mod text;

use super::model::Arg;
use super::multiplexed::is_narrow;
use super::reading::MOST_ERRNO;
use crate::action::{Action, Kind};
use crate::arch::Arch;
use crate::error::{Error, Result};
use crate::order;
use crate::policy::Policy;
use crate::syscall::Syscall;
use cells::{Cell, Cutter, TooMany};

/// Whom a listener's descriptor is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listener<'l> {
    /// `listenerPath`, if there is one.
    pub path: Option<&'l str>,
    /// `listenerMetadata`, if there is some.
    pub metadata: Option<&'l str>,
}

/// A profile as it is going to be written.
struct Draft {
    default: Action,
    arches: Vec<Arch>,
    /// Calls with one verdict, and those.
    wholes: Vec<(Action, Syscall)>,
    /// Verdicts under conditions.
    rules: Vec<(Syscall, Action, Vec<Arg>)>,
}

/// The profile that means `policy`: a JSON object of the OCI runtime specification, on many lines, the
/// last of which ends. Equal policies have the same.
///
/// It was read again, in both ways in which [`set`](super::set) reads, and both times the prover found
/// it equal to the policy: for all calls, but for the verdict on those of architectures that are not
/// covered, which kills the process or the thread as the engine has it.
///
/// # Errors
/// The format can't say it: the message names a call and both verdicts, or the attribute. Or it would
/// take too much to say or to compare.
pub fn write(policy: &Policy, listener: Listener<'_>) -> Result<String> {
    check::attributes(policy)?;
    let text = text::of(&draft(policy)?, policy, listener)?;
    check::meaning(policy, &text)?;
    Ok(text)
}

fn draft(policy: &Policy) -> Result<Draft> {
    let arches: Vec<Arch> = policy.common_arches().iter().collect();
    let default = cells::default(policy);
    let mut draft = Draft { default, arches, wholes: Vec::new(), rules: Vec::new() };
    let mut cutter = Cutter::new();
    let mut written = vec![false; Syscall::COUNT];
    for call in Syscall::all() {
        if let Some((arch, number)) = draft.first(call)
            && cells::is_said(policy, arch, number)
        {
            let said = cutter.of_call(policy, (arch, number), default);
            let added =
                said.and_then(|cells| draft.add(&mut cutter, call, &cells, is_narrow(arch)));
            written[call.place()] = added.map_err(|TooMany| too_many(call))?;
        }
    }
    draft.wholes.append(&mut named::others(policy, &draft.arches, default, written));
    // The loosest first: what is allowed is what most people look for.
    order::sort_by(&mut draft.wholes, |a, b| (b.0, a.1) < (a.0, b.1));
    Ok(draft)
}

impl Draft {
    /// The architecture by which a call is written, and its number: one of 64 bits if there is one, since
    /// what is compared there is cut to fit elsewhere.
    fn first(&self, call: Syscall) -> Option<(Arch, u32)> {
        let mut first = None;
        for arch in &self.arches {
            if let Some(number) = call.number(*arch)
                && first.is_none_or(|(first, _)| is_narrow(first) && !is_narrow(*arch))
            {
                first = Some((*arch, number));
            }
        }
        first
    }

    /// Adds the cells of a call; whether there are some.
    fn add(
        &mut self,
        cutter: &mut Cutter,
        call: Syscall,
        cells: &[Cell],
        narrow: bool,
    ) -> std::result::Result<bool, TooMany> {
        let before = self.rules.len();
        for (action, values) in cells {
            if *values == cutter.everything() {
                self.wholes.push((*action, call));
                continue;
            }
            for args in args::rules(cutter, values, args::Call { narrow, cells: cells.len() })? {
                self.rules.push((call, *action, args));
            }
            cells::bounded(self.rules.len() - before)?;
        }
        order::sort_by(&mut self.rules[before..], |a, b| a.1 > b.1);
        Ok(!cells.is_empty())
    }
}

#[cold]
fn too_many(call: Syscall) -> Error {
    let most = cells::MOST;
    Error::unsayable(&format!(
        "{}: an argument is compared once in a rule of a profile, and so its conditions would take more \
         than {most} rules",
        call.name()
    ))
}

/// The word for an action, and the number that goes with it.
fn action(action: Action, of: &str) -> Result<(&'static str, Option<u16>)> {
    let data = action.data();
    let problem = match action.kind() {
        Kind::Trap if data != 0 => "a trap has no data there",
        Kind::Errno if u64::from(data) > MOST_ERRNO => "an errno is at most 4094 there",
        _ => "",
    };
    if !problem.is_empty() {
        return Err(Error::unsayable(&format!("{of}: {action}: {problem}")));
    }
    // From the end: SCMP_ACT_KILL is the older word for KILL_THREAD.
    let mut words = super::names::ACTIONS.iter().rev();
    let word = words.find(|(_, known)| known.kind() == action.kind());
    Ok((
        word.map_or("", |(word, _)| word),
        matches!(action.kind(), Kind::Errno | Kind::Trace).then_some(data),
    ))
}
