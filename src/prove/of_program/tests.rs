//! What programs make of arguments, and the work that it takes.

use super::*;
use crate::bpf::run;
use crate::call::Call;

const LOW: u32 = 16;
const HIGH: u32 = 20;

fn load(offset: u32) -> Instruction {
    Instruction::plain(Opcode::Load, offset)
}

fn and(mask: u32) -> Instruction {
    Instruction::plain(Opcode::And, mask)
}

fn equal(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfEqual, k, jt, jf)
}

fn at_least(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfAtLeast, k, jt, jf)
}

fn greater(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfGreater, k, jt, jf)
}

fn any_bit(k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction::branch(Opcode::IfAnyBit, k, jt, jf)
}

fn jump(k: u32) -> Instruction {
    Instruction::plain(Opcode::Jump, k)
}

fn returns(value: u32) -> Instruction {
    Instruction::plain(Opcode::Return, value)
}

fn program(instructions: &[Instruction]) -> Program {
    Program::new(instructions.to_vec()).unwrap()
}

/// Halves of argument 0: all that are small, and some at the end and at the upper bits.
fn words() -> impl Iterator<Item = u32> + Clone {
    (0..20).chain([u32::MAX, u32::MAX - 1, 1 << 31, (1 << 31) + 5, 1 << 30, 0xff00_0004])
}

/// And what it costs where that is easily told: the instructions that are come to, an eighth of the
/// steps through trees, and an operation for each bit by which one return is told from another.
#[test]
fn programs_are_what_the_interpreter_makes_of_calls() {
    let cases: [(&str, Vec<Instruction>, Option<usize>); 12] = [
        ("a return", vec![returns(3)], Some(1)),
        ("a value", vec![load(LOW), equal(5, 0, 1), returns(1), returns(2)], Some(36)),
        (
            "a value behind a jump",
            vec![load(LOW), jump(1), returns(1), equal(5, 0, 1), returns(2), returns(3)],
            Some(37),
        ),
        (
            "some of the bits asked for",
            vec![load(LOW), and(12), any_bit(6, 0, 1), returns(1), returns(2)],
            Some(6),
        ),
        ("bits of all", vec![load(LOW), any_bit(6, 0, 1), returns(1), returns(2)], Some(6)),
        (
            "values of some bits, one after the other",
            vec![
                load(LOW),
                and(6),
                equal(2, 2, 0),
                equal(4, 1, 0),
                at_least(6, 1, 2),
                returns(1),
                returns(2),
                returns(3),
            ],
            None,
        ),
        (
            "a tree of values",
            vec![
                load(LOW),
                at_least(8, 0, 3),
                equal(9, 4, 0),
                greater(12, 4, 0),
                jump(3),
                equal(5, 0, 1),
                equal(3, 0, 1),
                returns(1),
                returns(2),
                returns(3),
            ],
            Some(73),
        ),
        (
            "a tree of many steps",
            vec![
                load(LOW),
                equal(1, 0, 0),
                equal(3, 0, 0),
                equal(5, 0, 0),
                equal(7, 0, 1),
                returns(1),
                returns(2),
            ],
            Some(39),
        ),
        (
            "bits, and values behind that",
            vec![
                load(LOW),
                any_bit(5, 0, 2),
                equal(4, 0, 1),
                returns(1),
                equal(2, 0, 1),
                returns(2),
                returns(3),
            ],
            None,
        ),
        (
            "one half, and then the other",
            vec![load(HIGH), equal(2, 0, 3), load(LOW), greater(7, 0, 1), returns(1), returns(2)],
            None,
        ),
        (
            "ways that come together with other bits",
            vec![load(LOW), any_bit(1, 0, 1), and(0xe), equal(6, 0, 1), returns(1), returns(2)],
            None,
        ),
        (
            "a chain with a question behind each value",
            vec![
                load(LOW),
                equal(3, 0, 2),
                load(HIGH),
                equal(4, 4, 5),
                equal(6, 0, 2),
                load(HIGH),
                equal(5, 1, 2),
                equal(9, 0, 1),
                returns(1),
                returns(2),
            ],
            None,
        ),
    ];
    for (why, instructions, cost) in cases {
        let program = program(&instructions);
        let mut diagram = Diagram::new();
        let function = arguments(&mut diagram, &program, 0).unwrap().unwrap();
        let work = diagram.begun();
        for (high, low) in words().flat_map(|high| words().map(move |low| (high, low))) {
            let argument = u64::from(high) << 32 | u64::from(low);
            let call = Call { args: [argument; 6], ..Call::default() };
            let found = diagram.for_call(function, &call, false);
            assert_eq!(found, run(&program, &call, false).value, "{why}: {argument:#x}");
        }
        if let Some(cost) = cost {
            assert_eq!(work, cost, "{why}");
        }
    }
}

