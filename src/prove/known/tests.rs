//! What is known is right, and all that follows.

use super::*;
use crate::action::Action;
use crate::call::Call;

const WORD: Word = Word::NR;
const OTHER: Word = Word::ARCH;
const ALL: u32 = u32::MAX;

const fn equal(word: Word, mask: u32, value: u32) -> Question {
    Question::Equal { word, mask, value }
}

const fn at_least(word: Word, mask: u32, value: u32) -> Question {
    Question::AtLeast { word, mask, value }
}

/// Whatever was learnt, no answer is wrong for a word of which all of it is true.
#[test]
fn no_answer_is_wrong() {
    // Words of three bits are as good as any, and all of them can be tried.
    let questions: Vec<Question> = (0..8)
        .flat_map(|value| {
            let both = move |mask| [equal(WORD, mask, value), at_least(WORD, mask, value)];
            [ALL, 1, 6, 5].into_iter().flat_map(both)
        })
        .collect();
    let mut settled = 0;
    for (first, second) in questions.iter().flat_map(|a| questions.iter().map(move |b| (*a, *b))) {
        for answers in [[true, true], [true, false], [false, true], [false, false]] {
            let mut facts = Facts::new();
            facts.words[WORD.place()].last = 7;
            let mut words: Vec<u32> = (0..8).collect();
            for (question, answer) in [first, second].into_iter().zip(answers) {
                words.retain(|word| question.of(*word) == answer);
                if facts.answer(question).is_none() && !facts.learn(question, answer) {
                    assert_eq!(words, [0u32; 0], "{first:?} {second:?} {answers:?}");
                }
            }
            for question in &questions {
                let Some(answer) = facts.answer(*question) else { continue };
                settled += 1;
                for word in &words {
                    let why = format!("{first:?} {second:?} {answers:?}: {question:?} of {word}");
                    assert_eq!(question.of(*word), answer, "{why}");
                }
            }
        }
    }
    assert!(settled > 100_000, "{settled} answers were given");
}

fn learnt(answers: &[(Question, bool)]) -> Facts {
    let mut facts = Facts::new();
    for (question, answer) in answers {
        assert_eq!(facts.answer(*question), None, "{question:?} is open");
        assert!(facts.learn(*question, *answer), "{question:?}");
    }
    facts
}

