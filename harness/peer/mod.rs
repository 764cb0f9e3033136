//! Peers: their manifests, where they are found, the programs that they need, and their builds.
//!
//! [`Catalogue::load`] finds and reads them, [`prepare`] makes those ready that a run needs, and
//! [`command`] fills in the command of an offer. Starting it is the executor's; the environment
//! comes in as values.

mod bench;
mod build;
pub mod catalogue;
mod clients;
mod command_line;
mod content;
mod fill;
mod home;
mod job;
mod lock;
pub mod manifest;
mod memory;
mod offers;
mod prepare;
mod program;
mod read;
mod resolve;
mod schema;
mod syntax;
mod toolchain;
mod traits;
mod version;
mod words;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::rc::Rc;

use tokio::sync::mpsc::UnboundedSender;

pub use build::BuildError;
pub use catalogue::{Catalogue, CatalogueError, Where};
pub use fill::{Address, client_command, command};
pub use home::{Home, HomeError, Instead};
pub use job::JobError;
pub use prepare::{Machine, PrepareError, prepare};
pub use program::{PREFIX, Program, ProgramError};
pub use read::read;
pub use schema::schema;
pub use toolchain::{Found, Toolchains};

use manifest::Manifest;

/// A peer, and what this machine has of it.
#[derive(Debug)]
pub struct Peer {
    /// What it is.
    pub manifest: Rc<Manifest>,
    /// Whether it can play.
    pub state: State,
}

/// Whether a peer can play on this machine.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    /// Everything is there.
    Ready(Ready),
    /// Something is missing that can be installed or fetched.
    Skipped {
        /// What is missing, as a fragment: `no javac on the PATH`.
        reason: String,
        /// The command that mends it.
        mend: String,
    },
    /// It does not build.
    Broken {
        /// What went wrong, and the last lines that the build printed, each on a line of its own.
        reason: String,
    },
}

/// What the commands of a peer need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ready {
    /// The folder with its build, where it has one.
    pub build: Option<PathBuf>,
    /// The programs of its toolchain, past version managers' shims.
    pub programs: BTreeMap<String, PathBuf>,
    /// The versions of those that tell one, in the manifest's order.
    pub versions: Vec<(String, String)>,
}

/// What the user's environment gives; `cli` alone reads it.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The environment's variables.
    pub variables: BTreeMap<OsString, OsString>,
    /// The working folder, absolute.
    pub working: PathBuf,
    /// This program's own file, absolute.
    pub harness: PathBuf,
    /// How many things the machine does at once.
    pub cores: NonZeroUsize,
}

impl Surroundings {
    /// The `PATH`; empty where there is none.
    pub fn path(&self) -> &OsStr {
        self.variables
            .get(OsStr::new("PATH"))
            .map_or(OsStr::new(""), OsString::as_os_str)
    }
}

/// What is told while peers are made ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Another run is building the peer.
    Waiting {
        /// Its name.
        peer: String,
    },
    /// A command of `fetch` begins.
    Fetching {
        /// The peer's name.
        peer: String,
        /// The command, its words joined.
        command: String,
    },
    /// A command of `build` begins.
    Building {
        /// The peer's name.
        peer: String,
        /// The command, its words joined.
        command: String,
    },
    /// It was built.
    Built {
        /// Its name.
        peer: String,
    },
    /// It can play, or it is known why not.
    Prepared {
        /// Its name.
        peer: String,
    },
}

/// Tells progress to whoever draws it.
struct Tell(UnboundedSender<Progress>);

impl Tell {
    fn that(&self, progress: Progress) {
        // Nobody listens where nothing is drawn.
        self.0.send(progress).ok();
    }
}
