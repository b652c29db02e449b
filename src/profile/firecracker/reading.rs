//! From the tree of a file to the filter of a category, as it is written.

use super::names::{ACTIONS, OPERATORS, WIDTHS};
use crate::action::Action;
use crate::arch::Arch;
use crate::error::Printable;
use crate::policy::{Condition, Operator, Width};
use crate::profile::json::{Keys, Place, Problem, Read, TWICE, Value, list, number, object, text};
use crate::profile::notes::Notes;
use crate::profile::tables::{find, known, unknown};
use crate::syscall::Syscall;

/// What a file says of a category of threads.
#[derive(Debug)]
pub(super) struct Filter {
    /// For what no item matches.
    pub(super) default: Action,
    /// For the rest.
    pub(super) matched: Action,
    pub(super) items: Vec<Item>,
}

/// An item of `filter`.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) call: Syscall,
    /// All of them have to hold. None: the whole call.
    pub(super) conditions: Vec<Condition>,
}

/// The filter of the category `wanted`, with its place. As in seccompiler, all others have to be
/// filters as well.
pub(super) fn category(
    value: &Value<'_>,
    wanted: &str,
    arch: Arch,
    notes: &mut Notes,
) -> Result<Filter, Problem> {
    let top = Place::ROOT;
    let categories = object(value, &top)?;
    let mut found = None;
    for (name, value) in categories {
        let shown = Printable(name).to_string();
        let place = top.key(&shown);
        let is_it = name == wanted;
        // Of others nothing is left out that anybody asked for.
        let mut unread = Notes::new(false);
        let read = Read { notes: if is_it { notes } else { &mut unread }, keys: Keys::Exact };
        let filter = Reader { read, arch }.filter(value, &place)?;
        if is_it && found.replace(filter).is_some() {
            return Err(Problem::at(&place, TWICE));
        }
    }
    let name = |at: usize| Some(categories.get(at)?.0.as_ref());
    found.ok_or_else(|| unknown(&name, wanted, "category", &top))
}

struct Reader<'n> {
    read: Read<'n>,
    arch: Arch,
}

impl Reader<'_> {
    fn filter(&mut self, value: &Value<'_>, place: &Place<'_>) -> Result<Filter, Problem> {
        // The names of the fields behind what they are usually called.
        const KEYS: [&str; 5] =
            ["default_action", "filter_action", "filter", "mismatch_action", "match_action"];
        let [default, matched, items, mismatch, matching] =
            self.read.fields(value, place, &KEYS)?;
        let default = either([default, mismatch], [KEYS[0], KEYS[3]], place)?;
        let matched = either([matched, matching], [KEYS[1], KEYS[4]], place)?;
        let (default, (matched, matched_place)) = (self.action(default)?, matched);
        let matched = self.action((matched, matched_place))?;
        let above = place.key(KEYS[2]);
        let written = list(Some(required(items, &above)?), &above)?;
        let mut items = Vec::with_capacity(written.len());
        for (index, item) in written.iter().enumerate() {
            items.push(self.item(item, &above.item(index))?);
        }
        if matched == default {
            let what = "it is the default's: what the filter lists would make no difference";
            return Err(Problem::at(&matched_place, what));
        }
        Ok(Filter { default, matched, items })
    }

    fn action(&mut self, (value, place): (&Value<'_>, Place<'_>)) -> Result<Action, Problem> {
        /// The largest errno that the kernel hands on.
        const MOST_ERRNO: u16 = 4095;
        if let Value::Object(_) = value {
            let [errno, trace] = self.read.fields(value, &place, &["errno", "trace"])?;
            return match (errno, trace) {
                (errno, None) => small(errno, &place, "errno", MOST_ERRNO).map(Action::errno),
                (None, trace) => small(trace, &place, "trace", u16::MAX).map(Action::trace),
                _ => Err(Problem::at(&place, "it has both an errno and a trace; use either")),
            };
        }
        one_of(&ACTIONS, value, "action", &place)
    }

    fn item(&mut self, value: &Value<'_>, place: &Place<'_>) -> Result<Item, Problem> {
        let [name, args, comment] =
            self.read.fields(value, place, &["syscall", "args", "comment"])?;
        check_comment(comment, place)?;
        let call = self.call(name, &place.key("syscall"))?;
        let place = place.key("args");
        let written = list(args, &place)?;
        if args.is_some() && written.is_empty() {
            let what = "it is empty; leave it out, and the whole call is meant";
            return Err(Problem::at(&place, what));
        }
        let mut conditions = Vec::with_capacity(written.len());
        for (index, arg) in written.iter().enumerate() {
            conditions.push(self.condition(arg, &place.item(index))?);
        }
        Ok(Item { call, conditions })
    }

    /// A call that the architecture has.
    fn call(&self, name: Option<&Value<'_>>, place: &Place<'_>) -> Result<Syscall, Problem> {
        let name = word(name, place)?;
        // Which says what the name may have been meant to be.
        let call = Syscall::named(&place.to_string(), name)
            .map_err(|error| Problem::because(&Place::ROOT, &error))?;
        match call.number(self.arch) {
            Some(_) => Ok(call),
            None => Err(Problem::at(place, &format!("{} has no call '{name}'", self.arch))),
        }
    }

    fn condition(&mut self, value: &Value<'_>, place: &Place<'_>) -> Result<Condition, Problem> {
        const LAST: u16 = 5;
        let [index, width, operator, value, comment] =
            self.read.fields(value, place, &["index", "type", "op", "val", "comment"])?;
        check_comment(comment, place)?;
        let index = small(index, place, "index", LAST)?;
        let width_place = place.key("type");
        let width = known(&WIDTHS, word(width, &width_place)?, "type", &width_place)?;
        let (operator, mask) = self.operator(operator, &place.key("op"))?;
        let value = whole(value, place, "val", u64::MAX)?;
        let all = match width {
            Width::Bits32 => u64::from(u32::MAX),
            Width::Bits64 => u64::MAX,
        };
        let compared = if operator == Operator::MaskedEq { mask & all } else { all };
        let left_out = [
            (mask & !all, "op", "a dword has 32 bits; those of the mask above are left out"),
            (value & !all, "val", "a dword has 32 bits; those above are left out"),
            (value & all & !compared, "val", "its bits outside of the mask are left out"),
        ];
        for (bits, key, what) in left_out {
            if bits != 0 {
                self.read.notes.skipped(&place.key(key), what)?;
            }
        }
        Condition::new("", index.into(), operator, width, value & compared, mask & all)
            .map_err(|error| Problem::because(place, &error))
    }

    /// An operator, with the mask of the one that has one.
    fn operator(
        &mut self,
        value: Option<&Value<'_>>,
        place: &Place<'_>,
    ) -> Result<(Operator, u64), Problem> {
        const MASKED: &str = "masked_eq";
        let value = required(value, place)?;
        if let Value::Object(_) = value {
            let [mask] = self.read.fields(value, place, &[MASKED])?;
            return Ok((Operator::MaskedEq, whole(mask, place, MASKED, u64::MAX)?));
        }
        Ok((one_of(&OPERATORS, value, "operator", place)?, 0))
    }
}

