//! The listing, assembled.

use super::{alone, programs};
use crate::cases::{Random, random_policy_laid_out};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width};
use nucleus_seccomp::show::{Shown, listing};
use nucleus_seccomp::syscall::Newest;
use std::collections::BTreeMap;

/// The language of bpf_asm, as far as filters use it.
fn assemble(text: &str) -> Vec<Instruction> {
    let mut labels = BTreeMap::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let mut code = line.split(';').next().unwrap().trim();
        if let Some((label, rest)) = code.split_once(':') {
            labels.insert(label, lines.len());
            code = rest.trim();
        }
        if !code.is_empty() {
            lines.push(code);
        }
    }
    let instruction = |(pc, line): (usize, &&str)| {
        let (name, operands) = line.split_once(' ').unwrap_or((line, ""));
        let operands: Vec<&str> = operands.split(", ").collect();
        let (kind, k) = operand(operands[0]);
        let skip = |label: &str| labels.get(label).map(|target| target - pc - 1);
        let jumps = |yes: Option<&&str>, no: Option<&&str>| {
            [yes, no]
                .map(|label| label.map_or(0, |label| u8::try_from(skip(label).unwrap()).unwrap()))
        };
        let x = if kind == 'x' { 0x08 } else { 0 };
        let plain = |code: u16| Instruction { code, jt: 0, jf: 0, k };
        let test = |code: u16, [jt, jf]: [u8; 2]| Instruction { code: code | x, jt, jf, k };
        match (name, kind) {
            ("ld", '[') => plain(0x20),
            ("ld", 'l') => plain(0x80),
            ("ld", '#') => plain(0x00),
            ("ld", 'M') => plain(0x60),
            ("ldx", 'l') => plain(0x81),
            ("ldx", '#') => plain(0x01),
            ("ldx", 'M') => plain(0x61),
            ("st", 'M') => plain(0x02),
            ("stx", 'M') => plain(0x03),
            ("ret", '#') => plain(0x06),
            ("ret", 'a') => plain(0x16),
            ("tax", _) => plain(0x07),
            ("txa", _) => plain(0x87),
            ("neg", _) => plain(0x84),
            ("ja", _) => {
                Instruction { k: u32::try_from(skip(operands[0]).unwrap()).unwrap(), ..plain(0x05) }
            }
            ("add", _) => plain(0x04 | x),
            ("sub", _) => plain(0x14 | x),
            ("mul", _) => plain(0x24 | x),
            ("div", _) => plain(0x34 | x),
            ("or", _) => plain(0x44 | x),
            ("and", _) => plain(0x54 | x),
            ("lsh", _) => plain(0x64 | x),
            ("rsh", _) => plain(0x74 | x),
            ("xor", _) => plain(0xa4 | x),
            ("jeq", _) => test(0x15, jumps(operands.get(1), operands.get(2))),
            ("jgt", _) => test(0x25, jumps(operands.get(1), operands.get(2))),
            ("jge", _) => test(0x35, jumps(operands.get(1), operands.get(2))),
            ("jset", _) => test(0x45, jumps(operands.get(1), operands.get(2))),
            ("jne", _) => test(0x15, jumps(None, operands.get(1))),
            ("jle", _) => test(0x25, jumps(None, operands.get(1))),
            ("jlt", _) => test(0x35, jumps(None, operands.get(1))),
            _ => panic!("no instruction: {line}"),
        }
    };
    lines.iter().enumerate().map(instruction).collect()
}

fn operand(text: &str) -> (char, u32) {
    let number = |digits: &str| match digits.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).unwrap(),
        None if digits == "-1" => u32::MAX,
        None => digits.parse().unwrap(),
    };
    match text {
        "" => (' ', 0),
        "#len" => ('l', 0),
        "x" | "a" => (text.chars().next().unwrap(), 0),
        _ if text.starts_with('L') => ('L', 0),
        _ if text.starts_with('M') => ('M', number(&text[2..text.len() - 1])),
        _ if text.starts_with('[') => ('[', number(&text[1..text.len() - 1])),
        _ => ('#', number(&text[1..])),
    }
}

/// Without what an instruction does not use, which the language has no words for.
fn as_used(Instruction { code, jt, jf, k }: Instruction) -> Instruction {
    let is_jump = code & 7 == 5 && code != 5;
    let (jt, jf) = if is_jump { (jt, jf) } else { (0, 0) };
    let with_x = !matches!(code & 7, 0..=3) && code != 0x06 && code & 8 != 0;
    let k = if with_x || matches!(code, 0x07 | 0x87 | 0x84 | 0x80 | 0x81 | 0x16) { 0 } else { k };
    Instruction { code, jt, jf, k }
}

