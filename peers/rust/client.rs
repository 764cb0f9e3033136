//! One connected client: what is owed to it, and how it is given.
//!
//! Whose words it hears is left to `room`.

use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice};
use std::rc::Rc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::gate::{Gate, MARK};
use crate::socket::Socket;

/// Pieces of a queue that go into one write; more would not make it faster.
const PIECES_IN_A_WRITE: usize = 64;

/// The bytes of one read, copied once for all those who cannot take them now, and not at all
/// where everybody can.
#[derive(Debug)]
pub(crate) struct Words<'a> {
    bytes: &'a [u8],
    kept: OnceCell<Bytes>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            kept: OnceCell::new(),
        }
    }

    fn keep_from(&self, start: usize) -> Bytes {
        self.kept
            .get_or_init(|| Bytes::copy_from_slice(self.bytes))
            .slice(start..)
    }
}

/// A client above the mark has taken no byte for the stall time.
#[derive(Debug)]
pub(crate) struct Stalled;

/// A connected client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) socket: Socket,
    queue: RefCell<Queue>,
    owed: Notify,
    gate: Rc<Gate>,
    stall: Duration,
}

#[derive(Debug)]
struct Queue {
    pieces: VecDeque<Bytes>,
    unsent: usize,
    /// When it last got shorter, or went above the mark if that was later.
    clock: Instant,
    /// A write has failed: what came later would follow a gap, so nothing is given to this client
    /// any more. That it is gone, its reading side will tell.
    deaf: bool,
}

impl Client {
    pub(crate) fn new(socket: Socket, gate: Rc<Gate>, stall: Duration) -> Self {
        let clock = Instant::now();
        let queue = Queue {
            pieces: VecDeque::new(),
            unsent: 0,
            clock,
            deaf: false,
        };
        Self {
            socket,
            queue: RefCell::new(queue),
            owed: Notify::new(),
            gate,
            stall,
        }
    }

    /// Gives `words` to the client: at once as far as it takes them, the rest into its queue.
    pub(crate) fn offer(&self, words: &Words<'_>) {
        let mut queue = self.queue.borrow_mut();
        if queue.deaf {
            return;
        }
        let mut taken = 0;
        if queue.unsent == 0 {
            match self.socket.try_write(words.bytes) {
                Ok(count) => taken = count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return queue.deafen(&self.gate),
            }
        }
        if taken < words.bytes.len() {
            queue.push(words.keep_from(taken), &self.gate);
            self.owed.notify_one();
        }
    }

    /// Gives what is queued, whenever there is something, until the client stalls.
    pub(crate) async fn deliver(&self) -> Stalled {
        loop {
            self.owed.notified().await;
            if let Err(stalled) = self.flush().await {
                return stalled;
            }
        }
    }

    /// Gives all that is queued now.
    ///
    /// # Errors
    /// [`Stalled`], where the client does not take it.
    pub(crate) async fn flush(&self) -> Result<(), Stalled> {
        while self.write_some() {
            tokio::select! {
                biased;
                // An error here is met again by the write that follows.
                _ = self.socket.writable() => {}
                () = sleep_until(self.deadline()) => self.check_clock()?,
            }
        }
        Ok(())
    }

    /// Writes until the kernel takes no more; whether anything is left.
    fn write_some(&self) -> bool {
        let mut queue = self.queue.borrow_mut();
        while queue.unsent > 0 {
            let mut slices = [IoSlice::new(&[]); PIECES_IN_A_WRITE];
            let count = queue.fill(&mut slices);
            match self.socket.try_write_vectored(&slices[..count]) {
                Ok(taken) => queue.advance(taken, &self.gate),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(_) => queue.deafen(&self.gate),
            }
        }
        false
    }

    /// When the client has stalled if it takes nothing until then. Below the mark it may take its
    /// time, so this is only when to look again: early enough, as the clock of a client that
    /// comes above the mark meanwhile begins later.
    fn deadline(&self) -> Instant {
        let queue = self.queue.borrow();
        let start = if queue.unsent > MARK {
            queue.clock
        } else {
            Instant::now()
        };
        start + self.stall
    }

    /// Judges by what the kernel takes when it calls the socket writable. To press on it at the
    /// deadline is no better: it then swallows a little now and again for a client that reads
    /// nothing (probes of the closed window free some of its buffer), and all wait for that.
    fn check_clock(&self) -> Result<(), Stalled> {
        let queue = self.queue.borrow();
        let over = queue.unsent > MARK && Instant::now() >= queue.clock + self.stall;
        if over { Err(Stalled) } else { Ok(()) }
    }
}

