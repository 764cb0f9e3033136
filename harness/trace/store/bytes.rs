//! Bytes in JSON: as text where a reader can read it, else in hex, and by their hash where they are
//! many.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Bytes as they stand in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bytes {
    /// UTF-8 without control characters but line ends and tabs.
    Text(String),
    /// Two digits a byte.
    Hex(String),
    /// They have a file of their own.
    Payload(Payload),
}

/// A stretch of bytes in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// Its hash, which is the file's name.
    pub sha256: Digest,
    /// How many bytes it has.
    pub length: u64,
}

/// Hands over the bytes of a payload, whose hash has been compared; the error is why it cannot.
pub type ReadPayload<'a> = &'a dyn Fn(&Payload) -> Result<Vec<u8>, String>;

/// A SHA-256 (FIPS 180-4) as 64 lowercase hexadecimal digits, and so a sound name of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(hex(&<Sha256 as sha2::Digest>::digest(bytes)))
    }
}

impl Payload {
    /// The payload of these bytes.
    pub fn of(bytes: &[u8]) -> Payload {
        Payload {
            sha256: Digest::of(bytes),
            length: bytes.len() as u64,
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Digest, String> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match text.len() == 64 && text.bytes().all(is_digit) {
            true => Ok(Digest(text)),
            false => Err(String::from("a SHA-256 is 64 lowercase hexadecimal digits")),
        }
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Bytes {
    /// Bytes written out.
    pub fn written_out(bytes: &[u8]) -> Bytes {
        match str::from_utf8(bytes) {
            Ok(text) if text.chars().all(is_readable) => Bytes::Text(text.to_owned()),
            _ => Bytes::Hex(hex(bytes)),
        }
    }

    /// How many bytes these are.
    pub fn length(&self) -> u64 {
        match self {
            Bytes::Text(text) => text.len() as u64,
            Bytes::Hex(digits) => digits.len() as u64 / 2,
            Bytes::Payload(payload) => payload.length,
        }
    }

    /// The bytes again.
    pub fn read(self, payloads: ReadPayload<'_>) -> Result<Vec<u8>, String> {
        match self {
            Bytes::Text(text) => Ok(text.into_bytes()),
            Bytes::Hex(digits) => of_hex(&digits),
            Bytes::Payload(payload) => payloads(&payload),
        }
    }
}

fn is_readable(letter: char) -> bool {
    !letter.is_control() || matches!(letter, '\n' | '\r' | '\t')
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |value: u8| DIGITS[usize::from(value)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn of_hex(digits: &str) -> Result<Vec<u8>, String> {
    let value = |digit: u8| {
        let value = char::from(digit).to_digit(16);
        value.ok_or_else(|| format!("`{}` is no hexadecimal digit", digit.escape_ascii()))
    };
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Ok((value(*high)? << 4 | value(*low)?) as u8),
            _ => Err(String::from("half a byte in hex")),
        })
        .collect()
}

/// Bytes that are always written out.
pub(super) mod written_out {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        Bytes::written_out(bytes).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let refused = |_: &_| Err(String::from("no payload can stand here"));
        let bytes = Bytes::deserialize(from)?;
        bytes.read(&refused).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let written = serde_json::to_string(&Bytes::written_out(bytes)).unwrap();
        assert_eq!(written, expected);
        let read: Bytes = serde_json::from_str(&written).unwrap();
        assert_eq!(read.length(), bytes.len() as u64);
        assert_eq!(read.read(&|_| Err(String::new())).unwrap(), bytes);
    }

    #[test]
    fn text_stays_text_and_the_rest_is_hex() {
        check(b"", r#"{"text":""}"#);
        check("你好\r\n".as_bytes(), r#"{"text":"你好\r\n"}"#);
        check(b"\xe4\xbd", r#"{"hex":"e4bd"}"#);
        check(b"a\x1b[0m", r#"{"hex":"611b5b306d"}"#);
    }

    #[test]
    fn a_digest_is_a_sound_name() {
        let digest = Digest::of(b"abc").to_string();
        assert!(digest.starts_with("ba7816bf8f01cfea"), "{digest}");
        assert_eq!(Digest::try_from(digest.clone()), Ok(Digest(digest)));
        let refused = |text: &str| assert!(Digest::try_from(text.to_owned()).is_err(), "{text}");
        refused("../../etc/passwd");
        refused(&"A".repeat(64));
        refused(&"a".repeat(63));
    }

    #[test]
    fn bad_hex_is_refused() {
        for digits in ["0", "0g", "é"] {
            assert!(of_hex(digits).is_err(), "{digits}");
        }
    }
}
