//! A text that breaks the rules of YAML, in words for those who do not know them.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::yaml::DEEPEST;
use super::{Mistake, Source, Span};

/// The mistake for what the parser stopped at.
pub(super) fn no_yaml(source: &Source, error: &ScanError) -> Mistake {
    let span = place_of(source.text(), error);
    let mistake = |message: &str, help: &str| Mistake::new(span, message).help(help);
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => mistake(
            "this nests too deep",
            &format!("lists and maps may nest {DEEPEST} deep"),
        ),
        kind if is_about_tabs(kind) => mistake("a tab cannot indent", "use spaces"),
        ErrorKind::UnclosedQuotedScalar => {
            mistake("a quote is not closed", "close it with the same quote")
        }
        ErrorKind::BlockEntryInFlowCollection => mistake(
            "this is no YAML: a `-` inside brackets",
            "close the brackets above",
        ),
        ErrorKind::UnknownQuotedScalarEscape => mistake(
            "no such escape in double quotes",
            "write `\\\\` for a backslash; bytes that are no text are written as `hex`",
        ),
        ErrorKind::UnclosedFlowCollection { open } => mistake(
            &format!("`{open}` is not closed"),
            "close it on the same level",
        ),
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::InvalidSimpleKey
        | ErrorKind::SimpleKeyExpected => mistake(
            "this is no YAML: a key out of place",
            "are the brackets above closed, the line indented like its neighbours, `: ` in text quoted?",
        ),
        kind => Mistake::new(span, format!("this is no YAML: {kind}")),
    }
}

/// The character that is at fault, or where the text ends too early its last one.
fn place_of(text: &str, error: &ScanError) -> Span {
    let stopped = error.marker().byte_offset().unwrap_or(text.len());
    let rest = &text[stopped..];
    let start = if is_about_tabs(error.kind()) {
        stopped + rest.find('\t').unwrap_or(0)
    } else if rest.trim().is_empty() {
        text.trim_end()
            .char_indices()
            .next_back()
            .map_or(0, |(at, _)| at)
    } else {
        stopped
    };
    let end = text[start..]
        .chars()
        .next()
        .map_or(start, |c| start + c.len_utf8());
    Span::new(start, end)
}

/// Whether a tab is at fault; the parser may stop before it.
fn is_about_tabs(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::parse;

    fn check(text: &str, expected: (&str, usize, usize)) {
        let source = Source::new("a.yaml", text);
        let mut mistakes = Vec::new();
        assert_eq!(parse(&source, &mut mistakes), None);
        let told: Vec<_> = mistakes
            .iter()
            .map(|mistake| {
                let place = source.place(mistake.span);
                (mistake.message.as_str(), place.line, place.column)
            })
            .collect();
        assert_eq!(told, [expected], "{text:?}");
    }

    #[test]
    fn what_is_no_yaml_is_one_mistake() {
        check("", ("the file is empty", 1, 1));
        check("# only words\n", ("the file is empty", 1, 1));
        check("a: b\n\tc: d\n", ("a tab cannot indent", 2, 1));
        check("a: b: c\n", ("this is no YAML: a key out of place", 1, 5));
        check("a: [b\n", ("`[` is not closed", 1, 4));
        check("a: \"b\n", ("a quote is not closed", 1, 4));
        check("a: \"\\q\"\n", ("no such escape in double quotes", 1, 4));
        check(
            "a: [b, c\nd: e\n",
            ("this is no YAML: a key out of place", 2, 2),
        );
        check(
            "a: b\n c\n d: e\n",
            ("this is no YAML: a key out of place", 3, 3),
        );
    }

    #[test]
    fn depth_ends_at_once() {
        check(&"[".repeat(20_000), ("this nests too deep", 1, 65));
        check(&"- ".repeat(20_000), ("this nests too deep", 1, 129));
    }
}
