//! The parts of a scenario's head that are no plain struct: traits with their values, clients,
//! statuses. Each as serde reads it and as the schema describes it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use super::syntax::{ClientRole, CodeText, NamedClient, Requires, TraitValue};
use super::words::Trait;

struct RequiresVisitor;

impl<'de> Visitor<'de> for RequiresVisitor {
    type Value = Requires;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of traits")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Requires, A::Error> {
        let mut traits = Vec::new();
        while let Some(entry) = map.next_entry()? {
            traits.push(entry);
        }
        Ok(Requires(traits))
    }
}

impl<'de> Deserialize<'de> for Requires {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Requires, D::Error> {
        deserializer.deserialize_map(RequiresVisitor)
    }
}

impl JsonSchema for Requires {
    fn schema_name() -> Cow<'static, str> {
        "Requires".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let properties: Map<String, Value> = Trait::ALL
            .iter()
            .map(|it| {
                let value = match it.values() {
                    [] => json!({ "type": "integer", "minimum": 0 }),
                    values => json!({ "enum": values }),
                };
                let list = json!({ "type": "array", "items": value, "minItems": 1 });
                let described = json!({ "description": it.meaning(), "anyOf": [value, list] });
                (it.text().to_owned(), described)
            })
            .collect();
        json_schema!({
            "description": "Traits with a value, or a list of values of which any will do.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false
        })
    }
}

struct TraitValueVisitor;

impl Visitor<'_> for TraitValueVisitor {
    type Value = TraitValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TraitValue, E> {
        Ok(TraitValue(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<TraitValue, E> {
        Ok(TraitValue(number.to_string()))
    }
}

impl<'de> Deserialize<'de> for TraitValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TraitValue, D::Error> {
        deserializer.deserialize_any(TraitValueVisitor)
    }
}

struct NamedClientVisitor;

impl<'de> Visitor<'de> for NamedClientVisitor {
    type Value = NamedClient;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name with `built-in`, or with the size of a crowd")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NamedClient, A::Error> {
        let Some((name, role)) = map.next_entry()? else {
            return Err(A::Error::custom(
                "a client without a name\nwrite `alice` or `{ crowd: 200 }`",
            ));
        };
        match map.next_key::<String>()? {
            None => Ok(NamedClient { name, role }),
            Some(_) => Err(A::Error::custom(
                "two names in one client\ngive each an entry of its own",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for NamedClient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NamedClient, D::Error> {
        deserializer.deserialize_map(NamedClientVisitor)
    }
}

struct ClientRoleVisitor;

impl Visitor<'_> for ClientRoleVisitor {
    type Value = ClientRole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`built-in`, or the size of a crowd from 1 to 1000")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ClientRole, E> {
        match text {
            "built-in" => Ok(ClientRole::BuiltIn),
            _ => Err(E::custom(format!(
                "`{text}` says nothing of a client\nwrite `built-in`, or the size of a crowd"
            ))),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<ClientRole, E> {
        match u32::try_from(number) {
            Ok(size @ 1..=1000) => Ok(ClientRole::Crowd(size)),
            _ => Err(E::custom(format!(
                "a crowd of {number}\nit has from 1 to 1000 actors"
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for ClientRole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ClientRole, D::Error> {
        deserializer.deserialize_any(ClientRoleVisitor)
    }
}

impl JsonSchema for NamedClient {
    fn schema_name() -> Cow<'static, str> {
        "NamedClient".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A name with `built-in`, or with the size of a crowd.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {
                "anyOf": [{ "const": "built-in" }, { "type": "integer", "minimum": 1, "maximum": 1000 }]
            }
        })
    }
}

struct CodeVisitor;

impl Visitor<'_> for CodeVisitor {
    type Value = CodeText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status from 0 to 255, `nonzero` or `stopped`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<CodeText, E> {
        match text {
            "nonzero" => Ok(CodeText::Nonzero),
            "stopped" => Ok(CodeText::Stopped),
            _ => Err(E::custom(format!(
                "unknown status `{text}`\nwrite a number, `nonzero` or `stopped`"
            ))),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<CodeText, E> {
        u8::try_from(number)
            .map(CodeText::Exactly)
            .map_err(|_| E::custom(format!("no status is {number}\na status is from 0 to 255")))
    }
}

impl<'de> Deserialize<'de> for CodeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CodeText, D::Error> {
        deserializer.deserialize_any(CodeVisitor)
    }
}

impl JsonSchema for CodeText {
    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": 255 },
                { "enum": ["nonzero", "stopped"] }
            ]
        })
    }
}
