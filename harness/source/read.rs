//! Nodes to serde types: a deserializer over the tree that knows places, goes on after a mistake
//! where the type allows it, and speaks our words.
//!
//! Types are plain serde derives without `flatten` and `untagged`. What this deserializer adds:
//! - `At<T>` keeps the place of a value, `Tried<T>` keeps a mistake from hiding those beside it,
//!   and the other types of `at` are read by the kind of what stands there;
//! - a key that no field has is told with the near miss, which it is then read as;
//! - an enum is one key of a map, or a bare word that stands for that key with an empty map;
//! - what `Error::custom` says may hold a second line, which becomes the help;
//! - null never becomes an absent `Option`: a key that stands there wants a value.

use std::cell::RefCell;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::at::TRIED;
use super::choice::Choice;
use super::fields::Entries;
use super::mistake::listed;
use super::parts::{Items, Parts, Trial};
use super::reported::Reported;
use super::{Mistake, Node, Value};

/// Reads a node as a `T`, and tells in `mistakes` everything that stands in the way.
///
/// A `T` comes back also where a `Tried` part of it, or a key beside the known ones, was wrong:
/// whoever wants a flawless one looks whether mistakes were added.
pub fn read<'de, T: Deserialize<'de>>(node: &'de Node, mistakes: &mut Vec<Mistake>) -> Option<T> {
    let told = RefCell::new(std::mem::take(mistakes));
    let reader = Reader { node, told: &told };
    let result = T::deserialize(reader);
    *mistakes = told.into_inner();
    result
        .map_err(|error| mistakes.extend(error.told(node)))
        .ok()
}

#[derive(Clone, Copy)]
pub(super) struct Reader<'de, 't> {
    pub(super) node: &'de Node,
    pub(super) told: &'t RefCell<Vec<Mistake>>,
}

impl<'de, 't> Reader<'de, 't> {
    /// The reader of another node that tells its mistakes in the same place.
    pub(super) fn beside(self, node: &'de Node) -> Reader<'de, 't> {
        Reader { node, ..self }
    }

    pub(super) fn expected<T>(self, what: impl Into<String>) -> Result<T, Reported> {
        Err(Reported::Expected(what.into()).at(self.node))
    }

    /// A whole number in the range of the wanted type, written in plain decimal.
    fn whole<N: TryFrom<i128>>(self, least: i128, most: i128) -> Result<N, Reported> {
        let number = match &self.node.value {
            Value::Number(written) => written
                .parse::<i128>()
                .ok()
                .filter(|n| n.to_string() == *written),
            _ => None,
        };
        let in_range = number.filter(|number| (least..=most).contains(number));
        match in_range.and_then(|number| N::try_from(number).ok()) {
            Some(number) => Ok(number),
            None if most > i128::from(u32::MAX) => self.expected("a whole number"),
            None => self.expected(format!("a whole number from {least} to {most}")),
        }
    }
}

