//! A process that was started under a guard: its streams, its end, its tree, and its killing.
//! What its words and its end mean is for others.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::unix::pipe;

use super::deadline::within;
use super::launcher::Launched;
use super::message::Order;
use super::ward::Ward;
use super::{Pid, Signal, tree};

/// How long a killed tree may take to be gone; fifteen processes take up to 20 ms.
pub(super) const KILL: Duration = Duration::from_secs(20);

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

/// The end of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// How it ended.
    pub status: Status,
    /// The CPU that it and the children that it reaped had spent, in steps of 10 ms.
    pub cpu: Duration,
}

/// The end of a whole tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// How many processes were still alive and had to be killed.
    pub forced: usize,
    /// The CPU that all of the tree had spent, in steps of 10 ms a process.
    pub cpu: Duration,
}

impl Gone {
    /// The end of a guard that never had a process.
    pub(super) const NOTHING: Gone = Gone {
        forced: 0,
        cpu: Duration::ZERO,
    };
}

/// A guard ended although nobody asked it to: what happened on its peer proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("guard process {guard} ended unasked: something outside of this run killed it")]
pub struct GuardLost {
    /// Its process.
    pub guard: Pid,
}

/// Why a tree is not known to be gone.
#[derive(Debug, thiserror::Error)]
pub enum KillError {
    /// The guard is still at it.
    #[error("guard process {guard} has not ended its tree within {} s", KILL.as_secs())]
    StillThere {
        /// Its process.
        guard: Pid,
    },
    /// The guard was lost; what it left behind has been killed.
    #[error(transparent)]
    Lost(#[from] GuardLost),
    /// What a lost guard left behind could not be killed.
    #[error("what a lost guard left behind cannot be killed: {0}")]
    Inherited(#[from] io::Error),
}

/// A running process with all that descends from it. Dropping it kills that tree at once.
#[derive(Debug)]
pub struct Process {
    pid: Pid,
    hold: Hold,
    pipes: Pipes,
}

/// What keeps a guard: dropped, the guard ends its tree and itself.
#[derive(Debug)]
pub(super) struct Hold {
    pub ward: Rc<Ward>,
    pub launched: Rc<Launched>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.ward.end();
    }
}

/// Our ends of a process's standard streams, until somebody takes them.
#[derive(Debug)]
pub(super) struct Pipes {
    pub stdin: Option<pipe::Sender>,
    pub stdout: Option<pipe::Receiver>,
    pub stderr: Option<pipe::Receiver>,
}

impl Process {
    pub(super) fn new(pid: Pid, hold: Hold, pipes: Pipes) -> Process {
        Process { pid, hold, pipes }
    }

    /// The process itself.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// The guard, from which the process's tree descends and nothing else.
    pub fn guard_pid(&self) -> Pid {
        self.hold.ward.guard()
    }

    /// What it hears, once; until then it is held open, and dropping it ends the process's stdin.
    pub fn take_stdin(&mut self) -> Option<pipe::Sender> {
        self.pipes.stdin.take()
    }

    /// What it says, once. A process whose full pipe nobody drains stops.
    pub fn take_stdout(&mut self) -> Option<pipe::Receiver> {
        self.pipes.stdout.take()
    }

    /// What it says on stderr, once; to be drained too.
    pub fn take_stderr(&mut self) -> Option<pipe::Receiver> {
        self.pipes.stderr.take()
    }

    /// Waits for the end of the process itself (what it left in the background may live on). Can
    /// be awaited by several, and as often as wanted.
    ///
    /// # Errors
    /// [`GuardLost`] when its guard was killed.
    pub async fn ended(&self) -> Result<Exit, GuardLost> {
        self.hold.ward.until_heard(|heard| heard.exit).await
    }

    /// How the process ended, if its guard has told so by now.
    pub fn exit(&self) -> Option<Exit> {
        self.hold.ward.heard().exit
    }

    /// Sends it a signal, by its guard: a process that has ended gets none, nor does another that
    /// took over its number.
    ///
    /// # Errors
    /// When its guard is gone.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        self.hold.ward.order(&Order::Signal(signal), &[])
    }

    /// Everything that descends from the guard now, the process first.
    pub fn tree(&self) -> Vec<Pid> {
        tree::descendants(self.guard_pid())
    }

    /// Kills what is left of the tree, and waits until it and the guard are gone. A second call
    /// gives the same answer.
    ///
    /// # Errors
    /// [`KillError`]; after `Lost` nothing is left either.
    pub async fn kill(&self) -> Result<Gone, KillError> {
        self.hold.ward.end();
        let gone = wait_until_gone(&self.hold.ward).await;
        if let Err(KillError::Lost(_)) = gone {
            self.hold.launched.end_inherited().await?;
        }
        gone
    }
}

/// Waits until a guard that was asked to end is gone.
pub(super) async fn wait_until_gone(ward: &Ward) -> Result<Gone, KillError> {
    let still_there = |_| KillError::StillThere {
        guard: ward.guard(),
    };
    Ok(within(KILL, ward.gone()).await.map_err(still_there)??)
}
