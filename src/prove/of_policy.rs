//! What a policy says of the arguments, as a function of their bits.

use super::bits::{Variable, Word};
use super::diagram::{Diagram, Function};
use super::known::is_certainly_possible;
use super::of_numbers::{Check, Numbers, Said};
use super::steps::over;
use crate::arch::Arch;
use crate::error::Result;
use crate::order;
use crate::policy::{Condition, Operator, Rule, Subject, Width};

/// Rules that match no call, each with what it is about, in order.
pub(super) type Impossible = Vec<(Subject, Rule)>;

/// What is said of a call, as a function of its arguments.
pub(super) fn function(diagram: &mut Diagram, numbers: &Numbers, said: Said) -> Result<Function> {
    // On the left of a pair may be another; there is one for each policy intersected.
    let (mut first, mut others) = (said, Vec::new());
    while let Said::Stricter(place) = first {
        let pair = numbers.pair(place);
        first = pair.0;
        others.push(pair.1);
    }
    let mut function = alone(diagram, numbers, first)?;
    for said in others {
        let other = alone(diagram, numbers, said)?;
        function = diagram.stricter(function, other)?;
    }
    Ok(function)
}

/// The same for what one policy says.
fn alone(diagram: &mut Diagram, numbers: &Numbers, said: Said) -> Result<Function> {
    match said {
        Said::Verdict(action) => Ok(diagram.value(action.to_raw())),
        Said::Check(place) => arguments(diagram, numbers, numbers.check(place)),
        Said::Stricter(_) => unreachable!("a pair's right side is one policy's"),
    }
}

/// What is said of every call, as one function.
pub(super) fn whole(diagram: &mut Diagram, numbers: &Numbers) -> Result<Function> {
    let mut of_tokens = Vec::with_capacity(numbers.numbers.len());
    for steps in &numbers.numbers {
        let functions = steps.try_map(|said| function(diagram, numbers, said))?;
        of_tokens.push(over(diagram, Word::NR, &functions, 0, 32));
    }
    let by_token = numbers.arches.try_map(|place| Ok(of_tokens[place as usize]))?;
    Ok(over(diagram, Word::ARCH, &by_token, 0, 32))
}

/// The rules in force that match no call, whichever architecture it is of.
pub(super) fn impossible(diagram: &mut Diagram, numbers: &Numbers) -> Result<Impossible> {
    let mut impossible = Impossible::new();
    for (arch, subject, rule) in numbers.all_rules() {
        if never_holds(diagram, arch, rule)? {
            impossible.push((subject, rule.clone()));
        }
    }
    if impossible.is_empty() {
        return Ok(impossible);
    }
    order::sort(&mut impossible);
    impossible.dedup();
    // A value above 32 bits is for the 64-bit architectures among several.
    for (arch, subject, rule) in numbers.all_rules() {
        let found = impossible.binary_search_by(|(s, r)| (s, r).cmp(&(&subject, rule)));
        if let Ok(place) = found
            && !never_holds(diagram, arch, rule)?
        {
            impossible.remove(place);
        }
    }
    Ok(impossible)
}

fn never_holds(diagram: &mut Diagram, arch: Arch, rule: &Rule) -> Result<bool> {
    Ok(!is_certainly_possible(arch, rule)
        && all_hold(diagram, arch, rule.conditions())? == diagram.value(0))
}

/// Starting from what holds when no condition does, every stricter verdict overrides the looser ones.
fn arguments(diagram: &mut Diagram, numbers: &Numbers, check: &Check) -> Result<Function> {
    // The strictest last; and of equal verdicts the last arguments first: what comes after is then
    // put on top of what is there, instead of pushed down through it.
    let mut verdict = diagram.value(check.otherwise.to_raw());
    for (_, rule) in numbers.rules(check).iter().rev() {
        // Chains of nodes are no operations, but there can be many.
        diagram.charge(1)?;
        let holds = all_hold(diagram, check.arch, rule.conditions())?;
        let action = diagram.value(rule.action().to_raw());
        verdict = diagram.choose(holds, action, verdict)?;
    }
    Ok(verdict)
}

/// Where all conditions hold.
pub(super) fn all_hold(
    diagram: &mut Diagram,
    arch: Arch,
    conditions: &[Condition],
) -> Result<Function> {
    let mut holds = diagram.value(1);
    let never = diagram.value(0);
    // The conditions are in the order of the bits: from the last one up, each goes on top.
    for condition in conditions.iter().rev() {
        let one = holds_for(diagram, arch, condition)?;
        holds = diagram.choose(one, holds, never)?;
    }
    Ok(holds)
}

