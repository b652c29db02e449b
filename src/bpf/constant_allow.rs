//! The kernel's analysis of what is allowed without a look at the arguments.
//!
//! Since Linux 5.11, `seccomp_cache_prepare` runs an attached program once for every number of
//! the native and the compat architecture in a small emulator (`seccomp_is_const_allow`), and
//! calls that come out as exactly ALLOW are never given to the program again. Where it keeps such a
//! bitmap is in [`Arch::has_bitmap`](crate::arch::Arch::has_bitmap).
//!
//! A thread's filters share one bitmap: a call is in it if every filter of the thread would have it
//! there alone, and a new filter is asked only about numbers that are left.
//!
//! What is not modelled: since 6.14 the kernel lets uretprobe pass every filter of x86_64, and since
//! 6.18 uprobe, without asking the emulator.

use super::{Instruction, Program};

/// What the kernel's emulator makes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emulated {
    /// Whether the program allows the call, and the emulator finds out.
    pub allowed: bool,
    /// How many instructions it looked at: up to the return, or to one that it does not know.
    pub steps: u32,
}

/// Whether the kernel will let call `nr` of architecture `token` pass without running `program`, if
/// it keeps a bitmap with that number.
#[must_use]
pub fn is_constant_allow(program: &Program, token: u32, nr: u32) -> bool {
    emulate(program, token, nr).allowed
}

/// Runs `program` on call `nr` of architecture `token` in the kernel's emulator.
///
/// The emulator gives up, and the call is run through the program each time, at any instruction
/// besides loads of number and architecture, jumps that compare with a constant, AND with a
/// constant, and returns of a constant.
#[must_use]
pub fn emulate(program: &Program, token: u32, nr: u32) -> Emulated {
    const NR_OFFSET: u32 = 0;
    const ARCH_OFFSET: u32 = 4;
    const ALLOW: u32 = 0x7fff_0000;
    let mut steps = 0;
    let mut a: u32 = 0;
    let mut pc = 0;
    loop {
        let Instruction { code, jt, jf, k } = program.instructions()[pc];
        let branch = |holds: bool| usize::from(if holds { jt } else { jf });
        pc += 1;
        steps += 1;
        match code {
            0x20 if k == NR_OFFSET => a = nr,
            0x20 if k == ARCH_OFFSET => a = token,
            0x06 => return Emulated { allowed: k == ALLOW, steps },
            0x05 => pc += k as usize,
            0x15 => pc += branch(a == k),
            0x25 => pc += branch(a > k),
            0x35 => pc += branch(a >= k),
            0x45 => pc += branch(a & k != 0),
            0x54 => a &= k,
            _ => return Emulated { allowed: false, steps },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Opcode::{And, IfAnyBit, IfAtLeast, IfEqual, IfGreater, Jump, Load, Return};
    use super::*;

    #[test]
    fn what_the_kernel_would_cache_of_call_7() {
        let plain = Instruction::plain;
        let ret = |value| plain(Return, value);
        let is = |k| Instruction::branch(IfEqual, k, 1, 0);
        let shift = Instruction { code: 0x74, jt: 0, jf: 0, k: 0 };
        const ARCH: u32 = 0xc000_003e;
        const ALLOW: u32 = 0x7fff_0000;
        // Goes by 3 if the test holds, by 4 if not.
        let test = |opcode, k, allowed_if: bool| {
            let (held, not) = if allowed_if { (ALLOW, 4) } else { (3, ALLOW) };
            let test = Instruction::branch(opcode, k, 3, 4);
            vec![plain(Load, 0), test, ret(0), ret(1), ret(2), ret(held), ret(not)]
        };
        let cases: [(&str, bool, u32, Vec<Instruction>); 20] = [
            ("allow alone", true, 1, vec![ret(ALLOW)]),
            ("allow with data is not exactly allow", false, 1, vec![ret(ALLOW | 1)]),
            ("log runs the call, too, but has to be logged", false, 1, vec![ret(0x7ffc_0000)]),
            ("its own number", true, 3, vec![plain(Load, 0), is(7), ret(0), ret(ALLOW)]),
            ("another number", false, 3, vec![plain(Load, 0), is(8), ret(0), ret(ALLOW)]),
            ("the architecture", true, 3, vec![plain(Load, 4), is(ARCH), ret(0), ret(ALLOW)]),
            ("nothing is loaded yet", true, 2, vec![is(0), ret(0), ret(ALLOW)]),
            (
                "AND is followed",
                true,
                4,
                vec![plain(Load, 0), plain(And, 4), is(4), ret(0), ret(ALLOW)],
            ),
            ("7 is greater than 6", true, 3, test(IfGreater, 6, true)),
            ("7 is not greater than 7", true, 3, test(IfGreater, 7, false)),
            ("7 is not greater than 8", true, 3, test(IfGreater, 8, false)),
            ("a greater number that is refused", false, 3, test(IfGreater, 6, false)),
            ("7 is at least 6", true, 3, test(IfAtLeast, 6, true)),
            ("7 is at least 7", true, 3, test(IfAtLeast, 7, true)),
            ("7 is not at least 8", true, 3, test(IfAtLeast, 8, false)),
            ("7 has one of the bits 12", true, 3, test(IfAnyBit, 12, true)),
            ("7 has none of the bits 24", true, 3, test(IfAnyBit, 24, false)),
            ("an argument, though it decides nothing", false, 1, vec![plain(Load, 16), ret(ALLOW)]),
            ("a jump without a test", true, 2, vec![plain(Jump, 1), ret(0), ret(ALLOW)]),
            ("any other operation", false, 1, vec![shift, ret(ALLOW)]),
        ];
        for (why, allowed, steps, instructions) in cases {
            let program = Program::new(instructions).unwrap();
            assert_eq!(emulate(&program, ARCH, 7), Emulated { allowed, steps }, "{why}");
            assert_eq!(is_constant_allow(&program, ARCH, 7), allowed, "{why}");
        }
    }
}
