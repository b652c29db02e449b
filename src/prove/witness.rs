//! A call on which two functions differ.

use super::bits::{self, Word};
use super::diagram::{Diagram, Function, Root};
use crate::arch::Arch;
use crate::call::Call;

/// A call for which the functions, which are not equal, differ, and the value of each. `place` is
/// its token and number, where the functions are of the arguments alone.
pub(super) fn difference(
    diagram: &Diagram,
    place: Option<(u32, u32)>,
    mut a: Function,
    mut b: Function,
) -> (Call, (u32, u32)) {
    let mut words = [0; Word::COUNT as usize];
    if let Some((token, nr)) = place {
        words[Word::ARCH.place()] = token;
        words[Word::NR.place()] = nr;
    }
    // Always into a half where they still differ: there is one, since equal functions are one node.
    loop {
        let bit = diagram.level(a).min(diagram.level(b));
        match (diagram.root(a), diagram.root(b)) {
            (Root::Value(a), Root::Value(b)) => return (call(&words), (a, b)),
            _ => {
                let (a_0, a_1) = diagram.split(a, bit);
                let (b_0, b_1) = diagram.split(b, bit);
                (a, b) = if a_0 != b_0 {
                    (a_0, b_0)
                } else {
                    let (word, position) = bit.bit();
                    words[word.place()] |= 1 << position;
                    (a_1, b_1)
                };
            }
        }
    }
}

/// The words, in the order of their places, put together as the token says.
fn call(words: &[u32; Word::COUNT as usize]) -> Call {
    let token = words[Word::ARCH.place()];
    let whole = |index| {
        let (high, low) = Word::halves(Arch::is_big_endian(token), index);
        bits::whole(words[high.place()], words[low.place()])
    };
    Call {
        nr: words[Word::NR.place()].cast_signed(),
        arch: token,
        instruction_pointer: whole(Word::INSTRUCTION_POINTER),
        args: [0, 1, 2, 3, 4, 5].map(whole),
    }
}
