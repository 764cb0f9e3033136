//! One process of a server: how it is started, found listening, and ended.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Stage;
use super::astray::{Astray, never_listened};
use super::output::Output;
use crate::host::deadline::{self, Looks};
use crate::host::ports::Lease;
use crate::host::{Exit, Listener, ListenerAddress, Process, Signal, StartError, Status, tree};
use crate::peer::manifest::{Offer, Port};
use crate::scenario::words::Transport;
use crate::transport::Address;

/// A server's process.
pub(super) struct Server {
    pub offer: Rc<Offer>,
    pub process: Process,
    pub output: Output,
    /// Where it listens, once it has been found to.
    pub address: OnceCell<Address>,
    /// The sockets that its tree held when it was ready.
    pub held: OnceCell<BTreeSet<u64>>,
    /// The listening sockets themselves.
    pub listeners: OnceCell<BTreeSet<u64>>,
    /// Whether it has served a case before.
    pub reused: Cell<bool>,
    /// Whether what it spent has been counted.
    pub counted: Cell<bool>,
    /// Whether a step asked for its end.
    pub ending: Cell<bool>,
    place: Place,
}

/// Where a server is told to listen; kept while it lives.
#[derive(Debug)]
pub(super) enum Place {
    /// At this address, which may have port 0.
    Free(Address),
    /// At a port that nobody else takes while the lease lives.
    Leased(Address, Lease),
}

/// Why a server does not listen.
#[derive(Debug)]
pub(super) enum NotListening {
    /// It ended before.
    Exited(Exit),
    /// The peer's fault: it could not be started, or never listened.
    Broken(String),
    /// Our own.
    Fault(String),
}

impl Place {
    /// The place for a new process of an offer.
    pub async fn of(offer: &Offer, stage: &Stage) -> Result<Place, NotListening> {
        let fault = |error: &dyn std::error::Error| NotListening::Fault(error.to_string());
        if offer.transport == Transport::Unix {
            return Ok(Place::Free(Address::Unix(stage.socket_path())));
        }
        let lease = match offer.port {
            Port::Any => return Ok(Place::Free(at_port(offer.transport, 0))),
            Port::Leased => stage.means.ports.any().map_err(|error| fault(&error))?,
            Port::Fixed(port) => stage
                .means
                .ports
                .of(port)
                .await
                .map_err(|error| fault(&error))?,
        };
        Ok(Place::Leased(at_port(offer.transport, lease.port()), lease))
    }

    pub fn address(&self) -> &Address {
        match self {
            Place::Free(address) | Place::Leased(address, _) => address,
        }
    }

    /// The number that the server must listen on, where it was told one.
    fn told_port(&self) -> Option<u16> {
        match self.address() {
            Address::Tcp(address) | Address::Udp(address) => {
                Some(address.port()).filter(|port| *port != 0)
            }
            Address::Unix(_) => None,
        }
    }
}

/// The loopback address with this port.
pub(super) fn at_port(transport: Transport, port: u16) -> Address {
    let address = (std::net::Ipv4Addr::LOCALHOST, port).into();
    match transport {
        Transport::Udp => Address::Udp(address),
        Transport::Tcp | Transport::Unix => Address::Tcp(address),
    }
}

impl Server {
    /// Starts a process; it need not listen yet.
    pub async fn start(
        stage: &Stage,
        offer: &Rc<Offer>,
        place: Place,
    ) -> Result<Server, NotListening> {
        let command = stage
            .command(offer, place.address())
            .map_err(NotListening::Broken)?;
        let mut process = match stage.means.launcher.start(&command).await {
            Ok(process) => process,
            Err(error @ StartError::Refused { .. }) => {
                return Err(NotListening::Broken(error.to_string()));
            }
            Err(error) => return Err(NotListening::Fault(error.to_string())),
        };
        let output = Output::drain(&mut process, stage.log_file(offer));
        Ok(Server {
            offer: Rc::clone(offer),
            process,
            output,
            address: OnceCell::new(),
            held: OnceCell::new(),
            listeners: OnceCell::new(),
            reused: Cell::new(false),
            counted: Cell::new(false),
            ending: Cell::new(false),
            place,
        })
    }

