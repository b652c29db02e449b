//! The classic layout before the kernel had a bitmap of its own: one bit a number for what is allowed
//! whatever its arguments, looked up by a shift; what has conditions comes behind, in seccompiler's
//! translation.

use super::seccompiler::{Allowed, compile, left_out, number};
use super::{Work, as_program};
use crate::spec::Spec;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::{Arch, X32_BIT};
use nucleus_seccomp::bpf::Opcode::{And, IfAnyBit, IfAtLeast, IfEqual, Jump, Load, Return};
use nucleus_seccomp::bpf::{Instruction, Program};

/// What [`nucleus_seccomp::bpf::Opcode`] has no names for, as `linux/bpf_common.h` numbers it.
const LOAD_IMMEDIATE: u16 = 0x00;
const SHIFT_RIGHT: u16 = 0x74;
const SHIFT_RIGHT_BY_X: u16 = 0x7c;
const INTO_X: u16 = 0x07;

const NR: u32 = 0;
const ARCH: u32 = 4;

pub struct Classic {
    arches: Vec<Arch>,
    calls: Vec<Allowed>,
    left_out: Vec<String>,
}

impl Classic {
    pub fn new(spec: &Spec) -> Self {
        let calls = spec.calls.iter().filter_map(Allowed::of).collect();
        Self { arches: spec.arches.clone(), calls, left_out: left_out(spec) }
    }

    fn instructions(&self) -> Result<Vec<Instruction>, String> {
        let blocks: Result<Vec<_>, String> =
            self.arches.iter().map(|arch| block(*arch, &self.calls)).collect();
        Ok(dispatch(&self.arches, &blocks?))
    }
}

impl Work for Classic {
    fn make(&self) -> Result<(), String> {
        let instructions = self.instructions()?;
        match instructions.len() {
            ..=Program::LONGEST => Ok(()),
            length => Err(format!("{length} instructions")),
        }
    }

    fn program(&self) -> Result<Program, String> {
        as_program("bitmap", self.instructions()?)
    }

    fn left_out(&self) -> Option<String> {
        (!self.left_out.is_empty()).then(|| self.left_out.join("; "))
    }
}

fn other(code: u16, k: u32) -> Instruction {
    Instruction { code, jt: 0, jf: 0, k }
}

/// Jumps to the block of the call's architecture; there may be too far to go for a branch.
fn dispatch(arches: &[Arch], blocks: &[Vec<Instruction>]) -> Vec<Instruction> {
    let x32 = arches.iter().position(|arch| *arch == Arch::X32);
    let mut program = vec![Instruction::plain(Load, ARCH)];
    let mut jumps = Vec::new();
    for (place, arch) in arches.iter().enumerate() {
        let token = arch.token();
        match x32 {
            // Behind the token of x86_64.
            Some(x32) if x32 == place => {}
            Some(x32) if *arch == Arch::X86_64 => {
                program.push(Instruction::branch(IfEqual, token, 0, 4));
                program.push(Instruction::plain(Load, NR));
                program.push(Instruction::branch(IfAnyBit, X32_BIT, 0, 1));
                jumps.extend([(program.len(), x32), (program.len() + 1, place)]);
                program.extend([Instruction::plain(Jump, 0); 2]);
            }
            _ => {
                program.push(Instruction::branch(IfEqual, token, 0, 1));
                jumps.push((program.len(), place));
                program.push(Instruction::plain(Jump, 0));
            }
        }
    }
    program.push(Instruction::plain(Return, Action::KILL_PROCESS.to_raw()));
    for (from, block) in jumps {
        let before: usize = blocks[..block].iter().map(Vec::len).sum();
        program[from].k = u32::try_from(program.len() + before - from - 1).unwrap();
    }
    blocks.iter().for_each(|block| program.extend(block));
    program
}

/// The bitmap of one architecture, and behind it what has conditions.
fn block(arch: Arch, calls: &[Allowed]) -> Result<Vec<Instruction>, String> {
    let bit = if arch == Arch::X32 { X32_BIT } else { 0 };
    let mut words: Vec<u32> = Vec::new();
    let mut rules = std::collections::BTreeMap::new();
    for call in calls {
        let Some(number) = number(call.name, arch) else { continue };
        let chain = call.chain();
        if !chain.is_empty() {
            rules.insert(i64::from(number), chain);
            continue;
        }
        let place = (number & !bit) as usize;
        words.resize(words.len().max(place / 32 + 1), 0);
        words[place / 32] |= 1 << (place % 32);
    }
    // Without its look at the architecture: that was done.
    const LOOK: usize = 3;
    let behind = compile(rules)?.split_off(LOOK);
    if words.is_empty() {
        return Ok(behind);
    }
    let limit = bit + u32::try_from(words.len() * 32).unwrap();
    let mut block = vec![
        Instruction::plain(Load, NR),
        Instruction::branch(IfAtLeast, limit, 0, 0),
        Instruction::plain(And, 31),
        other(INTO_X, 0),
        Instruction::plain(Load, NR),
        Instruction::plain(And, !bit),
        other(SHIFT_RIGHT, 5),
    ];
    if bit == 0 {
        block.remove(5);
    }
    let mut leaves = Vec::new();
    tree(&mut block, &mut leaves, 0, &words);
    let allow = block.len();
    let away = |from: usize, to: usize| u8::try_from(to - from - 1).unwrap();
    block[1].jt = away(1, allow + 1);
    for leaf in leaves {
        (block[leaf].jt, block[leaf].jf) = (away(leaf, allow), away(leaf, allow + 1));
    }
    block.push(Instruction::plain(Return, Action::ALLOW.to_raw()));
    block.extend(behind);
    Ok(block)
}

/// Finds the word by halving, shifts it by X and tests its lowest bit; `leaves` are the tests, whose
/// targets are not known yet.
fn tree(block: &mut Vec<Instruction>, leaves: &mut Vec<usize>, first: usize, words: &[u32]) {
    if let [word] = words {
        block.push(other(LOAD_IMMEDIATE, *word));
        block.push(other(SHIFT_RIGHT_BY_X, 0));
        leaves.push(block.len());
        block.push(Instruction::branch(IfAnyBit, 1, 0, 0));
        return;
    }
    let (low, high) = words.split_at(words.len() / 2);
    let (branch, middle) = (block.len(), first + low.len());
    block.push(Instruction::branch(IfAtLeast, u32::try_from(middle).unwrap(), 0, 0));
    tree(block, leaves, first, low);
    block[branch].jt = u8::try_from(block.len() - branch - 1).unwrap();
    tree(block, leaves, middle, high);
}
