//! What must be heard, and the one function that says whether it was.
//!
//! `exec` asks it to know when to go on and `oracle` asks it to judge the stored trace, so the
//! two cannot differ.

use regex::bytes::Regex;

use super::payload::Payload;

/// What the next unread bytes of a stream, or the next message, must be.
#[derive(Debug, Clone)]
pub enum Matcher {
    /// Exactly these bytes.
    Bytes(Payload),
    /// A line of these bytes: up to LF, a CR before it dropped.
    Line(Vec<u8>),
    /// A whole line (or message) that this matches from end to end.
    Regex(Regex),
    /// This many bytes, whatever they are.
    Length(usize),
    /// One of these; on a stream none is a prefix of another.
    OneOf(Vec<Payload>),
}

/// What has been heard so far and not yet consumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread<'a> {
    /// The unread bytes of a stream.
    Stream(&'a [u8]),
    /// The next message, if one has come.
    Message(Option<&'a [u8]>),
}

/// What a matcher says of what was heard so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It is met; this many bytes are consumed (all of a message).
    Met(usize),
    /// It can no longer be met; the first difference is at this byte.
    Differs(usize),
    /// Not yet: more must come. So far this many bytes are right.
    More(usize),
}

impl Matcher {
    /// A matcher for one whole line or message. The pattern is anchored here, so that an
    /// alternative that is shorter cannot win over one that fits.
    ///
    /// # Errors
    /// When the pattern is no regular expression.
    pub fn regex(pattern: &str) -> Result<Matcher, regex::Error> {
        Regex::new(&format!(r"\A(?:{pattern})\z")).map(Matcher::Regex)
    }

    /// Looks at what was heard so far.
    pub fn look(&self, unread: Unread<'_>) -> Look {
        match unread {
            Unread::Stream(bytes) => self.look_at_stream(bytes),
            Unread::Message(None) => Look::More(0),
            Unread::Message(Some(message)) => self.look_at_message(message),
        }
    }

    /// Looks again after [`Look::More`]: so many bytes are known to be right and are not compared
    /// again.
    pub fn look_on(&self, unread: Unread<'_>, right: usize) -> Look {
        match (self, unread) {
            (Matcher::Bytes(payload), Unread::Stream(bytes)) => {
                let right = right.min(bytes.len()).min(payload.len());
                match compare(&payload.bytes()[right..], &bytes[right..]) {
                    Look::Met(length) => Look::Met(right + length),
                    Look::Differs(at) => Look::Differs(right + at),
                    Look::More(more) => Look::More(right + more),
                }
            }
            _ => self.look(unread),
        }
    }

    /// Whether what it takes may differ from server to server, so that agreement must not
    /// compare it.
    pub fn is_hole(&self) -> bool {
        matches!(
            self,
            Matcher::Regex(_) | Matcher::Length(_) | Matcher::OneOf(_)
        )
    }

    /// The most bytes that it can consume, where that is known from the text.
    pub fn most(&self) -> usize {
        match self {
            Matcher::Bytes(payload) => payload.len(),
            Matcher::Line(line) => line.len() + 2,
            Matcher::Regex(_) => LONGEST_LINE,
            Matcher::Length(length) => *length,
            Matcher::OneOf(payloads) => payloads.iter().map(Payload::len).max().unwrap_or(0),
        }
    }

    fn look_at_stream(&self, bytes: &[u8]) -> Look {
        match self {
            Matcher::Bytes(payload) => compare(payload.bytes(), bytes),
            Matcher::Line(line) => look_at_line(line, bytes),
            Matcher::Regex(regex) => match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) if regex.is_match(without_return(&bytes[..end])) => Look::Met(end + 1),
                Some(_) => Look::Differs(0),
                None if bytes.len() > LONGEST_LINE => Look::Differs(LONGEST_LINE),
                None => Look::More(bytes.len()),
            },
            Matcher::Length(length) if bytes.len() >= *length => Look::Met(*length),
            Matcher::Length(_) => Look::More(bytes.len()),
            Matcher::OneOf(payloads) => best(
                payloads
                    .iter()
                    .map(|payload| compare(payload.bytes(), bytes)),
            ),
        }
    }

    fn look_at_message(&self, message: &[u8]) -> Look {
        match self {
            Matcher::Bytes(payload) => compare_whole(payload.bytes(), message),
            Matcher::Line(line) => {
                let end = message.strip_suffix(b"\n").map_or(message, without_return);
                compare_whole(line, end).consuming(message.len())
            }
            Matcher::Regex(regex) if regex.is_match(message) => Look::Met(message.len()),
            Matcher::Regex(_) => Look::Differs(0),
            Matcher::Length(length) if message.len() == *length => Look::Met(*length),
            Matcher::Length(length) => Look::Differs(message.len().min(*length)),
            Matcher::OneOf(payloads) => best(
                payloads
                    .iter()
                    .map(|payload| compare_whole(payload.bytes(), message)),
            ),
        }
    }
}

impl Look {
    /// The same look, with what a met one consumes replaced.
    fn consuming(self, bytes: usize) -> Look {
        match self {
            Look::Met(_) => Look::Met(bytes),
            other => other,
        }
    }
}

