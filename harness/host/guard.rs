//! The guard's own side: what `harness guard` does, one process for each peer process, in a
//! session of its own and a subreaper, so that all that descends from the peer stays below it.
//! It starts the peer and lives as long as its socket to the harness; then, and on every other way
//! out, it kills what is left. It knows no runtime and no manifest, since it must start in 1 ms.
//!
//! A SIGINT that reaches it before it has its session ends it; then it has no peer yet either, and
//! the launcher spawns another.

use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendFlags, recvmsg, send,
};
use rustix::process::{
    PidfdFlags, WaitId, WaitIdOptions, WaitIdStatus, WaitOptions, getpid, kill_process, pidfd_open,
    set_child_subreaper, setsid, wait, waitid,
};

use super::limits::OpenFiles;
use super::message::{LONGEST, Order, Reply, Start};
use super::process::{Exit, Gone, Status};
use super::tree::{self, Stat};
use super::{Pid, Signal};

/// Runs the guard on the socket that is its standard input, until that ends; nothing that it
/// started is alive afterwards.
///
/// To be called first thing in `main`, for the single argument `guard`.
pub fn run() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the guard is started by the harness itself, on a socket: {error}");
            ExitCode::from(2)
        }
    }
}

fn serve() -> io::Result<()> {
    // The peer must not inherit the socket, or it would outlive the harness.
    let socket = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?;
    // Fails only for the leader of a group, which a guard started by the harness is not.
    let _ = setsid();
    set_child_subreaper(Some(getpid()))?;
    let mut tree = Tree {
        socket,
        forced: 0,
        spent: Duration::ZERO,
    };
    match tree.receive()? {
        Some((Order::Start(start), streams)) => tree.start_and_watch(start, streams),
        Some((Order::Signal(_), _)) | None => Ok(()),
    }
}

/// All that descends from this guard; dropping it, in a panic too, leaves nothing of it.
struct Tree {
    socket: OwnedFd,
    /// How many processes were alive when they were killed.
    forced: usize,
    /// The CPU of the processes reaped so far.
    spent: Duration,
}

/// The peer itself, until it is reaped: its number stays its own.
struct Peer {
    pid: Pid,
    ended: OwnedFd,
}

impl Tree {
    fn start_and_watch(&mut self, start: Start, streams: Vec<OwnedFd>) -> io::Result<()> {
        let peer = match spawn(start, streams) {
            Ok(peer) => peer,
            Err(error) => {
                self.tell(&Reply::Refused(error.raw_os_error().unwrap_or(0)));
                return Ok(());
            }
        };
        self.tell(&Reply::Started(peer.pid));
        self.watch(peer)
    }

    /// Obeys until the socket ends, and tells when the peer has ended.
    fn watch(&mut self, peer: Peer) -> io::Result<()> {
        let mut living = Some(peer);
        loop {
            let (ordered, ended) = wait_for_either(&self.socket, living.as_ref())?;
            if ended && let Some(peer) = living.take() {
                let exit = self.reap(peer.pid)?;
                self.tell(&Reply::Ended(exit));
            }
            if !ordered {
                continue;
            }
            match self.receive()? {
                Some((Order::Signal(signal), _)) => {
                    if let Some(peer) = &living {
                        kill_process(peer.pid, signal)?;
                    }
                }
                Some((Order::Start(_), _)) => {}
                None => return self.end(living),
            }
        }
    }

