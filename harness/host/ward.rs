//! The harness's side of one guard: what it was told, what it told, and its end. That a guard was
//! lost is an error here; who plays what on its peer is for others to know.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixDatagram as BlockingDatagram;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::net::UnixDatagram;

use super::Pid;
use super::child::Child;
use super::message::{Order, Reply};
use super::process::{Exit, Gone, GuardLost};

/// Longer than any reply.
const REPLY_ROOM: usize = 128;

/// One guard, as the harness sees it.
#[derive(Debug)]
pub(super) struct Ward {
    guard: Child,
    /// A socket that keeps the borders of messages and has an end (SEQPACKET), which the type for
    /// datagrams handles as it is.
    socket: UnixDatagram,
    heard: RefCell<Heard>,
    reaped: Cell<bool>,
}

/// What the guard has told so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Heard {
    /// The peer, or the error number with which the system refused to start it.
    pub start: Option<Result<Pid, i32>>,
    pub exit: Option<Exit>,
    pub gone: Option<Gone>,
    /// Nothing more will come.
    closed: bool,
}

impl Ward {
    /// Takes over a guard that was just spawned, and our end of its socket.
    pub fn new(guard: Pid, socket: OwnedFd) -> io::Result<Ward> {
        let socket = BlockingDatagram::from(socket);
        socket.set_nonblocking(true)?;
        Ok(Ward {
            guard: Child::watch(guard)?,
            socket: UnixDatagram::from_std(socket)?,
            heard: RefCell::default(),
            reaped: Cell::new(false),
        })
    }

    /// The guard's own process.
    pub fn guard(&self) -> Pid {
        self.guard.pid
    }

    /// Gives an order, with descriptors beside it.
    pub fn order(&self, order: &Order, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() {
            control.push(SendAncillaryMessage::ScmRights(descriptors));
        }
        let bytes = order.encode();
        sendmsg(
            &self.socket,
            &[IoSlice::new(&bytes)],
            &mut control,
            SendFlags::NOSIGNAL,
        )?;
        Ok(())
    }

    /// Everything heard by now, without waiting.
    pub fn heard(&self) -> Heard {
        while self.hear_one().is_ok() {}
        *self.heard.borrow()
    }

    /// Waits until the guard has told what `pick` looks for. Several may wait at once.
    ///
    /// # Errors
    /// [`GuardLost`] when the guard ended without telling it.
    pub async fn until_heard<T>(&self, pick: impl Fn(&Heard) -> Option<T>) -> Result<T, GuardLost> {
        loop {
            let heard = self.heard();
            if let Some(picked) = pick(&heard) {
                return Ok(picked);
            }
            if heard.closed || self.socket.readable().await.is_err() {
                return Err(GuardLost {
                    guard: self.guard(),
                });
            }
        }
    }

    /// Takes in one reply; an error when none is there, or none will come.
    fn hear_one(&self) -> io::Result<()> {
        let mut heard = self.heard.borrow_mut();
        let mut reply = [0; REPLY_ROOM];
        let length = match self.socket.try_recv(&mut reply) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(error),
            Err(_) => 0,
        };
        match Reply::decode(&reply[..length]) {
            Some(Reply::Started(pid)) => heard.start = Some(Ok(pid)),
            Some(Reply::Refused(error)) => heard.start = Some(Err(error)),
            Some(Reply::Ended(exit)) => heard.exit = Some(exit),
            Some(Reply::Gone(gone)) => heard.gone = Some(gone),
            // An end, or what no guard says.
            None => {
                heard.closed = true;
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    /// Ends our side of the socket, at which the guard kills the tree and ends.
    pub fn end(&self) {
        // A guard that is already gone has no side left to end.
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Whether the guard has ended and is off the kernel's list.
    pub fn is_reaped(&self) -> bool {
        self.reaped.get()
    }

    /// Takes an ended guard off the kernel's list; whether it is off now.
    pub fn reap(&self) -> bool {
        if !self.reaped.get() {
            // What it told before is still in the socket.
            self.heard();
            self.reaped.set(self.guard.reap());
        }
        self.reaped.get()
    }

    /// Waits until the guard itself has ended, and reaps it.
    ///
    /// # Errors
    /// [`GuardLost`] when it ended without having ended its tree.
    pub async fn gone(&self) -> Result<Gone, GuardLost> {
        let lost = GuardLost {
            guard: self.guard(),
        };
        self.guard.ended().await.map_err(|_| lost)?;
        self.reap();
        let heard = self.heard();
        // One that a signal to our group ended before it had told of a peer has lost nothing.
        let nothing = heard.start.is_none().then_some(Gone::NOTHING);
        heard.gone.or(nothing).ok_or(lost)
    }
}
