//! What outlives a case: the launcher, the channel to the kernel, the peers that were made ready,
//! and the signals that end a run.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use tokio::sync::mpsc::unbounded_channel;

use super::exit::{Exit, Problem};
use super::load::Loaded;
use super::progress::Display;
use super::results;
use super::session::Session;
use crate::exec::{Means, Settings, Stage};
use crate::host::limits::OpenFiles;
use crate::host::ports::Ports;
use crate::host::signals::Signals;
use crate::host::{Kernel, Launcher};
use crate::peer::manifest::Manifest;
use crate::peer::{self, Home, Machine, Peer, State};
use crate::plan::Needed;

/// Everything that a run has at hand.
pub struct Company<'a> {
    session: &'a Session,
    loaded: &'a Loaded,
    launcher: Launcher,
    kernel: Rc<Kernel>,
    home: Home,
    sockets: tempfile::TempDir,
    logs: Option<PathBuf>,
    connections: usize,
    signals: RefCell<Option<Signals>>,
    peers: RefCell<Vec<Rc<Peer>>>,
}

impl<'a> Company<'a> {
    /// Opens what a run needs of the machine; starts nothing yet.
    ///
    /// # Errors
    /// When the machine does not let us.
    pub fn open(session: &'a Session, loaded: &'a Loaded) -> Result<Company<'a>, Problem> {
        let files = OpenFiles::raise().map_err(Problem::fault)?;
        // Half of what may be open is for the actors, the rest for pipes, guards and logs.
        let connections = files.raised.map_or(usize::MAX, |most| most as usize / 2);
        let signals = Signals::listen().map_err(Problem::fault)?;
        let home = Home::open(&loaded.catalogue.beside, session.cache.as_deref());
        let home = home.map_err(Problem::fault)?;
        if let Some(instead) = &home.instead {
            super::print::note(&format!(
                "note: {} cannot be written ({}); using {}",
                instead.folder.display(),
                instead.reason,
                home.folder.display()
            ));
        }
        let harness = session.surroundings.harness.clone();
        Ok(Company {
            session,
            loaded,
            launcher: Launcher::new(harness, files).map_err(Problem::fault)?,
            kernel: Rc::new(Kernel::open().map_err(Problem::fault)?),
            logs: results::log_folder(&home),
            home,
            sockets: tempfile::Builder::new()
                .prefix("harness-")
                .tempdir()
                .map_err(Problem::fault)?,
            connections,
            signals: RefCell::new(Some(signals)),
            peers: RefCell::default(),
        })
    }

    /// Makes the needed peers ready, with progress.
    ///
    /// # Errors
    /// When something of ours fails.
    pub async fn prepare(&self, needed: &Needed, display: &Display) -> Result<(), Problem> {
        let (tell, told) = unbounded_channel();
        let surroundings = &self.session.surroundings;
        let machine = Machine {
            launcher: &self.launcher,
            surroundings,
            home: &self.home,
        };
        let preparing = async {
            let peers = peer::prepare(self.manifests(), needed, machine, &tell).await;
            drop(tell);
            peers
        };
        let (peers, ()) = tokio::join!(preparing, display.show_preparing(told));
        let peers = peers.map_err(Problem::fault)?;
        *self.peers.borrow_mut() = peers.into_iter().map(Rc::new).collect();
        Ok(())
    }

    /// Plays with these peers instead of those that were made ready.
    pub fn play_with(&self, peers: Vec<Rc<Peer>>) {
        *self.peers.borrow_mut() = peers;
    }

    /// A stage to play on.
    ///
    /// # Errors
    /// When the folder for its sockets cannot be made.
    pub fn stage(&self, settings: Settings) -> Result<Rc<Stage>, Problem> {
        // Each stage counts its sockets from 1, so each has a folder of its own.
        let sockets = tempfile::Builder::new()
            .prefix("s")
            .tempdir_in(self.sockets.path());
        Ok(Rc::new(Stage::new(Means {
            settings,
            kernel: Rc::clone(&self.kernel),
            launcher: self.launcher.clone(),
            ports: Ports::new(Rc::clone(&self.kernel), self.session.temporary.clone()),
            peers: self.peers(),
            harness: self.session.surroundings.harness.clone(),
            sockets: sockets.map_err(Problem::fault)?.keep(),
            logs: self.logs.clone(),
        })))
    }

    /// The peers that were made ready.
    pub fn peers(&self) -> Vec<Rc<Peer>> {
        self.peers.borrow().clone()
    }

    /// All peers that there are.
    pub fn manifests(&self) -> &'a [Rc<Manifest>] {
        &self.loaded.catalogue.manifests
    }

    /// The programs that a peer runs on, and their versions.
    pub fn versions(&self, name: &str) -> Vec<(String, String)> {
        let peers = self.peers.borrow();
        match peers
            .iter()
            .find(|peer| peer.manifest.name == name)
            .map(|peer| &peer.state)
        {
            Some(State::Ready(ready)) => ready.versions.clone(),
            _ => Vec::new(),
        }
    }

    /// How many things the machine does at once.
    pub fn cores(&self) -> usize {
        self.session.surroundings.cores.get()
    }

    /// How many connections the cases that are played at once may have in all.
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// The folder for the logs of this run, if there is one.
    pub fn logs(&self) -> Option<&PathBuf> {
        self.logs.as_ref()
    }

    /// Does something until it is done or a signal comes: then it is dropped, with every process
    /// that it holds. From then on a second signal ends the program at once; the guards see to it
    /// that nothing of ours is left.
    pub async fn until_interrupted<T>(&self, something: impl Future<Output = T>) -> Option<T> {
        let signals = self.signals.take();
        let mut signals = signals?;
        tokio::select! {
            done = something => {
                *self.signals.borrow_mut() = Some(signals);
                Some(done)
            }
            _ = signals.next() => {
                tokio::task::spawn_local(async move {
                    signals.next().await;
                    std::process::exit(i32::from(Exit::Interrupted.code()));
                });
                None
            }
        }
    }

    /// Ends everything that was started and waits until it is gone.
    ///
    /// # Errors
    /// When something cannot be ended.
    pub async fn dismiss(&self) -> Result<(), Problem> {
        self.launcher.finish().await.map_err(Problem::fault)
    }
}
