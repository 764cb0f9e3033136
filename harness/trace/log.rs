//! The receive log of one connection: everything heard from byte 0, never a one-shot wait.
//!
//! Places in it are counted in units: bytes on a stream, messages elsewhere (a datagram can be
//! empty, so an offset in bytes would not tell two of them apart).

use std::ops::Range;
use std::time::Duration;

use crate::scenario::matcher::Unread;
use crate::scenario::words::{End, ErrorKind};

/// What one connection heard.
#[derive(Debug, Default)]
pub struct Log {
    bytes: Vec<u8>,
    /// Ends of messages, as offsets into `bytes`; `None` on a stream.
    borders: Option<Vec<usize>>,
    arrivals: Vec<(usize, Duration)>,
    marks: Vec<Mark>,
    bound: usize,
    forgotten: u64,
    forgetting: bool,
    over: Option<Over>,
}

/// A stretch of the log that no step consumes: it was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where it lies, in units of the log.
    pub units: Range<usize>,
    /// What it is.
    pub passed: Passed,
}

/// What was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// The token with this number.
    Token(u32),
    /// A record of a sender that `among` names.
    Record,
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// How.
    pub end: End,
    /// The kind, for an error.
    pub error: Option<ErrorKind>,
    /// What the system said.
    pub text: String,
    /// Since the start of the case.
    pub at: Duration,
}

impl Log {
    /// An empty log that keeps at most `bound` bytes; `messages` says whether borders matter.
    pub fn new(bound: usize, messages: bool) -> Log {
        Log {
            bound,
            borders: messages.then(Vec::new),
            ..Log::default()
        }
    }

    /// Adds bytes of a stream, or one whole message.
    pub fn push(&mut self, bytes: &[u8], at: Duration) {
        if self.forgetting {
            self.forget(bytes.len() as u64);
            return;
        }
        self.bytes.extend_from_slice(bytes);
        if let Some(borders) = &mut self.borders {
            borders.push(self.bytes.len());
        }
        self.arrivals.push((self.len(), at));
    }

    /// Notes that nothing more will come; the first word on it stands.
    pub fn finish(&mut self, over: Over) {
        self.over.get_or_insert(over);
    }

    /// From now on what arrives is counted and not kept.
    pub fn forget_rest(&mut self) {
        self.forgetting = true;
    }

    /// Counts bytes that are not kept.
    pub fn forget(&mut self, bytes: u64) {
        self.forgotten = self.forgotten.saturating_add(bytes);
    }

    /// The most bytes that the case can consume, and a little more.
    pub fn bound(&self) -> usize {
        self.bound
    }

    /// Whether more came than the case can consume.
    pub fn is_flooded(&self) -> bool {
        // An empty message has no byte, but where it ended and when it came are kept all the same.
        let noted = self.borders.as_ref().map_or(0, Vec::len) * NOTED;
        self.bytes.len() + noted > self.bound
    }

    /// Whether `ignore_rest` was said on the connection.
    pub fn is_forgetting(&self) -> bool {
        self.forgetting
    }

    /// How the connection ended, if it has.
    pub fn over(&self) -> Option<&Over> {
        self.over.as_ref()
    }

    /// How far the log reaches, in units: bytes on a stream, messages elsewhere.
    pub fn len(&self) -> usize {
        self.borders.as_ref().map_or(self.bytes.len(), Vec::len)
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes came in all, those not kept included.
    pub fn total(&self) -> u64 {
        (self.bytes.len() as u64).saturating_add(self.forgotten)
    }

    /// The bytes of a stretch of units.
    pub fn bytes(&self, units: Range<usize>) -> &[u8] {
        match &self.borders {
            None => &self.bytes[units],
            Some(borders) => {
                let offset = |unit: usize| unit.checked_sub(1).map_or(0, |last| borders[last]);
                &self.bytes[offset(units.start)..offset(units.end)]
            }
        }
    }

    /// What is unread at a cursor, as far as the log reached `upto`; both in units.
    pub fn unread(&self, cursor: usize, upto: usize) -> Unread<'_> {
        match self.borders {
            None => Unread::Stream(&self.bytes[cursor..upto]),
            Some(_) => Unread::Message((cursor < upto).then(|| self.bytes(cursor..cursor + 1))),
        }
    }

    /// How many units a matcher that is met by so many bytes consumes.
    pub fn units(&self, bytes: usize) -> usize {
        if self.has_messages() { 1 } else { bytes }
    }

    /// The arrivals: how far the log reached after each, in units, and when.
    pub fn arrivals(&self) -> &[(usize, Duration)] {
        &self.arrivals
    }

    /// The stretches passed over, in order.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Passes over a stretch, in units.
    pub fn mark(&mut self, units: Range<usize>, passed: Passed) {
        self.marks.push(Mark { units, passed });
    }

    /// The cursor moved behind the stretches that were passed over right at it.
    pub fn behind_marks(&self, mut cursor: usize) -> usize {
        for mark in &self.marks {
            if mark.units.start == cursor {
                cursor = mark.units.end;
            }
        }
        cursor
    }

    /// Whether what is heard are messages with borders, and no stream.
    pub fn has_messages(&self) -> bool {
        self.borders.is_some()
    }
}

/// What is kept of a message beside its bytes.
const NOTED: usize = 4 * size_of::<usize>();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_counts_bytes() {
        let mut log = Log::new(100, false);
        log.push(b"join a 1\nhello", Duration::ZERO);
        log.mark(0..9, Passed::Token(1));
        assert_eq!(log.behind_marks(0), 9);
        assert_eq!(log.unread(9, log.len()), Unread::Stream(b"hello"));
        assert_eq!(log.units(3), 3);
    }

    #[test]
    fn messages_are_units_and_may_be_empty() {
        let mut log = Log::new(100, true);
        log.push(b"one", Duration::ZERO);
        log.push(b"", Duration::ZERO);
        log.push(b"two", Duration::ZERO);
        assert_eq!(log.len(), 3);
        assert_eq!(log.unread(1, 3), Unread::Message(Some(b"")));
        assert_eq!(log.unread(2, 3), Unread::Message(Some(b"two")));
        assert_eq!(log.unread(2, 2), Unread::Message(None));
        assert_eq!(log.bytes(0..3), b"onetwo");
    }

    #[test]
    fn messages_without_a_byte_are_too_many_at_some_time() {
        let mut log = Log::new(1000, true);
        (0..20).for_each(|_| log.push(b"", Duration::ZERO));
        assert!(!log.is_flooded());
        (0..20).for_each(|_| log.push(b"", Duration::ZERO));
        assert!(log.is_flooded());
    }

    #[test]
    fn what_is_forgotten_is_counted() {
        let mut log = Log::new(4, false);
        log.push(b"1234", Duration::ZERO);
        assert!(!log.is_flooded());
        log.push(b"5", Duration::ZERO);
        assert!(log.is_flooded());
        log.forget_rest();
        log.push(b"678", Duration::ZERO);
        assert_eq!((log.len(), log.total()), (5, 8));
    }
}
