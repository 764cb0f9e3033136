//! The error of the deserializer in `read`: serde's occasions in our words.

use std::fmt;

use serde::de;

use super::mistake::listed;
use super::{Mistake, Node, Span};

/// Why a node could not become a value of its type.
#[derive(Debug)]
pub(super) enum Reported {
    /// A mistake was told already, and this only follows from it.
    Already,
    /// The node is of another kind than its type; the deserializer that knows the node adds it.
    Expected(String),
    /// A map lacks a required key.
    Missing(&'static str),
    /// What a type says of its own; a second line is help.
    Said(String),
    /// A mistake with its place.
    Mistake(Box<Mistake>),
}

impl Reported {
    /// The same with a place, for what has none yet.
    pub(super) fn at(self, node: &Node) -> Reported {
        match self {
            Reported::Expected(expected) => wrong_kind(&expected, node),
            Reported::Missing(key) => {
                Mistake::new(node.span, format!("the key `{key}` is missing")).into()
            }
            Reported::Said(text) => said(&text, node.span).into(),
            placed => placed,
        }
    }

    /// The same for a word that stands alone where a map would have had a place for what it lacks.
    pub(super) fn at_bare_word(self, word: &str, span: Span) -> Reported {
        match self {
            Reported::Missing(key) => {
                let message = format!("`{word}` needs `{key}`");
                Mistake::new(span, message)
                    .help(format!("write `{word}: {{ {key}: … }}`"))
                    .into()
            }
            Reported::Expected(expected) => {
                let message = format!("`{word}` needs a value: {expected}");
                Mistake::new(span, message)
                    .help(format!("write `{word}: …`"))
                    .into()
            }
            Reported::Said(text) => said(&text, span).into(),
            placed => placed,
        }
    }

    /// The mistake that is still to be told, if any.
    pub(super) fn told(self, node: &Node) -> Option<Mistake> {
        match self.at(node) {
            Reported::Mistake(mistake) => Some(*mistake),
            _ => None,
        }
    }
}

fn said(text: &str, span: Span) -> Mistake {
    match text.split_once('\n') {
        Some((message, help)) => Mistake::new(span, message).help(help),
        None => Mistake::new(span, text),
    }
}

/// A mistake of kind; a scalar that only lacks its quotes gets them in the help.
fn wrong_kind(expected: &str, node: &Node) -> Reported {
    let message = format!("expected {expected}, found {}", node.description());
    let mistake = Mistake::new(node.span, message);
    let quoted = match &node.value {
        super::Value::Broken => return Reported::Already,
        super::Value::Number(written) => Some(written.clone()),
        super::Value::Bool(value) => Some(value.to_string()),
        super::Value::Null if node.span.start < node.span.end => Some("null".to_owned()),
        _ => None,
    };
    match quoted.filter(|_| expected.starts_with("text")) {
        Some(written) => mistake
            .help(format!("to have it as text, write \"{written}\""))
            .into(),
        None => mistake.into(),
    }
}

impl From<Mistake> for Reported {
    fn from(mistake: Mistake) -> Reported {
        Reported::Mistake(Box::new(mistake))
    }
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reported::Already => f.write_str("told already"),
            Reported::Expected(expected) => write!(f, "expected {expected}"),
            Reported::Missing(key) => write!(f, "the key `{key}` is missing"),
            Reported::Said(text) => f.write_str(text),
            Reported::Mistake(mistake) => f.write_str(&mistake.message),
        }
    }
}

impl std::error::Error for Reported {}

impl de::Error for Reported {
    fn custom<T: fmt::Display>(message: T) -> Reported {
        Reported::Said(message.to_string())
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Reported {
        Reported::Expected(expected.to_string())
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Reported {
        Reported::Expected(expected.to_string())
    }

    fn missing_field(key: &'static str) -> Reported {
        Reported::Missing(key)
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Reported {
        Reported::Said(format!("unknown word `{word}`\nthere is {}", listed(known)))
    }
}
