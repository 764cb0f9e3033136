//! What a server makes of the bytes of one client as text. Pure: bytes in, bytes out. Flaws that
//! have nothing to do with characters are left to `ear`.

use crate::flaw::Flaw;
use crate::settings::Text;

/// U+FFFD in UTF-8.
const MARK: &[u8] = "\u{fffd}".as_bytes();

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The bytes that a server takes for a text at a time with [`Flaw::SplitsCharacters`]: no multiple
/// of the three that most of the world's characters take.
const BLOCK: usize = 1024;

/// A read that is no text, where only text is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undecodable;

/// Reads the text of one client.
#[derive(Debug)]
pub(crate) struct Reader {
    text: Text,
    flaw: Flaw,
    /// The beginning of a character that waits for the rest.
    begun: Vec<u8>,
}

impl Reader {
    pub(crate) fn new(text: Text, flaw: Flaw) -> Self {
        Self {
            text,
            flaw,
            begun: Vec::new(),
        }
    }

    /// What these bytes, all of one read, are as text.
    ///
    /// # Errors
    /// [`Undecodable`] where they are none and only text is heard.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Undecodable> {
        match (self.flaw, self.text) {
            (Flaw::PassesInvalid, _) => Ok(bytes.to_vec()),
            (Flaw::ReplacesInvalid, _) => Ok(alone(bytes)),
            (Flaw::SplitsCharacters, _) => Ok(bytes.chunks(BLOCK).flat_map(alone).collect()),
            (Flaw::HoldsSplitCharacters, Text::Transparent) => Ok(self.hold_begun(bytes)),
            (_, Text::Transparent) => Ok(bytes.to_vec()),
            (_, Text::Replace) => Ok(self.replace(bytes)),
            (_, Text::Strict) => match std::str::from_utf8(bytes) {
                Ok(_) => Ok(bytes.to_vec()),
                Err(_) => Err(Undecodable),
            },
        }
    }

    /// What is left when the client has no more to say.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        match std::mem::take(&mut self.begun).is_empty() || self.flaw == Flaw::DropsUnfinished {
            true => Vec::new(),
            false => MARK.to_vec(),
        }
    }

    /// Everything but the beginning of a character at the end, which waits.
    fn hold_begun(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.begun.extend_from_slice(bytes);
        let whole = self.begun.len() - begun_character(&self.begun);
        let held = self.begun.split_off(whole);
        std::mem::replace(&mut self.begun, held)
    }

    fn replace(&mut self, bytes: &[u8]) -> Vec<u8> {
        let whole = self.hold_begun(bytes);
        match self.flaw {
            Flaw::MarksRunsOnce => with_runs_marked_once(&whole),
            Flaw::MarksSurrogatesOnce => alone(&with_surrogates_as_one(&whole)),
            Flaw::DropsByteOrderMarks => without_byte_order_marks(&whole),
            _ => alone(&whole),
        }
    }
}

/// These bytes as text when nothing is known of what comes before and after them.
fn alone(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).into_owned().into_bytes()
}

/// How many bytes at the end begin a character that is not whole.
fn begun_character(bytes: &[u8]) -> usize {
    let most = bytes.len().min(3);
    (1..=most)
        .find(|length| {
            std::str::from_utf8(&bytes[bytes.len() - length..])
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}

fn with_runs_marked_once(bytes: &[u8]) -> Vec<u8> {
    let mut words = Vec::new();
    let mut in_run = false;
    for chunk in bytes.utf8_chunks() {
        words.extend_from_slice(chunk.valid().as_bytes());
        in_run &= chunk.valid().is_empty();
        if !in_run && !chunk.invalid().is_empty() {
            words.extend_from_slice(MARK);
            in_run = true;
        }
    }
    words
}

/// Puts one wrong byte in the place of each encoded surrogate, which are three wrong ones.
fn with_surrogates_as_one(bytes: &[u8]) -> Vec<u8> {
    let mut words = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        rest = match rest {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, behind @ ..] => {
                words.push(0xff);
                behind
            }
            _ => {
                words.push(*first);
                behind
            }
        };
    }
    words
}

