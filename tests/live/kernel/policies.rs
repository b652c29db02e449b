//! The policies whose programs are asked.

use std::fs;

use super::cases::{Random, all_modes, built_in, random_policy_on};
use crate::stage::project;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::builtin::{Modes, harden};
use nucleus_seccomp::policy::levels::{self, Level};
use nucleus_seccomp::policy::{Layout, Policy};
use nucleus_seccomp::profile::oci::{self, Context, Mode};

/// The built-in policy in all modes; the levels; of containers' profiles one that allows, with our checks
/// and without, and one that denies.
pub fn known(arches: &[Arch]) -> Vec<(String, Policy)> {
    let built_in = all_modes().map(|modes| (format!("built in, {modes:?}"), built_in(modes)));
    let levels = Level::ALL.into_iter().map(|level| {
        let mut policy = Policy::covering(Action::KILL_PROCESS, arches.iter().copied());
        levels::add_to(&mut policy, level).unwrap();
        (format!("{level:?}"), policy)
    });
    let container = read_profile("container");
    let mut hardened = container.clone();
    harden(&mut hardened, Modes { network: true, strict: false, jit: false }).unwrap();
    let profiles =
        [("container", container), ("hardened", hardened), ("deny", read_profile("deny"))];
    let profiles = profiles.map(|(name, policy)| (name.to_owned(), policy));
    built_in.chain(levels).chain(profiles).collect()
}

/// As for a container of Docker's on this machine.
fn read_profile(name: &str) -> Policy {
    let context = Context { capabilities: 0xa804_25fb, kernel: (6, 1), arch: Arch::native() };
    let json = fs::read(project("tests/data/profiles").join(name).with_extension("json")).unwrap();
    let mut policy = Policy::new(Action::KILL_PROCESS);
    oci::set(&mut policy, name, &json, None, &context, Mode::default()).unwrap();
    policy
}

/// For some of the architectures, in either layout; now and then too long for short jumps.
pub fn at_random(arches: &[Arch], count: u64) -> impl Iterator<Item = (String, Policy)> {
    (0..count).map(move |seed| {
        let mut random = Random::new(seed);
        let one = random.pick(arches);
        let some: Vec<Arch> =
            (arches.iter().copied()).filter(|arch| *arch == one || !random.one_in(4)).collect();
        let most_rules = if random.one_in(10) { 300 } else { 60 };
        let mut policy = random_policy_on(&mut random, &some, most_rules);
        policy.attributes_mut().layout = random.pick(&[Layout::Tree, Layout::Bitmap]);
        (format!("seed {seed} on {some:?}"), policy)
    })
}
