//! What one side of a conversation over a stream is: words heard, words said, and how it ends.
//! Pure; each dialogue is a [`Talk`], and the sockets are left to `conversation`.

use super::program::General;

/// What [`General::Greets`] says first.
pub(super) const WELCOME: &[u8] = b"welcome\n";

/// The server's side of a conversation with one client.
pub(super) trait Talk {
    /// The most bytes that are read at a time.
    fn most_read(&self) -> usize {
        8192
    }

    /// What is said before the client says anything.
    fn greeting(&self) -> Vec<u8> {
        Vec::new()
    }

    /// What is answered to the bytes of one read.
    fn hear(&mut self, read: &[u8]) -> Answer;

    /// What is answered to the end of the client's words.
    fn end(&mut self) -> Parting {
        Parting::default()
    }
}

/// An answer to something heard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answer {
    /// What is said to the client.
    pub(super) words: Vec<u8>,
    /// The lines that the server prints on its standard output.
    pub(super) shown: Vec<String>,
    /// How the conversation ends, if it does.
    pub(super) leave: Option<Leave>,
}

/// The last words, and how the connection ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parting {
    pub(super) words: Vec<u8>,
    pub(super) leave: Leave,
}

/// How a connection is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Leave {
    /// It is closed, whatever the client still says.
    #[default]
    Close,
    /// The server says no more, hears the client to its end, and closes.
    Finish,
    /// It is reset (RFC 9293 section 3.10.5).
    Reset,
    /// These words are said until they cannot be, which is when the client is gone.
    Repeat(&'static [u8]),
    /// It is closed, and the server calls that a failure.
    Fail,
}

/// A conversation with a general flaw.
pub(super) struct Flawed {
    talk: Box<dyn Talk>,
    general: General,
}

impl Flawed {
    /// Puts the flaw, if there is one, before the conversation.
    pub(super) fn wrap(talk: impl Talk + 'static, general: Option<General>) -> Box<dyn Talk> {
        let talk: Box<dyn Talk> = Box::new(talk);
        match general {
            Some(general) => Box::new(Flawed { talk, general }),
            None => talk,
        }
    }

    fn said(&self, words: Vec<u8>) -> Vec<u8> {
        match self.general {
            General::NeverAnswers => Vec::new(),
            General::Duplicates => words.repeat(2),
            _ => words,
        }
    }
}

impl Talk for Flawed {
    fn most_read(&self) -> usize {
        self.talk.most_read()
    }

    fn greeting(&self) -> Vec<u8> {
        let greeting = self.said(self.talk.greeting());
        match self.general {
            General::Greets => [WELCOME, &greeting].concat(),
            _ => greeting,
        }
    }

    fn hear(&mut self, read: &[u8]) -> Answer {
        let heard = match self.general {
            General::DropsLastByte => &read[..read.len().saturating_sub(1)],
            _ => read,
        };
        let answer = self.talk.hear(heard);
        let leave = match self.general {
            General::NeverAnswers => None,
            General::EndsEarly => Some(answer.leave.unwrap_or_default()),
            _ => answer.leave,
        };
        let words = self.said(answer.words);
        Answer {
            words,
            leave,
            ..answer
        }
    }

    fn end(&mut self) -> Parting {
        let parting = self.talk.end();
        let words = self.said(parting.words);
        Parting { words, ..parting }
    }
}

/// What a conversation comes to when these are its reads: all that is said, with `|` after what
/// each read was answered by, and how it ended if that was before the client's end.
#[cfg(test)]
pub(super) fn play(talk: &mut dyn Talk, reads: &[&[u8]]) -> (String, Option<Leave>) {
    let mut said = talk.greeting();
    let mut leave = None;
    for read in reads {
        said.push(b'|');
        let answer = talk.hear(read);
        said.extend(answer.words);
        leave = answer.leave;
        if leave.is_some() {
            break;
        }
    }
    (String::from_utf8_lossy(&said).into_owned(), leave)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Greets with `hi`, answers each read with itself, and closes at `.`.
    struct Parrot;

    impl Talk for Parrot {
        fn greeting(&self) -> Vec<u8> {
            b"hi".to_vec()
        }

        fn hear(&mut self, read: &[u8]) -> Answer {
            Answer {
                words: read.to_vec(),
                leave: (read == b".").then_some(Leave::Reset),
                ..Answer::default()
            }
        }

        fn end(&mut self) -> Parting {
            Parting {
                words: b"ab".to_vec(),
                ..Parting::default()
            }
        }
    }

    fn check(general: Option<General>, expected: &str, leave: Option<Leave>, last: &str) {
        let mut talk = Flawed::wrap(Parrot, general);
        let reads: [&[u8]; 2] = [b"xy", b"."];
        let (said, left) = play(talk.as_mut(), &reads);
        assert_eq!((said.as_str(), left), (expected, leave), "{general:?}");
        assert_eq!(talk.end().words, last.as_bytes(), "{general:?}");
    }

    #[test]
    fn a_general_flaw_lies_over_any_conversation() {
        let reset = Some(Leave::Reset);
        check(None, "hi|xy|.", reset, "ab");
        check(Some(General::DropsLastByte), "hi|x|", None, "ab");
        check(Some(General::Duplicates), "hihi|xyxy|..", reset, "abab");
        check(Some(General::Greets), "welcome\nhi|xy|.", reset, "ab");
        check(Some(General::NeverAnswers), "||", None, "");
        check(Some(General::EndsEarly), "hi|xy", Some(Leave::Close), "ab");
    }
}
