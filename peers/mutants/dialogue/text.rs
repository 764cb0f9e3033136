//! Words as the dialogues read them: lines, text from bytes, and the word that ends a talk. Pure.

use std::mem;

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// A carriage return, a line feed, or both in this order.
    Any,
    /// A line feed alone; a carriage return is part of the line.
    Feed,
    /// Each carriage return and each line feed.
    EachByte,
}

/// Cuts bytes into lines, each as soon as it has its end.
#[derive(Debug)]
pub(crate) struct Splitter {
    end: LineEnd,
    line: Vec<u8>,
    after_return: bool,
}

impl Splitter {
    pub(crate) fn new(end: LineEnd) -> Self {
        Self {
            end,
            line: Vec::new(),
            after_return: false,
        }
    }

    /// Takes the next byte; the line, without its end, where the byte ends one.
    pub(crate) fn take(&mut self, byte: u8) -> Option<Vec<u8>> {
        let after_return = mem::replace(&mut self.after_return, byte == b'\r');
        match (self.end, byte) {
            (LineEnd::Any, b'\n') if after_return => None,
            (_, b'\n') | (LineEnd::Any | LineEnd::EachByte, b'\r') => {
                Some(mem::take(&mut self.line))
            }
            _ => {
                self.line.push(byte);
                None
            }
        }
    }

    /// The line that was begun and has no end yet, if there is one.
    pub(crate) fn rest(&mut self) -> Option<Vec<u8>> {
        (!self.line.is_empty()).then(|| mem::take(&mut self.line))
    }
}

/// Text from UTF-8 as Java reads it: U+FFFD for each maximal subpart of a malformed sequence
/// (Unicode 3.9), except that an encoded surrogate is one such part in the whole.
pub(super) fn decode(bytes: &[u8]) -> String {
    let mut replaced = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(byte) = rest.first() {
        // ED can only begin a character, so wherever it stands one has ended before it.
        match rest {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] | [0xed, 0xa0..=0xbf, after @ ..] => {
                replaced.extend("\u{fffd}".bytes());
                rest = after;
            }
            _ => {
                replaced.push(*byte);
                rest = &rest[1..];
            }
        }
    }
    decode_surrogates_bytewise(&replaced)
}

/// As [`decode`], but an encoded surrogate is three parts: what most other languages do.
pub(super) fn decode_surrogates_bytewise(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// U+FFFD once for malformed bytes in a row, however many they are.
pub(super) fn decode_runs_once(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let goes_on = chunk.valid().is_empty() && !text.is_empty();
        if !chunk.invalid().is_empty() && !goes_on {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// How exactly the word that ends a talk must be said; the trait `terminator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminator {
    /// As it is written.
    Exact,
    /// Spaces and control characters around it do not matter.
    Trimmed,
    /// Capital letters do not matter.
    IgnoreCase,
    /// Neither matters.
    TrimmedIgnoreCase,
}

impl Terminator {
    /// Whether `said` is `word`.
    pub(super) fn is_met(self, word: &str, said: &str) -> bool {
        // What Java's `trim` takes away.
        let trimmed = said.trim_matches(|c| c <= ' ');
        match self {
            Terminator::Exact => said == word,
            Terminator::Trimmed => trimmed == word,
            Terminator::IgnoreCase => said.eq_ignore_ascii_case(word),
            Terminator::TrimmedIgnoreCase => trimmed.eq_ignore_ascii_case(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lines(end: LineEnd, bytes: &str, expected: &[&str], rest: Option<&str>) {
        let mut splitter = Splitter::new(end);
        let lines: Vec<_> = bytes
            .bytes()
            .filter_map(|byte| splitter.take(byte))
            .collect();
        let expected: Vec<_> = expected.iter().map(|line| line.as_bytes()).collect();
        assert_eq!(lines, expected, "{end:?} {bytes:?}");
        let rest = rest.map(|rest| rest.as_bytes().to_vec());
        assert_eq!((splitter.rest(), splitter.rest()), (rest, None));
    }

    #[test]
    fn lines_end_where_the_rule_says() {
        let bytes = "a\rb\n\r\nc\r\r\n\nd";
        check_lines(LineEnd::Any, bytes, &["a", "b", "", "c", "", ""], Some("d"));
        check_lines(
            LineEnd::Feed,
            bytes,
            &["a\rb", "\r", "c\r\r", ""],
            Some("d"),
        );
        let each = ["a", "b", "", "", "c", "", "", ""];
        check_lines(LineEnd::EachByte, bytes, &each, Some("d"));
        check_lines(LineEnd::Any, "a\r\n", &["a"], None);
    }

    /// How many replacement characters each way gives, where Java's and the others' differ.
    fn check_decoded(bytes: &[u8], java: &str, bytewise: &str, once: &str) {
        let decoded = [
            decode(bytes),
            decode_surrogates_bytewise(bytes),
            decode_runs_once(bytes),
        ];
        let expected = [java, bytewise, once].map(|text| text.replace('?', "\u{fffd}"));
        assert_eq!(decoded, expected, "{bytes:x?}");
    }

    #[test]
    fn malformed_bytes_are_replaced_as_each_language_does() {
        check_decoded(
            "你😀\u{feff}".as_bytes(),
            "你😀\u{feff}",
            "你😀\u{feff}",
            "你😀\u{feff}",
        );
        check_decoded(b"\xff", "?", "?", "?");
        check_decoded(b"\xff\xfe", "??", "??", "?");
        check_decoded(b"\xc0\x80", "??", "??", "?");
        check_decoded(b"\xe4\xbdA", "?A", "?A", "?A");
        check_decoded(b"\xf0\x9f\x98A", "?A", "?A", "?A");
        check_decoded(b"\xf4\x90\x80\x80", "????", "????", "?");
        check_decoded(b"\xf8\x88\x80\x80\x80", "?????", "?????", "?");
        check_decoded(b"\xe0\x80\x80", "???", "???", "?");
        check_decoded(b"\xed\xa0\x80", "?", "???", "?");
        check_decoded(b"\xed\xa0\xbd\xed\xb8\x80", "??", "??????", "?");
        check_decoded(b"\xc4\xe3\xba\xc3", "???", "???", "?");
        check_decoded(b"\xed\xa0A\xed\xa0", "?A?", "??A??", "?A?");
        check_decoded(
            b"\xed\x9f\xbf\xee\x80\x80",
            "\u{d7ff}\u{e000}",
            "\u{d7ff}\u{e000}",
            "\u{d7ff}\u{e000}",
        );
        check_decoded(b"a\xe4\xbd", "a?", "a?", "a?");
        check_decoded(b"\xed\xa0\xbd\xed", "??", "????", "?");
        check_decoded(b"\xed\xed\xa0", "??", "???", "?");
        check_decoded(b"\xf0\x9f\xed\xa0\x80", "??", "????", "?");
        check_decoded(b"\xed\xbf\xbf\xbf", "??", "????", "?");
    }

    #[test]
    fn a_word_ends_a_talk_as_exactly_as_it_must() {
        let said = ["bye", " bye\t", "BYE", " Bye ", "goodbye"];
        let met = |terminator: Terminator| said.map(|said| terminator.is_met("bye", said));
        assert_eq!(met(Terminator::Exact), [true, false, false, false, false]);
        assert_eq!(met(Terminator::Trimmed), [true, true, false, false, false]);
        assert_eq!(
            met(Terminator::IgnoreCase),
            [true, false, true, false, false]
        );
        assert_eq!(
            met(Terminator::TrimmedIgnoreCase),
            [true, true, true, true, false]
        );
    }
}
