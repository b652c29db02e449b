//! Programs from elsewhere: what is counted, compared and shown of them is what they do.

use super::coded;
use super::held::returned;
use crate::cases::Random;
use nucleus_seccomp::action::strictness;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program, Walk, emulate, run as run_program};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::prove::compare_programs;
use nucleus_seccomp::show::{self, Shown};

/// The bytes choose a program, and another one or a change of the first.
pub fn run(bytes: &[u8]) {
    const LONGEST: usize = 48;
    let mut random = Random::of_bytes(bytes);
    let first = coded::instructions(&mut random, 0, LONGEST);
    let mut second = first.clone();
    let changes = coded::instructions(&mut random, 0, LONGEST);
    match random.below(4) {
        0 => second = changes,
        count => {
            for change in changes.into_iter().take(count) {
                let place = random.below(second.len());
                second[place] = change;
            }
        }
    }
    let (Ok(first), Ok(second)) = (Program::new(first), Program::new(second)) else { return };
    let calls = calls(&first, &second, &mut random);
    compared(&first, &second, &calls);
    counted(&first, &calls);
    shown(&first, random.one_in(2));
}

/// Calls at the constants of both.
fn calls(first: &Program, second: &Program, random: &mut Random) -> Vec<Call> {
    const MOST: usize = 64;
    let mut values: Vec<u32> = vec![0, 1, u32::MAX];
    for Instruction { k, .. } in first.instructions().iter().chain(second.instructions()) {
        values.extend([k.wrapping_sub(1), *k, k.wrapping_add(1)]);
    }
    let mut tokens = values.clone();
    tokens.extend([Arch::X86_64, Arch::X86, Arch::S390x].map(Arch::token));
    // Bytes that are used up would always choose the same.
    let mut random = Random::new(random.next());
    let call = |_| Call {
        nr: random.pick(&values).cast_signed(),
        arch: random.pick(&tokens),
        instruction_pointer: random.next(),
        args: std::array::from_fn(|_| {
            u64::from(random.pick(&values)) | u64::from(random.pick(&values)) << 32
        }),
    };
    (0..MOST).map(call).collect()
}

/// A call that is said to show a difference does, and where none is found there is none.
fn compared(first: &Program, second: &Program, calls: &[Call]) {
    let Ok(found) = compare_programs(first, second) else { return };
    let order =
        |call: &Call| strictness(returned(first, call)).cmp(&strictness(returned(second, call)));
    if let Some(call) = found.stricter {
        assert!(order(&call).is_lt(), "stricter for {call:x?}?\n{first:?}{second:?}");
    }
    if let Some(call) = found.looser {
        assert!(order(&call).is_gt(), "looser for {call:x?}?\n{first:?}{second:?}");
    }
    for call in calls {
        let order = order(call);
        assert!(found.stricter.is_some() || order.is_ge(), "{call:x?}\n{first:?}{second:?}");
        assert!(found.looser.is_some() || order.is_le(), "{call:x?}\n{first:?}{second:?}");
    }
}

/// A run is one of the ways that were counted, and what the kernel would remember as allowed is.
fn counted(program: &Program, calls: &[Call]) {
    const ALLOW: u32 = 0x7fff_0000;
    let mut walk = Walk::new(program);
    for call in calls {
        let (nr, token) = (call.nr.cast_unsigned(), call.arch);
        let ways = walk.of(token, nr);
        let run = run_program(program, call, Arch::is_big_endian(token));
        let steps = u32::try_from(run.steps).unwrap();
        assert!((ways.shortest..=ways.longest).contains(&steps), "{call:x?} {ways:?}\n{program:?}");
        assert!(
            ways.result.is_none_or(|value| value == run.value),
            "{call:x?} {ways:?}\n{program:?}"
        );
        let allowed = emulate(program, token, nr).allowed;
        assert!(!allowed || run.value == ALLOW, "{call:x?}\n{program:?}");
    }
}

/// Every form for eyes ends, with text of a size that somebody can take.
fn shown(program: &Program, big_endian: bool) {
    const FORMS: [fn(&Shown<'_>) -> String; 3] = [show::listing, show::pseudocode, show::dot];
    const LARGEST: usize = 1 << 20;
    for form in FORMS {
        let text = form(&Shown { program, big_endian, policy: None });
        assert!((1..LARGEST).contains(&text.len()), "{} bytes\n{program:?}", text.len());
    }
}
