//! Exit codes, and the problems that end a command before it can give a report.

use std::process::ExitCode;

/// How a command ended. Where several hold, the first of 130, 3, 1, 4, 0 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All well.
    Well,
    /// Cases failed.
    Failed,
    /// The command line, a scenario or a manifest is wrong; nothing was started.
    Usage,
    /// The harness or the machine is at fault.
    HarnessError,
    /// Nothing was played.
    NothingPlayed,
    /// A signal ended the run.
    Interrupted,
}

impl Exit {
    /// Every exit, in the order of their codes.
    pub const ALL: [Exit; 6] = [
        Exit::Well,
        Exit::Failed,
        Exit::Usage,
        Exit::HarnessError,
        Exit::NothingPlayed,
        Exit::Interrupted,
    ];

    /// The code that the process exits with.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Well => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::HarnessError => 3,
            Exit::NothingPlayed => 4,
            Exit::Interrupted => 130,
        }
    }

    /// What the code means, as the README's table and `harness run --help` say it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Well => "all well",
            Exit::Failed => "cases failed",
            Exit::Usage => "usage, or an invalid scenario or manifest; nothing was started",
            Exit::HarnessError => "harness error: a fault of the harness or the machine",
            Exit::NothingPlayed => "nothing was played",
            Exit::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// What keeps a command from giving a report: shown to the user as it stands.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Something the user can mend; nothing was started.
    #[error("{0}")]
    Usage(String),
    /// Mistakes in files, already rendered with their carets.
    #[error("{0}")]
    Mistakes(String),
    /// Ours.
    #[error("{0}")]
    Fault(String),
}

impl Problem {
    /// A problem that the user can mend.
    pub fn usage(what: impl ToString) -> Problem {
        Problem::Usage(what.to_string())
    }

    /// A fault of ours or of the machine.
    pub fn fault(what: impl ToString) -> Problem {
        Problem::Fault(what.to_string())
    }

    /// The exit that the problem ends the command with.
    pub fn exit(&self) -> Exit {
        match self {
            Problem::Usage(_) | Problem::Mistakes(_) => Exit::Usage,
            Problem::Fault(_) => Exit::HarnessError,
        }
    }
}
