//! Runs the commands that fetch and build a peer, into a folder that is there. Which folder, and
//! whether it has to be done at all, is `build`'s to say.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::fill::{folder_of, resolved};
use super::job::{self, Ended, JobError, Output};
use super::manifest::Manifest;
use super::words::filled;
use super::{Progress, Ready, Tell};
use crate::host::deadline::within;
use crate::host::{Command, Launcher, Status};

/// How long all of `fetch` may take, and then all of `build`.
const DEADLINE: Duration = Duration::from_secs(5 * 60);

/// How many lines of a failed command's output are told.
const LINES: usize = 12;

/// What came of building.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Built {
    /// The folder with the build.
    In(PathBuf),
    /// A command of `fetch` failed, for want of a network.
    NotFetched(String),
    /// A command of `build` failed.
    Failed(String),
}

/// A command that failed.
struct Failure {
    /// Which, and how.
    what: String,
    /// The last lines that were printed.
    lines: Vec<String>,
}

/// A peer that is being built.
pub(super) struct Bench<'a> {
    /// Starts the commands.
    pub launcher: &'a Launcher,
    /// What is built.
    pub manifest: &'a Manifest,
    /// Its programs.
    pub ready: &'a Ready,
    /// Where the build goes, for now.
    pub folder: &'a Path,
    /// Whom to tell of each command.
    pub tell: &'a Tell,
}

impl Bench<'_> {
    /// Runs the commands of `fetch` and `build`, up to the first that fails; what came of it where
    /// one did.
    pub(super) async fn make(&self) -> Result<Option<Built>, JobError> {
        let fetching = |peer, command| Progress::Fetching { peer, command };
        if let Some(failure) = self.run_all(&self.manifest.fetch, fetching).await? {
            let said = failure.lines.last().map(|line| format!(": {line}"));
            return Ok(Some(Built::NotFetched(
                failure.what + &said.unwrap_or_default(),
            )));
        }
        let building = |peer, command| Progress::Building { peer, command };
        let failure = self.run_all(&self.manifest.build, building).await?;
        Ok(failure.map(|failure| {
            let lines = std::iter::once(failure.what).chain(failure.lines);
            Built::Failed(lines.collect::<Vec<_>>().join("\n"))
        }))
    }

    /// Runs commands one after another; how one failed, if one did.
    async fn run_all(
        &self,
        commands: &[Vec<String>],
        begun: impl Fn(String, String) -> Progress,
    ) -> Result<Option<Failure>, JobError> {
        let output = RefCell::new(Output::default());
        let current = RefCell::new(String::new());
        let running = async {
            for words in commands {
                current.replace(words.join(" "));
                self.tell
                    .that(begun(self.manifest.name.clone(), words.join(" ")));
                if let Some(failed) = self.run(words, &output).await? {
                    return Ok(Some(failed));
                }
            }
            Ok::<_, JobError>(None)
        };
        let failed = match within(DEADLINE, running).await {
            Ok(failed) => failed?,
            Err(_) => Some(format!(
                "did not end within {} minutes",
                DEADLINE.as_secs() / 60
            )),
        };
        Ok(failed.map(|how| Failure {
            what: format!("`{}` {how}", current.borrow()),
            lines: output.borrow().last_lines(LINES),
        }))
    }

    /// Runs one command in the peer's folder; how it failed, if it did.
    async fn run(
        &self,
        words: &[String],
        output: &RefCell<Output>,
    ) -> Result<Option<String>, JobError> {
        let cwd = folder_of(self.manifest, None);
        let build = self.folder.display().to_string();
        let value = |word: &str| (word == "build").then_some(build.as_str());
        let words = words.iter().map(|word| filled(word, value)).collect();
        let words = resolved(words, self.ready, &cwd);
        let command = Command {
            words,
            env: Vec::new(),
            cwd,
        };
        Ok(match job::run(self.launcher, &command, output).await? {
            Ended::With(Status::Code(0)) => None,
            Ended::With(status) => Some(job::told(status)),
            Ended::Refused(reason) => Some(format!("cannot be run: {reason}")),
        })
    }
}