/// Where a condition holds. Decided bit by bit from the least significant one: what the bits below
/// came to is kept where a bit is equal, and overruled where it is not.
pub(super) fn holds_for(
    diagram: &mut Diagram,
    arch: Arch,
    condition: &Condition,
) -> Result<Function> {
    let (never, always) = (diagram.value(0), diagram.value(1));
    let width = match condition.width() {
        Width::Bits32 => 32,
        Width::Bits64 => 64,
    };
    let taken = if arch.has_narrow_arguments() { 32 } else { 64 };
    // What to answer when the argument is below the value, equal to it, above it.
    let (below, equal, above) = match condition.operator() {
        Operator::Lt => (always, never, never),
        Operator::Le => (always, always, never),
        Operator::Eq | Operator::MaskedEq => (never, always, never),
        Operator::Ne => (always, never, always),
        Operator::Ge => (never, always, always),
        Operator::Gt => (never, never, always),
    };
    let compared = match condition.operator() {
        Operator::MaskedEq => condition.mask(),
        _ => u64::MAX,
    };
    let mut so_far = equal;
    for position in (0..width).filter(|position| compared >> position & 1 == 1) {
        let bit = bit_of(arch, condition.index(), position);
        let (if_zero, if_one) = match condition.value() >> position & 1 {
            0 => (so_far, above),
            _ => (below, so_far),
        };
        if position >= taken {
            // Whatever the filter sees there, the call takes it for 0.
            so_far = if_zero;
            continue;
        }
        so_far = if bit < diagram.level(so_far) {
            diagram.bit(bit, if_zero, if_one)
        } else {
            // On big-endian machines the low half's bits come before the high one's in the order,
            // so the node can't simply be put on top.
            let is_one = diagram.bit(bit, never, always);
            diagram.choose(is_one, if_one, if_zero)?
        };
    }
    Ok(so_far)
}

/// Bit `position` (0 to 63) of an argument.
fn bit_of(arch: Arch, index: u8, position: u32) -> Variable {
    let (high, low) = Word::halves(arch.big_endian(), index);
    if position < 32 { low.variable(position) } else { high.variable(position - 32) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use crate::call::Call;
    use crate::policy::Policy;

    const OPERATORS: [Operator; 7] = [
        Operator::Eq,
        Operator::Ne,
        Operator::Lt,
        Operator::Le,
        Operator::Ge,
        Operator::Gt,
        Operator::MaskedEq,
    ];

    /// For values at the ends of the halves, and arguments next to them and next to the bits.
    #[test]
    fn a_condition_is_what_it_is_for_calls() {
        const HALF: u64 = 1 << 32;
        let values = [0, 1, 5, HALF >> 1, HALF - 1, HALF, HALF + 5, 1 << 63, u64::MAX];
        let bits = (0..64).map(|bit| 1 << bit);
        let near = values.iter().flat_map(|value| [value.wrapping_sub(1), *value, value | 1]);
        let arguments: Vec<u64> = bits.chain(near).chain([HALF + 4, HALF + 6]).collect();
        for arch in [Arch::X86_64, Arch::S390x, Arch::X86, Arch::S390] {
            for (operator, value) in OPERATORS
                .into_iter()
                .flat_map(|operator| values.map(move |value| (operator, value)))
            {
                let (index, mask) = match operator {
                    Operator::MaskedEq => (1, value | 9),
                    _ => (0, 0),
                };
                let width = if value < HALF { Width::Bits32 } else { Width::Bits64 };
                let one = Condition::new("test", index, operator, width, value, mask).unwrap();
                let wide = Condition::new("test", index, operator, Width::Bits64, value, mask);
                for condition in [one, wide.unwrap()] {
                    let mut diagram = Diagram::new();
                    let holds = holds_for(&mut diagram, arch, &condition).unwrap();
                    for argument in &arguments {
                        let call = Call { args: [*argument; 6], ..Call::default() };
                        let mut taken = call;
                        if arch.has_narrow_arguments() {
                            taken.args = call.args.map(|argument| argument % HALF);
                        }
                        let found = diagram.for_call(holds, &call, arch.big_endian());
                        let why = format!("{condition} on {arch}: {argument:#x}");
                        assert_eq!(found == 1, condition.holds(&taken), "{why}");
                    }
                    // From the last bit up, each goes on top of those before, but for a high half that
                    // comes behind the low one.
                    let is_in_order = !arch.big_endian() || condition.width() == Width::Bits32;
                    if is_in_order || arch.has_narrow_arguments() {
                        assert_eq!(diagram.begun(), 0, "{condition} on {arch}");
                    }
                }
            }
        }
    }

    /// Whether two conditions on one argument leave it anything is found out, not guessed.
    #[test]
    fn rules_are_impossible_that_match_no_call() {
        use Operator::{Eq, Ge, Gt, Le, Lt, MaskedEq};
        let top = u64::MAX;
        let cases: [(&str, &[(Operator, u64, u64)], bool); 9] = [
            ("a value", &[(Eq, 1, 0)], false),
            ("above the last value", &[(Gt, top, 0)], true),
            ("below the first value", &[(Lt, 0, 0)], true),
            ("two values", &[(Eq, 1, 0), (Eq, 2, 0)], true),
            ("between two values", &[(Ge, 3, 0), (Le, 5, 0)], false),
            ("one value between two", &[(Ge, 3, 0), (Le, 3, 0)], false),
            ("no value between two", &[(Gt, 3, 0), (Lt, 4, 0)], true),
            ("different bits", &[(MaskedEq, 1, 3), (MaskedEq, 4, 12)], false),
            ("a bit both ways", &[(MaskedEq, 1, 3), (MaskedEq, 2, 6)], true),
        ];
        for (why, conditions, expected) in cases {
            let rule = conditions.iter().map(|(operator, value, mask)| {
                Condition::new("read", 0, *operator, Width::Bits64, *value, *mask).unwrap()
            });
            let rule = Rule::new(Action::ALLOW, rule);
            let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64]);
            policy.add_rule("read", rule.clone()).unwrap();
            let found = impossible(&mut Diagram::new(), &Numbers::of(&policy)).unwrap();
            let found: Vec<Rule> = found.into_iter().map(|(_, rule)| rule).collect();
            assert_eq!(found, if expected { vec![rule] } else { vec![] }, "{why}");
        }
    }
}