impl Drop for Client {
    /// What was owed to a client that is no more holds up nobody.
    fn drop(&mut self) {
        self.queue.get_mut().clear(&self.gate);
    }
}

impl Queue {
    fn push(&mut self, piece: Bytes, gate: &Gate) {
        let before = self.unsent;
        self.unsent += piece.len();
        self.pieces.push_back(piece);
        if before <= MARK && self.unsent > MARK {
            self.clock = Instant::now();
        }
        gate.record(before, self.unsent);
    }

    fn fill<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pairs = slices.iter_mut().zip(&self.pieces);
        pairs
            .map(|(slice, piece)| *slice = IoSlice::new(piece))
            .count()
    }

    fn advance(&mut self, taken: usize, gate: &Gate) {
        let before = self.unsent;
        self.unsent -= taken;
        self.clock = Instant::now();
        let mut left = taken;
        while let Some(piece) = self.pieces.front_mut() {
            if piece.len() > left {
                piece.advance(left);
                break;
            }
            left -= piece.len();
            self.pieces.pop_front();
        }
        gate.record(before, self.unsent);
    }

    fn clear(&mut self, gate: &Gate) {
        self.pieces.clear();
        gate.record(self.unsent, 0);
        self.unsent = 0;
    }

    fn deafen(&mut self, gate: &Gate) {
        self.deaf = true;
        self.clear(gate);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::UnixStream;

    use super::*;

    const STALL: Duration = Duration::from_secs(60);

    /// A client that takes what the kernel takes, and the other end of its connection.
    fn pair() -> (Client, UnixStream) {
        let (ours, theirs) = UnixStream::pair().expect("two sockets");
        (
            Client::new(Socket::Unix(ours), Rc::default(), STALL),
            theirs,
        )
    }

    fn owed(client: &Client) -> usize {
        client.queue.borrow().unsent
    }

    #[tokio::test]
    async fn what_comes_later_does_not_overtake_the_queue() {
        let (client, mut theirs) = pair();
        let first = vec![1; MARK];
        client.offer(&Words::new(&first));
        assert!(owed(&client) > 0, "the kernel does not take all of it");
        let taken = MARK - owed(&client);
        theirs
            .read_exact(&mut vec![0; taken])
            .await
            .expect("it was written");
        client.socket.writable().await.expect("there is room again");
        client.offer(&Words::new(&[2]));
        let mut heard = vec![0; MARK - taken + 1];
        let (flushed, read) = tokio::join!(client.flush(), theirs.read_exact(&mut heard));
        assert!(flushed.is_ok() && read.is_ok(), "all of it is taken");
        assert_eq!(heard.iter().position(|byte| *byte == 2), Some(MARK - taken));
        assert_eq!(owed(&client), 0);
    }

    /// A client owed `owed` bytes has taken nothing for the stall time; then `meanwhile` happens.
    fn check_stalled(owed: usize, meanwhile: fn(&mut Queue, &Gate), expected: bool) {
        let (client, _theirs) = pair();
        let mut queue = client.queue.borrow_mut();
        queue.push(Bytes::from(vec![0; owed]), &client.gate);
        queue.clock -= STALL;
        meanwhile(&mut queue, &client.gate);
        drop(queue);
        assert_eq!(client.check_clock().is_err(), expected, "owed {owed}");
    }

    #[tokio::test]
    async fn only_who_is_above_the_mark_and_takes_nothing_has_stalled() {
        let more = |queue: &mut Queue, gate: &Gate| queue.push(Bytes::from_static(b"1"), gate);
        let taken = |queue: &mut Queue, gate: &Gate| queue.advance(1, gate);
        check_stalled(MARK, |_, _| {}, false);
        check_stalled(MARK, more, false);
        check_stalled(MARK + 1, |_, _| {}, true);
        check_stalled(MARK + 1, more, true);
        check_stalled(MARK + 2, taken, false);
    }

    #[tokio::test]
    async fn a_client_that_is_gone_holds_up_nobody() {
        let (client, theirs) = pair();
        let gate = Rc::clone(&client.gate);
        client.offer(&Words::new(&vec![0; 2 * MARK]));
        assert!(!gate.is_open(), "more is owed than the mark");
        drop(theirs);
        client.flush().await.expect("gone is not stalled");
        assert!(gate.is_open());
        client.offer(&Words::new(&[0]));
        assert_eq!(owed(&client), 0, "nothing is kept for it");
    }
}
