//! What happened in one case: what each connection heard, how each step ended, what was done.
//!
//! Offsets, not times, say which bytes a step consumed. Times are for people.

mod log;
pub mod store;
mod table;

pub use log::{Log, Mark, Over, Passed};
pub use table::{Cell, Ending, Heard, Place, Table};

use std::time::Duration;

use crate::scenario::ActorId;
use crate::scenario::words::{End, ErrorKind};

/// How playing a case went.
#[derive(Debug)]
pub enum Played {
    /// There is a record to judge.
    Through(Box<Trace>),
    /// The peer did not start, or never listened.
    Broken(String),
    /// Our own fault.
    Fault(String),
}

/// The record of one case.
#[derive(Debug, Default)]
pub struct Trace {
    /// Every connection, in the order in which they were begun.
    pub connections: Vec<Connection>,
    /// How each step ended for each of its actors, in the order in which they ended.
    pub outcomes: Vec<Outcome>,
    /// What our side did and what became of the server, in order.
    pub events: Vec<Event>,
    /// What the server's process wrote to stderr during the case, the end of it.
    pub stderr: Tail,
    /// How the server's process ended where no step asked for it.
    pub crash: Option<String>,
    /// Whether the server's process had served other cases before.
    pub reused: bool,
    /// The sum of the waits that the scenario declares.
    pub declared: Duration,
    /// From the start of the case to its end, without the start of a process.
    pub took: Duration,
}

/// One connection of an actor.
#[derive(Debug)]
pub struct Connection {
    /// Whose.
    pub actor: ActorId,
    /// Which of the actor's connections, from 1.
    pub number: u32,
    /// Everything heard on it.
    pub log: Log,
}

/// How a step ended for one actor, or for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// [`crate::scenario::Step::index`]; one past the last for the end of the case.
    pub step: usize,
    /// The actor; `None` where the step is the server's.
    pub actor: Option<ActorId>,
    /// The connection that the actor acted on, an index into [`Trace::connections`].
    pub connection: Option<usize>,
    /// Where its reading began and how far its connection had heard when the step ended, in
    /// units of the connection's log.
    pub heard: std::ops::Range<usize>,
    /// Since the start of the case.
    pub at: Duration,
    /// How it ended.
    pub stop: Stop,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It did, or heard, what it had to.
    Met,
    /// What came can no longer be what was expected.
    Differs,
    /// The deadline passed.
    Deadline {
        /// How long nothing had come, or the bound on the whole wait.
        waited: Duration,
        /// What was waited for, as a fragment: `bob to hear the token of carol`.
        awaited: String,
    },
    /// The connection was over before.
    Over {
        /// How it ended.
        end: End,
        /// The kind of error, for an end that is one.
        error: Option<ErrorKind>,
        /// What the system said.
        text: String,
    },
    /// More came than the case can consume: see invariant 2 in the crate's documentation.
    Flooded,
    /// The server's process ended, or would not start, where the step did not ask for it.
    Server(String),
    /// The system cannot tell what the step asks for.
    Unanswerable(String),
}

/// Something that our side did, or that became of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Since the start of the case.
    pub at: Duration,
    /// The step in which it happened.
    pub step: usize,
    /// The actor, where it was an actor's.
    pub actor: Option<ActorId>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An actor's connection was made, from this address of ours.
    Connected(String),
    /// Bytes were queued for the server: how many, and the first of them.
    Said(u64, Vec<u8>),
    /// A token was said.
    Token(String),
    /// Half-closed.
    Finished,
    /// Closed by us.
    Closed,
    /// Aborted by us.
    Reset,
    /// Our side stopped reading.
    Paused,
    /// Our side reads again.
    Resumed,
    /// The server listens at this address.
    Listening(String),
    /// The server was sent this signal.
    Signalled(String),
    /// The server's process ended so.
    Exited(String),
    /// Something worth a line that is no event of the scenario: a port passed over.
    Note(String),
}

/// The end of what a process wrote, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// The last bytes.
    pub bytes: Vec<u8>,
    /// How many came before them.
    pub cut: u64,
    /// The file that has more of it, as messages show it.
    pub file: Option<String>,
}

/// The most bytes that a [`Tail`] keeps.
pub const TAIL: usize = 64 << 10;

impl Trace {
    /// What the system could not tell or do for a step: our own fault, and no peer's.
    pub fn fault(&self) -> Option<&str> {
        self.outcomes
            .iter()
            .find_map(|outcome| match &outcome.stop {
                Stop::Unanswerable(what) => Some(what.as_str()),
                _ => None,
            })
    }
}

impl Tail {
    /// The last lines that are not empty, at most so many, in order.
    pub fn last_lines(&self, most: usize) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let lines = text.lines().rev().filter(|line| !line.trim().is_empty());
        let mut last: Vec<String> = lines.take(most).map(str::to_owned).collect();
        last.reverse();
        last
    }

    /// Adds what came, and forgets the oldest beyond [`TAIL`] bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let over = self.bytes.len().saturating_sub(TAIL);
        self.bytes.drain(..over);
        self.cut += over as u64;
    }
}
