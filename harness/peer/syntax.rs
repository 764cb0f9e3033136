//! A manifest as it is written: the types that serde fills and that the schema is made from. What
//! must hold between the parts is `read`'s to say.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::manifest::{Port, Role, Speech};
use crate::scenario::words::{Behaviour, Trait, Transport};
use crate::source::{At, Tried};

/// Text with its place.
pub(super) type Text = At<Tried<String>>;

/// Entries of a list, each read whatever is wrong with the others.
pub(super) type Entries<T> = Tried<Vec<Tried<At<T>>>>;

/// Commands, one after another.
pub(super) type Commands = Tried<Vec<At<Tried<Words>>>>;

/// The file `peer.yaml`.
// What must be there is an `Option`, too: so that `read` tells all that is missing at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A peer's manifest, peer.yaml")]
pub(super) struct ManifestFile {
    /// The name of the folder that the manifest stands in.
    #[schemars(required)]
    pub name: Option<Text>,
    /// The language, as people write it.
    #[schemars(required)]
    pub language: Option<Text>,
    /// One line about the program.
    #[schemars(required)]
    pub about: Option<Text>,
    /// The programs that must be there.
    pub toolchain: Option<Entries<ToolEntry>>,
    /// Commands that bring what the build needs from the network.
    pub fetch: Option<Commands>,
    /// Commands that build the peer, offline.
    pub build: Option<Commands>,
    /// What the peer offers as a server.
    #[schemars(length(min = 1))]
    pub servers: Option<At<Entries<ServerEntry>>>,
    /// What the peer offers as a client.
    #[schemars(length(min = 1))]
    pub clients: Option<At<Entries<ClientEntry>>>,
    /// Known divergences.
    pub known: Option<Entries<KnownEntry>>,
}

/// A program that must be there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolEntry {
    /// The program's name.
    #[schemars(required)]
    pub program: Option<Text>,
    /// Words that make it print its version.
    pub version: Option<At<Tried<Vec<Text>>>>,
    /// The least version that will do, numbers with dots.
    pub at_least: Option<Text>,
    /// The command that installs it.
    #[schemars(required)]
    pub install: Option<Text>,
}

/// Offers that share a command: each behaviour over each transport.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerEntry {
    /// `echo`, `broadcast`, or the name of a protocol of one's own.
    #[schemars(required)]
    pub behaviour: Option<At<Tried<OneOrMore<Behaviour>>>>,
    /// Transports.
    #[schemars(required)]
    pub over: Option<At<Tried<OneOrMore<Transport>>>>,
    /// The command. Words in braces are filled in: behaviour, transport, address, port, build, harness.
    #[schemars(required)]
    pub run: Option<At<Tried<Words>>>,
    /// Every trait that the offers have.
    #[schemars(required, schema_with = "traits_schema")]
    pub traits: Option<At<Tried<Pairs<Trait, TraitValue>>>>,
    /// `any`: it takes 0; `leased`: it must be told a free one; or the only number that it takes.
    pub port: Option<At<Tried<PortEntry>>>,
    /// Which of several listening sockets is meant.
    pub listens: Option<At<Tried<Transport>>>,
    /// `never`: every case has a process of its own.
    pub reuse: Option<Tried<Reuse>>,
    /// Variables added to the environment; words in braces are filled in.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub env: Option<Tried<Pairs<String, String>>>,
    /// The folder to run in, inside the peer's folder.
    pub cwd: Option<Text>,
}

/// Client programs that share a command: each behaviour over each transport.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientEntry {
    /// What the program does, a name of one's own: scenarios with the same `client:` are about it.
    #[schemars(required)]
    pub behaviour: Option<At<Tried<OneOrMore<Behaviour>>>>,
    /// Transports.
    #[schemars(required)]
    pub over: Option<At<Tried<OneOrMore<Transport>>>>,
    /// The command. Words in braces are filled in: address and port of the server, behaviour, transport, build, harness.
    #[schemars(required)]
    pub run: Option<At<Tried<Words>>>,
    /// `stdio`: stdin is what it says; `lines`: each line of it, without the LF.
    #[schemars(required)]
    pub speaks: Option<Tried<Speech>>,
    /// Variables added to the environment; words in braces are filled in.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub env: Option<Tried<Pairs<String, String>>>,
    /// The folder to run in, inside the peer's folder.
    pub cwd: Option<Text>,
}

/// A divergence that is known.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownEntry {
    /// A glob on scenario names.
    #[schemars(required)]
    pub scenario: Option<Text>,
    /// Over which transports; any, unless told.
    pub over: Option<At<Tried<OneOrMore<Transport>>>>,
    /// The side that the peer plays when it happens.
    #[serde(rename = "as")]
    #[schemars(required)]
    pub role: Option<Tried<Role>>,
    /// The failure's one line; `*` stands for any run of characters.
    #[schemars(required)]
    pub message: Option<Text>,
    /// One sentence that a reader can check.
    #[schemars(required)]
    pub reason: Option<Text>,
    /// Where more is said.
    pub link: Option<Text>,
}

