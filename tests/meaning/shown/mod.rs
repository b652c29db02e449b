//! What is shown of programs says what they do: the listing is assembled again, pseudo-code and picture
//! are followed for calls and come to what the interpreter comes to.

mod hostile;
mod listing;
mod picture;
mod pseudocode;
mod source;

use crate::cases::{Random, all_modes, built_in_on, interesting_args, random_policy_laid_out};
use crate::language::random_program;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::policy::builtin::ARCHES;
use nucleus_seccomp::show::Shown;
use nucleus_seccomp::syscall::Syscall;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A program alone, for little-endian machines.
pub fn alone(program: &Program) -> Shown<'_> {
    Shown { program, big_endian: false, policy: None }
}

/// Programs of every kind, with calls to ask them about.
fn programs() -> impl Iterator<Item = (String, Program, Vec<Call>)> {
    let built_in = all_modes().map(|modes| (format!("{modes:?}"), built_in_on(modes, &ARCHES)));
    let random = (0..60)
        .map(|seed| (format!("policy {seed}"), random_policy_laid_out(&mut Random::new(seed), 60)));
    let policies = built_in.chain(random).map(|(what, policy)| {
        let program = compile(&policy).unwrap();
        let calls = calls_of(&policy);
        (what, program, calls)
    });
    let of_the_language = (0..1000).filter_map(|seed| {
        let mut random = Random::new(seed);
        let program = random_program(&mut random)?;
        let calls = (0..40).map(|_| {
            let mut args = [0; 6];
            args.iter_mut().for_each(|arg| *arg = random.next());
            let (nr, arch) = (random.pick(&[0, 1, 2, 3]), random.pick(&[0x4000_0000, 0x4000_0003]));
            Call { nr, arch, args, ..Call::default() }
        });
        let calls = calls.collect();
        Some((format!("program {seed}"), program, calls))
    });
    policies.chain(of_the_language)
}

/// Every call by name and some odd numbers on every architecture of the policy, and others.
fn calls_of(policy: &Policy) -> Vec<Call> {
    let mut random = Random::new(7);
    let mut calls = Vec::new();
    let arches: Vec<Arch> = policy.arches().collect();
    for arch in arches.iter().copied().chain([Arch::X32, Arch::S390]) {
        let named = Syscall::all().filter_map(|call| call.number(arch)).map(u32::cast_signed);
        let first = arch.first_number().cast_signed();
        for nr in named.chain([first + 499, first + 1023, -1, -2, i32::MIN, i32::MAX, 0xf_0000]) {
            for args in interesting_args(policy, nr, arch, &mut random) {
                calls.push(Call { nr, arch: arch.token(), args, instruction_pointer: 0 });
            }
        }
    }
    calls.push(Call { arch: 0xc000_003f, ..Call::default() });
    calls
}

/// Asks a form for eyes about every call of every program: what `ask` makes of a text and a call must
/// be what the interpreter says. It may say that it doesn't know.
fn compare<T>(
    show: fn(&Shown<'_>) -> String,
    read: fn(&str) -> T,
    ask: fn(&T, &Call) -> Option<String>,
) {
    let (mut answered, mut asked) = (0, 0);
    for (what, program, calls) in programs() {
        for big_endian in [false, true] {
            let shown = Shown { big_endian, ..alone(&program) };
            let text = read(&show(&shown));
            for call in calls.iter().filter(|call| Arch::is_big_endian(call.arch) == big_endian) {
                asked += 1;
                let Some(found) = ask(&text, call) else { continue };
                let wanted = Action::show(run(&program, call, big_endian).value);
                let is_it = found == wanted || found.starts_with(&format!("{wanted} ("));
                assert!(is_it, "{what}: {call}: {found}, and it is {wanted}\n{program:?}");
                answered += 1;
            }
        }
    }
    println!("{answered} of {asked} calls answered");
    assert!(answered > 300_000 && answered > asked / 2, "{answered} of {asked}");
}

/// Whether the heading of a section is about a call, and of which architecture it knows names.
fn is_about(title: &str, call: &Call) -> Option<Option<Arch>> {
    if title == "every architecture" {
        return Some(None);
    }
    if let Some(tokens) = title.strip_prefix("architecture ") {
        return is_in(tokens, call.arch, None).then_some(None);
    }
    let (name, _) = title.split_once(' ').unwrap();
    Arch::named(name).filter(|arch| arch.owns(call)).map(Some)
}

/// The section of a call: the rest if no other is about it.
fn section_of<'a, T>(sections: &'a [(String, T)], call: &Call) -> (Option<Arch>, &'a T) {
    let found = sections.iter().find_map(|(title, of)| Some((is_about(title, call)?, of)));
    found.unwrap_or_else(|| {
        let (title, of) = sections.last().unwrap();
        assert_eq!(title, "every other architecture");
        (None, of)
    })
}

/// The group of a call's number, found once: whole lists are gone through for it.
#[derive(Default)]
struct Known<T>(RefCell<BTreeMap<(u32, i32), T>>);

impl<T: Clone> Known<T> {
    fn of(&self, call: &Call, find: impl FnOnce() -> T) -> T {
        let mut known = self.0.borrow_mut();
        known.entry((call.arch, call.nr)).or_insert_with(find).clone()
    }
}

/// Whether a list of names and numbers has a number.
fn is_in(list: &str, number: u32, arch: Option<Arch>) -> bool {
    list.split(',').map(str::trim).filter(|item| !item.is_empty()).any(|item| {
        match item.split_once(" to ") {
            Some((first, last)) => (value(first, arch)..=value(last, arch)).contains(&number),
            None => {
                let is_name = item.starts_with(|first: char| first.is_alphabetic() || first == '_');
                let call = is_name.then(|| Syscall::named("test", item).ok()).flatten();
                match (call, arch) {
                    (Some(call), Some(arch)) => call.number(arch) == Some(number),
                    _ => value(item, arch) == number,
                }
            }
        }
    })
}

/// A number as it is shown: in either base, a call or an architecture by name.
fn value(shown: &str, arch: Option<Arch>) -> u32 {
    let shown = shown.split(" and ").next().unwrap();
    if let Some(digits) = shown.strip_prefix("0x") {
        return u32::from_str_radix(digits, 16).unwrap();
    }
    match (shown, shown.parse(), Arch::named(shown), arch) {
        ("-1", ..) => u32::MAX,
        (_, Ok(number), ..) => number,
        (_, _, Some(arch), _) => arch.token(),
        _ => Syscall::named("test", shown).unwrap().number(arch.unwrap()).unwrap(),
    }
}

/// The word of a call that is shown as `subject`.
fn word(subject: &str, call: &Call) -> u32 {
    let bits = subject.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    if let Some((word_shown, mask)) = bits.and_then(|bits| bits.split_once(" & ")) {
        return word(word_shown, call) & value(mask, None);
    }
    let (name, half) = subject.split_once('.').unwrap_or((subject, ""));
    let whole = match name {
        "nr" => call.nr.cast_unsigned().into(),
        "arch" => call.arch.into(),
        "instruction_pointer" => call.instruction_pointer,
        _ => call.args[usize::from(name.as_bytes()["args[".len()] - b'0')],
    };
    u32::try_from(if half == "high" { whole >> 32 } else { whole & 0xffff_ffff }).unwrap()
}
