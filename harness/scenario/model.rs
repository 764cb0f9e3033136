//! A validated scenario: who is on stage, what they do in order, what each must hear.
//!
//! Everything that the text alone decides is decided here: `all`, `others` and crowds are lists
//! of actors, loops are unrolled, every flood knows its first number and every receiver what it
//! is owed. Reading the text is `syntax` and `check`; playing it is `exec`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::matcher::Matcher;
use super::payload::Payload;
use super::words::{Behaviour, ErrorKind, Trait, Transport};
use crate::source::{Source, Span};

/// One scenario file, understood.
#[derive(Debug)]
pub struct Scenario {
    /// The file's stem; unique among the scenarios of a run.
    pub name: String,
    /// One sentence that says what is being checked.
    pub summary: String,
    /// Labels that `list --tag` finds.
    pub tags: Vec<String>,
    /// The document that the scenario rests on, as reports show it.
    pub rests_on: Option<String>,
    /// The text it was read from, for carets in reports.
    pub source: Rc<Source>,
    /// What the server must do.
    pub server: Behaviour,
    /// The behaviour of the client program that it is about, where it is about one: programs that
    /// have it, and no others, play every actor that is not built in.
    pub client: Option<Behaviour>,
    /// The transports it is played over, each a case of its own; never empty, each once.
    pub over: Vec<Transport>,
    /// The traits that a server must have; any of the listed values will do.
    pub requires: BTreeMap<Trait, Vec<String>>,
    /// Everybody on stage, crowds written out, in the order of `clients:`.
    pub actors: Vec<Actor>,
    /// What happens, in order; never empty.
    pub steps: Vec<Step>,
}

/// A named client in a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `alice`, or `crowd.17` for the seventeenth of a crowd.
    pub name: String,
    /// The place in its crowd, from 1; 0 outside one.
    pub place: u16,
    /// Whether the built-in client always plays this actor.
    pub built_in: bool,
}

/// An index into [`Scenario::actors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub usize);

/// One step of the screenplay.
#[derive(Debug, Clone)]
pub struct Step {
    /// The place in file order with every loop unrolled, from 0 and without gaps over the whole
    /// scenario (a `parallel` counts before the steps in it).
    pub index: usize,
    /// The number that a reader counts in the file, from 1; steps inside a `parallel` or a `loop`
    /// go on counting.
    pub number: usize,
    /// Where the action stands in the file.
    pub span: Span,
    /// What happens.
    pub doing: Doing,
}

/// Who does what in a step.
#[derive(Debug, Clone)]
pub enum Doing {
    /// Actors, in the order of `clients:`, all do one action.
    Act {
        /// Never empty, no actor twice.
        actors: Vec<ActorId>,
        /// What each of them does.
        action: Action,
    },
    /// Something is done to the server, or asked of the kernel about it.
    Server(ServerAction),
    /// Lanes that run at once, each a sequence of steps (a loop is one lane).
    Parallel(Vec<Vec<Step>>),
}

/// What an actor does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Our side connects; nothing is said.
    Connect {
        /// Size of the kernel's receive buffer in bytes, where the scenario sets it.
        receive_buffer: Option<u32>,
    },
    /// Connects and proves, by a token, that the actor hears and is heard.
    Join {
        /// As for `Connect`.
        receive_buffer: Option<u32>,
        /// The members before this step; actors earlier in the step are members for later ones.
        members: Vec<ActorId>,
    },
    /// Bytes to the server.
    Send {
        /// What is sent: one message on datagram transports.
        payload: Payload,
        /// Sizes of the pieces, each sent when the server has read the one before; what they
        /// leave over is a last piece. Empty: all at once.
        pieces: Vec<usize>,
    },
    /// The next bytes or message must match.
    Expect {
        /// What must come.
        matcher: Matcher,
        /// A bound on the whole wait.
        within: Option<Duration>,
    },
    /// Nothing comes for this long.
    ExpectNothing(Duration),
    /// What comes is recorded and not asserted: only agreement compares it.
    Observe {
        /// How far.
        until: Until,
    },
    /// Half-close: no more to say, still listening.
    Finish,
    /// Close after what is queued is written.
    Close,
    /// Abort at once (RST over TCP).
    Reset,
    /// Half-close, await the server's end, close.
    Leave,
    /// The end of the stream comes next.
    ExpectEnd {
        /// A bound on the whole wait.
        within: Option<Duration>,
    },
    /// A reset comes next.
    ExpectReset {
        /// A bound on the whole wait.
        within: Option<Duration>,
    },
    /// The end or a reset comes next.
    ExpectClosed {
        /// A bound on the whole wait.
        within: Option<Duration>,
    },
    /// In the place of a connect: nobody listens.
    ExpectRefused,
    /// The connection meets an error of this kind.
    ExpectError(ErrorKind),
    /// Our side stops reading.
    Pause,
    /// Our side reads again.
    Resume,
    /// Sends numbered records of 16 bytes, each with a write of its own.
    Flood {
        /// How many.
        messages: u32,
        /// The text that each begins with.
        prefix: String,
        /// The first number of each actor of the step, in the order of its actors.
        first: Vec<u32>,
    },
    /// Each owed record once, whole, each sender's in order.
    ExpectFlood {
        /// Whether all receivers of the step must hear one total order too.
        order: FloodOrder,
        /// What each actor of the step is owed, in the order of its actors. An actor's own
        /// floods are in it; where the server leaves the sender out they are not owed.
        owed: Vec<Vec<FloodRange>>,
        /// A bound on the whole wait.
        within: Option<Duration>,
        /// Senders whose records, each at most once and whole, every actor passes over from
        /// here to the end of the case.
        among: Vec<ActorId>,
    },
    /// From here to the end of the connection nothing that arrives is judged.
    IgnoreRest,
    /// The client program that plays the actor has ended, in this way.
    ExpectExit(ExpectedExit),
}