/// And no more than that.
#[test]
fn what_was_learnt_answers_what_follows_from_it() {
    type Case<'a> = (&'a str, &'a [(Question, bool)], &'a [(Question, Option<bool>)]);
    const FROM_3: (Question, bool) = (at_least(WORD, ALL, 3), true);
    const FROM_8: (Question, bool) = (at_least(WORD, ALL, 8), true);
    const TO_9: (Question, bool) = (at_least(WORD, ALL, 10), false);
    const NOT_5: (Question, bool) = (equal(WORD, ALL, 5), false);
    const NOT_6: (Question, bool) = (equal(WORD, ALL, 6), false);
    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);
    let cases: [Case; 15] = [
        (
            "not the first of a range: the next one",
            &[FROM_3, (equal(WORD, ALL, 3), false)],
            &[(at_least(WORD, ALL, 4), YES), (at_least(WORD, ALL, 5), None)],
        ),
        (
            "not the last of a range: the one before",
            &[TO_9, (equal(WORD, ALL, 9), false)],
            &[(at_least(WORD, ALL, 9), NO), (at_least(WORD, ALL, 8), None)],
        ),
        (
            "a range that begins with what it is not",
            &[NOT_6, NOT_5, (at_least(WORD, ALL, 5), true)],
            &[(at_least(WORD, ALL, 7), YES), (at_least(WORD, ALL, 8), None)],
        ),
        (
            "a range that ends with what it is not",
            &[NOT_6, NOT_5, (at_least(WORD, ALL, 7), false)],
            &[(at_least(WORD, ALL, 5), NO), (at_least(WORD, ALL, 4), None)],
        ),
        (
            "with what another word is not",
            &[(equal(OTHER, ALL, 5), false), (at_least(WORD, ALL, 5), true)],
            &[(equal(WORD, ALL, 5), None), (at_least(WORD, ALL, 6), None)],
        ),
        (
            "with what some bits are not",
            &[(equal(WORD, 7, 5), false), (at_least(WORD, ALL, 5), true)],
            &[(equal(WORD, ALL, 5), NO), (at_least(WORD, ALL, 6), None)],
        ),
        (
            "the bits that all of a range have",
            &[FROM_8, TO_9],
            &[(equal(WORD, 14, 8), YES), (equal(WORD, 4, 4), NO), (equal(WORD, 1, 1), None)],
        ),
        (
            "bits known twice, by themselves and by a range",
            &[(equal(WORD, 12, 8), true), FROM_8, TO_9],
            &[(equal(WORD, 12, 8), YES), (equal(WORD, 8, 0), NO), (equal(WORD, 4, 4), NO)],
        ),
        (
            "the range of bits that are known",
            &[(equal(WORD, 6, 4), true)],
            &[
                (at_least(WORD, 6, 4), YES),
                (at_least(WORD, 6, 5), NO),
                (at_least(WORD, 2, 1), NO),
                (at_least(WORD, 7, 5), None),
            ],
        ),
        (
            "a bit that is not 0 is 1",
            &[(equal(WORD, 4, 0), false)],
            &[(equal(WORD, 4, 4), YES), (at_least(WORD, 4, 1), YES)],
        ),
        (
            "of several bits that are not all 0 each may be",
            &[(equal(WORD, 6, 0), false)],
            &[(equal(WORD, 6, 4), None), (equal(WORD, 2, 0), None), (equal(WORD, 14, 8), NO)],
        ),
        (
            "a range of some bits",
            &[(at_least(WORD, 14, 4), true), (at_least(WORD, 14, 9), false)],
            &[
                (equal(WORD, 14, 2), NO),
                (equal(WORD, 14, 10), NO),
                (equal(WORD, 14, 8), None),
                (at_least(WORD, 14, 3), YES),
                (at_least(WORD, 14, 10), NO),
                (at_least(WORD, 14, 6), None),
            ],
        ),
        (
            "is none of others",
            &[(at_least(WORD, 6, 4), true)],
            &[(equal(WORD, 10, 2), None), (at_least(WORD, 10, 3), None)],
        ),
        (
            "nor of another word's",
            &[(at_least(OTHER, 6, 4), true)],
            &[(equal(WORD, 6, 2), None), (at_least(WORD, 6, 3), None)],
        ),
        (
            "a range of some bits that has one value left",
            &[(at_least(WORD, 6, 6), true)],
            &[(equal(WORD, 2, 2), YES), (equal(WORD, 6, 6), YES), (equal(WORD, 1, 1), None)],
        ),
    ];
    for (why, answers, questions) in cases {
        let facts = learnt(answers);
        for (question, answer) in questions {
            assert_eq!(facts.answer(*question), *answer, "{why}: {question:?} {facts:?}");
        }
    }
}

/// The walk's budget goes by them.
#[test]
fn facts_are_counted_until_they_are_forgotten() {
    let mut facts = learnt(&[
        (equal(WORD, ALL, 5), false),
        (equal(OTHER, ALL, 0), true), // for what is known of a whole word nothing is looked through
        (equal(WORD, 6, 0), false),
    ]);
    assert_eq!(facts.len(), 2);
    let mark = facts.mark();
    assert!(facts.learn(at_least(WORD, 14, 4), true));
    assert_eq!(facts.len(), 3);
    facts.go_back(mark);
    assert_eq!(facts.len(), 2);
    facts.go_back(Facts::START);
    assert_eq!(facts.len(), 0);
}

const EDGES: [u64; 10] = [
    0,
    1,
    u32::MAX as u64 - 1,
    u32::MAX as u64,
    1 << 32,
    (1 << 32) + 1,
    0x5_0000_0007,
    0x5_ffff_ffff,
    u64::MAX - 1,
    u64::MAX,
];

const OPERATORS: [Operator; 7] = [
    Operator::Eq,
    Operator::Ne,
    Operator::Lt,
    Operator::Le,
    Operator::Gt,
    Operator::Ge,
    Operator::MaskedEq,
];

/// Conditions of all kinds about `index`, on the values at the edges.
fn conditions(index: u32) -> impl Iterator<Item = Condition> {
    let kinds = OPERATORS.into_iter().flat_map(|operator| EDGES.map(|value| (operator, value)));
    kinds.flat_map(move |(operator, value)| {
        let mask = if operator == Operator::MaskedEq { value | 6 } else { 0 };
        [Width::Bits32, Width::Bits64].into_iter().filter_map(move |width| {
            Condition::new("read", index, operator, width, value, mask).ok()
        })
    })
}

