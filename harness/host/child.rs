//! A direct child of the harness whose end is an event, and what it inherited from a lost guard.
//! Nothing waits for "any child", so that no two places steal each other's news.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::{
    PidfdFlags, WaitId, WaitIdOptions, getpid, kill_process, pidfd_open, waitid,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::{Pid, Signal, tree};

/// A direct child that nobody else reaps.
#[derive(Debug)]
pub(super) struct Child {
    pub pid: Pid,
    /// Readable from its end on.
    end: AsyncFd<OwnedFd>,
}

impl Child {
    /// Watches a child, inside a runtime.
    ///
    /// # Errors
    /// When there is no such child, or no descriptor left.
    pub fn watch(pid: Pid) -> io::Result<Child> {
        let descriptor = pidfd_open(pid, PidfdFlags::empty())?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe, for descriptors that change; an owned one does not"
        )]
        let end = AsyncFd::with_interest(descriptor, Interest::READABLE)?;
        Ok(Child { pid, end })
    }

    /// Resolves when it has ended, as often as it is asked.
    pub async fn ended(&self) -> io::Result<()> {
        // Never cleared: an end stays one.
        self.end
            .readable()
            .await
            .map(|mut ready| ready.retain_ready())
    }

    /// Takes it off the kernel's list if it has ended; whether it is off now.
    pub fn reap(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        match waitid(WaitId::PidFd(self.end.as_fd()), options) {
            Ok(Some(_)) | Err(Errno::CHILD) => true,
            Ok(None) | Err(_) => false,
        }
    }
}

/// The direct children of this process.
pub(super) fn own_children() -> Vec<Pid> {
    tree::children(getpid())
}

/// Kills and reaps the direct children that are not in `spared`, and what these leave behind,
/// until there are none; returns how many there were.
///
/// # Errors
/// When a child cannot be watched or killed.
pub(super) async fn end_inherited(spared: impl Fn(Pid) -> bool) -> io::Result<usize> {
    let mut ended = 0;
    loop {
        let inherited: Vec<Pid> = own_children()
            .into_iter()
            .filter(|&pid| !spared(pid))
            .collect();
        if inherited.is_empty() {
            return Ok(ended);
        }
        for pid in inherited {
            match end(pid).await {
                // Another who ends what was inherited was quicker.
                Err(error) if error.raw_os_error() == Some(Errno::SRCH.raw_os_error()) => {}
                done => done?,
            }
            ended += 1;
        }
    }
}

async fn end(pid: Pid) -> io::Result<()> {
    let child = Child::watch(pid)?;
    kill_process(pid, Signal::KILL)?;
    child.ended().await?;
    child.reap();
    Ok(())
}
