//! Durations and sizes as they are written: `200ms`, `2s`, `4KiB`, `1MiB`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The longest duration that a scenario can name: a case ends after as much.
const LONGEST: Duration = Duration::from_secs(60);

/// A time to wait, up to a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub Duration);

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl Time {
    fn parse(text: &str) -> Result<Time, String> {
        let (digits, unit) = split(text);
        let number: u64 = digits.parse().map_err(|_| no_duration(text))?;
        let time = match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            _ => return Err(no_duration(text)),
        };
        match time {
            Duration::ZERO => {
                Err("no time at all is no duration\nwrite `200ms` or `2s`".to_owned())
            }
            time if time > LONGEST => Err("a case ends after 60 s\nthe most is `60s`".to_owned()),
            time => Ok(Time(time)),
        }
    }
}

impl Size {
    fn parse(text: &str) -> Result<Size, String> {
        let (digits, unit) = split(text);
        let number: u64 = digits.parse().map_err(|_| no_size(text))?;
        let bytes = match unit {
            "B" => 1,
            "KiB" => 1024,
            "MiB" => 1024 * 1024,
            _ => return Err(no_size(text)),
        };
        Ok(Size(number.saturating_mul(bytes)))
    }
}

/// A duration as it is written on a command line too.
///
/// # Errors
/// One line that says what a duration is.
pub fn duration(text: &str) -> Result<Duration, String> {
    let time = Time::parse(text).map_err(|mistake| mistake.replace('\n', "; "))?;
    Ok(time.0)
}

fn no_duration(text: &str) -> String {
    format!("`{text}` is no duration\nwrite a whole number and `ms` or `s`, such as `200ms`")
}

fn no_size(text: &str) -> String {
    format!("`{text}` is no size\nwrite a whole number and `B`, `KiB` or `MiB`, such as `4KiB`")
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

struct TimeVisitor;

impl Visitor<'_> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration with its unit, such as `200ms`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
        Time::parse(text).map_err(E::custom)
    }
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size, such as `4KiB`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Size, E> {
        Size::parse(text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<Size, E> {
        Ok(Size(bytes))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A whole number and `ms` or `s`, up to a minute.",
            "type": "string",
            "pattern": "^0*[1-9][0-9]*(ms|s)$"
        })
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number of bytes, or a whole number and `B`, `KiB` or `MiB`.",
            "anyOf": [
                { "type": "string", "pattern": "^[0-9]+(B|KiB|MiB)$" },
                { "type": "integer", "minimum": 0 }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_time(text: &str, expected: Option<u64>) {
        let expected = expected.map(|millis| Time(Duration::from_millis(millis)));
        assert_eq!(Time::parse(text).ok(), expected, "{text}");
    }

    fn check_size(text: &str, expected: Option<u64>) {
        assert_eq!(Size::parse(text).ok(), expected.map(Size), "{text}");
    }

    #[test]
    fn durations_have_a_unit() {
        check_time("200ms", Some(200));
        check_time("60s", Some(60_000));
        for wrong in [
            "",
            "200",
            "ms",
            "1.5s",
            "-1s",
            "1m",
            "61s",
            "0ms",
            "1 s",
            "99999999999999999999s",
        ] {
            check_time(wrong, None);
        }
    }

    #[test]
    fn sizes_have_a_unit() {
        check_size("12B", Some(12));
        check_size("4KiB", Some(4096));
        check_size("1MiB", Some(1_048_576));
        check_size("18446744073709551615MiB", Some(u64::MAX));
        for wrong in ["", "4", "4KB", "4kib", "-4KiB", "1.5MiB"] {
            check_size(wrong, None);
        }
    }
}
