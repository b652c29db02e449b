//! What is allowed without conditions never runs the program: the kernel answers it from its bitmap.

use crate::cases::{EDGES, Random, all_modes, built_in_on, call, random_policy};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::is_constant_allow;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::ARCHES;
use nucleus_seccomp::policy::{Policy, Rule, evaluate};

/// Whether the policy allows call `nr` whatever its arguments, read off the rules.
fn allowed_whatever(policy: &Policy, arch: Arch, nr: u32) -> bool {
    policy.layers().all(|layer| layer_allows_whatever(layer, arch, nr))
}

fn layer_allows_whatever(policy: &Policy, arch: Arch, nr: u32) -> bool {
    if !policy.covers(arch) {
        return policy.attributes().bad_arch == Action::ALLOW;
    }
    if policy.denied().any(|denied| denied.number(arch) == Some(nr)) {
        return policy.deny_action() == Action::ALLOW;
    }
    let of_number = policy.rules().filter(|(subject, _)| subject.number(arch) == Some(nr));
    let mut rules: Vec<Rule> = of_number.map(|(_, rule)| rule).collect();
    if rules.iter().any(Rule::is_for_the_whole_call) {
        rules.retain(|rule| !rule.is_soft());
    }
    let (whole, conditional): (Vec<Rule>, Vec<Rule>) =
        rules.into_iter().partition(|rule| rule.conditions().is_empty());
    let unknown = policy.unknown(arch).find(|(range, _)| range.contains(&nr));
    let fallback = match (whole.iter().map(Rule::action).min(), unknown) {
        (Some(action), _) | (None, Some((_, action))) => action,
        (None, None) => policy.default_action(),
    };
    fallback == Action::ALLOW && conditional.iter().all(|rule| rule.action() == Action::ALLOW)
}

fn all_cached(policy: &Policy, what: &str) -> usize {
    let program = compile(policy).unwrap();
    let mut cached = 0;
    for arch in policy.arches() {
        // The kernel asks for the numbers of its table; a little more does no harm here.
        for nr in (0..600).map(|nr| arch.first_number() + nr) {
            let found = is_constant_allow(&program, arch.token(), nr);
            if allowed_whatever(policy, arch, nr) {
                assert!(found, "{what}: {nr} on {arch} could be cached\n{program:?}");
            }
            // Conditions that always hold or never do can make more calls cached, rightly so.
            if found {
                cached += 1;
                for value in EDGES {
                    let call = call(arch, nr.cast_signed(), [value; 6]);
                    assert_eq!(evaluate(policy, &call), Action::ALLOW, "{what}: {nr} on {arch}");
                }
            }
        }
    }
    cached
}

#[test]
fn every_unconditional_allow_is_cached() {
    for modes in all_modes() {
        let policy = built_in_on(modes, &ARCHES);
        let cached = all_cached(&policy, &format!("{modes:?}"));
        println!("{modes:?}: {cached} calls on four architectures are answered from the bitmap");
        assert!(cached > 4 * 200);
    }
    for seed in 0..1000 {
        all_cached(&random_policy(&mut Random::new(seed), 60), &format!("seed {seed}"));
    }
}
