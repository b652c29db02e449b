//! Which rules of a policy a verdict comes from.

use super::text::Text;
use crate::action::Action;
use crate::arch::Arch;
use crate::policy::{Policy, Rule, is_denied, rules_for, unknown_for};

/// What `policy` says of call `nr` on `arch` that comes to the value `raw`, in words: each rule with
/// that verdict, a denial, or what holds where no rule does. The steps are those of
/// [`evaluate`](crate::policy::evaluate()).
#[inline(never)]
pub(super) fn origins(policy: &Policy, arch: Arch, nr: u32, raw: u32) -> Vec<String> {
    let mut found = Vec::new();
    for layer in policy.layers() {
        of_layer(layer, arch, nr, &mut |action, what| {
            if action.to_raw() == raw {
                let mut text = Text::default();
                for part in what {
                    text.put(part);
                }
                found.push(text.take());
            }
        });
    }
    found
}

fn of_layer(policy: &Policy, arch: Arch, nr: u32, say: &mut dyn FnMut(Action, &[&str])) {
    if !policy.covers(arch) {
        return say(policy.attributes().bad_arch, &["the action for other architectures"]);
    }
    if is_denied(policy, arch, nr) {
        return say(policy.deny_action(), &["denied"]);
    }
    let rules = rules_for(policy, arch, nr);
    let is_whole = |rule: &&Rule| rule.conditions().is_empty();
    let strictest = rules.iter().filter(is_whole).map(Rule::action).min();
    for rule in &rules {
        if !is_whole(&rule) || Some(rule.action()) == strictest {
            let kind = if rule.is_soft() { "soft rule '" } else { "rule '" };
            say(rule.action(), &[kind, &rule.to_string(), "'"]);
        }
    }
    match (strictest, unknown_for(policy, arch, nr)) {
        (Some(_), _) => {}
        (None, Some(action)) => say(action, &["the action for newer calls"]),
        (None, None) => say(policy.default_action(), &["the default"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Call;
    use crate::policy::builtin::{self, Modes};
    use crate::policy::evaluate;
    use crate::syscall::Syscall;

    #[test]
    fn every_verdict_has_a_reason() {
        let arches = [Arch::X86_64, Arch::Aarch64];
        let mut policy = Policy::covering(Action::KILL_PROCESS, arches);
        builtin::add_to(&mut policy, Modes::default()).unwrap();
        policy.deny("ptrace").unwrap();
        let mut layered = policy.clone();
        layered.intersect(&Policy::covering(Action::LOG, [Arch::X86_64])).unwrap();
        for (policy, arch) in [&policy, &layered].into_iter().flat_map(|p| arches.map(|a| (p, a))) {
            let numbers = Syscall::all().filter_map(|call| call.number(arch));
            for nr in numbers.chain([1000, u32::MAX]) {
                for args in [[0; 6], [1; 6], [u64::MAX; 6]] {
                    let token = arch.token();
                    let call = Call { nr: nr.cast_signed(), arch: token, args, ..Call::default() };
                    let verdict = evaluate(policy, &call);
                    let found = origins(policy, arch, nr, verdict.to_raw());
                    assert!(!found.is_empty(), "{call} is {verdict}, and nothing says why");
                }
            }
        }
    }
}
