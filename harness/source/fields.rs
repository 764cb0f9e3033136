//! The keys of a map as the fields of a struct: a near miss is told, and read as what it was meant
//! to be, so that it hides nothing of what stands under it.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, MapAccess};

use super::read::Reader;
use super::reported::Reported;
use super::{Mistake, Node, closest};

/// The entries of a map, and for a struct the fields that they may fill.
pub(super) struct Entries<'de, 't> {
    reader: Reader<'de, 't>,
    entries: std::slice::Iter<'de, (Node, Node)>,
    fields: Option<&'static [&'static str]>,
    /// The keys that fields have; a near miss is not read as one of them.
    present: Vec<&'de str>,
    value: Option<&'de Node>,
}

impl<'de, 't> Entries<'de, 't> {
    /// The entries of a map with keys of any name.
    pub(super) fn of(reader: Reader<'de, 't>, entries: &'de [(Node, Node)]) -> Entries<'de, 't> {
        Entries {
            reader,
            entries: entries.iter(),
            fields: None,
            present: Vec::new(),
            value: None,
        }
    }

    /// The entries of a map whose keys are the fields of a struct.
    pub(super) fn of_struct(
        reader: Reader<'de, 't>,
        entries: &'de [(Node, Node)],
        fields: &'static [&'static str],
    ) -> Entries<'de, 't> {
        let present = entries.iter().filter_map(|(key, _)| key.text()).collect();
        Entries {
            reader,
            entries: entries.iter(),
            fields: Some(fields),
            present,
            value: None,
        }
    }

    /// The field that a key means; tells the mistake where it is none.
    fn field(&mut self, key: &'de Node, fields: &'static [&'static str]) -> Option<&'de str> {
        let told = self.reader.told;
        let Some(word) = key.text() else {
            told.borrow_mut()
                .extend(Reported::Expected("text as a key".to_owned()).told(key));
            return None;
        };
        if fields.contains(&word) {
            return Some(word);
        }
        let mistake = Mistake::new(key.span, format!("unknown key `{word}`")).meant(word, fields);
        told.borrow_mut().push(mistake);
        let meant = closest(word, fields.iter().copied())?;
        let is_free = !self.present.contains(&meant);
        self.present.push(meant);
        is_free.then_some(meant)
    }
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Reported;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Reported> {
        while let Some((key, value)) = self.entries.next() {
            self.value = Some(value);
            let Some(fields) = self.fields else {
                let read = seed.deserialize(self.reader.beside(key));
                return read.map(Some).map_err(|error| error.at(key));
            };
            if let Some(field) = self.field(key, fields) {
                return seed
                    .deserialize(BorrowedStrDeserializer::new(field))
                    .map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Reported> {
        let node = self
            .value
            .take()
            .expect("serde asks for a value once after its key");
        seed.deserialize(self.reader.beside(node))
            .map_err(|error| error.at(node))
    }
}
