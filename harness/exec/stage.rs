//! What all cases of a run share: the kernel, the launcher, ports, peers, and what is counted.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Settings;
use crate::host::ports::Ports;
use crate::host::{Command, Kernel, Launcher};
use crate::peer::manifest::{ClientOffer, Manifest, Offer};
use crate::peer::{self, Peer, Ready, State};
use crate::scenario::words::{Behaviour, Transport};
use crate::transport::{Address, Scratch};

/// What all cases of a run share.
pub struct Stage {
    /// What it is made of.
    pub means: Means,
    shared: Shared,
}

/// What changes while a run goes on.
struct Shared {
    scratch: Scratch,
    starting: Semaphore,
    numbers: Cell<u64>,
    start_times: RefCell<Vec<Duration>>,
    cpu: Cell<Duration>,
    fault: RefCell<Option<String>>,
}

/// What the executor needs of the machine and of the run.
pub struct Means {
    /// How to play.
    pub settings: Settings,
    /// The channel to the kernel.
    pub kernel: Rc<Kernel>,
    /// Starts everything.
    pub launcher: Launcher,
    /// Gives out port numbers.
    pub ports: Ports,
    /// The peers that were prepared.
    pub peers: Vec<Rc<Peer>>,
    /// This program's own path.
    pub harness: PathBuf,
    /// A folder of the run's own, with a short path, for Unix sockets.
    pub sockets: PathBuf,
    /// The folder for the logs of this run, if there is one.
    pub logs: Option<PathBuf>,
}

impl Stage {
    /// A stage with nothing on it.
    pub fn new(means: Means) -> Stage {
        let shared = Shared {
            scratch: Rc::new(RefCell::new(vec![0; SCRATCH].into())),
            starting: Semaphore::new(means.settings.cores.max(1)),
            numbers: Cell::new(0),
            start_times: RefCell::default(),
            cpu: Cell::default(),
            fault: RefCell::default(),
        };
        Stage { means, shared }
    }

    pub(super) fn scratch(&self) -> Scratch {
        Rc::clone(&self.shared.scratch)
    }

    /// A permit to start a process: no more start at once than there are cores, since eight at
    /// once on two cores take four times as long.
    pub(super) async fn permit_start(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.shared
            .starting
            .acquire()
            .await
            .expect("the semaphore is never closed")
    }

    /// The command that starts a server of an offer at an address.
    pub(super) fn command(&self, offer: &Offer, address: &Address) -> Result<Command, String> {
        let (manifest, ready) = self.prepared(&offer.peer)?;
        let address = peer::Address::from(address);
        let harness = &self.means.harness;
        Ok(peer::command(manifest, offer, ready, &address, harness))
    }

    /// The command that starts a client program for a server at an address.
    pub(super) fn client_command(
        &self,
        offer: &ClientOffer,
        address: &Address,
    ) -> Result<Command, String> {
        let (manifest, ready) = self.prepared(&offer.peer)?;
        let address = peer::Address::from(address);
        let harness = &self.means.harness;
        Ok(peer::client_command(
            manifest, offer, ready, &address, harness,
        ))
    }

    fn prepared(&self, name: &str) -> Result<(&Manifest, &Ready), String> {
        let mut peers = self.means.peers.iter();
        let peer = peers.find(|peer| peer.manifest.name == name);
        match peer.map(|peer| (peer, &peer.state)) {
            Some((peer, State::Ready(ready))) => Ok((&peer.manifest, ready)),
            _ => Err(format!("{name} was not prepared")),
        }
    }

    pub(super) fn socket_path(&self) -> PathBuf {
        self.means.sockets.join(format!("{}.sock", self.number()))
    }

    pub(super) fn log_file(&self, offer: &Offer) -> Option<PathBuf> {
        self.log_of(&offer.peer, &offer.behaviour, offer.transport)
    }

    pub(super) fn client_log_file(&self, offer: &ClientOffer) -> Option<PathBuf> {
        self.log_of(&offer.peer, &offer.behaviour, offer.transport)
    }

    fn log_of(&self, peer: &str, behaviour: &Behaviour, over: Transport) -> Option<PathBuf> {
        let logs = self.means.logs.as_ref()?;
        let number = self.number();
        Some(logs.join(format!("{peer}-{behaviour}-{over}-{number}.stderr")))
    }

    fn number(&self) -> u64 {
        let number = self.shared.numbers.get() + 1;
        self.shared.numbers.set(number);
        number
    }

    /// How long a start may take: 10 s, or 20 times the median start of this run.
    pub(super) fn start_limit(&self) -> Duration {
        let mut times = self.shared.start_times.borrow().clone();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        (median * 20).max(SHORTEST_START_LIMIT)
    }

    pub(super) fn started(&self, took: Duration) {
        self.shared.start_times.borrow_mut().push(took);
    }

    /// Adds what a peer's processes spent.
    pub(super) fn spent(&self, cpu: Duration) {
        self.shared.cpu.set(self.shared.cpu.get() + cpu);
    }

    /// How many processes were started and found listening.
    pub fn starts(&self) -> usize {
        self.shared.start_times.borrow().len()
    }

    /// The CPU that the peers' processes have spent, of those that have ended.
    pub fn peers_cpu(&self) -> Duration {
        self.shared.cpu.get()
    }

    /// Notes a fault of ours that concerns the whole run; the first one stands.
    pub(super) fn report_fault(&self, fault: &str) {
        self.shared
            .fault
            .borrow_mut()
            .get_or_insert_with(|| fault.to_owned());
    }

    /// The fault of ours that concerns the whole run, if there was one.
    pub fn fault(&self) -> Option<String> {
        self.shared.fault.borrow().clone()
    }
}

impl From<&Address> for peer::Address {
    fn from(address: &Address) -> peer::Address {
        match address {
            Address::Tcp(address) | Address::Udp(address) => peer::Address::Ip(*address),
            Address::Unix(path) => peer::Address::Path(path.clone()),
        }
    }
}

/// Larger than any datagram, and enough to take most of a socket's buffer at once.
const SCRATCH: usize = 256 << 10;

/// The least that a start is given.
const SHORTEST_START_LIMIT: Duration = Duration::from_secs(10);