#[test]
fn of_a_known_argument_a_condition_is_answered_as_it_is_meant() {
    for arch in [Arch::X86_64, Arch::X86, Arch::S390x] {
        let (high, low) = Word::halves(arch.big_endian(), 2);
        for argument in EDGES {
            let facts = learnt(&[
                (equal(high, ALL, high_half(argument)), true),
                (equal(low, ALL, low_half(argument)), true),
            ]);
            let mut call = Call::default();
            let narrow = arch.has_narrow_arguments();
            call.args[2] = if narrow { low_half(argument).into() } else { argument };
            for condition in conditions(2) {
                let answer = facts.all_hold(arch, &[condition]);
                let why = format!("{condition:?} of {argument:#x} on {arch:?}");
                assert_eq!(answer, settled(condition.holds(&call)), "{why}");
            }
        }
    }
}

/// A rule is left out where its value is outside them.
#[test]
fn bounds_are_of_the_bits_that_a_condition_asks_for() {
    let (high, low) = Word::halves(false, 0);
    let facts = learnt(&[
        (at_least(high, ALL, 2), true),
        (at_least(high, ALL, 4), false),
        (at_least(low, ALL, 8), true),
        (at_least(low, ALL, 11), false),
        (at_least(low, 6, 3), true),
    ]);
    let all = (0x2_0000_0008, 0x3_0000_000a);
    let cases = [
        ("64 bits", Arch::X86_64, Operator::Eq, Width::Bits64, 0, all),
        ("the lower 32", Arch::X86_64, Operator::Eq, Width::Bits32, 0, (8, 10)),
        ("of a 32-bit call", Arch::X86, Operator::Eq, Width::Bits64, 0, (8, 10)),
        ("a few", Arch::X86_64, Operator::MaskedEq, Width::Bits64, 7, (0, 7)),
        ("a few, known", Arch::X86_64, Operator::MaskedEq, Width::Bits64, 6, (3, 6)),
        (
            "of both halves",
            Arch::X86_64,
            Operator::MaskedEq,
            Width::Bits64,
            7 << 32 | 6,
            (3, 7 << 32 | 6),
        ),
    ];
    for (why, arch, operator, width, mask, bounds) in cases {
        let condition = Condition::new("read", 0, operator, width, 0, mask).unwrap();
        assert_eq!(facts.bounds(arch, &condition), bounds, "{why}");
    }
}

/// Most rules are seen to be possible without a diagram; of those that are not, it decides.
#[test]
fn a_rule_is_seen_to_be_possible_at_once() {
    const MOST: u64 = u32::MAX as u64;
    let one = |operator, width, value| {
        vec![Condition::new("read", 1, operator, width, value, 0).unwrap()]
    };
    let of = |indices: &[u32]| {
        let equal = |(index, value): (&u32, u64)| {
            Condition::new("read", *index, Operator::Eq, Width::Bits64, value, 0).unwrap()
        };
        indices.iter().zip(0..).map(equal).collect()
    };
    let (narrow, wide) = (Width::Bits32, Width::Bits64);
    // Whether it is, on x86_64 and on x86.
    let cases: [(&str, Vec<Condition>, [bool; 2]); 18] = [
        ("none at all", vec![], [true, true]),
        ("less than 0", one(Operator::Lt, wide, 0), [false, false]),
        ("less than 1", one(Operator::Lt, wide, 1), [true, true]),
        ("more than 0", one(Operator::Gt, wide, 0), [true, true]),
        ("more than 32 bits", one(Operator::Gt, narrow, MOST), [false, false]),
        ("more than almost 32 bits", one(Operator::Gt, narrow, MOST - 1), [true, true]),
        ("more than 32 bits, of 64", one(Operator::Gt, wide, MOST), [true, false]),
        ("more than 64 bits", one(Operator::Gt, wide, u64::MAX), [false, false]),
        ("0", one(Operator::Eq, wide, 0), [true, true]),
        ("all of 32 bits", one(Operator::Eq, wide, MOST), [true, true]),
        ("one more", one(Operator::Eq, wide, MOST + 1), [true, false]),
        ("at least one more", one(Operator::Ge, wide, MOST + 1), [true, false]),
        ("all of 64 bits", one(Operator::Eq, wide, u64::MAX), [true, false]),
        ("at most 0", one(Operator::Le, wide, 0), [true, true]),
        ("not what is above 32 bits", one(Operator::Ne, wide, MOST + 1), [true, true]),
        ("two arguments", of(&[0, 1]), [true, true]),
        ("three arguments", of(&[0, 3, 5]), [true, true]),
        ("one argument twice", of(&[0, 1, 1]), [false, false]),
    ];
    for (why, conditions, possible) in cases {
        let rule = Rule::new(Action::ALLOW, conditions);
        let found = [Arch::X86_64, Arch::X86].map(|arch| is_certainly_possible(arch, &rule));
        assert_eq!(found, possible, "{why}");
    }
}
