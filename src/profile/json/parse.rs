//! From bytes to the tree.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Value;

/// How deep values may stand in each other. Policy files need six levels, and whoever reads one may
/// have a small stack.
const DEEPEST: u8 = 32;

/// The value that `bytes` are.
///
/// Takes time and memory in proportion to the bytes: at most some thirty times as much memory.
///
/// # Errors
/// They are no JSON: in words, with line and column.
pub(in crate::profile) fn parse(bytes: &[u8]) -> Result<Value<'_>, String> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Err("it begins with a byte-order mark; save it as UTF-8 without one".to_owned());
    }
    let mut tokens = serde_json::Deserializer::from_slice(bytes);
    let value = Depth(DEEPEST).deserialize(&mut tokens);
    let whole = value.and_then(|value| tokens.end().map(|()| value));
    whole.map_err(|error| format!("it is no JSON: {error}"))
}

/// How many levels are left.
#[derive(Clone, Copy)]
struct Depth(u8);

impl Depth {
    fn below<E: Error>(self) -> Result<Self, E> {
        let left = self.0.checked_sub(1);
        left.map(Self).ok_or_else(|| E::custom("values stand in each other more than 32 deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, tokens: D) -> Result<Value<'de>, D::Error> {
        tokens.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value<'de>, E> {
        Ok(Value::OddNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value<'de>, E> {
        Ok(Value::OddNumber)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let (mut list, below) = (Vec::new(), self.below()?);
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let (mut object, below) = (Vec::new(), self.below()?);
        // A key is read as a value, which gives it without a copy, too.
        while let Some(Value::Text(key)) = items.next_key_seed(Self(0))? {
            object.push((key, items.next_value_seed(below)?));
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let (deepest, too_deep, abyss) = (deep(32), deep(33), "[".repeat(100_000));
        let cases: [(&[u8], &str, &str); 21] = [
            (b"", "EOF while parsing a value at line 1 column 0", "nothing"),
            (b" \r\n\t", "EOF", "blanks alone"),
            (b"\xef\xbb\xbf{}", "byte-order mark", "what some editors write first"),
            (b"{}\n{}", "trailing characters at line 2 column 1", "a second value"),
            (b"{}\0", "trailing characters", "a NUL behind it"),
            (b"{\"a\": 1,}", "trailing comma at line 1 column 9", "as people write"),
            (b"# no\n{}", "expected value at line 1 column 1", "a comment"),
            (b"{'a': 1}", "key must be a string", "quotes of another language"),
            (b"{a: 1}", "key must be a string", "no quotes"),
            (b"{1: 1}", "key must be a string", "a number for a key"),
            (b"{\"a\"", "EOF while parsing an object", "cut off"),
            (b"\"a\0b\"", "control character", "a NUL in a string"),
            (b"\"\xff\"", "invalid unicode code point", "no UTF-8"),
            (b"\"\\ud800\"", "hex escape", "half a character"),
            (b"1e999", "number out of range", "above every float"),
            (b"01", "invalid number", "octal, perhaps"),
            (b"NaN", "expected value", "no number"),
            (deepest.as_bytes(), "", "as deep as may be"),
            (too_deep.as_bytes(), "more than 32 deep at line 1 column 3", "a level more"),
            (abyss.as_bytes(), "more than 32 deep", "what takes a stack away"),
            (b"{\"a\":[{\"b\":[[", "EOF while parsing a list", "no end"),
        ];
        for (bytes, says, why) in cases {
            match parse(bytes) {
                Ok(_) => assert_eq!(says, "", "{why}"),
                Err(said) => assert!(!says.is_empty() && said.contains(says), "{why}: {said}"),
            }
        }
    }

    #[test]
    fn numbers_are_whole_ones_or_odd() {
        let cases = [
            ("0", Value::Number(0)),
            ("18446744073709551615", Value::Number(u64::MAX)),
            ("18446744073709551616", Value::OddNumber),
            ("-1", Value::OddNumber),
            ("-0", Value::OddNumber),
            ("1.0", Value::OddNumber),
            ("1e2", Value::OddNumber),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn keys_are_kept_in_order_and_twice() {
        let Ok(Value::Object(fields)) = parse(br#"{"b": null, "a": true, "\u0062": []}"#) else {
            panic!("an object");
        };
        let keys: Vec<&str> = fields.iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["b", "a", "b"]);
        assert_eq!(fields[2].1, Value::List(vec![]));
    }
}
