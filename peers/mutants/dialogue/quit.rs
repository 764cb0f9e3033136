//! The dialogue that a word ends: one client is served, each read is answered by the same reply,
//! and a read that is the word, as C compares strings, ends the server. Pure.

use super::talk::{Answer, Leave, Parting, Talk};

/// The word that ends it.
const QUIT: &[u8] = b"quit";

/// The reply to everything else.
const REPLY: &[u8] = b"ok\n";

/// The most that is read at a time: the buffer of 200 bytes keeps one for the zero.
const READ_SIZE: usize = 199;

/// What is wrong with the dialogue that a word ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuitFlaw {
    /// The word is answered like any other.
    GoesOnAfterQuit,
    /// A line end or spaces around the word do not matter.
    TrimsWord,
    /// A read that ends in the word is taken for it.
    QuitsWithinWords,
    /// A zero byte does not end what was read.
    ReadsPastNul,
    /// The end of the client's words is answered without end.
    RepeatsAtEnd,
    /// The end of the client's words is a failure.
    FailsAtEnd,
    /// The port can be had again at once.
    ReusesAddress,
}

/// The server's side of the talk.
#[derive(Debug)]
pub(super) struct Quit {
    flaw: Option<QuitFlaw>,
}

impl Quit {
    pub(super) fn new(flaw: Option<QuitFlaw>) -> Self {
        Self { flaw }
    }

    /// The string that a read is for C.
    fn string<'a>(&self, read: &'a [u8]) -> &'a [u8] {
        let end = read.iter().position(|byte| *byte == 0);
        let end = end.filter(|_| self.flaw != Some(QuitFlaw::ReadsPastNul));
        &read[..end.unwrap_or(read.len())]
    }

    fn ends(&self, said: &[u8]) -> bool {
        match self.flaw {
            Some(QuitFlaw::GoesOnAfterQuit) => false,
            Some(QuitFlaw::TrimsWord) => said.trim_ascii() == QUIT,
            Some(QuitFlaw::QuitsWithinWords) => said.ends_with(QUIT),
            _ => said == QUIT,
        }
    }
}

impl Talk for Quit {
    fn most_read(&self) -> usize {
        READ_SIZE
    }

    fn hear(&mut self, read: &[u8]) -> Answer {
        let said = self.string(read);
        let ends = self.ends(said);
        Answer {
            words: if ends { Vec::new() } else { REPLY.to_vec() },
            shown: vec![format!("got: {}", String::from_utf8_lossy(said))],
            leave: ends.then_some(Leave::Close),
        }
    }

    fn end(&mut self) -> Parting {
        Parting {
            words: Vec::new(),
            leave: match self.flaw {
                Some(QuitFlaw::RepeatsAtEnd) => Leave::Repeat(REPLY),
                Some(QuitFlaw::FailsAtEnd) => Leave::Fail,
                _ => Leave::Close,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a read ends the server, and what it prints.
    fn check(flaw: Option<QuitFlaw>, read: &[u8], ends: bool, shown: &str) {
        let answer = Quit::new(flaw).hear(read);
        let expected = Answer {
            words: if ends { Vec::new() } else { b"ok\n".to_vec() },
            shown: vec![shown.to_owned()],
            leave: ends.then_some(Leave::Close),
        };
        assert_eq!(answer, expected, "{flaw:?} {read:?}");
    }

    #[test]
    fn a_read_ends_the_server_where_strcmp_finds_the_word() {
        check(None, b"quit", true, "got: quit");
        check(None, b"quit\0zzz", true, "got: quit");
        check(None, b"quit\n", false, "got: quit\n");
        check(None, b"hiquit", false, "got: hiquit");
        check(None, b"ab\0cd", false, "got: ab");
        check(None, b"\0quit", false, "got: ");
    }

    #[test]
    fn each_flaw_takes_the_word_in_its_way() {
        check(Some(QuitFlaw::GoesOnAfterQuit), b"quit", false, "got: quit");
        check(Some(QuitFlaw::TrimsWord), b"quit\n", true, "got: quit\n");
        check(Some(QuitFlaw::TrimsWord), b"hiquit", false, "got: hiquit");
        check(
            Some(QuitFlaw::QuitsWithinWords),
            b"hiquit",
            true,
            "got: hiquit",
        );
        check(
            Some(QuitFlaw::QuitsWithinWords),
            b"quit\n",
            false,
            "got: quit\n",
        );
        check(
            Some(QuitFlaw::ReadsPastNul),
            b"quit\0z",
            false,
            "got: quit\0z",
        );
        check(Some(QuitFlaw::ReadsPastNul), b"quit", true, "got: quit");
    }

    #[test]
    fn the_end_of_the_client_is_the_end() {
        let leave = |flaw| Quit::new(flaw).end().leave;
        assert_eq!(leave(None), Leave::Close);
        assert_eq!(leave(Some(QuitFlaw::RepeatsAtEnd)), Leave::Repeat(REPLY));
        assert_eq!(leave(Some(QuitFlaw::FailsAtEnd)), Leave::Fail);
    }
}
