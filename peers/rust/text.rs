//! Bytes as the text they stand for, decoded while they come.
//!
//! Pure. Who speaks, and who is to hear the text, is left to `room`.

/// The most bytes that a character can be short of its last one.
const MOST_HELD: usize = 3;

/// What takes the place of each piece of malformed input.
const REPLACEMENT: &str = "\u{fffd}";

/// Decodes the UTF-8 of one client (RFC 3629), in whatever pieces it comes.
///
/// Malformed input is replaced as [`String::from_utf8_lossy`] does: each maximal subpart of an
/// ill-formed sequence (the Unicode Standard, section 3.9) by one U+FFFD. A character that is not
/// whole yet is held back. A byte order mark is a character like any other.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    held: Vec<u8>,
}

impl Decoder {
    /// The text that is certain now that `piece` has come, encoded again by being a string.
    pub(crate) fn decode(&mut self, piece: &[u8]) -> String {
        let mut bytes = std::mem::take(&mut self.held);
        bytes.extend_from_slice(piece);
        self.held = bytes.split_off(bytes.len() - unfinished(&bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What stands for a character that will never be whole, as no more comes.
    pub(crate) fn finish(self) -> &'static str {
        if self.held.is_empty() {
            ""
        } else {
            REPLACEMENT
        }
    }
}

/// How many bytes at the end begin a character and leave it open. A leading byte never belongs to
/// what stands before it, so that the rest can be decoded without them.
fn unfinished(bytes: &[u8]) -> usize {
    let opens = |count: &usize| {
        let end = &bytes[bytes.len() - count..];
        std::str::from_utf8(end)
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=MOST_HELD.min(bytes.len())).find(opens).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece is answered by the text beside it, and the end by the last one.
    fn check(pieces: &[(&[u8], &str)], at_the_end: &str) {
        let mut decoder = Decoder::default();
        for (piece, expected) in pieces {
            assert_eq!(
                decoder.decode(piece),
                *expected,
                "{piece:x?} of {pieces:x?}"
            );
        }
        assert_eq!(decoder.finish(), at_the_end, "the end of {pieces:x?}");
    }

    #[test]
    fn a_character_is_held_back_until_it_is_whole() {
        check(&[(b"\xe4", ""), (b"\xbd", ""), (b"\xa0", "你")], "");
        check(&[(b"\xf0\x9f\x98", ""), (b"\x80", "😀")], "");
        check(&[(b"\xc3", ""), (b"", ""), (b"\xa9", "é")], "");
        check(&[(b"abc\xe4", "abc"), (b"X", "\u{fffd}X")], "");
        check(&[(b"\xe4\xbd", ""), (b"\xf0\x9f", "\u{fffd}")], "\u{fffd}");
    }

    #[test]
    fn an_unfinished_character_is_replaced_once_at_the_end() {
        check(&[(b"\xe4", "")], "\u{fffd}");
        check(&[(b"a\xf0\x9f\x98", "a")], "\u{fffd}");
        check(&[("你".as_bytes(), "你")], "");
    }

    #[test]
    fn a_foreign_encoding_leaves_its_last_byte_to_the_next_piece() {
        let said = b"\xc4\xe3\xba\xc3";
        check(&[(said, "\u{fffd}\u{fffd}"), (b"next", "\u{fffd}next")], "");
    }

    #[test]
    fn a_byte_order_mark_is_kept_wherever_it_stands() {
        check(
            &[
                (b"\xef\xbb", ""),
                (b"\xbfa\xef\xbb\xbf", "\u{feff}a\u{feff}"),
            ],
            "",
        );
    }

    /// Whole, and in two and in three pieces divided at every place, `input` becomes as many
    /// U+FFFD as told, and then `rest`.
    fn check_however_divided(input: &[u8], replaced: usize, rest: &str) {
        let expected = REPLACEMENT.repeat(replaced) + rest;
        for first in 0..=input.len() {
            for second in first..=input.len() {
                let mut decoder = Decoder::default();
                let mut text = decoder.decode(&input[..first]);
                text += &decoder.decode(&input[first..second]);
                text += &decoder.decode(&input[second..]);
                text += decoder.finish();
                assert_eq!(text, expected, "{input:x?} at {first} and {second}");
            }
        }
    }

    #[test]
    fn each_maximal_subpart_is_replaced_once_however_the_input_is_divided() {
        check_however_divided(b"\xff", 1, "");
        check_however_divided(b"\xff\xfe", 2, "");
        check_however_divided(b"\xc0\x80", 2, "");
        check_however_divided(b"\xe4\xbd\x41", 1, "A");
        check_however_divided(b"\xf0\x9f\x98\x41", 1, "A");
        check_however_divided(b"\xf4\x90\x80\x80", 4, "");
        check_however_divided(b"\xf8\x88\x80\x80\x80", 5, "");
        check_however_divided(b"\xe0\x80\x80", 3, "");
        check_however_divided(b"\xc4\xe3\xba\xc3", 3, "");
        check_however_divided(b"\xed\xa0\x80", 3, "");
        check_however_divided(b"\xed\xa0\xbd\xed\xb8\x80", 6, "");
        check_however_divided(b"\xe4\xbd", 1, "");
        check_however_divided(b"\x80", 1, "");
        check_however_divided(b"\xef\xbf\xbe", 0, "\u{fffe}");
        check_however_divided("a你é😀\u{feff}\0".as_bytes(), 0, "a你é😀\u{feff}\0");
    }
}
