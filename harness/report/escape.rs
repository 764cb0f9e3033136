//! What others wrote, made harmless: nothing in it drives a terminal, hides text or is forbidden
//! in XML. How wide it is on a screen is for `columns` to say.

/// Bytes as one line of text: control characters as their pictures (`␊` for LF), what would hide
/// or reorder text as `\u{…}`, bytes that are no UTF-8 as `\x…`.
pub(super) fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(c, &mut text));
        chunk
            .invalid()
            .iter()
            .for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// A text as one harmless line.
pub(super) fn line(text: &str) -> String {
    visible(text.as_bytes())
}

/// The lines of a text, each harmless.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(line).collect()
}

/// A text of several lines that XML 1.0 can hold (section 2.2, `Char`) and gives back unchanged
/// (section 2.11 would make a bare CR an LF).
pub(super) fn xml(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => harmless.push('\n'),
            _ => push(c, &mut harmless),
        }
    }
    harmless
}

fn push(c: char, text: &mut String) {
    match c {
        '\0'..='\x1f' => text.push(char::from_u32(PICTURES + u32::from(c)).unwrap_or(UNKNOWN)),
        '\x7f' => text.push('␡'),
        _ if is_treacherous(c) => text.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        _ => text.push(c),
    }
}

/// Characters that no terminal shows as themselves: the controls of C1, what reorders or joins
/// text without being seen, other ends of lines, and what Unicode says is no character.
const fn is_treacherous(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// The block "Control Pictures" begins here, in the order of the control characters.
const PICTURES: u32 = 0x2400;

const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(visible(bytes), expected);
    }

    #[test]
    fn what_can_be_read_stays() {
        check("hello 你好\n".as_bytes(), "hello 你好␊");
        check("é 👋 \u{fffd}".as_bytes(), "é 👋 \u{fffd}");
        check(b"", "");
    }

    #[test]
    fn control_characters_are_pictures() {
        check(b"\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇");
        check(b"\0\x01\t\r\n\x7f", "␀␁␉␍␊␡");
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        check(b"a\xffb\xe4\xbd", "a\\xffb\\xe4\\xbd");
    }

    #[test]
    fn what_hides_or_reorders_is_told() {
        check("\u{9b}31m".as_bytes(), "\\u{9b}31m");
        check(
            "a\u{202e}b\u{200b}c\u{2028}d".as_bytes(),
            "a\\u{202e}b\\u{200b}c\\u{2028}d",
        );
        check("\u{ffff}\u{1fffe}".as_bytes(), "\\u{ffff}\\u{1fffe}");
    }

    #[test]
    fn a_text_of_lines_keeps_them() {
        assert_eq!(lines("one\r\ntwo\x1b[0m\n"), ["one", "two␛[0m"]);
    }

    #[test]
    fn xml_holds_what_it_may() {
        assert_eq!(xml("a\r\nb\t\0\u{fffe}\u{85}"), "a␍\nb␉␀\\u{fffe}\\u{85}");
    }
}
