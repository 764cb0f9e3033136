//! A word of an enum: the one key of a map, or a bare word that stands for the key of an empty map.

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::read::Reader;
use super::reported::Reported;
use super::{Mistake, Node, Span, Value};

/// A word of an enum, with what follows it.
pub(super) struct Choice<'de, 't> {
    reader: Reader<'de, 't>,
    word: &'de str,
    span: Span,
    content: Option<&'de Node>,
}

impl<'de, 't> Choice<'de, 't> {
    /// The word that a node says, if the enum has it.
    pub(super) fn of(
        reader: Reader<'de, 't>,
        name: &'static str,
        words: &'static [&'static str],
    ) -> Result<Choice<'de, 't>, Reported> {
        let (key, content) = match &reader.node.value {
            Value::Text(_) => (reader.node, None),
            Value::Map(entries) => match entries.as_slice() {
                [(key, content)] => (key, Some(content)),
                [(first, _), (second, _), ..] => {
                    return Err(one_too_many(name, words, first, second));
                }
                [] => return reader.expected(an(name)),
            },
            _ => return reader.expected(an(name)),
        };
        let Some(word) = key.text() else {
            return reader.beside(key).expected(an(name));
        };
        if !words.contains(&word) {
            let message = format!("unknown {} `{word}`", spoken(name));
            return Err(Mistake::new(key.span, message).meant(word, words).into());
        }
        Ok(Choice {
            reader,
            word,
            span: key.span,
            content,
        })
    }
}

impl<'de> EnumAccess<'de> for Choice<'de, '_> {
    type Error = Reported;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Reported> {
        let word = seed.deserialize(BorrowedStrDeserializer::<Reported>::new(self.word))?;
        Ok((word, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de, '_> {
    type Error = Reported;

    fn unit_variant(self) -> Result<(), Reported> {
        match self.content {
            None => Ok(()),
            Some(content) => {
                let message = format!("`{}` stands alone: nothing follows it", self.word);
                Err(Mistake::new(content.span, message).into())
            }
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Reported> {
        if let Some(content) = self.content {
            return seed
                .deserialize(self.reader.beside(content))
                .map_err(|error| error.at(content));
        }
        seed.deserialize(Bare)
            .map_err(|error| error.at_bare_word(self.word, self.span))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Reported> {
        self.reader.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Reported> {
        self.reader.deserialize_map(visitor)
    }
}

/// What follows a bare word: an empty map, and nothing of another kind.
struct Bare;

impl<'de> Deserializer<'de> for Bare {
    type Error = Reported;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Reported> {
        Err(de::Error::invalid_type(de::Unexpected::Unit, &visitor))
    }

    fn deserialize_string<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Reported> {
        Err(Reported::Expected("text".to_owned()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Reported> {
        visitor.visit_map(MapDeserializer::<_, Reported>::new(std::iter::empty::<(
            &str,
            &str,
        )>()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Reported> {
        visitor.visit_newtype_struct(self)
    }

    /// A `Form`: what stands there decides what it is, and nothing does.
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Reported> {
        Err(Reported::Expected("text, a list or a map".to_owned()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf option
        unit unit_struct seq tuple map enum identifier ignored_any
    }
}

/// The name of an enum as a sentence has it: `error kind` for `ErrorKind`.
fn spoken(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

fn an(name: &str) -> String {
    let spoken = spoken(name);
    let article = if spoken.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {spoken}")
}

/// A second key: another word of the enum, or something that belongs inside the first.
fn one_too_many(name: &str, words: &[&str], first: &Node, second: &Node) -> Reported {
    let word = first.text().unwrap_or("…");
    let key = second.text().unwrap_or("…");
    let message = format!("`{key}` is one key too many: {} is one key", an(name));
    let help = if words.contains(&key) {
        format!("`{key}` wants a line of its own")
    } else {
        format!("what belongs to `{word}` stands inside it: `{word}: {{ …, {key}: … }}`")
    };
    Mistake::new(second.span, message).help(help).into()
}