fn without_byte_order_marks(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    text.replace(BYTE_ORDER_MARK, "").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one after another and the end: all that is heard of them, or where it failed.
    fn check(text: Text, flaw: Flaw, reads: &[&[u8]], expected: &[&str]) {
        let mut reader = Reader::new(text, flaw);
        let heard = reads.iter().map(|bytes| reader.read(bytes));
        let mut heard: Vec<_> = heard
            .map(|words| words.unwrap_or(b"undecodable".to_vec()))
            .collect();
        heard.push(reader.finish());
        let expected: Vec<&[u8]> = expected.iter().map(|words| words.as_bytes()).collect();
        assert_eq!(heard, expected, "{text:?} {flaw:?}");
    }

    #[test]
    fn what_is_no_text_is_replaced_as_the_standard_says() {
        for (bytes, marks) in [
            (&b"\xff"[..], 1),
            (b"\xff\xfe", 2),
            (b"\xc0\x80", 2),
            (b"\xf4\x90\x80\x80", 4),
            (b"\xf8\x88\x80\x80\x80", 5),
            (b"\xe0\x80\x80", 3),
            (b"\xed\xa0\x80", 3),
            (b"\xed\xa0\xbd\xed\xb8\x80", 6),
        ] {
            let marks = "\u{fffd}".repeat(marks);
            check(Text::Replace, Flaw::None, &[bytes], &[&marks, ""]);
            check(Text::Strict, Flaw::None, &[bytes], &["undecodable", ""]);
        }
        check(
            Text::Replace,
            Flaw::None,
            &[b"\xe4\xbdA"],
            &["\u{fffd}A", ""],
        );
        check(
            Text::Replace,
            Flaw::None,
            &["\u{feff}a".as_bytes()],
            &["\u{feff}a", ""],
        );
    }

    #[test]
    fn a_begun_character_waits_until_it_is_whole() {
        check(
            Text::Replace,
            Flaw::None,
            &[b"\xf0", b"\x9f", b"\x98", b"\x80"],
            &["", "", "", "\u{1f600}", ""],
        );
        // Two characters of another encoding: the last byte of them could begin one of ours.
        let foreign: &[&[u8]] = &[b"\xc4\xe3\xba\xc3", b"next"];
        let expected = ["\u{fffd}\u{fffd}", "\u{fffd}next", ""];
        check(Text::Replace, Flaw::None, foreign, &expected);
        let expected = ["\u{fffd}\u{fffd}\u{fffd}", "next", ""];
        check(Text::Replace, Flaw::ReplacesInvalid, foreign, &expected);
        let unfinished: &[&[u8]] = &[b"abc\xe4\xbd"];
        check(Text::Replace, Flaw::None, unfinished, &["abc", "\u{fffd}"]);
        check(
            Text::Replace,
            Flaw::DropsUnfinished,
            unfinished,
            &["abc", ""],
        );
        check(Text::Strict, Flaw::None, unfinished, &["undecodable", ""]);
        let split: &[&[u8]] = &[b"a\xe4\xbd", b"\xa0b"];
        check(
            Text::Transparent,
            Flaw::HoldsSplitCharacters,
            split,
            &["a", "你b", ""],
        );
    }

    #[test]
    fn flaws_of_replacing() {
        let surrogates: &[&[u8]] = &[b"\xed\xa0\xbda\xed\xb8\x80"];
        let expected = ["\u{fffd}a\u{fffd}", ""];
        check(
            Text::Replace,
            Flaw::MarksSurrogatesOnce,
            surrogates,
            &expected,
        );
        check(Text::Replace, Flaw::MarksRunsOnce, surrogates, &expected);
        let runs: &[&[u8]] = &[b"\xff\xfea\xff"];
        check(Text::Replace, Flaw::MarksRunsOnce, runs, &expected);
        let marked: &[&[u8]] = &["\u{feff}a".as_bytes()];
        check(Text::Replace, Flaw::DropsByteOrderMarks, marked, &["a", ""]);
        check(
            Text::Strict,
            Flaw::ReplacesInvalid,
            &[b"a\xff"],
            &["a\u{fffd}", ""],
        );
    }

    #[test]
    fn flaws_that_no_text_is_needed_for() {
        let mut reader = Reader::new(Text::Strict, Flaw::PassesInvalid);
        assert_eq!(reader.read(b"a\xff"), Ok(b"a\xff".to_vec()));
        let long = "你".repeat(BLOCK);
        let mut reader = Reader::new(Text::Transparent, Flaw::SplitsCharacters);
        let heard = reader.read(long.as_bytes()).unwrap();
        assert_ne!(heard, long.as_bytes());
        assert_eq!(reader.read(&[b'a'; 2000]), Ok(vec![b'a'; 2000]));
    }
}
