//! Plays plans: starts servers, keeps them warm, fills rooms and goes through the steps.
//!
//! It tells what happens to one receiver and records it; it never prints and never judges.

mod appetite;
mod astray;
mod case;
mod connecting;
mod driver;
mod finale;
mod floods;
mod hearing;
mod join;
mod lifecycle;
mod output;
mod pool;
mod program;
mod programs;
mod proofs;
mod room;
mod schedule;
mod server;
mod stage;
mod steps;

use std::fmt;
use std::time::Duration;

pub use schedule::play;
pub use stage::{Means, Stage};

pub use crate::trace::Played;

/// How to play.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many cases are played at once.
    pub jobs: usize,
    /// How many processes start at once.
    pub cores: usize,
    /// How long a step waits without one byte more.
    pub timeout: Duration,
    /// Whether every case has fresh processes.
    pub fresh: bool,
    /// How many connections the cases that are played at once may have in all.
    pub connections: usize,
}

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Progress {
    /// A case, by its place in the plan, is being played.
    CaseStarted(usize),
    /// It has been played.
    CaseFinished(usize, Played),
    /// Something worth saying that is no verdict.
    Found(Finding),
}

/// Something about a peer that is worth saying and is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// After a case its process still held sockets of it, so it was replaced.
    KeptSockets {
        /// The offer, in words.
        offer: String,
    },
    /// After a case its process ran on and did not listen any more, so it was replaced.
    StoppedListening {
        /// The offer, in words.
        offer: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::KeptSockets { offer } => write!(
                f,
                "{offer} still held sockets of a case 1 s after its end, and was replaced"
            ),
            Finding::StoppedListening { offer } => write!(
                f,
                "{offer} ran on after a case and did not listen any more, and was replaced"
            ),
        }
    }
}
