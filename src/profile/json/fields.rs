//! Objects by the keys that a format has, and values of the kind that it wants.

use std::borrow::Cow;

use super::{Place, Problem, Value};
use crate::error::Printable;
use crate::profile::notes::Notes;
use crate::profile::tables::unknown;

/// The values that were found, in the order of the keys looked for.
pub(in crate::profile) type Fields<'v, 'a, const N: usize> = [Option<&'v Value<'a>>; N];

/// How an object is read.
#[derive(Debug)]
pub(in crate::profile) struct Read<'n> {
    pub(in crate::profile) notes: &'n mut Notes,
    pub(in crate::profile) keys: Keys,
}

/// Which keys are taken for known ones, and what becomes of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::profile) enum Keys {
    /// As readers in Go do: in upper and lower case, and unknown ones are left out and reported, unless
    /// they are there for people to read.
    AnyCase {
        /// Of a key that stands twice with different values the last one counts. Else that is an error:
        /// nobody can say which of the two was meant.
        last_wins: bool,
    },
    /// As serde does where unknown fields are denied: those alone, each once.
    Exact,
}

impl Read<'_> {
    /// The values of the keys `known` in an object; null is as if the key were not there.
    ///
    /// # Errors
    /// The value is no object, or has keys that [`Keys`] does not take.
    pub(in crate::profile) fn fields<'v, 'a, const N: usize>(
        &mut self,
        value: &'v Value<'a>,
        place: &Place<'_>,
        known: &[&'static str; N],
    ) -> Result<Fields<'v, 'a, N>, Problem> {
        let mut found = [None; N];
        self.find(value, place, known, &mut found)?;
        Ok(found)
    }

    fn find<'v, 'a>(
        &mut self,
        value: &'v Value<'a>,
        place: &Place<'_>,
        known: &[&'static str],
        found: &mut [Option<&'v Value<'a>>],
    ) -> Result<(), Problem> {
        let exact = self.keys == Keys::Exact;
        for (key, value) in object(value, place)? {
            let is_it = |known: &&str| if exact { known == key } else { same(known, key) };
            match known.iter().position(is_it) {
                Some(at) => match found[at].replace(value) {
                    Some(before) if exact || before != value => {
                        self.twice(&place.key(known[at]))?;
                    }
                    _ => {}
                },
                None if exact => {
                    return Err(unknown(&|at| known.get(at).copied(), key, "key", place));
                }
                None if is_for_people(key) => {}
                None => {
                    let what = format!("the key \"{}\" is unknown and ignored", Printable(key));
                    self.notes.skipped(place, &what)?;
                }
            }
        }
        for value in found {
            *value = value.filter(|value| !matches!(value, Value::Null));
        }
        Ok(())
    }

    fn twice(&mut self, place: &Place<'_>) -> Result<(), Problem> {
        let what = match self.keys {
            Keys::Exact => TWICE,
            Keys::AnyCase { last_wins: false } => "it stands here twice, with different values",
            Keys::AnyCase { last_wins: true } => {
                let what = "it stands here twice, with different values; the last one counts";
                self.notes.say(place, what);
                return Ok(());
            }
        };
        Err(Problem::at(place, what))
    }
}

/// What is wrong with a key where each may stand once.
pub(in crate::profile) const TWICE: &str = "it stands here twice";

/// Whether a key of a file is the `known` one. Readers in Go know two letters besides that are an s
/// and a k in another case.
fn same(known: &str, key: &str) -> bool {
    if known == key {
        return true;
    }
    let fold = |letter: char| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    known.chars().map(fold).eq(key.chars().map(fold))
}

/// What people write beside what machines read.
fn is_for_people(key: &str) -> bool {
    key.starts_with('_') || ["comment", "description"].iter().any(|known| same(known, key))
}

fn unexpected(place: &Place<'_>, wanted: &str, found: &Value<'_>) -> Problem {
    Problem::at(place, &format!("{wanted} is wanted, not {}", found.what()))
}

/// The keys and values of an object, in order.
pub(in crate::profile) fn object<'v, 'a>(
    value: &'v Value<'a>,
    place: &Place<'_>,
) -> Result<&'v [(Cow<'a, str>, Value<'a>)], Problem> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(unexpected(place, "an object", other)),
    }
}

/// A text, if there is one.
pub(in crate::profile) fn text<'v>(
    value: Option<&'v Value<'_>>,
    place: &Place<'_>,
) -> Result<Option<&'v str>, Problem> {
    match value {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(Cow::as_ref(text))),
        Some(other) => Err(unexpected(place, "a string", other)),
    }
}

/// A number, if there is one, up to `most`.
pub(in crate::profile) fn number(
    value: Option<&Value<'_>>,
    place: &Place<'_>,
    most: u64,
) -> Result<Option<u64>, Problem> {
    match value {
        None => Ok(None),
        Some(Value::Number(number)) if *number <= most => Ok(Some(*number)),
        Some(Value::Number(number)) => {
            Err(Problem::at(place, &format!("{number} is too large; the most is {most}")))
        }
        Some(other) => Err(unexpected(place, "a number", other)),
    }
}

/// The items of a list, none if it is not there.
pub(in crate::profile) fn list<'v, 'a>(
    value: Option<&'v Value<'a>>,
    place: &Place<'_>,
) -> Result<&'v [Value<'a>], Problem> {
    match value {
        None => Ok(&[]),
        Some(Value::List(items)) => Ok(items),
        Some(other) => Err(unexpected(place, "a list", other)),
    }
}

/// What to do with a word that stands in some place.
type Each<'e, 'v> = &'e mut dyn FnMut(&'v str, &Place<'_>) -> Result<(), Problem>;

