//! Renderers: what was ruled -> bytes, one file per format.
//!
//! Pure: nothing is written here, and nothing is decided. Human text, JSON and the exit code come
//! from the one [`Report`].

mod colour;
mod columns;
mod escape;

mod excerpt;
mod source_line;

mod agreement;
mod failure;
mod matrix;
mod sections;
mod side_by_side;
mod terminal;
mod totals;

mod moment;
mod timeline;

mod comparison;
mod document;
mod journal;
mod json;
mod junit;

#[cfg(test)]
mod sample;

use std::time::Duration;

pub use colour::Colour;
pub use journal::journal_line;
pub use json::{json, schema};
pub use junit::junit;
pub use side_by_side::side_by_side;
pub use terminal::terminal;
pub use timeline::timeline;

use crate::oracle::{Agreement, Ruling, Verdict};
use crate::plan::Case;

/// Everything that a run has to tell at its end.
#[derive(Debug, Default)]
pub struct Report {
    /// The peers of the plan, `rust` first, then by name.
    pub peers: Vec<PeerLine>,
    /// Every case with a ruling, in the order of the plan.
    pub cases: Vec<CaseLine>,
    /// How the servers compare with one another, in the order of the plan.
    pub agreements: Vec<Agreement>,
    /// Cases that were to be played and were not, since the run was ended before.
    pub not_played: usize,
    /// What is worth saying and is no verdict, a line each.
    pub findings: Vec<String>,
    /// Where the time went, where it was asked for.
    pub timings: Option<Timings>,
    /// From the first case to the last.
    pub wall: Duration,
    /// Whether `--strict` was asked for: skipped cases fail the run.
    pub strict: bool,
    /// What ended the run before its time, if something did.
    pub ended_by: Option<EndedBy>,
}

/// Where the time of a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// From the first case to the last.
    pub wall: Duration,
    /// How many processes were started.
    pub starts: usize,
    /// The CPU that the peers' processes spent, of those that have ended.
    pub peers_cpu: Duration,
    /// The CPU that the harness itself spent.
    pub our_cpu: Duration,
    /// The longest chain of waits that a scenario declares.
    pub declared: Duration,
    /// How many things the machine does at once.
    pub cores: usize,
}

impl Timings {
    /// The least that the run could take: the harness has one thread, all CPU is shared by the
    /// cores, and declared waits must pass.
    pub fn bound(&self) -> Duration {
        let shared =
            (self.our_cpu + self.peers_cpu) / u32::try_from(self.cores.max(1)).unwrap_or(1);
        self.our_cpu.max(shared) + self.declared
    }
}

/// What ended a run before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndedBy {
    /// A signal.
    Interrupt,
    /// A fault of ours.
    Fault(String),
}

/// A peer, as reports name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerLine {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// The programs of its toolchain and their versions.
    pub versions: Vec<(String, String)>,
}

/// A case and what was ruled on it.
#[derive(Debug)]
pub struct CaseLine {
    /// The case.
    pub case: Case,
    /// The ruling.
    pub ruling: Ruling,
    /// What playing it again by itself showed: stands beside the verdict and never changes it.
    pub beside: Option<String>,
    /// The options of the run that playing the case again must have too.
    pub options: Vec<String>,
}

impl Report {
    /// How many cases have each verdict, in the order of [`Verdict::ALL`], zeros left out.
    pub fn totals(&self) -> Vec<(Verdict, usize)> {
        let count = |verdict| {
            self.cases
                .iter()
                .filter(|line| line.ruling.verdict == verdict)
                .count()
        };
        let all = Verdict::ALL
            .into_iter()
            .map(|verdict| (verdict, count(verdict)));
        all.filter(|(_, count)| *count > 0).collect()
    }
}