/// A line that a `regex` waits for may be this long, and no longer: what never ends its line
/// must not be kept for ever.
const LONGEST_LINE: usize = 1 << 20;

fn first_difference(expected: &[u8], heard: &[u8]) -> Option<usize> {
    let common = expected.len().min(heard.len());
    if expected[..common] == heard[..common] {
        return None;
    }
    expected
        .iter()
        .zip(heard)
        .position(|(expected, heard)| expected != heard)
}

fn compare(expected: &[u8], heard: &[u8]) -> Look {
    match first_difference(expected, heard) {
        Some(at) => Look::Differs(at),
        None if heard.len() >= expected.len() => Look::Met(expected.len()),
        None => Look::More(heard.len()),
    }
}

fn compare_whole(expected: &[u8], message: &[u8]) -> Look {
    match first_difference(expected, message) {
        Some(at) => Look::Differs(at),
        None if message.len() == expected.len() => Look::Met(message.len()),
        None => Look::Differs(message.len().min(expected.len())),
    }
}

fn look_at_line(line: &[u8], bytes: &[u8]) -> Look {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => compare_whole(line, without_return(&bytes[..end])).consuming(end + 1),
        None => match compare(line, without_return(bytes)) {
            Look::Met(_) if without_return(bytes).len() > line.len() => Look::Differs(line.len()),
            Look::Met(length) => Look::More(length),
            other => other,
        },
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Of several looks the one that got furthest: met before not yet before differing.
fn best(looks: impl Iterator<Item = Look>) -> Look {
    looks
        .max_by_key(|look| match look {
            Look::Met(length) => (2, *length),
            Look::More(right) => (1, *right),
            Look::Differs(at) => (0, *at),
        })
        .unwrap_or(Look::Differs(0))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::scenario::payload::Recipe;

    fn payload(text: &str) -> Payload {
        Payload::new(Recipe::Bytes(Rc::from(text.as_bytes())))
    }

    fn check(matcher: &Matcher, heard: &str, expected: Look) {
        assert_eq!(
            matcher.look(Unread::Stream(heard.as_bytes())),
            expected,
            "heard {heard:?}"
        );
    }

    #[test]
    fn looking_on_compares_what_is_new() {
        let matcher = Matcher::Bytes(payload("abcd"));
        let check = |heard: &str, right, expected| {
            assert_eq!(
                matcher.look_on(Unread::Stream(heard.as_bytes()), right),
                expected
            );
        };
        check("abc", 2, Look::More(3));
        check("abcd", 3, Look::Met(4));
        check("abcx", 3, Look::Differs(3));
        check("abcde", 4, Look::Met(4));
    }

    fn check_message(matcher: &Matcher, heard: &str, expected: Look) {
        let unread = Unread::Message(Some(heard.as_bytes()));
        assert_eq!(matcher.look(unread), expected, "message {heard:?}");
    }

    #[test]
    fn bytes_match_right_at_the_cursor() {
        let matcher = Matcher::Bytes(payload("abc"));
        check(&matcher, "", Look::More(0));
        check(&matcher, "ab", Look::More(2));
        check(&matcher, "abc", Look::Met(3));
        check(&matcher, "abcd", Look::Met(3));
        check(&matcher, "abd", Look::Differs(2));
        check_message(&matcher, "abcd", Look::Differs(3));
        check_message(&matcher, "ab", Look::Differs(2));
        check_message(&matcher, "abc", Look::Met(3));
    }

    #[test]
    fn a_line_ends_at_its_lf_and_drops_a_cr() {
        let matcher = Matcher::Line(b"hi".to_vec());
        check(&matcher, "hi\n", Look::Met(3));
        check(&matcher, "hi\r\nmore", Look::Met(4));
        check(&matcher, "hi", Look::More(2));
        check(&matcher, "hi\r", Look::More(2));
        check(&matcher, "hix", Look::Differs(2));
        check(&matcher, "h\n", Look::Differs(1));
        check_message(&matcher, "hi\r\n", Look::Met(4));
        check_message(&matcher, "hi", Look::Met(2));
    }

    #[test]
    fn a_regex_takes_one_whole_line_or_message() {
        let matcher = Matcher::regex("a|a+").unwrap();
        check(&matcher, "aaa\nb", Look::Met(4));
        check(&matcher, "aab\n", Look::Differs(0));
        check(&matcher, "aa", Look::More(2));
        check_message(&matcher, "aa", Look::Met(2));
        check_message(&matcher, "ab", Look::Differs(0));
    }

    #[test]
    fn length_and_one_of() {
        check(&Matcher::Length(2), "abc", Look::Met(2));
        check(&Matcher::Length(2), "a", Look::More(1));
        check_message(&Matcher::Length(2), "abc", Look::Differs(2));
        let matcher = Matcher::OneOf(vec![payload("yes"), payload("no")]);
        check(&matcher, "no", Look::Met(2));
        check(&matcher, "ye", Look::More(2));
        check(&matcher, "nope", Look::Met(2));
        check(&matcher, "maybe", Look::Differs(0));
    }
}