/// Goes through a list of texts.
pub(in crate::profile) fn words<'v>(
    value: Option<&'v Value<'_>>,
    place: &Place<'_>,
    each: Each<'_, 'v>,
) -> Result<(), Problem> {
    for (index, item) in list(value, place)?.iter().enumerate() {
        let place = place.item(index);
        match item {
            Value::Text(word) => each(word, &place)?,
            other => return Err(unexpected(&place, "a string", other)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const KNOWN: [&str; 3] = ["names", "action", "kin"];

    /// What is found of `KNOWN`, and the report; or the problem.
    fn read(text: &str, strict: bool, keys: Keys) -> Result<(String, String), String> {
        let value = parse(text.as_bytes()).unwrap();
        let mut notes = Notes::new(strict);
        let mut read = Read { notes: &mut notes, keys };
        let found = read
            .fields(&value, &Place::ROOT.key("top"), &KNOWN)
            .map_err(|p| p.words().to_owned())?;
        Ok((format!("{:?}", found.map(|value| value.map(Value::what))), notes.report()))
    }

    #[test]
    fn keys_as_they_are_out_there() {
        let none = "[None, None, None]";
        let list = "[Some(\"a list\"), None, None]";
        let unknown = "top: the key \"actoin\" is unknown and ignored";
        let twice = "top.action: it stands here twice, with different values";
        let cases: [(&str, bool, bool, Result<(&str, &str), &str>, &str); 15] = [
            ("{}", true, false, Ok((none, "")), "nothing"),
            (r#"{"names": []}"#, true, false, Ok((list, "")), "plain"),
            (r#"{"NAMES": []}"#, true, false, Ok((list, "")), "capitals"),
            (r#"{"name\u017f": []}"#, true, false, Ok((list, "")), "a long s is an s to Go"),
            (r#"{"names": null}"#, true, false, Ok((none, "")), "null is nothing"),
            (r#"{"actoin": 1}"#, false, false, Ok((none, unknown)), "a typing mistake"),
            (r#"{"actoin": 1}"#, true, false, Err(unknown), "in strict mode"),
            (
                r#"{"_x": 1, "Comment": [], "description": ""}"#,
                true,
                false,
                Ok((none, "")),
                "words",
            ),
            (r#"{"names": [], "Names": []}"#, true, false, Ok((list, "")), "twice the same"),
            (r#"{"action": 1, "Action": 2}"#, false, false, Err(twice), "twice"),
            (r#"{"action": 1, "action": null}"#, false, false, Err(twice), "twice, once null"),
            (
                r#"{"names": 1, "names": []}"#,
                false,
                true,
                Ok((list, "top.names: it stands here twice, with different values; the last")),
                "as in Go",
            ),
            ("[]", false, false, Err("top: an object is wanted, not a list"), "a list"),
            ("3", false, false, Err("top: an object is wanted, not a number"), "a number"),
            ("true", false, false, Err("top: an object is wanted, not a boolean"), "a boolean"),
        ];
        for (text, strict, last_wins, expected, why) in cases {
            match (read(text, strict, Keys::AnyCase { last_wins }), expected) {
                (Ok((found, report)), Ok((wanted, says))) => {
                    assert_eq!(found, wanted, "{why}");
                    assert!(report.starts_with(says), "{why}: {report}");
                    assert_eq!(report.is_empty(), says.is_empty(), "{why}: {report}");
                }
                (Err(said), Err(says)) => assert_eq!(said, says, "{why}"),
                (found, _) => panic!("{why}: {found:?}"),
            }
        }
    }

    #[test]
    fn keys_as_serde_wants_them() {
        let cases = [
            (
                r#"{"action": 1, "names": null}"#,
                Ok("[None, Some(\"a number\"), None]"),
                "known ones",
            ),
            (
                r#"{"Action": 1}"#,
                Err("top: unknown key \"Action\"; one of names, action, kin"),
                "case",
            ),
            (r#"{"comment": ""}"#, Err("top: unknown key \"comment\"; one of names"), "for people"),
            (r#"{"kin": 1, "kin": 1}"#, Err("top.kin: it stands here twice"), "the same twice"),
            ("[1, 2, 3]", Err("top: an object is wanted, not a list"), "fields in order"),
        ];
        for (text, expected, why) in cases {
            match (read(text, false, Keys::Exact), expected) {
                (Ok((found, report)), Ok(wanted)) => {
                    assert_eq!((found.as_str(), report.as_str()), (wanted, ""), "{why}");
                }
                (Err(said), Err(says)) => assert!(said.starts_with(says), "{why}: {said}"),
                (found, _) => panic!("{why}: {found:?}"),
            }
        }
    }

    #[test]
    fn values_of_the_wrong_kind() {
        let place = Place::ROOT.key("x");
        let said = |problem: Result<(), Problem>| problem.unwrap_err().words().to_owned();
        let is = |value: Value<'static>| value;
        let (one, odd, bad) = (is(Value::Number(7)), is(Value::OddNumber), is(Value::Bool));
        let cases = [
            (text(Some(&one), &place).map(drop), "x: a string is wanted, not a number"),
            (list(Some(&one), &place).map(drop), "x: a list is wanted, not a number"),
            (number(Some(&one), &place, 6).map(drop), "x: 7 is too large; the most is 6"),
            (
                number(Some(&odd), &place, 6).map(drop),
                "x: a number is wanted, not a number that is no whole one from 0 to 2^64 - 1",
            ),
            (number(Some(&bad), &place, 6).map(drop), "x: a number is wanted, not a boolean"),
        ];
        for (problem, says) in cases {
            assert_eq!(said(problem), says);
        }
        assert_eq!(number(Some(&one), &place, 7), Ok(Some(7)));
    }
}
