//! A broken expectation: its kind, its place, and what was expected and heard.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// What kind of failure it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Part of what was expected came, then no more.
    Missing,
    /// Something came that nobody expected.
    Extra,
    /// What was heard before came again.
    Double,
    /// Something came that is expected later.
    OutOfOrder,
    /// A sender heard its own words where the server leaves the sender out.
    OwnEcho,
    /// A message in parts, or mixed with another.
    Torn,
    /// Other bytes than those expected.
    Corrupt,
    /// The connection ended while more was expected.
    EndedEarly,
    /// The connection was reset.
    Reset,
    /// The connection did not end.
    NotEnded,
    /// Nothing came at all.
    Silent,
    /// The connection was refused.
    Refused,
    /// The connection was made, or the error did not come, where one was expected.
    NotRefused,
    /// The connection met another error than any that the scenario speaks of.
    Error,
    /// The server did not read what was sent.
    NotRead,
    /// The server read what it should have left unread.
    WasRead,
    /// The server's process was not in the state that the step asks for.
    Process,
    /// The case did not end in its time.
    Timeout,
    /// The system could not tell what the step asks for.
    Unanswerable,
    /// The server does something else than those that it is compared with.
    Disagrees,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Missing => "missing",
            Kind::Extra => "extra",
            Kind::Double => "double",
            Kind::OutOfOrder => "out of order",
            Kind::OwnEcho => "own echo",
            Kind::Torn => "torn",
            Kind::Corrupt => "corrupt",
            Kind::EndedEarly => "ended early",
            Kind::Reset => "reset",
            Kind::NotEnded => "not ended",
            Kind::Silent => "silent",
            Kind::Refused => "refused",
            Kind::NotRefused => "not refused",
            Kind::Error => "error",
            Kind::NotRead => "not read",
            Kind::WasRead => "was read",
            Kind::Process => "process",
            Kind::Timeout => "timeout",
            Kind::Unanswerable => "unanswerable",
            Kind::Disagrees => "disagrees",
        })
    }
}

/// One broken expectation of one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind it is.
    pub kind: Kind,
    /// The number of the step that a reader counts in the file; `None` for the end of the case.
    pub step: Option<usize>,
    /// Where the step stands in the scenario's text.
    pub span: Span,
    /// Whose expectation it is; `None` for the server's process.
    pub actor: Option<String>,
    /// One line without times, ports and paths: what known divergences are matched with.
    pub message: String,
    /// How long was waited, as people read it, where the failure is a deadline's.
    pub waited: Option<String>,
    /// What was expected, where that is bytes.
    pub expected: Option<Excerpt>,
    /// What was heard in its place.
    pub heard: Option<Excerpt>,
    /// The first byte that differs, counted from the beginning of what was expected.
    pub first_difference: Option<usize>,
}

/// A part of some bytes, around the place that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The bytes shown.
    pub bytes: Vec<u8>,
    /// How many come before them.
    pub before: usize,
    /// How many there are in all.
    pub total: usize,
}

impl Excerpt {
    /// The bytes around a place: enough to see it, few enough for a terminal.
    pub fn around(bytes: &[u8], place: usize) -> Excerpt {
        let start = match place > BEFORE && bytes.len() > WHOLE {
            true => (place - BEFORE).min(bytes.len()),
            false => 0,
        };
        let end = bytes.len().min(start + WHOLE);
        Excerpt {
            bytes: bytes[start..end].to_vec(),
            before: start,
            total: bytes.len(),
        }
    }
}

/// So many bytes are shown before the place that matters.
const BEFORE: usize = 16;

/// So many bytes are shown at most.
const WHOLE: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(length: usize, place: usize, expected: (usize, usize)) {
        let bytes: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
        let excerpt = Excerpt::around(&bytes, place);
        assert_eq!((excerpt.before, excerpt.bytes.len()), expected);
        assert_eq!(excerpt.bytes, bytes[expected.0..expected.0 + expected.1]);
    }

    #[test]
    fn an_excerpt_lies_around_its_place() {
        check(13, 11, (0, 13));
        check(200, 100, (84, 48));
        check(200, 5, (0, 48));
        check(200, 199, (183, 17));
        check(200, 500, (200, 0));
    }
}
