//! Random profiles for several architectures, with socketcall and ipc and what goes through them in
//! each other's way: of the two readings the proof says that the usual one is nowhere weaker than
//! runc's, and of calls as the kernel takes them, that none gets more than what was said of it.

use super::{AS_RUNC, Context, DOCKER, USUAL, read};
use crate::cases::{Random, call};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::{Policy, evaluate};
use nucleus_seccomp::prove::{Order, compare_policies};
use nucleus_seccomp::syscall::Syscall;

const ACTIONS: [(&str, Action); 6] = [
    ("ALLOW", Action::ALLOW),
    ("LOG", Action::LOG),
    ("TRACE", Action::trace(1)),
    ("ERRNO", Action::errno(1)),
    ("TRAP", Action::trap(0)),
    ("KILL_PROCESS", Action::KILL_PROCESS),
];

/// A multiplexer, what goes through it, and the number of that there.
const THROUGH: [(&str, &str, u64); 4] = [
    ("socketcall", "bind", 2),
    ("socketcall", "accept4", 18),
    ("ipc", "shmat", 21),
    ("ipc", "shmget", 23),
];

/// Each with its own architecture in front, and with a multiplexer.
const ARCHES: [&[Arch]; 4] = [
    &[Arch::X86_64, Arch::X86, Arch::X32],
    &[Arch::S390x, Arch::S390],
    &[Arch::Ppc64],
    &[Arch::Mips],
];

/// A rule: for which calls, its verdict, and whether it has conditions.
struct Rule([&'static str; 2], Action, bool);

fn rule(random: &mut Random) -> (Rule, String) {
    let (word, action) = random.pick(&ACTIONS);
    let (multiplexer, name, _) = random.pick(&THROUGH);
    let names = random.pick(&[[multiplexer; 2], [name; 2], [name; 2], [multiplexer, name]]);
    let args: Vec<String> = (0..random.pick(&[0, 0, 1, 1, 2]))
        .map(|_| {
            let operator = random.pick(&["NE", "LT", "EQ", "GE", "GT"]);
            let (index, value) = (random.below(3), random.pick(&[0, 1, 2, 18, 21, 23, 40]));
            format!(r#"{{"index": {index}, "value": {value}, "op": "SCMP_CMP_{operator}"}}"#)
        })
        .collect();
    let json = format!(
        r#"{{"names": ["{}", "{}"], "action": "SCMP_ACT_{word}", "args": [{}]}}"#,
        names[0],
        names[1],
        args.join(", ")
    );
    (Rule(names, action, !args.is_empty()), json)
}

/// What goes through a multiplexer gets the default, or no more than each rule for it says.
fn check_calls(policy: &Policy, default: Action, rules: &[Rule], arch: Arch, json: &str) {
    let is_named = |rule: &Rule, name: &str| rule.0.contains(&name);
    for (multiplexer, name, number) in THROUGH {
        let nr = Syscall::named("test", multiplexer).unwrap().number(arch).unwrap();
        // The kernel takes what is above the 16 bits of ipc's number for its version.
        let above: &[u64] = if multiplexer == "ipc" { &[0, 0x1_0000, 0x7fff_0000] } else { &[0] };
        for above in above {
            let call = call(arch, nr.cast_signed(), [number | above, 1, 40, 0, 0, 0]);
            let verdict = evaluate(policy, &call);
            let most = rules.iter().filter(|rule| is_named(rule, name)).map(|rule| rule.1).min();
            let own = || rules.iter().filter(|rule| is_named(rule, multiplexer));
            let refused = own().filter(|rule| !rule.2).map(|rule| rule.1).min() == Some(default)
                && own().all(|rule| !rule.2);
            let most = if refused { default } else { most.unwrap_or(verdict) };
            assert!(verdict <= most.max(default), "{multiplexer}({:#x}): {json}", call.args[0]);
        }
    }
}

#[test]
fn the_usual_reading_is_never_weaker() {
    let mut random = Random::new(11);
    let (mut stricter, mut refused) = (0, 0);
    for _ in 0..2500 {
        let arches = random.pick(&ARCHES);
        let context = Context { capabilities: DOCKER, kernel: (6, 1), arch: Some(arches[0]) };
        let (word, default) = random.pick(&ACTIONS);
        let (rules, all): (Vec<Rule>, Vec<String>) =
            (0..2 + random.below(4)).map(|_| rule(&mut random)).unzip();
        let words: Vec<String> = (arches.iter())
            .map(|arch| format!("\"SCMP_ARCH_{}\"", arch.name().to_uppercase()))
            .collect();
        let json = format!(
            r#"{{"defaultAction": "SCMP_ACT_{word}", "architectures": [{}],
                "syscalls": [{}]}}"#,
            words.join(", "),
            all.join(",\n")
        );
        let (mut usual, _) = read(&json, &context, USUAL).unwrap();
        // ENOSYS for what is newer is in both, and no verdict of the profile.
        usual.attributes_mut().unknown = None;
        for arch in arches.iter().filter(|arch| **arch != Arch::X86_64 && **arch != Arch::X32) {
            check_calls(&usual, default, &rules, *arch, &json);
        }
        let Ok((mut runc, _)) = read(&json, &context, AS_RUNC) else {
            refused += 1;
            continue;
        };
        runc.attributes_mut().unknown = None;
        let order = compare_policies(&usual, &runc).unwrap().order();
        assert_eq!(order, Order::Stricter, "foreign calls kill the process, at least\n{json}");
        stricter += 1;
    }
    assert!(stricter > 4 * refused, "{stricter} {refused}");
}
