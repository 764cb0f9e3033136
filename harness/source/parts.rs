//! What the deserializer in `read` hands over piece by piece: the items of a list, and the parts of
//! the reserved types of `at`.

use serde::de::value::UsizeDeserializer;
use serde::de::{DeserializeSeed, SeqAccess};

use super::at::{AT, AT_WORD, FORM, GIVEN, LIST, MAP, SCALAR};
use super::read::Reader;
use super::reported::Reported;
use super::{Node, Span, Value};

/// The items of a list.
pub(super) struct Items<'de, 't> {
    pub reader: Reader<'de, 't>,
    pub items: std::slice::Iter<'de, Node>,
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Reported;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Reported> {
        let Some(node) = self.items.next() else {
            return Ok(None);
        };
        let value = seed.deserialize(self.reader.beside(node));
        value.map(Some).map_err(|error| error.at(node))
    }
}

/// Where the word of an enum stands.
fn word_span(node: &Node) -> Span {
    match &node.value {
        Value::Map(entries) if entries.len() == 1 => entries[0].0.span,
        _ => node.span,
    }
}

/// The parts of a reserved type: numbers about the node, then the node itself.
pub(super) struct Parts<'de, 't> {
    numbers: std::vec::IntoIter<usize>,
    value: Option<Reader<'de, 't>>,
}

impl<'de, 't> Parts<'de, 't> {
    /// The parts of the type of this reserved name; nothing for another name.
    pub(super) fn of(name: &str, reader: Reader<'de, 't>) -> Option<Parts<'de, 't>> {
        let at = |span: Span| vec![span.start, span.end];
        let (numbers, value) = match (name, &reader.node.value) {
            (AT, _) => (at(reader.node.span), Some(reader)),
            (AT_WORD, _) => (at(word_span(reader.node)), Some(reader)),
            (GIVEN, Value::Null) => (Vec::new(), None),
            (GIVEN, _) => (Vec::new(), Some(reader)),
            (FORM, Value::List(_)) => (vec![LIST], Some(reader)),
            (FORM, Value::Map(_)) => (vec![MAP], Some(reader)),
            (FORM, _) => (vec![SCALAR], Some(reader)),
            _ => return None,
        };
        Some(Parts {
            numbers: numbers.into_iter(),
            value,
        })
    }
}

impl<'de> SeqAccess<'de> for Parts<'de, '_> {
    type Error = Reported;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Reported> {
        if let Some(number) = self.numbers.next() {
            return seed
                .deserialize(UsizeDeserializer::<Reported>::new(number))
                .map(Some);
        }
        self.value
            .take()
            .map(|value| seed.deserialize(value))
            .transpose()
    }
}

/// The one part of a `Tried`: absent where it told a mistake.
pub(super) struct Trial<'de, 't>(pub Reader<'de, 't>);

impl<'de> SeqAccess<'de> for Trial<'de, '_> {
    type Error = Reported;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Reported> {
        match seed.deserialize(self.0) {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                self.0.told.borrow_mut().extend(error.told(self.0.node));
                Ok(None)
            }
        }
    }
}
