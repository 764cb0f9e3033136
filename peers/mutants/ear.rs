//! What becomes of the words of one client before anybody hears them. Pure: bytes in, bytes out.

use crate::flaw::Flaw;

/// The byte that [`Flaw::LosesOneByte`] loses, counted from 0: the first beyond 64 KiB.
const LOST_BYTE: usize = 65_536;

/// The byte in which [`Flaw::FlipsOneBit`] flips a bit: only a message of many mebibytes has it.
const FLIPPED_BYTE: usize = 10_000_000;

/// Where [`Flaw::RepeatsOneBlock`] puts the copy, and how long it is. A payload that repeats 16
/// bytes does not show it.
const COPIED_BLOCK: usize = 600_000;
const BLOCK: usize = 16;

/// The line that [`Flaw::SwapsTwoLines`] holds back, counted from 0.
const HELD_LINE: usize = 63;

/// The most bytes of a datagram that [`Flaw::TruncatesDatagrams`] passes on.
const DATAGRAM_CAP: usize = 1024;

/// The listening side of the server for one client.
#[derive(Debug)]
pub(crate) struct Ear {
    flaw: Flaw,
    /// Bytes heard before the present ones.
    heard: usize,
    /// Lines that have ended.
    lines: usize,
    /// What is held back for the next read, or remembered of the last one.
    kept: Vec<u8>,
}

impl Ear {
    pub(crate) fn new(flaw: Flaw) -> Self {
        Self {
            flaw,
            heard: 0,
            lines: 0,
            kept: Vec::new(),
        }
    }

    /// What others hear of these bytes, all of one read or one datagram. `None` is nothing at
    /// all, which an empty datagram is not.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let start = self.heard;
        self.heard += bytes.len();
        let words = match self.flaw {
            Flaw::NeverAnswers => return None,
            Flaw::DropsEmptyDatagrams if bytes.is_empty() => return None,
            Flaw::DropsLastByte => bytes[..bytes.len().saturating_sub(1)].to_vec(),
            Flaw::StopsAtNul => bytes
                .split(|byte| *byte == 0)
                .next()
                .unwrap_or(bytes)
                .to_vec(),
            Flaw::DropsReturns => without_returns(bytes),
            Flaw::ReplacesInvalid => String::from_utf8_lossy(bytes).into_owned().into_bytes(),
            Flaw::LosesEmoji => without_emoji(bytes),
            Flaw::TruncatesDatagrams => bytes[..bytes.len().min(DATAGRAM_CAP)].to_vec(),
            Flaw::LosesOneByte => without_byte(bytes, LOST_BYTE.checked_sub(start)),
            Flaw::FlipsOneBit => with_flipped_bit(bytes, FLIPPED_BYTE.checked_sub(start)),
            Flaw::HoldsSplitCharacters => self.hold_split_character(bytes),
            Flaw::RepeatsOneBlock => self.repeat_block(bytes, start),
            Flaw::SwapsTwoLines => self.swap_lines(bytes),
            _ => bytes.to_vec(),
        };
        (bytes.is_empty() || !words.is_empty()).then_some(words)
    }

    fn hold_split_character(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.kept.extend_from_slice(bytes);
        let begun = self.kept.len() - begun_character(&self.kept);
        let held = self.kept.split_off(begun);
        std::mem::replace(&mut self.kept, held)
    }

    /// `kept` holds the last bytes that were heard, so that the copy can be made over the border
    /// of two reads.
    fn repeat_block(&mut self, bytes: &[u8], start: usize) -> Vec<u8> {
        let before = self.kept.len();
        self.kept.extend_from_slice(bytes);
        let mut words = bytes.to_vec();
        for place in COPIED_BLOCK..COPIED_BLOCK + BLOCK {
            let Some(at) = place.checked_sub(start).filter(|at| *at < words.len()) else {
                continue;
            };
            if let Some(earlier) = (before + at).checked_sub(BLOCK) {
                words[at] = self.kept[earlier];
            }
        }
        self.kept.drain(..self.kept.len().saturating_sub(BLOCK));
        words
    }

    fn swap_lines(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut words = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.lines == HELD_LINE {
                self.kept.extend_from_slice(line);
            } else {
                words.extend_from_slice(line);
            }
            if line.ends_with(b"\n") {
                self.lines += 1;
                if self.lines == HELD_LINE + 2 {
                    words.append(&mut self.kept);
                }
            }
        }
        words
    }
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

fn without_returns(bytes: &[u8]) -> Vec<u8> {
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let pairs = bytes.iter().zip(next);
    pairs
        .filter(|pair| !matches!(pair, (b'\r', Some(b'\n'))))
        .map(|(byte, _)| *byte)
        .collect()
}

fn without_emoji(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return bytes.to_vec();
    };
    let replaced = text.chars().map(|c| {
        if c > '\u{ffff}' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    });
    replaced.collect::<String>().into_bytes()
}

