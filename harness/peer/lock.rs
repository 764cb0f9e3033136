//! A lock on a file, held while its value lives: two runs side by side do not build over one
//! another. The kernel lets go of it when a run dies.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::{Errno, retry_on_intr};
use tokio::sync::oneshot;

/// A lock that is held.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held for its drop")] File);

/// Takes a lock, or waits for it; `waiting` is called when another run holds it.
///
/// # Errors
/// When the file cannot be made or locked.
pub(super) async fn lock(path: &Path, waiting: impl FnOnce()) -> io::Result<Lock> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => return Ok(Lock(file)),
        Err(Errno::WOULDBLOCK) => waiting(),
        Err(error) => return Err(error.into()),
    }
    // The kernel has no other event for it than the return of a blocking call. The thread is not
    // the runtime's, which would wait for it at its end.
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("lock".to_owned())
        .spawn(move || {
            let locked = retry_on_intr(|| flock(&file, FlockOperation::LockExclusive));
            // Nobody receives when the run was interrupted: then the lock is let go at once.
            sender.send(locked.map(|()| Lock(file))).ok();
        })?;
    receiver
        .await
        .map_err(|_| io::Error::other("the thread that waited for the lock is gone"))?
        .map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::Future;
    use std::pin::pin;

    use super::*;

    #[test]
    fn a_second_one_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let first = lock(&path, || panic!("it is free")).await.unwrap();
            let waited = Cell::new(false);
            let mut second = pin!(lock(&path, || waited.set(true)));
            let pending = std::future::poll_fn(|context| {
                std::task::Poll::Ready(second.as_mut().poll(context).is_pending())
            });
            assert!(pending.await, "the first one holds it");
            assert!(waited.get());
            drop(first);
            second.await.unwrap();
        });
    }
}