/// How far an `observe` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// To the end of the stream, however it ends; the connection is over then.
    End,
    /// To the next LF of a stream, which is read too.
    Line,
    /// One message, where messages have borders.
    Message,
}

/// What order an `expect_flood` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloodOrder {
    /// Each sender's records in its order.
    PerSender,
    /// And one total order at all receivers of the step.
    SameForAll,
}

/// A run of records by one sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloodRange {
    /// Who sends them.
    pub sender: ActorId,
    /// The text that each begins with.
    pub prefix: String,
    /// The number of the first.
    pub first: u32,
    /// How many.
    pub messages: u32,
}

/// What is done to the server or asked about it.
#[derive(Debug, Clone)]
pub enum ServerAction {
    /// Everything sent to it has been read.
    HasRead,
    /// Bytes that we sent stay unread all that time.
    ExpectUnread(Duration),
    /// Starts it; ends when it listens or has exited.
    Start {
        /// Whether the harness listens on the port that it is told to take.
        port_taken: bool,
    },
    /// SIGTERM where it still runs, then start.
    Restart {
        /// Whether it must take the port that it had.
        same_port: bool,
    },
    /// SIGTERM; ends when it is gone.
    Stop,
    /// SIGKILL; ends when it is gone.
    Kill,
    /// It still runs.
    ExpectAlive,
    /// It has ended, in this way.
    ExpectExit(ExpectedExit),
}

/// How a process must have ended.
#[derive(Debug, Clone)]
pub struct ExpectedExit {
    /// The status that it must have had.
    pub code: Option<ExpectedCode>,
    /// Found anywhere in what it wrote to stderr.
    pub stderr: Option<regex::bytes::Regex>,
    /// Found anywhere in what it wrote to stdout.
    pub stdout: Option<regex::bytes::Regex>,
}

/// The status that a process must have ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedCode {
    /// This number; a death by signal S is 128 + S.
    Exactly(u8),
    /// Anything but 0; a death by a signal too.
    Nonzero,
    /// 0 or 143: what ends on SIGTERM ends so.
    Stopped,
}

impl Scenario {
    /// The actor behind an id.
    pub fn actor(&self, id: ActorId) -> &Actor {
        &self.actors[id.0]
    }

    /// Whether a client program plays an actor, and not the built-in client.
    pub fn is_program(&self, id: ActorId) -> bool {
        self.client.is_some() && !self.actor(id).built_in
    }

    /// Whether the text starts, stops, kills or judges the server's process: such a case has a
    /// process of its own.
    pub fn handles_server(&self) -> bool {
        self.every_step().any(|step| {
            matches!(
                &step.doing,
                Doing::Server(action)
                    if !matches!(action, ServerAction::HasRead | ServerAction::ExpectUnread(_))
            )
        })
    }

    /// Whether the first thing said about the server is that it starts: the case begins without.
    pub fn begins_without_server(&self) -> bool {
        let first = self.every_step().find_map(|step| match &step.doing {
            Doing::Server(action) => Some(action),
            _ => None,
        });
        matches!(first, Some(ServerAction::Start { .. }))
    }

    /// Whether some actor stops reading.
    pub fn pauses(&self) -> bool {
        let pauses = |step: &Step| {
            matches!(
                step.doing,
                Doing::Act {
                    action: Action::Pause,
                    ..
                }
            )
        };
        self.every_step().any(pauses)
    }

    /// Whether the next thing said about the server after a step is how it exited.
    pub fn expects_exit_after(&self, index: usize) -> bool {
        let next = self.every_step().find_map(|step| match &step.doing {
            Doing::Server(action) if step.index > index => Some(action),
            _ => None,
        });
        matches!(next, Some(ServerAction::ExpectExit(_)))
    }

    /// The index that stands for the end of the case: one past the last step's.
    pub fn end_index(&self) -> usize {
        self.every_step()
            .map(|step| step.index + 1)
            .max()
            .unwrap_or(0)
    }

    /// Every step in file order, those inside `parallel` after it.
    pub fn every_step(&self) -> impl Iterator<Item = &Step> {
        let mut waiting: Vec<&Step> = self.steps.iter().rev().collect();
        std::iter::from_fn(move || {
            let step = waiting.pop()?;
            if let Doing::Parallel(lanes) = &step.doing {
                waiting.extend(lanes.iter().flatten().rev());
            }
            Some(step)
        })
    }
}

impl FloodRange {
    /// The record with this number by a sender of this place in its crowd: prefix, four digits,
    /// the number padded with zeros to 15 bytes, LF.
    pub fn record(prefix: &str, place: u16, number: u32) -> [u8; RECORD] {
        let width = RECORD - 1 - prefix.len() - 4;
        let text = format!("{prefix}{place:04}{number:0width$}\n");
        let mut record = [b'\n'; RECORD];
        record.copy_from_slice(text.as_bytes());
        record
    }
}

/// The bytes of a flood's record, its LF included.
pub const RECORD: usize = 16;

/// The most messages of one flood.
pub const MOST_FLOOD_MESSAGES: u32 = 4_000;
