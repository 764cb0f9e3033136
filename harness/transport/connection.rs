//! A connection that reads all the time, except while it is paused, and writes what is queued.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::ReadBuf;
use tokio::net::UdpSocket;
use tokio::sync::Notify;

use super::{Ending, Socket, udp};

/// Who hears what arrives on a connection.
pub trait Ear {
    /// Bytes of a stream, or one whole message.
    fn hear(&self, bytes: &[u8]);
    /// The connection is over; nothing is heard after it.
    fn over(&self, ending: Ending);
}

/// Memory to read into, shared by all connections of a thread: larger than any datagram.
pub type Scratch = Rc<RefCell<Box<[u8]>>>;

/// What the kernel says of a connection that is not being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing of note.
    Open,
    /// The other side ended.
    Ended,
    /// It was reset.
    Reset,
}

/// One connection of the built-in client.
#[derive(Debug)]
pub struct Connection {
    socket: RefCell<Option<Socket>>,
    queue: RefCell<VecDeque<(Rc<[u8]>, usize)>>,
    sent: Cell<u64>,
    paused: Cell<bool>,
    finish: Cell<Finish>,
    heard_over: Cell<bool>,
    write_error: RefCell<Option<Ending>>,
    waker: RefCell<Option<Waker>>,
    written: Notify,
}

/// Where our half-close stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finish {
    No,
    WhenWritten,
    Done,
}

impl Connection {
    /// A connection over a connected socket. Nothing moves before [`Connection::drive`].
    pub fn new(socket: Socket) -> Rc<Connection> {
        Rc::new(Connection {
            socket: RefCell::new(Some(socket)),
            queue: RefCell::default(),
            sent: Cell::new(0),
            paused: Cell::new(false),
            finish: Cell::new(Finish::No),
            heard_over: Cell::new(false),
            write_error: RefCell::default(),
            waker: RefCell::default(),
            written: Notify::new(),
        })
    }

    /// Reads and writes until the socket is closed by us.
    pub async fn drive(self: Rc<Self>, ear: impl Ear, scratch: Scratch) {
        let moving = poll_fn(|context| self.poll(context, &ear, &scratch));
        let datagrams = self.with_socket(|socket| match socket {
            Socket::Udp(socket) => Some(Rc::clone(socket)),
            Socket::Tcp(_) | Socket::Unix(_) => None,
        });
        match datagrams.flatten() {
            None => moving.await,
            Some(socket) => tokio::select! {
                () = moving => {}
                () = self.hear_error(&socket, &ear) => {}
            },
        }
    }

    /// Tells the ear of an error of a socket for datagrams; ends with the connection.
    async fn hear_error(&self, socket: &UdpSocket, ear: &impl Ear) {
        let error = udp::error(socket).await;
        if !self.heard_over.get() {
            self.tell_over(ear, Ending::failed(&error));
        }
        std::future::pending::<()>().await;
    }

    /// Queues bytes (one message, where messages have borders); what the kernel takes at once is
    /// written at once.
    pub fn send(&self, bytes: Rc<[u8]>) {
        if self.write_error.borrow().is_some() {
            return;
        }
        self.queue.borrow_mut().push_back((bytes, 0));
        if self.queue.borrow().len() == 1 {
            self.write();
        }
        if !self.is_written() || self.write_error.borrow().is_some() {
            self.wake();
        }
    }