/// What has to be there.
fn required<T>(value: Option<T>, place: &Place<'_>) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::at(place, "it is missing"))
}

/// The value of a field that has two names, of which one has to be there, and its place.
fn either<'v, 'a, 'p>(
    values: [Option<&'v Value<'a>>; 2],
    keys: [&'static str; 2],
    place: &'p Place<'p>,
) -> Result<(&'v Value<'a>, Place<'p>), Problem> {
    let [usual, other] = keys.map(|key| place.key(key));
    match values {
        [Some(_), Some(_)] => {
            let what = format!("it is another name of {}; use either", keys[0]);
            Err(Problem::at(&other, &what))
        }
        [None, Some(value)] => Ok((value, other)),
        [value, None] => Ok((required(value, &usual)?, usual)),
    }
}

/// A text that has to be there.
#[inline(never)]
fn word<'v>(value: Option<&'v Value<'_>>, place: &Place<'_>) -> Result<&'v str, Problem> {
    required(text(value, place)?, place)
}

/// A number up to `most` that has to be there.
#[inline(never)]
fn whole(
    value: Option<&Value<'_>>,
    place: &Place<'_>,
    key: &'static str,
    most: u64,
) -> Result<u64, Problem> {
    let place = place.key(key);
    required(number(value, &place, most)?, &place)
}

fn small(
    value: Option<&Value<'_>>,
    place: &Place<'_>,
    key: &'static str,
    most: u16,
) -> Result<u16, Problem> {
    Ok(u16::try_from(whole(value, place, key, most.into())?).unwrap_or(most))
}

/// A comment may be anything that is text.
#[inline(never)]
fn check_comment(value: Option<&Value<'_>>, place: &Place<'_>) -> Result<(), Problem> {
    text(value, &place.key("comment")).map(drop)
}

/// What a table has under a word.
fn one_of<T: Copy>(
    table: &[(&str, Option<T>)],
    value: &Value<'_>,
    what: &str,
    place: &Place<'_>,
) -> Result<T, Problem> {
    let word = word(Some(value), place)?;
    let found = find(table, word).flatten();
    found.ok_or_else(|| unknown(&|at| Some(table.get(at)?.0), word, what, place))
}