#[test]
fn it_is_the_program() {
    let mut instructions = 0;
    for (what, program, _) in programs() {
        let wanted: Vec<Instruction> =
            program.instructions().iter().copied().map(as_used).collect();
        let text = listing(&alone(&program));
        assert_eq!(assemble(&text), wanted, "{what}\n{text}");
        instructions += wanted.len();
    }
    for seed in 0..100 {
        let policy = random_policy_laid_out(&mut Random::new(seed), 60);
        let program = compile(&policy).unwrap();
        let text = listing(&Shown { policy: Some(&policy), ..alone(&program) });
        assert_eq!(assemble(&text), program.instructions(), "policy {seed}\n{text}");
    }
    println!("{instructions} instructions");
}

/// All that stands behind one return, in one line.
fn reasons(text: &str, verdict: &str) -> String {
    let end = format!("; {verdict}");
    let lines = text.lines().skip_while(|line| !line.ends_with(&end)).skip(1);
    let reasons = lines.take_while(|line| line.starts_with("        ;"));
    reasons.map(str::trim_start).collect::<Vec<_>>().join(" ")
}

#[test]
fn returns_are_traced_to_their_rules() {
    let is = |index, value| {
        Condition::new("test", index, Operator::Eq, Width::Bits32, value, 0).unwrap()
    };
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64, Arch::Aarch64]);
    policy.attributes_mut().unknown = Some(Action::errno(38));
    policy.attributes_mut().newest = Newest::linux(6, 1).unwrap();
    policy.attributes_mut().bad_arch = Action::KILL_THREAD;
    for name in ["read", "write", "open"] {
        policy.allow(name).unwrap();
    }
    policy.add_rule("ioctl", Rule::new(Action::errno(1), [is(1, 0x5412)])).unwrap();
    policy.add_rule("ioctl", Rule::new(Action::ALLOW, [])).unwrap();
    policy.add_rule("kill", Rule::soft(Action::errno(13), [])).unwrap();
    policy.add_rule("tkill", Rule::soft(Action::errno(13), [])).unwrap();
    policy.allow("tkill").unwrap();
    policy.allow("ptrace").unwrap();
    policy.deny("ptrace").unwrap();
    let program = compile(&policy).unwrap();
    let text = listing(&Shown { policy: Some(&policy), ..alone(&program) });
    let cases = [
        ("allow", "; x86_64, rule 'allow': open, read, tkill, write, ioctl"),
        ("allow", "; aarch64, rule 'allow': read, tkill, write, ioctl"),
        ("errno 1 (EPERM)", "; x86_64, rule 'errno 1 if (u32)arg1 == 0x5412': ioctl"),
        ("errno 13 (EACCES)", "; aarch64, soft rule 'errno 13': kill"),
        ("kill process", "; x86_64, denied: ptrace"),
        ("kill process", "; x86_64, the default: "),
        ("errno 38 (ENOSYS)", "; x86_64, the action for newer calls: "),
        ("kill thread", "; every other architecture: all other numbers"),
    ];
    for (verdict, wanted) in cases {
        let found = reasons(&text, verdict);
        assert!(found.contains(wanted), "{verdict}: {wanted}\n{found}\n{text}");
    }
    assert!(reasons(&text, "errno 13 (EACCES)").matches("kill").count() == 2, "{text}");
    assert!(text.contains("; ioctl:\n"), "{text}");
    for comment in ["; arch\n", "; nr\n", "; args[1].low\n", "; aarch64\n", "; x86_64 and x32\n"] {
        assert!(text.contains(comment), "{comment}{text}");
    }
}

/// Without the policy: who comes there.
#[test]
fn a_program_alone_says_who_comes_where() {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    let low = Condition::new("test", 0, Operator::Eq, Width::Bits32, 2, 0).unwrap();
    policy.add_rule("socket", Rule::new(Action::ALLOW, [low])).unwrap();
    policy.allow("read").unwrap();
    let program = compile(&policy).unwrap();
    let text = listing(&alone(&program));
    assert!(reasons(&text, "allow").contains("; x86_64: read"), "{text}");
    assert!(reasons(&text, "allow").contains("; x86_64, by arguments: socket"), "{text}");
    assert!(reasons(&text, "kill process").contains("; x86_64, by arguments: socket"), "{text}");
}

#[test]
fn every_instruction_has_its_line() {
    let program =
        Program::new(vec![Instruction { code: 0x06, jt: 0, jf: 0, k: 0x0005_0001 }]).unwrap();
    let text = listing(&alone(&program));
    let wanted = "; A system call filter of 1 instruction, for little-endian machines.\n        ret \
                  #0x00050001                     ; errno 1 (EPERM)\n        ; every architecture: \
                  all other numbers\n";
    assert_eq!(text, wanted);
}
