//! A call on which policy and program differ.

use super::bits::Word;
use super::diagram::{Diagram, Function, Root};
use crate::action::Action;
use crate::arch::Arch;
use crate::call::Call;
use crate::error::Error;
use crate::syscall::Syscall;

/// The sentence that says for which call of architecture `token` and number `nr` the functions
/// `wanted` and `found`, which are not equal, differ.
pub(super) fn difference(
    diagram: &Diagram,
    (token, nr): (u32, u32),
    wanted: Function,
    found: Function,
) -> Error {
    let (words, wanted, found) = search(diagram, wanted, found);
    let arch = Arch::from_token(token);
    let call = call(token, nr, &words, arch);
    let show = |raw| match Action::from_raw(raw) {
        Ok(action) => action.to_string(),
        Err(_) => format!("{raw:#010x}"),
    };
    Error::unproven(format!(
        "prove: for {} the policy says {} and the program {}",
        describe(&call, arch),
        show(wanted),
        show(found)
    ))
}

/// Follows both functions down, always into a half where they still differ: there is one, since
/// equal functions are one node.
fn search(diagram: &Diagram, mut wanted: Function, mut found: Function) -> (Words, u32, u32) {
    let mut words = [0; Word::COUNT as usize];
    loop {
        let bit = diagram.level(wanted).min(diagram.level(found));
        match (diagram.root(wanted), diagram.root(found)) {
            (Root::Value(wanted), Root::Value(found)) => return (words, wanted, found),
            _ => {
                let (wanted_0, wanted_1) = diagram.split(wanted, bit);
                let (found_0, found_1) = diagram.split(found, bit);
                (wanted, found) = if wanted_0 != found_0 {
                    (wanted_0, found_0)
                } else {
                    let (word, position) = bit.bit();
                    words[word.place()] |= 1 << position;
                    (wanted_1, found_1)
                };
            }
        }
    }
}

/// The words of a call, in the order of their places.
type Words = [u32; Word::COUNT as usize];

/// The words put together as `arch` does; where nobody knows it, as little-endian machines do.
fn call(token: u32, nr: u32, words: &Words, arch: Option<Arch>) -> Call {
    let argument = |index| {
        let (high, low) = Word::halves(arch.unwrap_or(Arch::X86_64), index);
        u64::from(words[high.place()]) << 32 | u64::from(words[low.place()])
    };
    let args = [0, 1, 2, 3, 4, 5].map(argument);
    Call { nr: nr.cast_signed(), arch: token, args, ..Call::default() }
}

fn describe(call: &Call, arch: Option<Arch>) -> String {
    let number = call.nr.cast_unsigned();
    let arch = arch.filter(|arch| arch.owns(call));
    let args = call.args.map(|argument| format!("{argument:#x}")).join(", ");
    match arch {
        Some(arch) => match Syscall::numbered(arch, number) {
            Some(known) => format!("{}({args}) on {arch}", known.name()),
            None => format!("call {number:#x}({args}) on {arch}"),
        },
        None => format!("call {number:#x}({args}) of architecture {:#010x}", call.arch),
    }
}
