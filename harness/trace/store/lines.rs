//! The lines of a case's file as types. They are the format: what changes in them is a change of
//! its version. The types that describe other types are kept equal to them by the compiler.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bytes::{Bytes, written_out};
use super::nanoseconds;
use crate::scenario::words::{End, ErrorKind};
use crate::trace::{Over, Passed, Stop, Tail, What};

/// What a case's file is, in its first line.
pub(super) const FORMAT: &str = "harness case";

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstLine {
    pub format: String,
    pub version: u32,
    /// The case's id.
    pub case: String,
}

/// Any line but the first: connections, then outcomes, then events, and one end.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Connection(ConnectionLine),
    Outcome(OutcomeLine),
    Event(EventLine),
    End(LastLine),
}

/// A connection and all that was heard on it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionLine {
    pub actor: String,
    pub number: u32,
    /// The most bytes that the case can consume, and a little more.
    pub bound: usize,
    /// Whether what was heard are messages; else it is a stream.
    pub messages: bool,
    /// What was heard, in a row.
    pub heard: Vec<Bytes>,
    /// The bytes of each arrival, and when it came.
    pub arrivals: Vec<(usize, Nanoseconds)>,
    pub marks: Vec<MarkLine>,
    /// Where `ignore_rest` was said: how many bytes came after it.
    pub forgotten: Option<u64>,
    pub over: Option<OverLine>,
}

/// A moment or a span.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Nanoseconds(#[serde(with = "nanoseconds")] pub Duration);

/// A stretch that was passed over.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkLine {
    /// In units of the log, the end excluded.
    pub units: (usize, usize),
    #[serde(with = "PassedWords")]
    pub passed: Passed,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Passed", rename_all = "snake_case")]
enum PassedWords {
    Token(u32),
    Record,
}

/// How a connection was over.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct OverLine(#[serde(with = "OverFields")] pub Over);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Over", deny_unknown_fields)]
struct OverFields {
    end: End,
    error: Option<ErrorKind>,
    text: String,
    #[serde(with = "nanoseconds")]
    at: Duration,
}

/// How a step ended for an actor, or for the server.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeLine {
    pub step: usize,
    pub actor: Option<String>,
    pub connection: Option<usize>,
    /// In units of the log, the end excluded.
    pub heard: (usize, usize),
    #[serde(with = "nanoseconds")]
    pub at: Duration,
    #[serde(with = "StopWords")]
    pub stop: Stop,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Stop", rename_all = "snake_case")]
enum StopWords {
    Met,
    Differs,
    Deadline {
        #[serde(with = "nanoseconds")]
        waited: Duration,
        awaited: String,
    },
    Over {
        end: End,
        error: Option<ErrorKind>,
        text: String,
    },
    Flooded,
    Server(String),
    Unanswerable(String),
}

/// Something that happened.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    #[serde(with = "nanoseconds")]
    pub at: Duration,
    pub step: usize,
    pub actor: Option<String>,
    #[serde(with = "WhatWords")]
    pub what: What,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "What", rename_all = "snake_case")]
enum WhatWords {
    Connected(String),
    Said(u64, #[serde(with = "written_out")] Vec<u8>),
    Token(String),
    Finished,
    Closed,
    Reset,
    Paused,
    Resumed,
    Listening(String),
    Signalled(String),
    Exited(String),
    Note(String),
}

/// The last line: a file without one was cut off.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum LastLine {
    /// The case was played.
    Through {
        #[serde(with = "TailFields")]
        stderr: Tail,
        crash: Option<String>,
        reused: bool,
        #[serde(with = "nanoseconds")]
        declared: Duration,
        #[serde(with = "nanoseconds")]
        took: Duration,
    },
    /// The peer did not start, or never listened.
    Broken(String),
    /// A fault of the harness or the machine.
    Fault(String),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Tail", deny_unknown_fields)]
struct TailFields {
    #[serde(with = "written_out")]
    bytes: Vec<u8>,
    cut: u64,
    file: Option<String>,
}
