//! What is owed to one client, in order. It only keeps and counts; `connection` writes it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::Notify;

use crate::gate::Gate;

/// The queue of one client.
#[derive(Debug)]
pub(crate) struct Outbox {
    pieces: RefCell<VecDeque<Rc<[u8]>>>,
    /// Bytes of the first piece that are written already.
    written: Cell<usize>,
    unsent: Cell<usize>,
    finished: Cell<bool>,
    /// Whether the client takes nothing any more.
    forgotten: Cell<bool>,
    changed: Notify,
    gate: Rc<Gate>,
}

impl Outbox {
    pub(crate) fn new(gate: Rc<Gate>) -> Self {
        Self {
            pieces: RefCell::default(),
            written: Cell::new(0),
            unsent: Cell::new(0),
            finished: Cell::new(false),
            forgotten: Cell::new(false),
            changed: Notify::new(),
            gate,
        }
    }

    /// Owes these words too.
    pub(crate) fn push(&self, words: Rc<[u8]>) {
        if !words.is_empty() && !self.forgotten.get() {
            self.count(self.unsent.get() + words.len());
            self.pieces.borrow_mut().push_back(words);
            self.changed.notify_one();
        }
    }

    /// The client can be given nothing any more: what is owed is thrown away, and will be.
    pub(crate) fn forget(&self) {
        self.forgotten.set(true);
        self.pieces.borrow_mut().clear();
        self.written.set(0);
        self.count(0);
    }

    /// Nothing more will be owed.
    pub(crate) fn finish(&self) {
        self.finished.set(true);
        self.changed.notify_one();
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished.get()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.unsent.get() == 0
    }

    /// Whether no more than so many bytes wait.
    pub(crate) fn owes_at_most(&self, bytes: usize) -> bool {
        self.unsent.get() <= bytes
    }

    /// Whether more is owed than may wait.
    pub(crate) fn is_above_mark(&self) -> bool {
        self.gate.is_above(self.unsent.get())
    }

    /// Waits until more is owed, or nothing more will be. News that nobody waited for is kept.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Shows the rest of the first piece to `write`, which says how much of it is done with.
    pub(crate) fn take<E>(&self, write: impl FnOnce(&[u8]) -> Result<usize, E>) -> Result<(), E> {
        let mut pieces = self.pieces.borrow_mut();
        let Some(piece) = pieces.front() else {
            return Ok(());
        };
        let rest = &piece[self.written.get()..];
        let done = write(rest)?;
        self.count(self.unsent.get() - done);
        if done == rest.len() {
            pieces.pop_front();
            self.written.set(0);
        } else {
            self.written.set(self.written.get() + done);
        }
        Ok(())
    }

    fn count(&self, unsent: usize) {
        self.gate.record(self.unsent.replace(unsent), unsent);
    }
}

impl Drop for Outbox {
    /// What was owed to a client that is gone keeps nobody from being read.
    fn drop(&mut self) {
        self.count(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_taken_in_order_and_counted() {
        let gate = Rc::new(Gate::new(5));
        let outbox = Outbox::new(Rc::clone(&gate));
        outbox.push(Rc::from(*b"abc"));
        outbox.push(Rc::from(*b"def"));
        assert!(!gate.is_open());
        let mut seen = Vec::new();
        while !outbox.is_empty() {
            let taken: Result<(), ()> = outbox.take(|rest| {
                seen.push(String::from_utf8_lossy(rest).into_owned());
                Ok(rest.len().min(2))
            });
            assert_eq!(taken, Ok(()));
            assert!(gate.is_open());
        }
        assert_eq!(seen, ["abc", "c", "def", "f"]);
    }

    #[test]
    fn a_queue_that_is_dropped_opens_the_gate() {
        let gate = Rc::new(Gate::new(2));
        let outbox = Outbox::new(Rc::clone(&gate));
        outbox.push(Rc::from(*b"abc"));
        assert!(!gate.is_open());
        drop(outbox);
        assert!(gate.is_open());
    }
}