/// Whether a process may serve more than one case.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) enum Reuse {
    /// Every case has a process of its own.
    #[serde(rename = "never")]
    Never,
}

/// A command: a list of words, never a shell line.
#[derive(Debug, JsonSchema)]
#[schemars(transparent)]
pub(super) struct Words(#[schemars(length(min = 1))] pub Vec<Text>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        deserializer.deserialize_any(WordsVisitor)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of words")
    }

    fn visit_str<E: Error>(self, line: &str) -> Result<Words, E> {
        let words: Vec<_> = line.split_whitespace().map(quoted).collect();
        let help = words.join(", ");
        Err(E::custom(format!(
            "a command is a list of words, never a shell line\nwrite [{help}]"
        )))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = items.next_element()? {
            words.push(word);
        }
        Ok(Words(words))
    }
}

/// A word as a list in brackets needs it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=+".contains(c);
    match word.chars().all(plain) && word.chars().any(char::is_alphabetic) {
        true => word.to_owned(),
        false => format!("\"{word}\""),
    }
}

/// One word, or a list of them.
#[derive(Debug)]
pub(super) enum OneOrMore<T> {
    /// It stands alone.
    One(T),
    /// A list.
    More(Vec<At<Tried<T>>>),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMore<T>, D::Error> {
        deserializer.deserialize_any(OneOrMoreVisitor(PhantomData))
    }
}

struct OneOrMoreVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for OneOrMoreVisitor<T> {
    type Value = OneOrMore<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or a list of words")
    }

    fn visit_borrowed_str<E: Error>(self, word: &'de str) -> Result<OneOrMore<T>, E> {
        T::deserialize(BorrowedStrDeserializer::new(word)).map(OneOrMore::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OneOrMore<T>, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = items.next_element()? {
            words.push(word);
        }
        Ok(OneOrMore::More(words))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMore<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMore{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [one, { "type": "array", "items": one, "minItems": 1, "uniqueItems": true }]
        })
    }
}

/// The entries of a map in the order of the file, each with its place.
#[derive(Debug)]
pub(super) struct Pairs<K, V>(pub Vec<Pair<K, V>>);

/// A key with its value.
pub(super) type Pair<K, V> = (At<Tried<K>>, At<Tried<V>>);

impl<'de, K: DeserializeOwned, V: DeserializeOwned> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<K, V>, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: DeserializeOwned, V: DeserializeOwned> Visitor<'de> for PairsVisitor<K, V> {
    type Value = Pairs<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Pairs<K, V>, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = entries.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

/// The value of a trait: a word, or a number where the trait is a size. `true` and `false` are
/// taken as words, so that the mistake names the words that there are.
#[derive(Debug)]
pub(super) struct TraitValue(pub String);

impl<'de> Deserialize<'de> for TraitValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TraitValue, D::Error> {
        deserializer.deserialize_any(TraitValueVisitor)
    }
}

struct TraitValueVisitor;

impl Visitor<'_> for TraitValueVisitor {
    type Value = TraitValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or a whole number")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<TraitValue, E> {
        Ok(TraitValue(word.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<TraitValue, E> {
        Ok(TraitValue(number.to_string()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<TraitValue, E> {
        Ok(TraitValue(value.to_string()))
    }
}

fn traits_schema(_: &mut SchemaGenerator) -> Schema {
    let value = |name: &Trait| match name.values() {
        [] => {
            json_schema!({ "description": name.meaning(), "type": "integer", "minimum": 1, "maximum": 65507 })
        }
        values => json_schema!({ "description": name.meaning(), "enum": values }),
    };
    let properties: BTreeMap<_, _> = Trait::ALL
        .iter()
        .map(|name| (name.text(), value(name)))
        .collect();
    json_schema!({
        "type": "object",
        "properties": properties,
        "required": [Trait::Text.text(), Trait::Framing.text()],
        "additionalProperties": false,
    })
}

/// How a server comes by its port.
#[derive(Debug)]
pub(super) struct PortEntry(pub Port);

impl<'de> Deserialize<'de> for PortEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PortEntry, D::Error> {
        deserializer.deserialize_any(PortVisitor).map(PortEntry)
    }
}

struct PortVisitor;

impl Visitor<'_> for PortVisitor {
    type Value = Port;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`any`, `leased` or a number from 1 to 65535")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Port, E> {
        match word {
            "any" => Ok(Port::Any),
            "leased" => Ok(Port::Leased),
            _ => Err(E::custom(format!(
                "unknown port `{word}`\nthere is `any`, `leased` and a number from 1 to 65535"
            ))),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Port, E> {
        match u16::try_from(number) {
            Ok(number) if number > 0 => Ok(Port::Fixed(number)),
            _ => Err(E::custom(format!(
                "{number} is no port\nthe numbers go from 1 to 65535; a program that takes 0 has `port: any`"
            ))),
        }
    }
}

impl JsonSchema for PortEntry {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Port".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "enum": ["any", "leased"] },
                { "type": "integer", "minimum": 1, "maximum": 65535 },
            ]
        })
    }
}
