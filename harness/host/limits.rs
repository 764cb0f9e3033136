//! The limit of open files: raised for the harness, given back to the peers as it was found.
//! How many connections a run may hold open is the executor's to keep.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The soft limit of open files of this process; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFiles {
    /// As it was found. Peers get it back: programs that use `select` break above 1024, and some
    /// runtimes make a table of as many entries as the limit allows.
    pub found: Option<u64>,
    /// As it is now, the hard limit.
    pub raised: Option<u64>,
}

impl OpenFiles {
    /// Raises the soft limit of open files to the hard one. To be called once, at the start: a
    /// second call finds what the first one left.
    ///
    /// # Errors
    /// When the system refuses, which it has no reason to.
    pub fn raise() -> io::Result<OpenFiles> {
        let Rlimit {
            current: found,
            maximum,
        } = getrlimit(Resource::Nofile);
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: maximum,
                maximum,
            },
        )?;
        Ok(OpenFiles {
            found,
            raised: maximum,
        })
    }

    /// Sets the soft limit to `soft`, as the guard does for the peer that it starts.
    ///
    /// # Errors
    /// When `soft` is above the hard limit.
    pub(super) fn lower(soft: Option<u64>) -> io::Result<()> {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        Ok(setrlimit(
            Resource::Nofile,
            Rlimit {
                current: soft,
                maximum,
            },
        )?)
    }
}
