//! The gate before all reading: shut while any client has too much owed to it.
//!
//! It only counts; who is reset when it stays shut is decided in `client`.

use std::cell::Cell;

use tokio::sync::Notify;

/// Bytes that may wait for one client before nobody is read from: 1 MiB. With one read more for
/// each receiver it bounds the memory of the server.
pub(crate) const MARK: usize = 1024 * 1024;

/// Counts the clients above [`MARK`].
#[derive(Debug, Default)]
pub(crate) struct Gate {
    above: Cell<usize>,
    opened: Notify,
}

impl Gate {
    /// Takes note that what waits for one client went from `before` to `after` bytes.
    pub(crate) fn record(&self, before: usize, after: usize) {
        match (before > MARK, after > MARK) {
            (false, true) => self.above.set(self.above.get() + 1),
            (true, false) => {
                self.above.set(self.above.get() - 1);
                if self.is_open() {
                    self.opened.notify_waiters();
                }
            }
            _ => {}
        }
    }

    /// Whether the server may read.
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
        let gate = Gate::default();
        for (before, after) in moves {
            gate.record(*before, *after);
        }
        assert_eq!(gate.is_open(), expected, "{moves:?}");
    }

    #[test]
    fn the_gate_is_shut_while_anyone_is_above_the_mark() {
        check(&[(0, MARK)], true);
        check(&[(0, MARK + 1)], false);
        check(&[(0, MARK + 1), (MARK + 1, MARK + 9)], false);
        check(&[(0, MARK + 1), (MARK + 1, MARK)], true);
        check(&[(0, MARK + 1), (0, MARK + 2), (MARK + 1, 0)], false);
        check(
            &[(0, MARK + 1), (0, MARK + 2), (MARK + 1, 0), (MARK + 2, 5)],
            true,
        );
    }
}
