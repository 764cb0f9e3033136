//! Which dialogue is held, and with which flaw: the value that a server of a dialogue is made of.
//! What a flaw does stands in the file of its dialogue; what it is called, in the catalogue.

use harness_peer_rust::Transport;
use tokio::sync::Semaphore;

use super::address::Reuse;
use super::circles::{CircleFlaw, Circles};
use super::dated::DatedFlaw;
use super::lines::{LineFlaw, Lines, ONE, Style, TWO};
use super::quit::{Quit, QuitFlaw};
use super::reset::{Reset, ResetFlaw};
use super::talk::{Flawed, Talk};

/// A named dialogue with its flaw, or without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// `line-reply`: each line is answered by one, for one client at a time.
    LineReply(Fault<LineFlaw>),
    /// `two-line-reply`: each line is answered by two, for all clients at once.
    TwoLineReply(Fault<LineFlaw>),
    /// `circle-areas`: each number is answered by the area of a circle.
    CircleAreas(Fault<CircleFlaw>),
    /// `quit-word`: one client is served until it says a word.
    QuitWord(Fault<QuitFlaw>),
    /// `reset-on-word`: a word ends the connection, in one way or another.
    ResetOnWord(Fault<ResetFlaw>),
    /// `dated-reply`: each datagram is answered by one that bears the date.
    DatedReply(Fault<DatedFlaw>),
}

/// What is wrong with a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault<Own> {
    /// Nothing: the base that every scenario must pass.
    #[default]
    None,
    /// Something that any dialogue can have.
    General(General),
    /// Something that only this dialogue can have.
    Own(Own),
}

/// The flaws that any dialogue can have, which prove no scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum General {
    /// The last byte of each read is not heard.
    DropsLastByte,
    /// Everything is said twice.
    Duplicates,
    /// Who comes is greeted with words that nobody expects.
    Greets,
    /// Nothing is said, and no word ends anything.
    NeverAnswers,
    /// A connection is ended after the first words from it.
    EndsEarly,
}

impl<Own: Copy> Fault<Own> {
    pub(super) fn own(self) -> Option<Own> {
        match self {
            Fault::Own(own) => Some(own),
            Fault::None | Fault::General(_) => None,
        }
    }

    pub(super) fn general(self) -> Option<General> {
        match self {
            Fault::General(general) => Some(general),
            Fault::None | Fault::Own(_) => None,
        }
    }
}

impl Program {
    /// The name of the behaviour, as scenarios and manifests have it.
    pub fn behaviour(self) -> &'static str {
        match self {
            Program::LineReply(_) => "line-reply",
            Program::TwoLineReply(_) => "two-line-reply",
            Program::CircleAreas(_) => "circle-areas",
            Program::QuitWord(_) => "quit-word",
            Program::ResetOnWord(_) => "reset-on-word",
            Program::DatedReply(_) => "dated-reply",
        }
    }

    /// What the dialogue is held over.
    pub fn transport(self) -> Transport {
        match self {
            Program::DatedReply(_) => Transport::Udp,
            _ => Transport::Tcp,
        }
    }

    /// How the dialogue is held.
    pub(super) fn stage(self) -> Stage {
        match self {
            Program::LineReply(fault) => lines(&ONE, fault, 1),
            Program::TwoLineReply(fault) => lines(&TWO, fault, Semaphore::MAX_PERMITS),
            Program::CircleAreas(fault) => guests(Semaphore::MAX_PERMITS, fault, Circles::new),
            Program::ResetOnWord(fault) => guests(Semaphore::MAX_PERMITS, fault, Reset::new),
            Program::QuitWord(fault) => Stage::OneGuest {
                talk: Flawed::wrap(Quit::new(fault.own()), fault.general()),
                reuse: match fault.own() {
                    Some(QuitFlaw::ReusesAddress) => Reuse::Yes,
                    _ => Reuse::No,
                },
            },
            Program::DatedReply(fault) => Stage::Letters(fault),
        }
    }
}

/// How a dialogue is held.
pub(super) enum Stage {
    /// With all who come, so many at a time, each in a conversation of its own.
    Guests {
        places: usize,
        begin: Box<dyn Fn() -> Box<dyn Talk>>,
    },
    /// With the first who comes, and then no more.
    OneGuest { talk: Box<dyn Talk>, reuse: Reuse },
    /// With all who write.
    Letters(Fault<DatedFlaw>),
}

fn lines(style: &'static Style, fault: Fault<LineFlaw>, places: usize) -> Stage {
    let places = match fault.own() {
        Some(LineFlaw::ServesOne) => 1,
        Some(LineFlaw::ServesTwo) => 2,
        _ => places,
    };
    guests(places, fault, move |flaw| Lines::new(style, flaw))
}

fn guests<Own: Copy + 'static, T: Talk + 'static>(
    places: usize,
    fault: Fault<Own>,
    begin: impl Fn(Option<Own>) -> T + 'static,
) -> Stage {
    let begin = move || Flawed::wrap(begin(fault.own()), fault.general());
    Stage::Guests {
        places,
        begin: Box::new(begin),
    }
}
