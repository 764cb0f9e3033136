//! Port numbers for servers that cannot take any free one: each held by a lock on a file of its
//! own while the server lives, so that no two runs of the machine give out the same. No number is
//! found by binding and letting go.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;

use super::connections::Kernel;
use super::deadline::Looks;

/// The first and the last number to lease: outside of the range from which the kernel takes
/// numbers for clients.
const FIRST: u16 = 20_000;
const LAST: u16 = 29_999;

/// Why no port could be leased.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// All are held or taken.
    #[error("no free port from {FIRST} to {LAST}")]
    NoneFree,
    /// A lock file could not be made or opened.
    #[error("{}: the lock of a port: {source}", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The kernel could not be asked whether a number is taken.
    #[error("whether port {port} is taken: {source}")]
    Kernel {
        /// The number.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
}

/// A port number that is ours until this is dropped.
#[derive(Debug)]
pub struct Lease {
    port: u16,
    passed_over: Vec<u16>,
    /// The lock ends with the open file. The file stays: were it removed, two could hold the lock
    /// of two files of one name.
    _lock: File,
}

impl Lease {
    /// The number.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Numbers that nobody had leased and that were taken all the same, by some other program.
    pub fn passed_over(&self) -> &[u16] {
        &self.passed_over
    }
}

/// Gives out port numbers, each of them at most once at a time on this machine.
#[derive(Debug)]
pub struct Ports {
    kernel: Rc<Kernel>,
    folder: PathBuf,
    /// Where to go on looking, so that a number rests as long as possible before it comes again.
    next: Cell<u16>,
}

impl Ports {
    /// With the locks in `folder`, the machine's temporary one: all runs must name the same.
    pub fn new(kernel: Rc<Kernel>, folder: PathBuf) -> Ports {
        Ports {
            kernel,
            folder,
            next: Cell::new(FIRST),
        }
    }

    /// A number that nobody holds and no socket has.
    ///
    /// # Errors
    /// [`LeaseError`].
    pub fn any(&self) -> Result<Lease, LeaseError> {
        let mut passed_over = Vec::new();
        for _ in FIRST..=LAST {
            let port = self.next.get();
            self.next.set(if port == LAST { FIRST } else { port + 1 });
            let Some(lease) = self.try_of(port)? else {
                continue;
            };
            let taken = self.kernel.is_taken(port);
            if taken.map_err(|source| LeaseError::Kernel { port, source })? {
                passed_over.push(port);
            } else {
                return Ok(Lease {
                    passed_over,
                    ..lease
                });
            }
        }
        Err(LeaseError::NoneFree)
    }

    /// This number, for a server that cannot be told another; `None` while somebody holds it.
    ///
    /// # Errors
    /// [`LeaseError`].
    pub fn try_of(&self, port: u16) -> Result<Option<Lease>, LeaseError> {
        let path = self.folder.join(format!("harness-port-{port}.lock"));
        let locked = open(&path).and_then(|file| Ok(try_lock(&file)?.then_some(file)));
        let lock = locked.map_err(|source| LeaseError::Lock { path, source })?;
        Ok(lock.map(|file| Lease {
            port,
            passed_over: Vec::new(),
            _lock: file,
        }))
    }

    /// This number, as soon as nobody else holds it; the deadline is the caller's.
    ///
    /// # Errors
    /// [`LeaseError`].
    pub async fn of(&self, port: u16) -> Result<Lease, LeaseError> {
        let mut looks = Looks::at_process();
        loop {
            if let Some(lease) = self.try_of(port)? {
                return Ok(lease);
            }
            looks.next().await;
        }
    }
}

/// Opens a lock file, or makes it. Reading is enough for a lock, and the folder is shared: a file
/// that another user made may not be opened for creation there.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    loop {
        match openat(CWD, path, flags, Mode::empty()) {
            Err(Errno::NOENT) => {}
            opened => return Ok(File::from(opened?)),
        }
        let mode = Mode::from_raw_mode(0o644);
        match openat(CWD, path, flags | OFlags::CREATE | OFlags::EXCL, mode) {
            Err(Errno::EXIST) => {}
            made => return Ok(File::from(made?)),
        }
    }
}

fn try_lock(file: &File) -> io::Result<bool> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;

    fn ports(folder: &tempfile::TempDir) -> Ports {
        Ports::new(Rc::new(Kernel::open().unwrap()), folder.path().to_owned())
    }

    #[test]
    fn a_number_is_held_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (ports(&folder), ports(&folder));
        let held = one.any().unwrap();
        assert!(other.try_of(held.port()).unwrap().is_none());
        assert_ne!(other.any().unwrap().port(), held.port());
        let port = held.port();
        drop(held);
        assert_eq!(other.try_of(port).unwrap().unwrap().port(), port);
    }

    #[test]
    fn numbers_that_others_took_are_passed_over_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let free = ports(&folder).any().unwrap().port();
        let _tcp = TcpListener::bind(("127.0.0.1", free)).unwrap();
        let _udp = UdpSocket::bind(("127.0.0.1", free + 1));
        let lease = ports(&folder).any().unwrap();
        assert!(lease.port() > free + 1);
        assert!(
            lease.passed_over().ends_with(&[free, free + 1]),
            "{lease:?}"
        );
    }

    #[test]
    fn a_link_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        std::fs::write(&target, "").unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join("harness-port-80.lock")).unwrap();
        assert!(matches!(
            ports(&folder).try_of(80),
            Err(LeaseError::Lock { .. })
        ));
    }
}