    /// How many bytes the kernel has taken so far.
    pub fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Whether the kernel has taken all that was queued.
    pub fn is_written(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Resolves when the kernel has taken all that was queued, or never will.
    pub async fn written(&self) {
        while !self.is_written() {
            self.written.notified().await;
        }
    }

    /// Stops reading.
    pub fn pause(&self) {
        self.paused.set(true);
    }

    /// Reads again.
    pub fn resume(&self) {
        self.paused.set(false);
        self.wake();
    }

    /// Whether reading is stopped.
    pub fn is_paused(&self) -> bool {
        self.paused.get()
    }

    /// Half-closes once what is queued is written.
    pub fn finish(&self) {
        if self.finish.get() == Finish::No {
            self.finish.set(Finish::WhenWritten);
            self.finish_when_written();
        }
    }

    /// Whether the half-close has been done.
    pub fn is_finished(&self) -> bool {
        self.finish.get() == Finish::Done
    }

    /// Closes now; what is still queued is lost.
    pub fn close(&self) {
        self.socket.borrow_mut().take();
        self.wake();
    }

    /// Aborts now.
    ///
    /// # Errors
    /// When the system does not let us say that closing means aborting.
    pub fn reset(&self) -> io::Result<()> {
        let socket = self.socket.borrow_mut().take();
        self.wake();
        socket.map_or(Ok(()), Socket::abort)
    }

    /// Whether our side still holds the socket.
    pub fn is_open(&self) -> bool {
        self.socket.borrow().is_some()
    }

    /// Looks at the socket while our side holds it.
    pub fn with_socket<T>(&self, look: impl FnOnce(&Socket) -> T) -> Option<T> {
        self.socket.borrow().as_ref().map(look)
    }

    /// What the kernel says of the connection, without reading from it.
    pub fn word(&self) -> Word {
        if self.write_error.borrow().is_some() {
            return Word::Reset;
        }
        let flags = self.with_socket(|socket| {
            let mut looked = [PollFd::new(socket, PollFlags::RDHUP)];
            let none = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            poll(&mut looked, Some(&none)).map(|_| looked[0].revents())
        });
        match flags {
            Some(Ok(flags)) if flags.contains(PollFlags::ERR) => Word::Reset,
            Some(Ok(flags)) if flags.intersects(PollFlags::RDHUP | PollFlags::HUP) => Word::Ended,
            _ => Word::Open,
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }

    fn poll(&self, context: &mut Context<'_>, ear: &impl Ear, scratch: &Scratch) -> Poll<()> {
        self.waker.replace(Some(context.waker().clone()));
        // An ear that has had enough may close the connection, so the socket is looked at anew
        // each time.
        while self.is_open() && !self.paused.get() && !self.heard_over.get() {
            if self.poll_read(context, ear, scratch).is_pending() {
                break;
            }
        }
        while self.is_open() && !self.is_written() {
            let ready = self.with_socket(|socket| socket.poll_write_ready(context));
            if !matches!(ready, Some(Poll::Ready(_))) {
                break;
            }
            self.write();
        }
        if self.is_open() {
            // A datagram that was too large, or had nobody to go to, is the last thing heard;
            // on a stream what arrived before the error is heard first.
            let datagrams = self.with_socket(Socket::has_messages) == Some(true);
            let failed = self.write_error.borrow().clone();
            if let Some(ending) = failed
                && datagrams
                && !self.heard_over.replace(true)
            {
                ear.over(ending);
            }
            return Poll::Pending;
        }
        self.queue.borrow_mut().clear();
        self.written.notify_waiters();
        Poll::Ready(())
    }

    /// Reads once and tells the ear; pending when nothing is there to read.
    fn poll_read(&self, context: &mut Context<'_>, ear: &impl Ear, scratch: &Scratch) -> Poll<()> {
        let mut memory = scratch.borrow_mut();
        let mut buffer = ReadBuf::new(&mut memory);
        let mut socket = self.socket.borrow_mut();
        let Some(open) = socket.as_mut() else {
            return Poll::Pending;
        };
        let messages = open.has_messages();
        let read = ready!(open.poll_read(context, &mut buffer));
        drop(socket);
        match (read, buffer.filled()) {
            (Err(error), _) => self.tell_over(ear, Ending::failed(&error)),
            (Ok(()), []) if !messages => self.tell_over(ear, Ending::ended()),
            (Ok(()), bytes) => ear.hear(bytes),
        }
        Poll::Ready(())
    }

    fn tell_over(&self, ear: &impl Ear, ending: Ending) {
        // A failed write takes the error from the socket, so that the read after it sees a plain
        // end: the word of the write is the true one.
        let ending = self.write_error.borrow().clone().unwrap_or(ending);
        self.heard_over.set(true);
        ear.over(ending);
    }

    /// Writes as much as the kernel takes, each queued piece with a write of its own.
    fn write(&self) {
        let mut queue = self.queue.borrow_mut();
        while let Some((bytes, from)) = queue.front_mut() {
            let written = self.with_socket(|socket| socket.try_write(&bytes[*from..]));
            match written {
                Some(Ok(length)) => {
                    self.sent.set(self.sent.get() + length as u64);
                    *from += length;
                    if *from == bytes.len() {
                        queue.pop_front();
                    }
                }
                Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => return,
                Some(Err(error)) => {
                    *self.write_error.borrow_mut() = Some(Ending::failed(&error));
                    queue.clear();
                }
                None => queue.clear(),
            }
        }
        drop(queue);
        self.written.notify_waiters();
        self.finish_when_written();
    }

    fn finish_when_written(&self) {
        if self.finish.get() == Finish::WhenWritten && self.is_written() {
            self.finish.set(Finish::Done);
            // A connection that is gone already has nothing to end; its reader hears of it.
            self.with_socket(|socket| socket.finish().ok());
        }
    }
}
