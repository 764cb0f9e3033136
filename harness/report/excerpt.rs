//! What was expected and heard, one above the other, as text and in hex, with a caret under the
//! first byte that differs.

use super::colour::{BAD, Colour, DIM};
use super::columns::{pad, width};
use super::escape;
use crate::oracle::{Excerpt, Failure};

/// The lines that show the bytes of a failure; none where it is not about bytes.
pub(super) fn compare(failure: &Failure, colour: Colour) -> Vec<String> {
    let rows: Vec<Row> = [("expected", &failure.expected), ("heard", &failure.heard)]
        .into_iter()
        .filter_map(|(name, excerpt)| {
            Some(Row {
                name,
                excerpt: excerpt.as_ref()?,
            })
        })
        .collect();
    let difference = failure.first_difference.filter(|_| rows.len() == 2);
    let window = Window::on(&rows, difference);
    let beside = rows.iter().all(|row| row.excerpt.total <= WINDOW);
    let text_width = rows.iter().map(|row| width(&row.text())).max().unwrap_or(0);
    let mut lines = Vec::new();
    for row in &rows {
        let hex = colour.paint(DIM, &window.hex(row.excerpt));
        let name = pad(row.name, NAME);
        match beside {
            true => lines.push(format!("{name}{}{hex}", pad(&row.text(), text_width + GAP))),
            false => {
                lines.push(format!("{name}{}{}", row.text(), row.place()));
                lines.push(format!("{}{hex}", pad("", NAME)));
            }
        }
    }
    if let Some(at) = difference {
        let hex_begins = NAME + if beside { text_width + GAP } else { 0 };
        let caret = pad("", hex_begins + window.column(at));
        let told = colour.paint(BAD, &format!("^ first difference at byte {at}"));
        lines.push(format!("{caret}{told}"));
    }
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

struct Row<'a> {
    name: &'static str,
    excerpt: &'a Excerpt,
}

impl Row<'_> {
    /// The bytes as text, with `…` where there are more.
    fn text(&self) -> String {
        let Excerpt {
            bytes,
            before,
            total,
        } = self.excerpt;
        if *total == 0 {
            return String::from("nothing");
        }
        let start = if *before > 0 { "…" } else { "" };
        let end = if before + bytes.len() < *total {
            "…"
        } else {
            ""
        };
        format!("{start}{}{end}", escape::visible(bytes))
    }

    /// Where the bytes lie, for an excerpt that is not all.
    fn place(&self) -> String {
        let Excerpt {
            bytes,
            before,
            total,
        } = self.excerpt;
        match (bytes.len() == *total, before) {
            (true, _) => String::new(),
            (false, 0) => format!("  ({} bytes in all)", thousands(*total)),
            (false, before) => {
                format!(
                    "  ({} bytes in all, from byte {})",
                    thousands(*total),
                    thousands(*before)
                )
            }
        }
    }
}

/// The bytes that are shown in hex: the same places of both excerpts, so that one caret points at
/// both.
struct Window {
    start: usize,
}

impl Window {
    fn on(rows: &[Row<'_>], difference: Option<usize>) -> Window {
        let longest = rows.iter().map(|row| row.excerpt.total).max().unwrap_or(0);
        let known = rows.iter().map(|row| row.excerpt.before).max().unwrap_or(0);
        let start = match difference {
            Some(at) if longest > WINDOW && at >= WINDOW - SEEN_AFTER => at - SEEN_BEFORE,
            _ => 0,
        };
        Window {
            start: start.max(known),
        }
    }

    fn hex(&self, excerpt: &Excerpt) -> String {
        let skipped = self.start.saturating_sub(excerpt.before);
        let shown = excerpt.bytes.iter().skip(skipped).take(WINDOW);
        let hex: Vec<String> = shown.map(|byte| format!("{byte:02x}")).collect();
        format!("{}{}", self.lead(), hex.join(" "))
    }

    /// What stands before the first byte where it is not the very first.
    fn lead(&self) -> &'static str {
        if self.start > 0 { "… " } else { "" }
    }

    /// The column of a byte, from the column in which the hex begins.
    fn column(&self, at: usize) -> usize {
        width(self.lead()) + at.saturating_sub(self.start) * 3
    }
}

/// A number with commas between its thousands.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The columns of `expected`, with a gap.
const NAME: usize = 10;

/// The columns between text and hex.
const GAP: usize = 4;

/// So many bytes in hex fit on a line.
const WINDOW: usize = 16;

/// So many bytes before a difference, and so many from it on, are worth seeing.
const SEEN_BEFORE: usize = 8;
const SEEN_AFTER: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn check(expected: Option<&[u8]>, heard: Option<&[u8]>, at: Option<usize>, lines: &[&str]) {
        let mut failure = sample::failure("carol heard something else (corrupt)");
        let around = |bytes| Excerpt::around(bytes, at.unwrap_or(0));
        failure.expected = expected.map(around);
        failure.heard = heard.map(around);
        failure.first_difference = at;
        assert_eq!(compare(&failure, Colour::Plain), lines);
    }

    #[test]
    fn short_bytes_have_their_hex_beside_them() {
        check(
            Some("hello 你好\n".as_bytes()),
            Some("hello 你\u{1b}".as_bytes()),
            Some(9),
            &[
                "expected  hello 你好␊    68 65 6c 6c 6f 20 e4 bd a0 e5 a5 bd 0a",
                "heard     hello 你␛      68 65 6c 6c 6f 20 e4 bd a0 1b",
                "                                                    ^ first difference at byte 9",
            ],
        );
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        check(
            Some(b"x"),
            Some(b""),
            Some(0),
            &[
                "expected  x          78",
                "heard     nothing",
                "                     ^ first difference at byte 0",
            ],
        );
    }

    #[test]
    fn long_bytes_are_shown_around_the_difference() {
        let expected = vec![b'a'; 2000];
        let mut heard = expected.clone();
        heard[1000] = 0xff;
        check(
            Some(&expected),
            Some(&heard),
            Some(1000),
            &[
                "expected  …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…  (2,000 bytes in all, from byte 984)",
                "          … 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61",
                "heard     …aaaaaaaaaaaaaaaa\\xffaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…  (2,000 bytes in all, from byte 984)",
                "          … 61 61 61 61 61 61 61 61 ff 61 61 61 61 61 61 61",
                "                                    ^ first difference at byte 1000",
            ],
        );
    }

    #[test]
    fn excerpts_of_two_lengths_stay_aligned() {
        let expected = vec![b'a'; 100];
        check(
            Some(&expected),
            Some(&expected[..30]),
            Some(30),
            &[
                "expected  …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…  (100 bytes in all, from byte 14)",
                "          … 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61",
                "heard     aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "          … 61 61 61 61 61 61 61 61",
                "                                    ^ first difference at byte 30",
            ],
        );
    }

    #[test]
    fn what_only_was_heard_has_no_difference() {
        check(None, Some(b"hi"), Some(0), &["heard     hi    68 69"]);
        check(None, None, None, &[]);
    }

    #[test]
    fn thousands_have_commas() {
        let numbers = [0, 999, 1000, 16_777_216].map(thousands);
        assert_eq!(numbers, ["0", "999", "1,000", "16,777,216"]);
    }
}