#[test]
fn what_does_more_than_compare_arguments_is_not_followed() {
    let code = |code| Instruction { code, jt: 0, jf: 0, k: 0 };
    for (why, instructions) in [
        ("the number", vec![load(0), returns(1)]),
        ("the architecture", vec![load(4), returns(1)]),
        ("the accumulator as the kernel clears it", vec![equal(0, 0, 0), returns(1)]),
        ("a sum", vec![load(LOW), code(0x04), returns(1)]),
        ("what is in A", vec![load(LOW), code(0x16)]),
    ] {
        let found = arguments(&mut Diagram::new(), &program(&instructions), 0).unwrap();
        assert_eq!(found, None, "{why}");
    }
}

#[test]
fn a_search_tree_goes_on_where_a_test_leads_to_another() {
    for (why, instruction, expected) in [
        ("a value", equal(1, 0, 0), true),
        ("an order", greater(1, 0, 0), true),
        ("the highest bit", any_bit(1 << 31, 0, 0), true),
        ("other bits", any_bit(5, 0, 0), false),
        ("a load", load(LOW), false),
        ("a return", returns(1), false),
        ("a product", Instruction { code: 0x24, jt: 0, jf: 0, k: 0 }, false),
    ] {
        assert_eq!(is_test(instruction), expected, "{why}");
    }
}

/// So many tests of values, whatever comes of them.
fn split(count: u32) -> Vec<Instruction> {
    (1..=count).map(|value| equal(3 * value, 0, 0)).chain([returns(1)]).collect()
}

/// Tests that lead out to as many returns as there are, and one more for no value.
fn ways_out(count: u8) -> Vec<Instruction> {
    let tests = (0..count).map(|place| equal(u32::from(place) * 3, count, 0));
    tests.chain((0..=count).map(|value| returns(value.into()))).collect()
}

#[test]
fn a_search_tree_is_walked_to_its_ways_out() {
    const TOP: u32 = u32::MAX;
    type Out<'a> = (usize, &'a [(u32, u32)]);
    let cases: [(&str, Vec<Instruction>, Option<&[Out]>, usize); 8] = [
        (
            "a value, and an order",
            vec![load(LOW), equal(5, 1, 0), greater(8, 2, 1), load(HIGH), returns(1), returns(2)],
            Some(&[(3, &[(5, 5)]), (4, &[(0, 4), (6, 8)]), (5, &[(9, TOP)])]),
            7,
        ),
        (
            "a jump is a way out",
            vec![load(LOW), equal(5, 1, 0), jump(1), returns(1), returns(2)],
            Some(&[(2, &[(0, 4), (6, TOP)]), (3, &[(5, 5)])]),
            4,
        ),
        (
            "a test of bits is a way out",
            vec![load(LOW), equal(5, 1, 0), any_bit(6, 0, 1), returns(1), returns(2)],
            Some(&[(2, &[(0, 4), (6, TOP)]), (3, &[(5, 5)])]),
            4,
        ),
        (
            "a test of bits is none itself",
            vec![load(LOW), any_bit(6, 0, 1), returns(1), returns(2)],
            None,
            1,
        ),
        ("as many steps as a tree may have", split(3), Some(&[(3, &[(0, TOP)])]), 16),
        ("and one more", split(4), None, 21),
        (
            "as many ways out as a tree may have",
            ways_out(7),
            Some(&[
                (7, &[(1, 2), (4, 5), (7, 8), (10, 11), (13, 14), (16, 17), (19, TOP)]),
                (8, &[(0, 0)]),
                (9, &[(3, 3)]),
                (10, &[(6, 6)]),
                (11, &[(9, 9)]),
                (12, &[(12, 12)]),
                (13, &[(15, 15)]),
                (14, &[(18, 18)]),
            ]),
            36,
        ),
        ("and one more", ways_out(8), None, 45),
    ];
    for (why, instructions, expected, steps) in cases {
        let program = program(&instructions);
        let start = usize::from(instructions[0] == load(LOW));
        let mut diagram = Diagram::new();
        let (never, always) = (diagram.value(0), diagram.value(1));
        let (found, taken) = search_tree(&program, start, &Steps::new(never), always);
        let found = found.map(|ways| {
            let mut ways: Vec<(usize, Vec<(u32, u32)>)> = ways
                .iter()
                .map(|(out, values)| {
                    // Ranges side by side stay apart where they came by different ways.
                    let mut ranges: Vec<(u32, u32)> = Vec::new();
                    for (range, value) in values.within(Range::ALL) {
                        match ranges.last_mut() {
                            _ if value != always => {}
                            Some((_, last)) if last.checked_add(1) == Some(range.first) => {
                                *last = range.last;
                            }
                            _ => ranges.push((range.first, range.last)),
                        }
                    }
                    (*out, ranges)
                })
                .collect();
            ways.sort_unstable();
            ways
        });
        let expected = expected.map(|ways| {
            ways.iter().map(|(out, ranges)| (*out, ranges.to_vec())).collect::<Vec<_>>()
        });
        assert_eq!((found, taken), (expected, steps), "{why}");
    }
}
