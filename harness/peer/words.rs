//! Words in braces, as commands and variables of a manifest hold them: found, judged and filled in.

/// The words that a server's command may hold.
pub(super) const OF_A_SERVER: [&str; 6] = [
    "behaviour",
    "transport",
    "address",
    "port",
    "build",
    "harness",
];

/// The words that a command of `fetch` or `build` may hold.
pub(super) const OF_A_BUILD: [&str; 1] = ["build"];

/// A text between braces, or one beside them.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Plain(&'a str),
    Braces(&'a str),
}

/// The words in braces of a text. Braces around anything but letters and `_` are plain text, so
/// that a program can be told JSON.
pub(super) fn in_braces(text: &str) -> impl Iterator<Item = &str> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Braces(word) => Some(word),
        Part::Plain(_) => None,
    })
}

/// A text with its words in braces filled in; those without a value stay as they are.
pub(super) fn filled<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut result = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Plain(plain) => result.push_str(plain),
            Part::Braces(word) => match value(word) {
                Some(value) => result.push_str(value),
                None => {
                    result.push('{');
                    result.push_str(word);
                    result.push('}');
                }
            },
        }
    }
    result
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut plain = 0;
    while let Some(open) = rest[plain..].find('{').map(|at| plain + at) {
        let word = rest[open + 1..].split('}').next().unwrap_or_default();
        let end = open + 1 + word.len();
        let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        if !is_word || end == rest.len() {
            plain = open + 1;
            continue;
        }
        parts.push(Part::Plain(&rest[..open]));
        parts.push(Part::Braces(word));
        rest = &rest[end + 1..];
        plain = 0;
    }
    parts.push(Part::Plain(rest));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let value = |word: &str| match word {
            "port" => Some("8000"),
            "build" => Some("/b"),
            _ => None,
        };
        assert_eq!(filled(text, value), expected, "{text}");
    }

    #[test]
    fn words_are_filled_in_and_all_else_stays() {
        check("--port={port}", "--port=8000");
        check("{build}/server{port}{port}", "/b/server80008000");
        check("{", "{");
        check("{port", "{port");
        check("{{port}}", "{8000}");
        check("{other} {}", "{other} {}");
        check("{\"port\": {port}}", "{\"port\": 8000}");
        check("你{port}好", "你8000好");
        check("", "");
    }

    #[test]
    fn only_letters_make_a_word() {
        let found: Vec<&str> = in_braces("{a_b}{0}{Port}{x y}{").collect();
        assert_eq!(found, ["a_b", "Port"]);
    }
}