    /// Waits until the process listens, as the kernel tells.
    pub async fn listen(&self, stage: &Stage) -> Result<(), NotListening> {
        let limit = stage.start_limit();
        let began = Instant::now();
        match deadline::within(limit, self.await_listener(stage)).await {
            Ok(Ok(listener)) => {
                stage.started(began.elapsed());
                let address = match listener.address {
                    ListenerAddress::Path(path) => Address::Unix(path),
                    ListenerAddress::Ip(ip) if self.offer.transport == Transport::Udp => {
                        Address::Udp(ip)
                    }
                    ListenerAddress::Ip(ip) => Address::Tcp(ip),
                };
                self.address.get_or_init(|| address);
                self.listeners.get_or_init(|| listener.inodes);
                self.held
                    .get_or_init(|| tree::sockets(&self.process.tree()));
                Ok(())
            }
            Ok(Err(not)) => Err(not),
            Err(_) => Err(NotListening::Broken(never_listened(self, stage, limit))),
        }
    }

    async fn await_listener(&self, stage: &Stage) -> Result<Listener, NotListening> {
        let mut looks = Looks::at_process();
        let mut astray = Astray::default();
        loop {
            // Asked before the look: what ended in between was seen listening or never will be.
            let exit = self.process.exit();
            let guard = self.process.guard_pid();
            let found = stage
                .means
                .kernel
                .listeners(guard, self.offer.transport, self.place.told_port())
                .map_err(|error| NotListening::Fault(format!("cannot find listeners: {error}")))?;
            if let Some(listener) = self.choose(found) {
                return Ok(listener);
            }
            if let Some(exit) = exit {
                return Err(NotListening::Exited(exit));
            }
            astray.look(self, stage)?;
            tokio::select! {
                () = looks.next() => {}
                () = self.output.line() => {}
                ended = self.process.ended() => {
                    ended.map_err(|lost| NotListening::Fault(lost.to_string()))?;
                }
            }
        }
    }

    /// Where it listens over a transport, with a number only there; nothing where nobody can tell.
    pub fn listeners_over(
        &self,
        stage: &Stage,
        transport: Transport,
        port: Option<u16>,
    ) -> Vec<Listener> {
        let guard = self.process.guard_pid();
        let found = stage.means.kernel.listeners(guard, transport, port);
        found.unwrap_or_default()
    }

    /// The number that it was told to listen on.
    pub fn told_port(&self) -> Option<u16> {
        self.place.told_port()
    }

    /// Of several listening sockets the one that the ready line names.
    fn choose(&self, mut found: Vec<Listener>) -> Option<Listener> {
        if found.len() > 1 {
            let ready = self.output.ready_line()?;
            found.retain(|listener| match &listener.address {
                ListenerAddress::Ip(ip) => ready.ends_with(&format!(" {}", ip.port())),
                ListenerAddress::Path(path) => ready.ends_with(&path.display().to_string()),
            });
        }
        found.pop()
    }

    /// Sends a signal and waits for the end of the process, which is asked for.
    pub async fn end_by(&self, signal: Signal, limit: Duration) -> Result<Exit, String> {
        self.ending.set(true);
        self.process
            .signal(signal)
            .map_err(|error| error.to_string())?;
        let name = &self.offer.peer;
        match deadline::within(limit, self.process.ended()).await {
            Ok(Ok(exit)) => Ok(exit),
            Ok(Err(lost)) => Err(lost.to_string()),
            Err(_) => Err(format!(
                "{name} still ran {} s after its signal",
                limit.as_secs()
            )),
        }
    }

    /// The ports that were found taken on the way to this server's.
    pub fn passed_over(&self) -> &[u16] {
        match &self.place {
            Place::Leased(_, lease) => lease.passed_over(),
            Place::Free(_) => &[],
        }
    }

    /// The place, for another process that is to listen there.
    pub fn into_place(self) -> Place {
        self.place
    }

    /// How the process ended by itself, if it did.
    pub fn crash(&self) -> Option<Exit> {
        if self.ending.get() {
            None
        } else {
            self.process.exit()
        }
    }
}

/// A status in words: `exit 1`, `signal 9`.
pub(super) fn in_words(status: Status) -> String {
    match status {
        Status::Code(code) => format!("exit {code}"),
        Status::Signal(signal) => format!("signal {signal}"),
    }
}
