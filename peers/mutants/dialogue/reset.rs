//! The dialogue that says nothing: one word has the connection reset, another has it ended, and
//! so the harness can see what a client does then. Pure.

use super::talk::{Answer, Leave, Talk};

/// The word at which a connection is reset.
const RESET: &[u8] = b"reset";

/// The word at which a connection is ended in order.
const END: &[u8] = b"end";

/// What is wrong with the dialogue that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetFlaw {
    /// A connection that should be reset is ended in order.
    EndsForReset,
    /// A connection that should be ended in order is reset.
    ResetsForEnd,
}

/// The server's side of the talk.
#[derive(Debug)]
pub(super) struct Reset {
    flaw: Option<ResetFlaw>,
    /// The last bytes, as many as the longer word has.
    heard: Vec<u8>,
}

impl Reset {
    pub(super) fn new(flaw: Option<ResetFlaw>) -> Self {
        Self {
            flaw,
            heard: Vec::new(),
        }
    }

    fn take(&mut self, byte: u8) -> Option<Leave> {
        self.heard.push(byte);
        let longer = self.heard.len().saturating_sub(RESET.len());
        self.heard.drain(..longer);
        if self.heard.ends_with(RESET) {
            Some(match self.flaw {
                Some(ResetFlaw::EndsForReset) => Leave::Finish,
                _ => Leave::Reset,
            })
        } else if self.heard.ends_with(END) {
            Some(match self.flaw {
                Some(ResetFlaw::ResetsForEnd) => Leave::Reset,
                _ => Leave::Finish,
            })
        } else {
            None
        }
    }
}

impl Talk for Reset {
    /// Leaves at the first byte with which the bytes so far end in a word, so that it does not
    /// matter how they were cut into reads.
    fn hear(&mut self, read: &[u8]) -> Answer {
        Answer {
            leave: read.iter().find_map(|byte| self.take(*byte)),
            ..Answer::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How the connection is left after the last of these reads.
    fn check(flaw: Option<ResetFlaw>, reads: &[&str], expected: Option<Leave>) {
        let mut talk = Reset::new(flaw);
        let answers: Vec<_> = reads
            .iter()
            .map(|read| talk.hear(read.as_bytes()))
            .collect();
        assert!(answers.iter().all(|answer| answer.words.is_empty()));
        let leave = answers.last().and_then(|answer| answer.leave);
        assert_eq!(leave, expected, "{flaw:?} {reads:?}");
    }

    #[test]
    fn a_word_leaves_as_it_says() {
        let (reset, end) = (Some(Leave::Reset), Some(Leave::Finish));
        check(None, &["reset"], reset);
        check(None, &["end"], end);
        check(None, &["please re", "set"], reset);
        check(None, &["re", "e", "nd"], end);
        check(None, &["reset\n"], reset);
        check(None, &["rese", "en", "re", "sent"], None);
        check(Some(ResetFlaw::EndsForReset), &["reset"], end);
        check(Some(ResetFlaw::EndsForReset), &["end"], end);
        check(Some(ResetFlaw::ResetsForEnd), &["end"], reset);
        check(Some(ResetFlaw::ResetsForEnd), &["reset"], reset);
    }
}