    /// The next order, with the descriptors that came beside it; `None` when the socket has ended,
    /// by an orderly end or any error: with replies unread it is a reset.
    fn receive(&self) -> io::Result<Option<(Order, Vec<OwnedFd>)>> {
        let mut bytes = vec![0; LONGEST];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC;
        let received = loop {
            let mut parts = [IoSliceMut::new(&mut bytes)];
            match recvmsg(&self.socket, &mut parts, &mut control, flags) {
                Err(Errno::INTR) => {}
                Err(Errno::NOTSOCK) => return Err(Errno::NOTSOCK.into()),
                Err(_) => return Ok(None),
                Ok(received) if received.bytes == 0 => return Ok(None),
                Ok(received) => break received,
            }
        };
        let mut descriptors = Vec::new();
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(rights) = message {
                descriptors.extend(rights);
            }
        }
        let whole = !received.flags.contains(ReturnFlags::TRUNC);
        let order = Order::decode(&bytes[..received.bytes]).filter(|_| whole);
        let order = order.ok_or_else(|| io::Error::other("an order that no harness gives"))?;
        Ok(Some((order, descriptors)))
    }

    /// Tells the harness; one that is gone hears nothing, and the next order says that it is.
    fn tell(&self, reply: &Reply) {
        let _ = send(&self.socket, reply.encode().as_bytes(), SendFlags::NOSIGNAL);
    }

    /// Awaits the end of a direct child, notes its CPU while it is still listed, and reaps it.
    fn reap(&mut self, child: Pid) -> io::Result<Exit> {
        wait_for(child, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
        let cpu = Stat::of(child).map_or(Duration::ZERO, |stat| stat.cpu);
        let status = wait_for(child, WaitIdOptions::EXITED)?;
        self.spent += cpu;
        Ok(Exit {
            status: status_of(&status),
            cpu,
        })
    }

    /// Ends a peer that still lives, so that its end is told before that of its tree.
    fn end(&mut self, living: Option<Peer>) -> io::Result<()> {
        if let Some(peer) = living {
            self.force(peer.pid);
            let exit = self.reap(peer.pid)?;
            self.tell(&Reply::Ended(exit));
        }
        Ok(())
    }

    /// Sends SIGKILL to a direct child, and counts it when it was still alive.
    fn force(&mut self, child: Pid) {
        let alive = Stat::of(child).is_some_and(|stat| !stat.ended);
        self.forced += usize::from(alive && kill_process(child, Signal::KILL).is_ok());
    }

    /// Kills the direct children until there are none.
    ///
    /// Only direct children: the number of a child that is not reaped cannot have passed to another
    /// process, and what a child leaves behind becomes a child of this subreaper. That the kernel
    /// then knows of no child (ECHILD) is the proof.
    fn kill_all(&mut self) {
        loop {
            let children = tree::children(getpid());
            children.iter().for_each(|&child| self.force(child));
            for &child in &children {
                // Fails only when the child is not ours any more, and then it is reaped.
                let _ = self.reap(child);
            }
            if !children.is_empty() {
                continue;
            }
            match wait(WaitOptions::empty()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.kill_all();
        self.tell(&Reply::Gone(Gone {
            forced: self.forced,
            cpu: self.spent,
        }));
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that starts peers")]
fn spawn(start: Start, streams: Vec<OwnedFd>) -> io::Result<Peer> {
    let [stdin, stdout, stderr]: [OwnedFd; 3] = streams
        .try_into()
        .map_err(|_| io::Error::from(Errno::BADF))?;
    let [program, arguments @ ..] = start.command.words.as_slice() else {
        return Err(Errno::INVAL.into());
    };
    // Of this process too, which needs few; so no code has to run between fork and exec.
    OpenFiles::lower(start.open_files)?;
    let child = std::process::Command::new(program)
        .args(arguments)
        .envs(start.command.env)
        .current_dir(start.command.cwd)
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(stdout))
        .stderr(Stdio::from(stderr))
        .spawn()?;
    let pid = Pid::from_child(&child);
    Ok(Peer {
        pid,
        ended: pidfd_open(pid, PidfdFlags::empty())?,
    })
}

/// Waits for an order (or the end of the socket), and for the end of the peer while it lives.
fn wait_for_either(socket: &OwnedFd, peer: Option<&Peer>) -> io::Result<(bool, bool)> {
    let mut watched = vec![PollFd::from_borrowed_fd(socket.as_fd(), PollFlags::IN)];
    watched.extend(peer.map(|peer| PollFd::from_borrowed_fd(peer.ended.as_fd(), PollFlags::IN)));
    loop {
        match poll(&mut watched, None) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    let mut happened = watched.iter().map(|watched| !watched.revents().is_empty());
    Ok((
        happened.next().unwrap_or(false),
        happened.next().unwrap_or(false),
    ))
}

fn wait_for(child: Pid, options: WaitIdOptions) -> io::Result<WaitIdStatus> {
    loop {
        match waitid(WaitId::Pid(child), options) {
            Err(Errno::INTR) | Ok(None) => {}
            Err(error) => return Err(error.into()),
            Ok(Some(status)) => return Ok(status),
        }
    }
}

fn status_of(status: &WaitIdStatus) -> Status {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Status::Code(code),
        (None, signal) => Status::Signal(signal.unwrap_or(0)),
    }
}
