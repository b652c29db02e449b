//! What a policy says besides its rules.

use crate::action::Action;
use crate::error::{Error, Result};
use crate::syscall::Newest;

/// Verdicts for what no rule is about, how the program is laid out, and how it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attributes {
    /// The verdict for architectures that are not covered.
    pub bad_arch: Action,
    /// The verdict for denied calls, if it is not the usual one; it refuses, unless they are audited.
    deny: Option<Action>,
    /// The verdict for calls newer than the policy's author knew, if there is a special one.
    pub unknown: Option<Action>,
    /// What the author knew.
    pub newest: Newest,
    /// How the program is laid out.
    pub layout: Layout,
    /// Whether no_new_privs is set before the filter is loaded.
    pub no_new_privs: bool,
    /// Whether all threads of the process get the filter, or none.
    pub tsync: bool,
    /// Whether refusals go to the kernel's log.
    pub log: bool,
    /// Whether the confined go without mitigation of speculative store bypass.
    pub spec_allow: bool,
    /// Whether only fatal signals interrupt a call that a listener has received.
    pub wait_killable: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            bad_arch: Action::KILL_PROCESS,
            deny: None,
            unknown: None,
            newest: Newest::Tables,
            layout: Layout::Auto,
            no_new_privs: true,
            tsync: false,
            log: false,
            spec_allow: false,
            wait_killable: false,
        }
    }
}

/// How a program finds the way from a number to its verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// The one that measured best, the same on every machine: [`Tree`](Self::Tree).
    #[default]
    Auto,
    /// A decision tree over ranges of numbers.
    Tree,
    /// A bitmap of the allowed numbers in the program, in front of such a tree over the others. For
    /// Linux before 5.11: later ones have a bitmap of their own, and fill it only for programs that
    /// do no more than compare.
    Bitmap,
}

/// An attribute in which two policies differ: its name, and both values for eyes.
pub(super) type Difference = (&'static str, String, String);

impl Attributes {
    /// The verdict for denied calls, if it is not the usual one.
    #[must_use]
    pub const fn deny(&self) -> Option<Action> {
        self.deny
    }

    /// Sets the verdict for denied calls; `None` is the usual one.
    ///
    /// # Errors
    /// It would let them run, or leave it to somebody else.
    pub fn set_deny(&mut self, action: Option<Action>) -> Result<()> {
        match action {
            Some(action) if !action.refuses() => Err(Error::deny_runs(action)),
            _ => {
                self.deny = action;
                Ok(())
            }
        }
    }

    /// Lets denied calls run after all, and logs them: [`Policy::audit`](super::Policy::audit) alone
    /// may do so.
    pub(super) const fn let_denied_run(&mut self) {
        self.deny = Some(Action::LOG);
    }

    /// The first attribute that is not the same.
    pub(super) fn difference(&self, other: &Self) -> Option<Difference> {
        self.of_meaning(other).or_else(|| self.of_loading(other))
    }

    /// The first that is not the same of those that decide a verdict.
    fn of_meaning(&self, other: &Self) -> Option<Difference> {
        fn verdict(action: Option<Action>) -> String {
            action.map_or("not set".to_owned(), |action| action.to_string())
        }
        self.first_of(
            other,
            &[
                ("bad-architecture action", |a| a.bad_arch.to_string()),
                ("deny action", |a| verdict(a.deny)),
                ("unknown-call action", |a| verdict(a.unknown)),
                ("newest known call", |a| format!("{:?}", a.newest).to_ascii_lowercase()),
            ],
        )
    }

    /// The first that is not the same of the others.
    pub(super) fn of_loading(&self, other: &Self) -> Option<Difference> {
        fn switch(on: bool) -> String {
            if on { "on" } else { "off" }.to_owned()
        }
        self.first_of(
            other,
            &[
                ("layout", |a| format!("{:?}", a.layout).to_ascii_lowercase()),
                ("no_new_privs", |a| switch(a.no_new_privs)),
                ("tsync", |a| switch(a.tsync)),
                ("log", |a| switch(a.log)),
                ("spec_allow", |a| switch(a.spec_allow)),
                ("wait_killable", |a| switch(a.wait_killable)),
            ],
        )
    }

    fn first_of(&self, other: &Self, shown: &[Shown]) -> Option<Difference> {
        let mut both = shown.iter().map(|(name, show)| (*name, show(self), show(other)));
        both.find(|(_, ours, theirs)| ours != theirs)
    }
}

/// An attribute's name, and how its value is shown.
type Shown = (&'static str, fn(&Attributes) -> String);
