//! A text with a name, and the places in it. What the text says is left to `yaml`.

use super::Mistake;

/// The most bytes that a file may have: a scenario is a page, and larger data has `file:`.
const LARGEST: usize = 1024 * 1024;

/// A range of bytes in a [`Source`], the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Where it begins, in bytes from the start of the text.
    pub start: usize,
    /// Where it ends, in bytes from the start of the text.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to and without `end`.
    pub const fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }
}

/// A place as editors and compilers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A text to be read, with the name under which users know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

/// A file that cannot be read as text at all, with the one mistake to show for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What there is to show of the text: up to and with the bad byte, or nothing.
    pub source: Source,
    /// Why it cannot be read.
    pub mistake: Mistake,
}

impl Source {
    /// A text of which it is known that it is one, such as a manifest compiled into the binary.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(line_ends.map(|(at, _)| at + 1))
            .collect();
        Source {
            name: name.into(),
            text,
            line_starts,
        }
    }

    /// The text of a file.
    ///
    /// # Errors
    /// Over 1 MiB, or bytes that are not UTF-8 (the mistake points at the first).
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Source, Box<Unreadable>> {
        if bytes.len() > LARGEST {
            let reason = format!(
                "the file has {} bytes, and the most is {LARGEST}",
                bytes.len()
            );
            return Err(Source::unreadable(name, reason));
        }
        match str::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(name, text)),
            Err(error) => Err(not_utf8(name.into(), bytes, error.valid_up_to())),
        }
    }

    /// The one mistake for a file without a text to show: a folder, no permission, too large.
    pub fn unreadable(name: impl Into<String>, reason: impl Into<String>) -> Box<Unreadable> {
        let mistake = Mistake::new(Span::default(), reason);
        Box::new(Unreadable {
            source: Source::new(name, ""),
            mistake,
        })
    }

    /// The name under which users know the text, such as `scenarios/broadcast.yaml`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a span begins.
    pub fn place(&self, span: Span) -> Place {
        let start = span.start.min(self.text.len());
        let line = self
            .line_starts
            .partition_point(|line_start| *line_start <= start);
        let column = self.text[self.line_starts[line - 1]..start].chars().count() + 1;
        Place { line, column }
    }

    /// The text of a line (from 1), without its end; empty where there is no such line.
    pub fn line_text(&self, line: usize) -> &str {
        let range = self.line_span(line);
        &self.text[range.start..range.end]
    }

    /// The bytes of a line (from 1), without its end.
    pub(super) fn line_span(&self, line: usize) -> Span {
        let Some(&start) = self.line_starts.get(line.wrapping_sub(1)) else {
            return Span::new(self.text.len(), self.text.len());
        };
        let end = self
            .line_starts
            .get(line)
            .copied()
            .unwrap_or(self.text.len());
        let text = self.text[start..end].trim_end_matches(['\n', '\r']);
        Span::new(start, start + text.len())
    }
}

/// Points at the byte at `at`; the text up to it is valid, so it keeps its offset.
fn not_utf8(name: String, bytes: &[u8], at: usize) -> Box<Unreadable> {
    let shown = String::from_utf8_lossy(&bytes[..=at]);
    let start = if shown.starts_with('\u{feff}') {
        at - '\u{feff}'.len_utf8()
    } else {
        at
    };
    let span = Span::new(start, start + char::REPLACEMENT_CHARACTER.len_utf8());
    let mistake = Mistake::new(span, "the file is not UTF-8")
        .label(format!("byte {at} of the file is 0x{:02x}", bytes[at]))
        .help("store it as UTF-8; bytes that are no text are written as `hex`");
    Box::new(Unreadable {
        source: Source::new(name, shown),
        mistake,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, start: usize, line: usize, column: usize) {
        let source = Source::new("a.yaml", text);
        assert_eq!(
            source.place(Span::new(start, start)),
            Place { line, column },
            "{text:?}"
        );
    }

    #[test]
    fn places_are_counted_in_characters() {
        check("a: b\n", 0, 1, 1);
        check("a: b\nc: d", 5, 2, 1);
        check("你好: x", 8, 1, 5);
        check("a\r\nb", 3, 2, 1);
        check("a", 99, 1, 2);
        check("", 0, 1, 1);
        check("\u{feff}name: a", 6, 1, 7);
    }

    #[test]
    fn lines_come_without_their_ends() {
        let source = Source::new("a.yaml", "one\r\ntwo\n\nfour");
        let lines: Vec<_> = (0..=5).map(|line| source.line_text(line)).collect();
        assert_eq!(lines, ["", "one", "two", "", "four", ""]);
    }

    #[test]
    fn what_is_no_text_is_refused_at_its_byte() {
        let unreadable = Source::from_bytes("a.yaml", b"a: b\nc: \xff!").expect_err("no text");
        assert_eq!(
            unreadable.source.place(unreadable.mistake.span),
            Place { line: 2, column: 4 }
        );
        assert_eq!(unreadable.mistake.label, "byte 8 of the file is 0xff");
        assert!(Source::from_bytes("a.yaml", &vec![b'#'; LARGEST]).is_ok());
        assert!(Source::from_bytes("a.yaml", &vec![b'#'; LARGEST + 1]).is_err());
    }
}
