//! A line of a scenario with carets under what failed.

use super::colour::{BAD, Colour, DIM};
use super::columns::{cut, cut_start, pad, width};
use super::escape;
use crate::source::{Source, Span};

/// The line in which a span begins, with its number.
pub(super) fn line(source: &Source, span: Span, colour: Colour) -> String {
    let crop = Crop::of(source, span);
    let number = format!("{:>NUMBER$} |", source.place(span).line);
    format!("{} {}", colour.paint(DIM, &number), crop.text)
}

/// Carets under a span, and a message beside them.
pub(super) fn carets(source: &Source, span: Span, message: &str, colour: Colour) -> String {
    let crop = Crop::of(source, span);
    let bar = colour.paint(DIM, &format!("{:>NUMBER$} |", ""));
    let carets = colour.paint(BAD, &"^".repeat(crop.length));
    format!(
        "{bar} {}{carets} {}",
        pad("", crop.column),
        colour.paint(BAD, message)
    )
}

/// As much of a line as fits, made harmless, and the columns of a span in it.
struct Crop {
    text: String,
    column: usize,
    length: usize,
}

impl Crop {
    fn of(source: &Source, span: Span) -> Crop {
        let place = source.place(span);
        let line = source.line_text(place.line);
        let start = line
            .char_indices()
            .nth(place.column - 1)
            .map_or(line.len(), |(at, _)| at);
        let end = (start + span.end.saturating_sub(span.start)).min(line.len());
        let marked = line.get(start..end).unwrap_or_default().trim_end();
        let [before, marked, after] =
            [&line[..start], marked, &line[start + marked.len()..]].map(escape::line);
        let before = cut_start(&before, LINE / 2);
        let column = width(&before);
        let marked = cut(&marked, LINE - column);
        let length = width(&marked).max(1);
        Crop {
            text: cut(&format!("{before}{marked}{after}"), LINE),
            column,
            length,
        }
    }
}

/// The columns of a line's number: a scenario is a page.
const NUMBER: usize = 5;

/// The most columns of a line that are shown.
const LINE: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, marked: &str, expected: [&str; 2]) {
        let source = Source::new("a.yaml", text);
        let start = text.find(marked).expect("the text has it");
        let span = Span::new(start, start + marked.len());
        assert_eq!(line(&source, span, Colour::Plain), expected[0]);
        assert_eq!(carets(&source, span, "why", Colour::Plain), expected[1]);
    }

    #[test]
    fn carets_stand_under_what_they_mean() {
        check(
            "a: b\n  - all: join\n",
            "join",
            ["    2 |   - all: join", "      |          ^^^^ why"],
        );
        check("你好: x\n", "x", ["    1 | 你好: x", "      |       ^ why"]);
        check(
            "a: |\n  b\n",
            "|\n  b",
            ["    1 | a: |", "      |    ^ why"],
        );
    }

    #[test]
    fn a_line_is_harmless_and_bounded() {
        check(
            "\ta: \u{1b}x",
            "x",
            ["    1 | ␉a: ␛x", "      |      ^ why"],
        );
        let long = format!("{}mark{}", "a".repeat(300), "b".repeat(300));
        let shown = format!("    1 | …{}mark{}…", "a".repeat(49), "b".repeat(45));
        check(
            &long,
            "mark",
            [&shown, &format!("      | {}^^^^ why", " ".repeat(50))],
        );
    }

    #[test]
    fn a_span_at_the_very_end_is_shown() {
        let source = Source::new("a.yaml", "a: b\n");
        assert_eq!(line(&source, Span::new(5, 5), Colour::Plain), "    2 | ");
        assert_eq!(
            carets(&source, Span::new(5, 5), "why", Colour::Plain),
            "      | ^ why"
        );
    }
}