/// The methods for whole numbers: one a width.
macro_rules! whole_numbers {
    ($($method:ident $visit:ident $type:ident),+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
            let number = self.whole::<$type>($type::MIN as i128, $type::MAX as i128)?;
            visitor.$visit(number).map_err(|error: Reported| error.at(self.node))
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Reported;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        let node = self.node;
        let result = match &node.value {
            Value::Broken => Err(Reported::Already),
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(written) => match written.parse() {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_f64(f64::NAN),
            },
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items {
                reader: self,
                items: items.iter(),
            }),
            Value::Map(entries) => visitor.visit_map(Entries::of(self, entries)),
        };
        result.map_err(|error| error.at(node))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        match self.node.value {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => self.expected("`true` or `false`"),
        }
    }

    whole_numbers! {
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        match &self.node.value {
            Value::Text(text) => visitor
                .visit_borrowed_str(text)
                .map_err(|error: Reported| error.at(self.node)),
            _ => self.expected("text"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Reported> {
        visitor
            .visit_newtype_struct(self)
            .map_err(|error| error.at(self.node))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        match &self.node.value {
            Value::List(_) => self.deserialize_any(visitor),
            _ => self.expected("a list"),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        match &self.node.value {
            Value::Map(_) => self.deserialize_any(visitor),
            _ => self.expected("a map"),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Reported> {
        let Value::Map(entries) = &self.node.value else {
            let expected = match fields {
                [] => "nothing more".to_owned(),
                _ => format!("a map with {}", listed(fields)),
            };
            return self.expected(expected);
        };
        visitor
            .visit_map(Entries::of_struct(self, entries, fields))
            .map_err(|error| error.at(self.node))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Reported> {
        if name == TRIED {
            return visitor.visit_seq(Trial(self));
        }
        match Parts::of(name, self) {
            Some(parts) => visitor.visit_seq(parts),
            None => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Reported> {
        visitor.visit_enum(Choice::of(self, name, words)?)
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::source::{At, Source, Tried, parse};

    #[derive(Debug, serde::Deserialize)]
    struct Everything {
        name: At<Tried<String>>,
        count: Option<At<Tried<u16>>>,
        #[serde(default)]
        acts: Vec<Tried<Act>>,
        #[serde(default)]
        pairs: BTreeMap<String, Tried<bool>>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Act {
        Join(Nothing),
        Send(String),
        Flood(Flood),
        Pause,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Nothing {}

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Flood {
        messages: u32,
        prefix: Option<String>,
    }

    fn read_all(text: &str) -> (Option<Everything>, Vec<String>) {
        let source = Source::new("a.yaml", text);
        let mut mistakes = Vec::new();
        let node = parse(&source, &mut mistakes).expect("a tree");
        let result = read(&node, &mut mistakes);
        let told = mistakes.iter().map(|mistake| {
            let place = source.place(mistake.span);
            let help = mistake
                .help
                .as_deref()
                .map(|help| format!(" ({help})"))
                .unwrap_or_default();
            format!("{}:{} {}{help}", place.line, place.column, mistake.message)
        });
        (result, told.collect())
    }

    #[test]
    fn values_come_with_their_places() {
        let (result, told) =
            read_all("name: é\ncount: 7\nacts: [join, {send: x}, {flood: {messages: 2}}]\n");
        let everything = result.expect("a value");
        assert_eq!(told, [""; 0]);
        assert_eq!(everything.name.value.0.as_deref(), Some("é"));
        assert!(everything.pairs.is_empty());
        let count = everything.count.expect("a count");
        assert_eq!(
            (count.span.start, count.span.end, count.value.0),
            (16, 17, Some(7))
        );
        let acts: Vec<_> = everything
            .acts
            .into_iter()
            .filter_map(|act| act.0)
            .collect();
        let flood = Act::Flood(Flood {
            messages: 2,
            prefix: None,
        });
        assert_eq!(
            acts,
            [Act::Join(Nothing {}), Act::Send("x".to_owned()), flood]
        );
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(read_all(text).1, expected, "{text:?}");
    }

    #[test]
    fn one_mistake_hides_no_other() {
        check(
            "name: 5\ncount: 70000\npairs: {a: yes, b: true}\nwhy: x\nacts:\n  - jion\n  - {send: null}\n  - {flood: {}}\n",
            &[
                "1:7 expected text, found the number `5` (to have it as text, write \"5\")",
                "2:8 expected a whole number from 0 to 65535, found the number `70000`",
                "3:12 expected `true` or `false`, found text",
                "4:1 unknown key `why` (there is `name`, `count`, `acts` and `pairs`)",
                "6:5 unknown act `jion` (did you mean `join`?)",
                "7:12 expected text, found null (to have it as text, write \"null\")",
                "8:13 the key `messages` is missing",
            ],
        );
    }

    #[test]
    fn a_misspelled_key_is_read_as_what_was_meant() {
        check(
            "nmae: 5\n",
            &[
                "1:1 unknown key `nmae` (did you mean `name`?)",
                "1:7 expected text, found the number `5` (to have it as text, write \"5\")",
            ],
        );
        check(
            "name: a\nnmae: b\n",
            &["2:1 unknown key `nmae` (did you mean `name`?)"],
        );
        check(
            "1: a\nname: b\n",
            &["1:1 expected text as a key, found the number `1` (to have it as text, write \"1\")"],
        );
    }

    #[test]
    fn words_stand_alone_or_with_what_they_need() {
        check(
            "name: a\nacts: [send, flood, {pause: 1}, {join: {}, send: x}, {join: 1}, 7, {}]\n",
            &[
                "2:8 `send` needs a value: text (write `send: …`)",
                "2:14 `flood` needs `messages` (write `flood: { messages: … }`)",
                "2:29 `pause` stands alone: nothing follows it",
                "2:44 `send` is one key too many: an act is one key (`send` wants a line of its own)",
                "2:61 expected nothing more, found the number `1`",
                "2:65 expected an act, found the number `7`",
                "2:68 expected an act, found a map",
            ],
        );
    }

    #[test]
    fn numbers_are_plain() {
        for wrong in [
            "0010",
            "1e3",
            "0x10",
            "-1",
            "+1",
            "1.0",
            "99999999999999999999999",
        ] {
            let (_, told) = read_all(&format!("name: a\ncount: {wrong}\n"));
            assert_eq!(told.len(), 1, "{wrong}");
        }
    }

    #[test]
    fn nothing_and_the_broken_are_not_absent() {
        check(
            "name: a\ncount:\n",
            &["2:6 expected a whole number from 0 to 65535, found nothing"],
        );
        let (result, told) = read_all("name: !x a\n");
        assert_eq!((result.is_some(), told.len()), (true, 1));
        check("count: 1\n", &["1:1 the key `name` is missing"]);
    }
}
