//! Other libraries, given the same rules, and the proof, asked whether their programs mean our
//! policy.
//!
//! What it says is not taken on trust. Where it passes a program, the interpreter finds no
//! difference on calls near the edges of the rules; where it refutes one, the interpreter finds the
//! difference on the very calls that the proof names. So a mistake of the compiler, of the proof or
//! of the interpreter would have to be made by somebody else as well.

mod fragments;
pub mod libseccomp;
pub mod seccompiler;

use crate::cases::{Random, call, interesting_args};
use nucleus_seccomp::action::{Action, strictness};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::error::Error;
use nucleus_seccomp::policy::{Policy, evaluate};
use nucleus_seccomp::prove::{Order, compare_programs, prove};
use std::collections::BTreeSet;

/// A policy whose own program is proven, and what was found of other programs for it.
pub struct Judge {
    policy: Policy,
    ours: Program,
    random: Random,
    what: String,
}

/// How many programs were judged, and how.
#[derive(Default)]
pub struct Tally {
    equal: usize,
    looser: usize,
    stricter: usize,
    both: usize,
    calls: usize,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { equal, looser, stricter, both, calls } = self;
        let refuted = looser + stricter + both;
        write!(f, "{} programs, {equal} equal ({calls} calls asked)", equal + refuted)?;
        if refuted > 0 {
            write!(f, ", {refuted} refuted and each refutation confirmed (")?;
            write!(f, "{looser} looser, {stricter} stricter, {both} both)")?;
        }
        Ok(())
    }
}

impl Judge {
    pub fn new(policy: Policy, what: String) -> Self {
        let proven = prove(&policy, compile(&policy).unwrap());
        let ours = proven.unwrap_or_else(|error| panic!("{what}: {error}")).program().clone();
        Self { policy, ours, random: Random::new(1), what }
    }

    /// Whether the proof passes somebody else's program, which the interpreter is asked about, too.
    pub fn judge(&mut self, theirs: &Program, tally: &mut Tally) -> bool {
        let compared = compare_programs(&self.ours, theirs);
        let compared = compared.unwrap_or_else(|error| panic!("{}: {error}", self.what));
        let order = compared.order();
        match prove(&self.policy, theirs.clone()) {
            Ok(_) => {
                assert_eq!(order, Order::Equal, "{}: passed, but\n{theirs:?}", self.what);
                tally.calls += self.agree(theirs);
            }
            Err(error) => {
                assert_ne!(order, Order::Equal, "{}: {error}\n{theirs:?}", self.what);
                self.confirm(theirs, &error);
                for (call, stricter) in [(compared.stricter, true), (compared.looser, false)] {
                    let Some(call) = call else { continue };
                    let (wanted, found) = self.ask(theirs, &call);
                    let (wanted, found) = (strictness(wanted.to_raw()), strictness(found));
                    assert_ne!(wanted, found, "{}: {call}\n{theirs:?}", self.what);
                    assert_eq!(wanted < found, stricter, "{}: {call}\n{theirs:?}", self.what);
                }
            }
        }
        *match order {
            Order::Equal => &mut tally.equal,
            // That ours is stricter there is to say that theirs is looser.
            Order::Stricter => &mut tally.looser,
            Order::Looser => &mut tally.stricter,
            Order::Incomparable => &mut tally.both,
        } += 1;
        order == Order::Equal
    }

    /// The policy's verdict, and what the program returns.
    fn ask(&self, theirs: &Program, call: &Call) -> (Action, u32) {
        let found = run(theirs, call, Arch::is_big_endian(call.arch)).value;
        (evaluate(&self.policy, call), found)
    }

    /// Looks for a difference where the proof says there is none; returns at how many calls.
    fn agree(&mut self, theirs: &Program) -> usize {
        let mut numbers = BTreeSet::new();
        for arch in self.policy.arches() {
            let subjects = self.policy.rules().map(|(subject, _)| subject.number(arch));
            numbers.extend(subjects.flatten().map(|number| (arch, number.cast_signed())));
            numbers.extend([(arch, 0), (arch, -1), (arch, 0x4000_0000), (arch, i32::MIN)]);
        }
        numbers.extend([(Arch::M68k, 0), (Arch::Loongarch64, 0)]);
        let mut asked = 0;
        for (arch, number) in numbers {
            for args in interesting_args(&self.policy, number, arch, &mut self.random) {
                let call = call(arch, number, args);
                let (wanted, found) = self.ask(theirs, &call);
                assert_eq!(found, wanted.to_raw(), "{}: {call}\n{theirs:?}", self.what);
                asked += 1;
            }
        }
        asked
    }

    /// A refutation names a call on which both differ, and says how.
    fn confirm(&self, theirs: &Program, error: &Error) {
        let what = &self.what;
        let call = error.witness().unwrap_or_else(|| panic!("{what}: {error}\n{theirs:?}"));
        let (wanted, found) = self.ask(theirs, call);
        assert_ne!(wanted.to_raw(), found, "{what}: {error}\n{theirs:?}");
        let found = match Action::from_raw(found) {
            Ok(action) => action.to_string(),
            Err(_) => format!("{found:#010x}"),
        };
        let said = format!("prove: for {call} the policy says {wanted} and the program {found}");
        assert_eq!(error.to_string(), said, "{what}");
    }
}
