//! Payloads and matchers as they are written. Their bytes are made by `bytes`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::units::{Size, Time};
use crate::source::{At, Form};

/// A payload: text, a list of payloads, or a map that says how its bytes come about.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Literal(pub Form<String, Vec<Literal>, LiteralMap>);

/// What is sent: a payload, and how.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Sent(pub Form<String, Vec<Literal>, Box<SentMap>>);

/// What is expected: a payload or a matcher, and how long.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Expected(pub Form<String, Vec<Literal>, Box<ExpectedMap>>);

/// How a payload's bytes come about: exactly one of these.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Payload", extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct LiteralMap {
    /// UTF-8 text.
    pub text: Option<At<String>>,
    /// Bytes in hexadecimal, two digits each; spaces are free.
    pub hex: Option<At<Hex>>,
    /// The bytes of a file in the scenario's folder.
    pub file: Option<At<String>>,
    /// Bytes written out several times.
    pub repeat: Option<At<Repeat>>,
    /// Bytes that look random and are the same in every run.
    pub random: Option<At<Random>>,
}

/// A payload, and the pieces in which it is sent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Send", extend("oneOf" = [
    { "required": ["text"] }, { "required": ["hex"] }, { "required": ["file"] },
    { "required": ["repeat"] }, { "required": ["random"] }
]))]
pub(super) struct SentMap {
    /// UTF-8 text.
    pub text: Option<At<String>>,
    /// Bytes in hexadecimal, two digits each; spaces are free.
    pub hex: Option<At<Hex>>,
    /// The bytes of a file in the scenario's folder.
    pub file: Option<At<String>>,
    /// Bytes written out several times.
    pub repeat: Option<At<Repeat>>,
    /// Bytes that look random and are the same in every run.
    pub random: Option<At<Random>>,
    /// Sizes of the pieces in bytes, each sent when the server has read the one before; what they
    /// leave over is a last piece.
    #[schemars(with = "Option<Vec<std::num::NonZeroU32>>", length(min = 1))]
    pub pieces: Option<At<Vec<At<u32>>>>,
}

/// A payload or a matcher, and a bound on the wait.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Expect", extend("oneOf" = [
    { "required": ["text"] }, { "required": ["hex"] }, { "required": ["file"] },
    { "required": ["repeat"] }, { "required": ["random"] }, { "required": ["line"] },
    { "required": ["regex"] }, { "required": ["length"] }, { "required": ["one_of"] }
]))]
pub(super) struct ExpectedMap {
    /// UTF-8 text.
    pub text: Option<At<String>>,
    /// Bytes in hexadecimal, two digits each; spaces are free.
    pub hex: Option<At<Hex>>,
    /// The bytes of a file in the scenario's folder.
    pub file: Option<At<String>>,
    /// Bytes written out several times.
    pub repeat: Option<At<Repeat>>,
    /// Bytes that look random and are the same in every run.
    pub random: Option<At<Random>>,
    /// A line: bytes up to LF, a CR before it dropped.
    pub line: Option<At<String>>,
    /// A regular expression for one whole message or line.
    pub regex: Option<At<String>>,
    /// This many bytes, whatever they are.
    pub length: Option<At<Size>>,
    /// One of several payloads.
    #[schemars(length(min = 1))]
    pub one_of: Option<At<Vec<At<Literal>>>>,
    /// A bound on the whole wait.
    pub within: Option<Time>,
}

/// Bytes written out several times.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["text"] }, { "required": ["hex"] }]))]
pub(super) struct Repeat {
    /// UTF-8 text.
    pub text: Option<At<String>>,
    /// Bytes in hexadecimal.
    pub hex: Option<At<Hex>>,
    /// How often.
    #[schemars(range(min = 1))]
    pub times: At<u32>,
}

/// Bytes that look random.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Random {
    /// How many.
    pub bytes: Size,
    /// Which: the same seed makes the same bytes.
    pub seed: u64,
}

/// One way in which a payload's bytes come about.
pub(super) enum Source<'a> {
    Text(&'a At<String>),
    Hex(&'a At<Hex>),
    File(&'a At<String>),
    Repeat(&'a At<Repeat>),
    Random(&'a At<Random>),
}

/// The ways that a map names; a sound one names exactly one.
macro_rules! sources {
    ($($map:ident),+) => {
        $(impl $map {
            pub(super) fn sources(&self) -> Vec<Source<'_>> {
                let each = [
                    self.text.as_ref().map(Source::Text),
                    self.hex.as_ref().map(Source::Hex),
                    self.file.as_ref().map(Source::File),
                    self.repeat.as_ref().map(Source::Repeat),
                    self.random.as_ref().map(Source::Random),
                ];
                each.into_iter().flatten().collect()
            }
        })+
    };
}

sources!(LiteralMap, SentMap, ExpectedMap);

impl Sent {
    /// Whether it is sent in pieces.
    pub(super) fn has_pieces(&self) -> bool {
        matches!(&self.0, Form::Map(map) if map.pieces.is_some())
    }
}

/// Bytes in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hex(pub Vec<u8>);

impl Hex {
    fn parse(text: &str) -> Result<Hex, String> {
        let mut bytes = Vec::new();
        for run in text.split_ascii_whitespace() {
            if let Some(wrong) = run.chars().find(|c| !c.is_ascii_hexdigit()) {
                return Err(format!(
                    "`{wrong}` is no hexadecimal digit\nwrite two digits for each byte, such as `00 ff 0a`"
                ));
            }
            if run.len() % 2 == 1 {
                return Err(format!(
                    "`{run}` has a digit without its second\nwrite two digits for each byte, such as `00 ff 0a`"
                ));
            }
            bytes.extend(
                (0..run.len())
                    .step_by(2)
                    .filter_map(|at| u8::from_str_radix(&run[at..at + 2], 16).ok()),
            );
        }
        Ok(Hex(bytes))
    }
}

struct HexVisitor;

impl Visitor<'_> for HexVisitor {
    type Value = Hex;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in hexadecimal")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Hex, E> {
        Hex::parse(text).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex, D::Error> {
        deserializer.deserialize_any(HexVisitor)
    }
}

impl JsonSchema for Hex {
    fn schema_name() -> Cow<'static, str> {
        "Hex".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Bytes in hexadecimal, two digits each; spaces are free.",
            "type": "string",
            "pattern": "^\\s*([0-9a-fA-F]{2}\\s*)*$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[u8], &str>) {
        let hex = Hex::parse(text).map(|hex| hex.0);
        let first_line = hex
            .as_deref()
            .map_err(|text| text.lines().next().unwrap_or_default());
        assert_eq!(first_line, expected, "{text}");
    }

    #[test]
    fn hex_is_pairs_of_digits() {
        check("00 ff0A", Ok(&[0, 255, 10]));
        check("", Ok(&[]));
        check("0 0", Err("`0` has a digit without its second"));
        check("0g", Err("`g` is no hexadecimal digit"));
        check("你", Err("`你` is no hexadecimal digit"));
    }
}
