//! A client program that plays an actor: it is told on stdin what to say, and what it writes to
//! stdout is what was heard.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::Notify;

use super::output::Output;
use crate::host::{Command, Exit, GuardLost, Launcher, Process, StartError};
use crate::peer::manifest::Speech;
use crate::trace::Tail;
use crate::transport::{Ear, Ending};

/// A running client program. Dropping it ends it and all of its tree.
pub(super) struct Program {
    process: Process,
    speech: Speech,
    stdin: RefCell<Option<pipe::Sender>>,
    stdout: RefCell<Option<pipe::Receiver>>,
    stderr: Output,
    queue: RefCell<VecDeque<Rc<[u8]>>>,
    sent: Cell<u64>,
    finishing: Cell<bool>,
    closed: Cell<bool>,
    /// Something was queued, or stdin is to end.
    told: Notify,
    written: Notify,
    closing: Notify,
    cpu: Cell<Duration>,
}

impl Program {
    /// Starts a program. Nothing is written to it or read from it before [`Program::drive`].
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start(
        launcher: &Launcher,
        command: &Command,
        speech: Speech,
        log: Option<PathBuf>,
    ) -> Result<Rc<Program>, StartError> {
        let mut process = launcher.start(command).await?;
        let stdin = process.take_stdin();
        let stdout = process.take_stdout();
        let stderr = Output::drain(&mut process, log);
        Ok(Rc::new(Program {
            process,
            speech,
            stdin: RefCell::new(stdin),
            stdout: RefCell::new(stdout),
            stderr,
            queue: RefCell::default(),
            sent: Cell::new(0),
            finishing: Cell::new(false),
            closed: Cell::new(false),
            told: Notify::new(),
            written: Notify::new(),
            closing: Notify::new(),
            cpu: Cell::default(),
        }))
    }

    /// Writes what is queued and reads what it says, until our side closes; then ends it.
    pub async fn drive(self: Rc<Self>, ear: impl Ear) {
        let both = async {
            tokio::join!(self.listen(&ear), self.speak());
            // Both streams can be over while the process runs on.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = both => {}
            () = self.closing.notified() => {}
        }
        self.stdin.take();
        // A guard that was killed from outside is found out by whoever asks for the exit.
        if let Ok(gone) = self.process.kill().await {
            self.cpu.set(gone.cpu);
        }
        self.stderr.ended().await;
    }

    async fn listen(&self, ear: &impl Ear) {
        let Some(mut stdout) = self.stdout.take() else {
            return;
        };
        let mut buffer = vec![0; 16 << 10];
        loop {
            match stdout.read(&mut buffer).await {
                Ok(0) => return ear.over(Ending::ended()),
                Ok(length) => ear.hear(&buffer[..length]),
                Err(error) => return ear.over(Ending::failed(&error)),
            }
        }
    }

    async fn speak(&self) {
        let Some(mut stdin) = self.stdin.take() else {
            return;
        };
        loop {
            let next = self.queue.borrow().front().cloned();
            match next {
                Some(bytes) => {
                    // A program that has ended takes no more: its exit is what tells.
                    if self.write(&mut stdin, &bytes).await.is_err() {
                        self.queue.borrow_mut().clear();
                        self.written.notify_waiters();
                        return;
                    }
                    self.sent.set(self.sent.get() + bytes.len() as u64);
                    self.queue.borrow_mut().pop_front();
                    self.written.notify_waiters();
                }
                None if self.finishing.get() => return,
                None => self.told.notified().await,
            }
        }
    }

    async fn write(&self, stdin: &mut pipe::Sender, bytes: &[u8]) -> io::Result<()> {
        stdin.write_all(bytes).await?;
        match self.speech {
            Speech::Stdio => Ok(()),
            Speech::Lines => stdin.write_all(b"\n").await,
        }
    }

    /// Queues something for it to say.
    pub fn send(&self, bytes: Rc<[u8]>) {
        self.queue.borrow_mut().push_back(bytes);
        self.told.notify_one();
    }

    /// How many bytes of what it was told it has been given so far.
    pub fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Whether it has been given all that was queued.
    pub fn is_written(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Resolves when it has been given all that was queued, or never will.
    pub async fn written(&self) {
        while !self.is_written() {
            self.written.notified().await;
        }
    }

    /// Ends its stdin once what is queued is written.
    pub fn finish(&self) {
        self.finishing.set(true);
        self.told.notify_one();
    }

    /// Whether its stdin has ended, or will once what is queued is written.
    pub fn is_finished(&self) -> bool {
        self.finishing.get()
    }

    /// Ends it at once.
    pub fn close(&self) {
        if !self.closed.replace(true) {
            self.closing.notify_one();
        }
    }

    /// Whether our side still holds it.
    pub fn is_open(&self) -> bool {
        !self.closed.get()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When its guard was killed from outside.
    pub async fn ended(&self) -> Result<Exit, GuardLost> {
        self.process.ended().await
    }

    /// How it ended, if it has by now.
    pub fn exit(&self) -> Option<Exit> {
        self.process.exit()
    }

    /// The end of what it wrote to stderr so far.
    pub fn stderr(&self) -> Tail {
        self.stderr.stderr()
    }

    /// The CPU that it spent, once it has been ended.
    pub fn cpu(&self) -> Duration {
        self.cpu.get()
    }
}
