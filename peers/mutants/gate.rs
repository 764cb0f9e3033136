//! The rule on slow readers: while anyone has more owed to it than the mark, nobody is read from.
//! Who is let go when the gate stays shut is decided in `connection`.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::Notify;

use crate::flaw::Flaw;
use crate::settings::{Settings, SlowReader};

/// The bytes that may wait for one client before nobody is read from.
pub(crate) const MARK: usize = 1024 * 1024;

/// The mark of [`Flaw::DropsTooSoon`]: a reader that is only a moment behind passes it.
const IMPATIENT_MARK: usize = 128 * 1024;

/// Longer than any case, so that a stalled reader is waited for to its end.
const WITHOUT_END: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a server lets a client be owed how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// The bytes that may wait for a client.
    pub(crate) mark: usize,
    /// How long a client above the mark may take no byte.
    pub(crate) stall: Duration,
}

impl Patience {
    pub(crate) fn new(settings: &Settings, flaw: Flaw) -> Self {
        let (mark, stall) = match (flaw, settings.traits.slow_reader) {
            (Flaw::WaitsForStalled, _) => (MARK, WITHOUT_END),
            (Flaw::DropsTooSoon, _) => (IMPATIENT_MARK, Duration::ZERO),
            (Flaw::LetsStalledGo, _) => (MARK, Duration::ZERO),
            (Flaw::BuffersWithoutEnd, _) | (_, SlowReader::Buffer) => (usize::MAX, WITHOUT_END),
            (_, SlowReader::Drop) => (MARK, settings.stall.duration()),
            // What blocks in a write reads nothing until the last byte of it is taken.
            (_, SlowReader::Block) => (0, WITHOUT_END),
        };
        Patience { mark, stall }
    }
}

/// Counts the clients above the mark.
#[derive(Debug)]
pub(crate) struct Gate {
    mark: usize,
    above: Cell<usize>,
    opened: Notify,
}

impl Gate {
    pub(crate) fn new(mark: usize) -> Self {
        Self {
            mark,
            above: Cell::new(0),
            opened: Notify::new(),
        }
    }

    pub(crate) fn is_above(&self, unsent: usize) -> bool {
        unsent > self.mark
    }

    /// Takes note that what is owed to one client went from `before` to `after` bytes.
    pub(crate) fn record(&self, before: usize, after: usize) {
        match (self.is_above(before), self.is_above(after)) {
            (false, true) => self.above.set(self.above.get() + 1),
            (true, false) => {
                self.above.set(self.above.get() - 1);
                self.opened.notify_waiters();
            }
            _ => {}
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.above.get() == 0
    }

    /// Waits until the server may read.
    pub(crate) async fn open(&self) {
        while !self.is_open() {
            self.opened.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(moves: &[(usize, usize)], expected: bool) {
        let gate = Gate::new(10);
        for (before, after) in moves {
            gate.record(*before, *after);
        }
        assert_eq!(gate.is_open(), expected, "{moves:?}");
    }

    #[test]
    fn the_gate_is_shut_while_anyone_is_above_the_mark() {
        check(&[(0, 10)], true);
        check(&[(0, 11)], false);
        check(&[(0, 11), (0, 12), (11, 3)], false);
        check(&[(0, 11), (11, 30), (30, 10)], true);
    }
}
