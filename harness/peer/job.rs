//! A command that runs to its end, under a guard: its output is drained and its end kept. What it
//! was for, and how long it may take, is the caller's.

use std::cell::RefCell;

use futures_util::future::join3;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

use crate::host::{Command, GuardLost, KillError, Launcher, Process, StartError, Status};

/// The most bytes of output that are kept.
const KEPT: usize = 64 * 1024;

/// Why nothing is known of a command: our own fault, or that of the machine.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It was not started, and not because of the program.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Its guard was lost.
    #[error(transparent)]
    Lost(#[from] GuardLost),
    /// What it left behind could not be ended.
    #[error(transparent)]
    Kill(#[from] KillError),
}

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It ran.
    With(Status),
    /// The system refused to run the program, and says why.
    Refused(String),
}

/// Runs a command with an empty stdin. What it started in the background ends with it.
pub(super) async fn run(
    launcher: &Launcher,
    command: &Command,
    output: &RefCell<Output>,
) -> Result<Ended, JobError> {
    let mut process = match launcher.start(command).await {
        Ok(process) => process,
        Err(StartError::Refused { source, .. }) => return Ok(Ended::Refused(source.to_string())),
        Err(error) => return Err(error.into()),
    };
    drop(process.take_stdin());
    let stdout = drain(process.take_stdout(), output);
    let stderr = drain(process.take_stderr(), output);
    let (status, (), ()) = join3(finish(&process), stdout, stderr).await;
    status.map(Ended::With)
}

/// Awaits the end, then ends what was left in the background: it would hold the pipes open.
async fn finish(process: &Process) -> Result<Status, JobError> {
    let exit = process.ended().await?;
    process.kill().await?;
    Ok(exit.status)
}

/// Reads a pipe to its end; one that cannot be read has ended.
async fn drain(pipe: Option<pipe::Receiver>, output: &RefCell<Output>) {
    let Some(mut pipe) = pipe else { return };
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = pipe.read(&mut piece).await {
        output.borrow_mut().add(&piece[..length]);
    }
}

/// The end of what a command printed, both streams in the order in which they were heard.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
}

impl Output {
    fn add(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        // Cut off only now and then, so that a flood is not moved byte by byte.
        if self.bytes.len() > 2 * KEPT {
            self.bytes.drain(..self.bytes.len() - KEPT);
        }
    }

    /// What was printed, as text.
    pub(super) fn text(&self) -> String {
        let start = self.bytes.len().saturating_sub(KEPT);
        String::from_utf8_lossy(&self.bytes[start..]).into_owned()
    }

    /// The last lines that say something, at most so many.
    pub(super) fn last_lines(&self, most: usize) -> Vec<String> {
        let text = self.text();
        let lines = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        let mut last: Vec<String> = lines.rev().take(most).map(str::to_owned).collect();
        last.reverse();
        last
    }
}

/// How a command ended, as a message tells it.
pub(super) fn told(status: Status) -> String {
    match status {
        Status::Code(code) => format!("exited with {code}"),
        Status::Signal(signal) => format!("was ended by signal {signal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_and_its_end_is_kept() {
        let mut output = Output::default();
        (0..100_000).for_each(|number| output.add(format!("line {number}\n").as_bytes()));
        assert!(output.bytes.len() <= 2 * KEPT);
        assert!(output.text().len() <= KEPT);
        assert_eq!(output.last_lines(2), ["line 99998", "line 99999"]);
    }

    #[test]
    fn empty_lines_say_nothing() {
        let mut output = Output::default();
        output.add(b"one\r\n\n  \ntwo\xff\n\n");
        assert_eq!(output.last_lines(5), ["one", "two\u{fffd}"]);
    }
}
