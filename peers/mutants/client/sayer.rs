//! What the line client says to the lines that it is given. Pure: bytes in, bytes out.

use super::catalogue::ClientFlaw;
use crate::dialogue::text::{LineEnd, Splitter};

/// The client's side that says things.
#[derive(Debug)]
pub(super) struct Sayer {
    flaw: Option<ClientFlaw>,
    splitter: Splitter,
    lines: usize,
}

impl Sayer {
    pub(super) fn new(flaw: Option<ClientFlaw>) -> Self {
        let end = match flaw {
            Some(ClientFlaw::KeepsReturns) => LineEnd::Feed,
            _ => LineEnd::Any,
        };
        Self {
            flaw,
            splitter: Splitter::new(end),
            lines: 0,
        }
    }

    /// What is said when these bytes were given.
    pub(super) fn hear(&mut self, given: &[u8]) -> Vec<u8> {
        let lines = given.iter().filter_map(|byte| self.splitter.take(*byte));
        let lines: Vec<_> = lines.collect();
        lines.into_iter().flat_map(|line| self.say(line)).collect()
    }

    /// What is said when nothing more will be given.
    pub(super) fn end(&mut self) -> Vec<u8> {
        let rest = self.splitter.rest();
        rest.map(|line| self.say(line)).unwrap_or_default()
    }

    fn say(&mut self, line: Vec<u8>) -> Vec<u8> {
        self.lines += 1;
        let mut words = String::from_utf8_lossy(&line).into_owned().into_bytes();
        match self.flaw {
            Some(ClientFlaw::LosesFirstLine) if self.lines == 1 => words.clear(),
            Some(ClientFlaw::SaysLineEnds) => words.push(b'\n'),
            Some(ClientFlaw::SaysEmptyLines) if words.is_empty() => words.push(b'\n'),
            _ => {}
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said to `given`, and at its end.
    fn check(flaw: Option<ClientFlaw>, given: &[u8], expected: &str) {
        for part in [1, given.len()] {
            let mut sayer = Sayer::new(flaw);
            let said = given.chunks(part).flat_map(|part| sayer.hear(part));
            let mut said: Vec<u8> = said.collect();
            said.push(b'|');
            said.extend(sayer.end());
            let said = String::from_utf8(said).unwrap();
            assert_eq!(said, expected, "{flaw:?} in parts of {part}");
        }
    }

    #[test]
    fn lines_are_said_without_their_ends() {
        let given = "一\n\n二\r\nx\ry".as_bytes();
        check(None, given, "一二x|y");
        check(None, b"\xff\xe4\xbd\n", "\u{fffd}\u{fffd}|");
        check(Some(ClientFlaw::LosesFirstLine), given, "二x|y");
        check(Some(ClientFlaw::SaysLineEnds), given, "一\n\n二\nx\n|y\n");
        check(Some(ClientFlaw::SaysEmptyLines), given, "一\n二x|y");
        check(Some(ClientFlaw::KeepsReturns), given, "一二\r|x\ry");
    }
}
