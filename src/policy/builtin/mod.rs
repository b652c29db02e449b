//! The policy that ordinary programs run under.
//!
//! Every system call stands in exactly one of the tables, with the reason for its place:
//! [`allowed`](ALLOWED), decided by its [arguments](CHECKED), refused [softly](SOFT), or
//! [fatal](FATAL). docs/policy.md shows the same tables to readers, and a test holds the two
//! together.

mod allowed;
mod checked;
mod extra;
mod fatal;
mod harden;
mod narrow;
mod soft;

pub use allowed::ALLOWED;
pub use checked::{CHECKED, Case, Check, Choice, When};
pub use extra::EXTRA;
pub use fatal::FATAL;
pub use harden::{Hardened, Now, PAST_CHECKS, harden};
pub use narrow::{HARDENED, NARROW, Narrow};
pub use soft::SOFT;

use super::names::{call, calls};
use super::{Condition, Operator, Policy, Rule, Whole, Width};
use crate::action::Action;
use crate::arch::Arch;
use crate::error::{Error, Result};
use crate::syscall::Syscall;

/// Errnos that the tables answer with, as Linux numbers them on every architecture covered.
pub mod errno {
    /// A kernel asked by somebody without the right.
    pub const EPERM: u16 = 1;
    /// A kernel that enforces W^X.
    pub const EACCES: u16 = 13;
    /// A kernel without the option.
    pub const EINVAL: u16 = 22;
    /// A device without the request.
    pub const ENOTTY: u16 = 25;
    /// A kernel without the call.
    pub const ENOSYS: u16 = 38;
    /// A kernel without the protocol family.
    pub const EAFNOSUPPORT: u16 = 97;
}

/// What a call, or a case of it, gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It runs.
    Allow,
    /// It fails with this errno, from which programs recover; in strict mode it is fatal.
    Soft(u16),
    /// The filter's default.
    Fatal,
}

/// A few calls that are treated alike, and why.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What they get.
    pub verdict: Verdict,
    /// Why, in a phrase.
    pub why: &'static str,
    /// Which they are.
    pub calls: &'static [Syscall],
}

impl Row {
    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.calls.iter().map(|call| call.name())
    }
}

/// What can be chosen of the built-in policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Modes {
    /// AF_INET and AF_INET6 sockets can be opened.
    pub network: bool,
    /// What is refused softly gets the default instead.
    pub strict: bool,
    /// Memory may be writable and executable at once.
    pub jit: bool,
}

/// The architectures that the tables are written for.
///
/// Elsewhere the same words would mean something else, and check nothing: clone has its flags in
/// another argument (s390), mmap takes all of its arguments through memory (x86, s390, m68k), sockets
/// come through socketcall, and errnos or socket types have other numbers (mips, parisc).
pub const ARCHES: [Arch; 4] = [Arch::X86_64, Arch::Aarch64, Arch::Riscv64, Arch::Loongarch64];

/// Refuses architectures other than these, which something is written for.
pub(super) fn written_for(verb: &str, arch: Arch, arches: &[Arch]) -> Result<()> {
    match arches.contains(&arch) {
        true => Ok(()),
        false => Err(Error::built_in_arch(verb, arch, arches)),
    }
}

/// Adds the built-in policy to `policy`.
///
/// # Errors
/// The default lets calls run: what the tables leave to it as fatal would be allowed. Or the
/// policy was added in other modes before: rules add up, so the looser would hold. Or the policy
/// covers an architecture that is not one of [`ARCHES`].
pub fn add_to(policy: &mut Policy, modes: Modes) -> Result<()> {
    let default = policy.default_action();
    if !default.refuses() {
        return Err(Error::default_runs(default));
    }
    if policy.built_in.is_some_and(|before| before != modes) {
        return Err(Error::other_modes("use_default"));
    }
    policy.arches().try_for_each(|arch| written_for("use_default", arch, &ARCHES))?;
    policy.built_in = Some(modes);
    for row in ALLOWED.iter().chain(SOFT).chain(FATAL) {
        row.calls.iter().for_each(|call| whole_call(policy, *call, row.verdict, modes));
    }
    let mut conditions = Vec::with_capacity(8);
    for check in CHECKED {
        whole_call(policy, check.call, check.otherwise, modes);
        for case in check.cases.iter().filter(|case| case.when.applies(modes)) {
            case_of(policy, check, case, modes, &mut conditions)?;
        }
    }
    if !modes.strict {
        // What somebody set is what they want, before or after.
        let unknown = &mut policy.attributes_mut().unknown;
        *unknown = unknown.or(Some(Action::errno(errno::ENOSYS)));
    }
    Ok(())
}

