//! The dialogues in lines: a greeting, an answer of one or two lines to each line, and a word
//! that ends the talk. Pure; how bytes become lines and text is left to `text`.

use super::talk::{Answer, Leave, Parting, Talk};
use super::text::{self, LineEnd, Splitter, Terminator};

/// The word that ends the talk.
const BYE: &str = "bye";

/// The most bytes of a line that [`LineFlaw::CutsLongLines`] keeps: a buffer's size.
const CUT: usize = 8192;

/// What the two dialogues do not have in common.
#[derive(Debug)]
pub(super) struct Style {
    greeting: &'static str,
    /// What stands before the line in each line of the answer.
    prefixes: &'static [&'static str],
    terminator: Terminator,
    farewell: &'static str,
}

/// One line for a line.
pub(super) static ONE: Style = Style {
    greeting: "来自服务器消息：欢迎使用本服务！",
    prefixes: &["来自服务器消息："],
    terminator: Terminator::Exact,
    farewell: "来自服务器消息：服务器断开连接，结束服务！",
};

/// Two lines for a line.
pub(super) static TWO: Style = Style {
    greeting: "From 服务器：欢迎使用服务！",
    prefixes: &["From 服务器：", "来自服务器,重复消息："],
    terminator: Terminator::TrimmedIgnoreCase,
    farewell: "From 服务器：服务器已断开连接，结束服务！",
};

/// What is wrong with a dialogue in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFlaw {
    /// What has been read is answered before its line has an end.
    AnswersUnfinished,
    /// A carriage return alone is part of a line.
    NeedsLineFeeds,
    /// A carriage return with a line feed ends two lines.
    TakesReturnAndFeedForTwo,
    /// Empty lines are not answered.
    SkipsEmptyLines,
    /// The last line of a talk is not answered when it has no end.
    DropsUnfinished,
    /// No more than 8192 bytes of a line are answered.
    CutsLongLines,
    /// Malformed bytes in a row become one replacement character.
    ReplacesRunsOnce,
    /// An encoded surrogate becomes three replacement characters.
    ReplacesSurrogatesBytewise,
    /// The word that ends the talk is taken in another way than it should.
    EndsOn(Terminator),
    /// The talk goes on after the farewell.
    GoesOnAfterFarewell,
    /// The first line of the answer is all of it.
    LeavesOutSecondLine,
    /// The lines of the answer come in the other order.
    SwapsLines,
    /// One client is served at a time, where all should be.
    ServesOne,
    /// Two clients are served at a time, where one should be.
    ServesTwo,
}

/// The server's side of a talk in lines.
#[derive(Debug)]
pub(super) struct Lines {
    style: &'static Style,
    flaw: Option<LineFlaw>,
    splitter: Splitter,
}

impl Lines {
    pub(super) fn new(style: &'static Style, flaw: Option<LineFlaw>) -> Self {
        let end = match flaw {
            Some(LineFlaw::NeedsLineFeeds) => LineEnd::Feed,
            Some(LineFlaw::TakesReturnAndFeedForTwo) => LineEnd::EachByte,
            _ => LineEnd::Any,
        };
        Self {
            style,
            flaw,
            splitter: Splitter::new(end),
        }
    }

    /// What is answered to a line.
    fn answer(&self, mut line: Vec<u8>) -> Answer {
        match self.flaw {
            Some(LineFlaw::CutsLongLines) => line.truncate(CUT),
            // Of a carriage return with a line feed the return goes, as everywhere.
            Some(LineFlaw::NeedsLineFeeds) if line.ends_with(b"\r") => {
                line.truncate(line.len() - 1);
            }
            Some(LineFlaw::SkipsEmptyLines) if line.is_empty() => return Answer::default(),
            _ => {}
        }
        let said = self.decode(&line);
        let terminator = match self.flaw {
            Some(LineFlaw::EndsOn(terminator)) => terminator,
            _ => self.style.terminator,
        };
        if terminator.is_met(BYE, &said) {
            let goes_on = self.flaw == Some(LineFlaw::GoesOnAfterFarewell);
            return Answer {
                words: with_feed(self.style.farewell).into_bytes(),
                leave: (!goes_on).then_some(Leave::Close),
                ..Answer::default()
            };
        }
        Answer {
            words: self.reply(&said).into_bytes(),
            ..Answer::default()
        }
    }

    fn decode(&self, line: &[u8]) -> String {
        match self.flaw {
            Some(LineFlaw::ReplacesRunsOnce) => text::decode_runs_once(line),
            Some(LineFlaw::ReplacesSurrogatesBytewise) => text::decode_surrogates_bytewise(line),
            _ => text::decode(line),
        }
    }

    fn reply(&self, said: &str) -> String {
        let line = |prefix: &&str| with_feed(&format!("{prefix}{said}"));
        let prefixes = self.style.prefixes.iter();
        match self.flaw {
            Some(LineFlaw::LeavesOutSecondLine) => prefixes.take(1).map(line).collect(),
            Some(LineFlaw::SwapsLines) => prefixes.rev().map(line).collect(),
            _ => prefixes.map(line).collect(),
        }
    }
}

impl Talk for Lines {
    fn greeting(&self) -> Vec<u8> {
        with_feed(self.style.greeting).into_bytes()
    }

    fn hear(&mut self, read: &[u8]) -> Answer {
        let mut lines: Vec<_> = read
            .iter()
            .filter_map(|byte| self.splitter.take(*byte))
            .collect();
        if self.flaw == Some(LineFlaw::AnswersUnfinished) {
            lines.extend(self.splitter.rest());
        }
        let mut all = Answer::default();
        for line in lines {
            let answer = self.answer(line);
            all.words.extend(answer.words);
            all.leave = answer.leave;
            if all.leave.is_some() {
                break;
            }
        }
        all
    }

    fn end(&mut self) -> Parting {
        let rest = self.splitter.rest();
        let answered = rest.filter(|_| self.flaw != Some(LineFlaw::DropsUnfinished));
        Parting {
            words: answered
                .map(|line| self.answer(line).words)
                .unwrap_or_default(),
            leave: Leave::Close,
        }
    }
}

fn with_feed(line: &str) -> String {
    format!("{line}\n")
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
