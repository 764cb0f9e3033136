//! The tree that a YAML text is, each part with its place. Types of their own make sense of it
//! through `read`.

use super::Span;

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it stands; of a block, from its first character to the last of its last part.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// What a part of the text is, by the core schema of YAML 1.2 (section 10.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written: `0x10`, `1e3` and `0010` are told apart.
    Number(String),
    /// Text, quoted or not, with its escapes resolved.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file; every key is there once.
    Map(Vec<(Node, Node)>),
    /// What was told as a mistake already, so that reading it fails in silence.
    Broken,
}

impl Node {
    /// The text of a node that is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What the node is, as a mistake calls it.
    pub(super) fn description(&self) -> String {
        match &self.value {
            Value::Null if self.span.start < self.span.end => "null".to_owned(),
            Value::Null => "nothing".to_owned(),
            Value::Bool(value) => format!("`{value}`"),
            Value::Number(written) => format!("the number `{written}`"),
            Value::Text(_) => "text".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
            Value::Broken => "something broken".to_owned(),
        }
    }
}

impl Value {
    /// What an unquoted scalar is.
    pub(super) fn plain(written: &str) -> Value {
        match written {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            _ if is_number(written) => Value::Number(written.to_owned()),
            _ => Value::Text(written.to_owned()),
        }
    }
}

fn is_number(written: &str) -> bool {
    let all = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    if let Some(digits) = written.strip_prefix("0o") {
        return all(digits, 8);
    }
    if let Some(digits) = written.strip_prefix("0x") {
        return all(digits, 16);
    }
    let unsigned = written.strip_prefix(['-', '+']).unwrap_or(written);
    let named =
        [".inf", ".Inf", ".INF"].contains(&unsigned) || [".nan", ".NaN", ".NAN"].contains(&written);
    // `parse` also takes words such as `infinity`, which are text in YAML.
    let begins = unsigned
        .strip_prefix('.')
        .unwrap_or(unsigned)
        .starts_with(|c: char| c.is_ascii_digit());
    named || begins && unsigned.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, expected: Value) {
        assert_eq!(Value::plain(written), expected, "{written:?}");
    }

    #[test]
    fn scalars_are_those_of_yaml_1_2() {
        for null in ["", "~", "null"] {
            check(null, Value::Null);
        }
        check("true", Value::Bool(true));
        for number in [
            "0", "-5", "+5", "0010", "1e3", "1.5", ".5", "5.", "0x1F", "0o17", ".inf", ".nan",
        ] {
            check(number, Value::Number(number.to_owned()));
        }
        for text in [
            "yes",
            "on",
            "1_000",
            "2001-01-01",
            "1:30",
            "1.2.3",
            "infinity",
            "nan",
            "0xg",
            "-",
            ".",
            "e3",
        ] {
            check(text, Value::Text(text.to_owned()));
        }
    }
}