fn without_byte(bytes: &[u8], at: Option<usize>) -> Vec<u8> {
    let mut words = bytes.to_vec();
    if let Some(at) = at.filter(|at| *at < words.len()) {
        words.remove(at);
    }
    words
}

fn with_flipped_bit(bytes: &[u8], at: Option<usize>) -> Vec<u8> {
    let mut words = bytes.to_vec();
    if let Some(byte) = at.and_then(|at| words.get_mut(at)) {
        *byte ^= 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one after another, and what is heard of each; `None` is nothing.
    fn check(flaw: Flaw, reads: &[&[u8]], expected: &[Option<&[u8]>]) {
        let mut ear = Ear::new(flaw);
        let heard: Vec<_> = reads.iter().map(|bytes| ear.hear(bytes)).collect();
        let heard: Vec<_> = heard.iter().map(Option::as_deref).collect();
        assert_eq!(heard, expected, "{flaw:?}");
    }

    #[test]
    fn without_a_flaw_words_pass_as_they_are() {
        check(
            Flaw::None,
            &[b"a\r\n\0\xff", b"", b"b"],
            &[Some(b"a\r\n\0\xff"), Some(b""), Some(b"b")],
        );
    }

    #[test]
    fn flaws_of_one_read() {
        check(Flaw::NeverAnswers, &[b"a", b""], &[None, None]);
        check(
            Flaw::DropsLastByte,
            &[b"ab", b"a", b""],
            &[Some(b"a"), None, Some(b"")],
        );
        check(
            Flaw::StopsAtNul,
            &[b"ab\0c", b"d", b"\0"],
            &[Some(b"ab"), Some(b"d"), None],
        );
        check(Flaw::DropsReturns, &[b"a\r\nb\rc\r"], &[Some(b"a\nb\rc\r")]);
        check(
            Flaw::ReplacesInvalid,
            &[b"a\xffb"],
            &[Some("a\u{fffd}b".as_bytes())],
        );
        check(
            Flaw::LosesEmoji,
            &["你😀".as_bytes()],
            &[Some("你\u{fffd}".as_bytes())],
        );
        check(Flaw::DropsEmptyDatagrams, &[b"", b"a"], &[None, Some(b"a")]);
        check(Flaw::TruncatesDatagrams, &[&[7; 1025]], &[Some(&[7; 1024])]);
    }

    #[test]
    fn a_begun_character_waits_until_it_is_whole() {
        check(
            Flaw::HoldsSplitCharacters,
            &[b"\xe4", b"\xbd", b"\xa0"],
            &[None, None, Some(b"\xe4\xbd\xa0")],
        );
        check(
            Flaw::HoldsSplitCharacters,
            &[b"a\xf0\x9f", b"b\xff"],
            &[Some(b"a"), Some(b"\xf0\x9fb\xff")],
        );
    }

    #[test]
    fn two_lines_change_places() {
        let mut before = "0\n".repeat(HELD_LINE).into_bytes();
        before.extend(b"1");
        let after = before[..before.len() - 1].to_vec();
        check(
            Flaw::SwapsTwoLines,
            &[&before, b"1\n2", b"2\n3\n"],
            &[Some(&after), Some(b"2"), Some(b"2\n11\n3\n")],
        );
    }

    /// Where the bytes of a long message, read in parts of this size, are not what was said.
    fn differences(flaw: Flaw, message: &[u8], part: usize) -> (usize, Option<usize>) {
        let mut ear = Ear::new(flaw);
        let heard: Vec<u8> = message
            .chunks(part)
            .filter_map(|read| ear.hear(read))
            .flatten()
            .collect();
        (
            heard.len(),
            message
                .iter()
                .zip(&heard)
                .position(|(said, heard)| said != heard),
        )
    }

    #[test]
    fn flaws_far_into_a_message() {
        let counting: Vec<u8> = (0_u32..200_000).flat_map(u32::to_be_bytes).collect();
        // The lost byte is a zero, and so is the one that takes its place.
        let lost = (799_999, Some(LOST_BYTE + 1));
        assert_eq!(differences(Flaw::LosesOneByte, &counting, 1000), lost);
        // Of the counting numbers the block of 16 differs from the one before in its fourth byte.
        for part in [7, 600_000, 65_536] {
            let (length, first) = differences(Flaw::RepeatsOneBlock, &counting, part);
            assert_eq!(
                (length, first),
                (800_000, Some(COPIED_BLOCK + 3)),
                "parts of {part}"
            );
        }
        let repeating = b"0123456789abcde\n".repeat(50_000);
        assert_eq!(
            differences(Flaw::RepeatsOneBlock, &repeating, 777),
            (800_000, None)
        );
        let long = vec![0; FLIPPED_BYTE + 1];
        assert_eq!(
            differences(Flaw::FlipsOneBit, &long, 65_536),
            (long.len(), Some(FLIPPED_BYTE))
        );
    }
}