/// The rule for what no case speaks of.
fn whole_call(policy: &mut Policy, call: Syscall, verdict: Verdict, modes: Modes) {
    let more = match verdict {
        Verdict::Allow => Whole { rule: Some(Action::ALLOW), ..Whole::default() },
        Verdict::Soft(errno) if !modes.strict => {
            Whole { soft: Some(Action::errno(errno)), ..Whole::default() }
        }
        Verdict::Soft(_) | Verdict::Fatal => return,
    };
    policy.say(call, more);
}

/// The rules of a case: one for each combination of the values that its choices list.
///
/// A refusal within a call that is allowed otherwise (W^X, say) stays when somebody allows the
/// call: they may mean no more than the policy does. Within a call that is refused otherwise it
/// goes, like the refusal of the rest.
fn case_of(
    policy: &mut Policy,
    check: &Check,
    case: &Case,
    modes: Modes,
    so_far: &mut Vec<Condition>,
) -> Result<()> {
    let action = match case.verdict {
        Verdict::Allow => Action::ALLOW,
        Verdict::Soft(errno) if !modes.strict => Action::errno(errno),
        Verdict::Soft(_) | Verdict::Fatal => policy.default_action(),
    };
    let gives_way = case.verdict != Verdict::Allow && check.otherwise != Verdict::Allow;
    combinations(check.call, case.all, so_far, &mut |conditions| {
        let conditions = conditions.iter().copied();
        let rule = match gives_way {
            true => Rule::soft(action, conditions),
            false => Rule::new(action, conditions),
        };
        policy.insert(check.call.into(), rule);
    })
}

/// Gives `to` each combination of one value of every choice, behind the conditions `so_far`.
fn combinations(
    call: Syscall,
    choices: &[Choice],
    so_far: &mut Vec<Condition>,
    to: &mut dyn FnMut(&[Condition]),
) -> Result<()> {
    let [choice, rest @ ..] = choices else {
        to(so_far);
        return Ok(());
    };
    choice.any_of.iter().try_for_each(|(value, _)| {
        so_far.push(choice.condition(call, *value)?);
        combinations(call, rest, so_far, to)?;
        so_far.pop();
        Ok(())
    })
}

impl Check {
    fn allows_something(&self) -> bool {
        let mut verdicts = self.cases.iter().map(|case| case.verdict).chain([self.otherwise]);
        verdicts.any(|verdict| verdict == Verdict::Allow)
    }
}

impl Choice {
    fn condition(&self, call: Syscall, value: u64) -> Result<Condition> {
        let (operator, mask) = match self.mask {
            Some(mask) => (Operator::MaskedEq, mask),
            None => (Operator::Eq, 0),
        };
        Condition::new(call.name(), self.index, operator, self.width, value, mask)
    }
}

impl When {
    const fn applies(self, modes: Modes) -> bool {
        match self {
            Self::Always => true,
            Self::Network => modes.network,
            Self::NoJit => !modes.jit,
        }
    }
}

/// Allows calls of the opt-in list. A call that the built-in policy holds anyway, with argument
/// checks or without, stays as it is. What can't be added is left out with a warning; with
/// `strict` it is an error, and nothing is added.
///
/// # Errors
/// With `strict`: a name that is not on the list, or no system call's at all.
pub fn allow_extra(policy: &mut Policy, names: &[&str], strict: bool) -> Result<()> {
    let mut accepted = Vec::with_capacity(names.len());
    for name in names {
        match offered(name) {
            Ok(Offer::Add) => accepted.push(*name),
            Ok(Offer::HeldAnyway) => {
                tracing::debug!("allow_extra: '{name}' is in the built-in policy already");
            }
            Err(error) if strict => return Err(error),
            Err(error) => tracing::warn!("{error} (left out)"),
        }
    }
    accepted.into_iter().try_for_each(|name| policy.allow(name))
}

enum Offer {
    Add,
    HeldAnyway,
}

fn offered(name: &str) -> Result<Offer> {
    Syscall::named("allow_extra", name)?;
    let held = CHECKED.iter().any(|check| check.call.name() == name && check.allows_something())
        || ALLOWED.iter().flat_map(Row::names).any(|allowed| allowed == name);
    match EXTRA.split_whitespace().any(|extra| extra == name) {
        _ if held => Ok(Offer::HeldAnyway),
        true => Ok(Offer::Add),
        false => Err(Error::not_opt_in(name)),
    }
}
