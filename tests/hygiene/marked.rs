//! Runs whose processes bear a mark, by which all that is left of them is found: in their
//! environment or, where they were started without one, in the words of their command.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};

use harness::host::{Pid, Signal};
use rustix::process::{kill_process, kill_process_group};

use crate::awaited::until;
use crate::support::{HARNESS, Place};

/// The variable with the mark; peers put it into the words of what they start.
const MARK: &str = "HARNESS_TEST_MARK";

/// A mark that no other process of the machine bears: digits, so that it can be part of a number,
/// and always as many, so that none is part of another.
pub struct Mark(String);

impl Mark {
    pub fn new() -> Mark {
        static MARKS: AtomicU32 = AtomicU32::new(0);
        let number = MARKS.fetch_add(1, Ordering::Relaxed);
        Mark(format!("{:010}{number:04}", std::process::id()))
    }

    /// `harness` with these words in this folder, with results in `report.json`.
    pub fn harness(&self, place: &Place, words: &[&str]) -> Command {
        let words = [&[HARNESS, "run", "--json", "report.json"], words].concat();
        self.on(place.command(&words))
    }

    /// Marks what a command starts.
    pub fn on(&self, mut command: Command) -> Command {
        command.env(MARK, &self.0);
        command
    }

    /// The living processes that bear the mark.
    pub fn borne_by(&self) -> BTreeSet<i32> {
        let names = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name());
        names
            .filter_map(|name| name.to_str()?.parse().ok())
            .filter(|&pid| self.is_on(pid))
            .collect()
    }

    fn is_on(&self, pid: i32) -> bool {
        let shows = |file: &str| {
            let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            bytes
                .windows(self.0.len())
                .any(|part| part == self.0.as_bytes())
        };
        shows("environ") || shows("cmdline")
    }

    /// Waits until nothing bears the mark, at two looks: a process shows neither environment nor
    /// words in the moment in which it becomes another program.
    pub fn until_gone(&self) {
        let mut last = false;
        until("everything that a run started to be gone", || {
            let none = self.borne_by().is_empty();
            let twice = none && last;
            last = none;
            twice.then_some(())
        });
    }

    /// Asserts that nothing bears the mark: a run that ended in order has seen to that.
    pub fn assert_gone(&self) {
        let left = self.borne_by();
        assert!(left.is_empty(), "left behind: {left:?}");
    }
}

/// A run that goes on; a test that fails ends it, and with it all that it started.
pub struct Running(Child);

impl Running {
    pub fn start(command: &mut Command) -> Running {
        Running(command.spawn().unwrap())
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.0)
    }

    /// Signals the program alone.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Signals its group, as a terminal does; the program must have been made the leader of one.
    pub fn signal_group(&self, signal: Signal) {
        kill_process_group(self.pid(), signal).unwrap();
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    pub fn until_ended(&mut self) -> ExitStatus {
        until("the run to end", || self.ended())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where it has been waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
