//! The classic layout, with a bitmap in the program.

use crate::cases::{Random, all_modes, built_in_on};
use crate::compiled::compare;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::is_constant_allow;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::ARCHES;
use nucleus_seccomp::policy::{Layout, Policy, Rule, Subject};
use nucleus_seccomp::prove::prove;

/// What the tables of a bitmap may get wrong, each a policy by its default, its architectures and the
/// numbers that are allowed; and how many words the tables of its program have.
const CASES: [(&str, Action, &[Arch], &[i32], usize); 10] = [
    ("nothing is allowed: no table", Action::KILL_PROCESS, &[Arch::X86_64], &[], 0),
    ("the first number", Action::KILL_PROCESS, &[Arch::X86_64], &[0], 1),
    ("the ends of a word", Action::errno(1), &[Arch::X86_64], &[31, 32, 63, 95], 3),
    ("the ends of the table", Action::errno(1), &[Arch::X86_64], &[1, 1022, 1023, 1024, 1025], 32),
    ("one more than a table has", Action::errno(1), &[Arch::X86_64], &[1, 1022, 1023, 1024], 32),
    ("all but what is refused: asked alone", Action::ALLOW, &[Arch::X86_64], &[], 0),
    ("far numbers alone", Action::KILL_PROCESS, &[Arch::Arm], &[0x000f_0001, 0x000f_0005, -1], 0),
    ("numbers that do not begin with 0", Action::trap(1), &[Arch::Mips], &[4000, 4001, 4300], 10),
    ("nor with a multiple of 32", Action::trap(1), &[Arch::Mips64], &[4999, 5000, 5001, 5031], 2),
    (
        "two tables behind one token",
        Action::errno(1),
        &[Arch::X86_64, Arch::X32],
        &[0, 1, 64, 300],
        20,
    ),
];

/// What a word of a table is loaded with: A = k.
const LOAD_CONSTANT: u16 = 0x00;

#[test]
fn the_tables_of_a_bitmap_hold_what_is_allowed() {
    let mut random = Random::new(2);
    for (why, default, arches, numbers, tables) in CASES {
        let mut policy = Policy::covering(default, arches.iter().copied());
        policy.attributes_mut().layout = Layout::Bitmap;
        for (arch, number) in arches.iter().flat_map(|a| numbers.iter().map(move |n| (*a, *n))) {
            let bit = if arch == Arch::X32 { 0x4000_0000 } else { 0 };
            let subject = Subject::numbered("test", arch, number | bit).unwrap();
            policy.add_rule_for(subject, Rule::new(Action::ALLOW, [])).unwrap();
        }
        policy.deny("kexec_load").unwrap();
        let program = compile(&policy).unwrap_or_else(|error| panic!("{why}: {error}"));
        let words = program.instructions().iter().filter(|op| op.code == LOAD_CONSTANT).count();
        assert_eq!(words, tables, "{why}: {program:?}");
        compare(&policy, &program, &mut random, why);
        prove(&policy, program).unwrap_or_else(|error| panic!("{why}: {error}"));
    }
}

#[test]
fn the_built_in_policy_means_the_same_in_every_layout() {
    let mut random = Random::new(3);
    for modes in all_modes() {
        let mut policy = built_in_on(modes, &ARCHES);
        let tree = compile(&policy).unwrap();
        policy.attributes_mut().layout = Layout::Tree;
        assert_eq!(compile(&policy).unwrap(), tree, "the tree is what the library chooses");
        policy.attributes_mut().layout = Layout::Bitmap;
        let bitmap = compile(&policy).unwrap();
        compare(&policy, &bitmap, &mut random, &format!("{modes:?}"));
        for arch in ARCHES {
            let cached = (0..600).find(|nr| is_constant_allow(&bitmap, arch.token(), *nr));
            assert_eq!(cached, None, "the kernel does not follow shifts");
        }
        prove(&policy, bitmap).unwrap();
    }
}
