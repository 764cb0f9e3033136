//! Warm processes: one serves one offer and one case at a time, and is used again only when
//! nothing of the last case is left in it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::server::{NotListening, Place, Server, in_words};
use super::stage::Stage;
use crate::host::deadline::{self, Looks};
use crate::host::{Status, tree};
use crate::peer::manifest::{Offer, Port};
use crate::scenario::words::Transport;
use crate::transport::Address;

/// An offer of a peer.
type Key = (String, usize);

/// The processes that wait for their next case.
#[derive(Default)]
pub(super) struct Pool {
    idle: RefCell<BTreeMap<Key, Vec<Rc<Server>>>>,
}

/// What the last case left in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Nothing: it can be used again.
    Nothing,
    /// The process has ended, after every connection had: a crash unless it exited with 0.
    Ended(Status),
    /// Sockets that were not there when it was ready.
    Sockets,
    /// It runs on and listens no more: it serves one client in its life.
    Deaf,
}

impl Pool {
    /// A process of an offer that listens: a warm one, or a new one.
    pub async fn take(&self, stage: &Stage, offer: &Rc<Offer>) -> Result<Rc<Server>, NotListening> {
        let key = (offer.peer.clone(), offer.place);
        let idle = self.idle.borrow_mut().get_mut(&key).and_then(Vec::pop);
        match idle {
            Some(server) if server.process.exit().is_none() => {
                server.output.begin_case();
                server.reused.set(true);
                Ok(server)
            }
            Some(server) => {
                end(stage, &server).await?;
                self.start(stage, offer).await
            }
            None => self.start(stage, offer).await,
        }
    }

    /// Starts a process of an offer and waits until it listens.
    pub async fn start(
        &self,
        stage: &Stage,
        offer: &Rc<Offer>,
    ) -> Result<Rc<Server>, NotListening> {
        self.free_port(stage, offer.port).await?;
        // Before the permit: who waits for a port must not keep others from starting.
        let place = Place::of(offer, stage).await?;
        let permit = stage.permit_start().await;
        let server = Server::start(stage, offer, place).await?;
        let listening = server.listen(stage).await;
        drop(permit);
        let server = Rc::new(server);
        match listening {
            Ok(()) => Ok(server),
            Err(NotListening::Exited(exit)) => {
                end(stage, &server).await?;
                let mut reason = format!(
                    "{} ended before it listened: {}",
                    offer.peer,
                    in_words(exit.status)
                );
                let last = server.output.stderr().last_lines(LAST_WORDS);
                match last.as_slice() {
                    [] => {}
                    [only] => reason.push_str(&format!("; its last words: {only}")),
                    several => {
                        reason.push_str("; its last words:\n");
                        reason.push_str(&several.join("\n"));
                    }
                }
                Err(NotListening::Broken(reason))
            }
            Err(other) => {
                end(stage, &server).await?;
                Err(other)
            }
        }
    }

    /// Takes a process back after a case that passed, if it can serve another.
    pub async fn give_back(
        &self,
        stage: &Stage,
        server: Rc<Server>,
        ours: &[SocketAddr],
    ) -> Result<Left, NotListening> {
        // Also where it is not used again: a crash at the end of a case is to be seen.
        let left = await_nothing_left(stage, &server, ours).await;
        let reusable = !stage.means.settings.fresh && is_reusable(&server.offer);
        if left == Left::Nothing && reusable {
            let key = (server.offer.peer.clone(), server.offer.place);
            self.idle.borrow_mut().entry(key).or_default().push(server);
            return Ok(Left::Nothing);
        }
        end(stage, &server).await?;
        // What we kill dies of SIGKILL, so any other status is the process's own.
        let own = server
            .crash()
            .filter(|exit| exit.status != Status::Signal(KILL));
        Ok(own.map_or(left, |exit| Left::Ended(exit.status)))
    }

    /// Ends the processes that wait and hold a port that a new one must have.
    pub async fn free_port(&self, stage: &Stage, wanted: Port) -> Result<(), NotListening> {
        if !matches!(wanted, Port::Fixed(_)) {
            return Ok(());
        }
        let holders: Vec<Rc<Server>> = {
            let mut idle = self.idle.borrow_mut();
            let taken = idle
                .values_mut()
                .flat_map(|servers| servers.extract_if(.., |server| server.offer.port == wanted));
            taken.collect()
        };
        for server in holders {
            end(stage, &server).await?;
        }
        Ok(())
    }

    /// Ends every process that waits.
    pub async fn clear(&self, stage: &Stage) -> Result<(), NotListening> {
        let idle = self.idle.take();
        let ends = idle.values().flatten().map(|server| end(stage, server));
        futures_util::future::join_all(ends)
            .await
            .into_iter()
            .collect()
    }
}

/// Ends a process and all of its tree, and counts what it spent.
pub(super) async fn end(stage: &Stage, server: &Server) -> Result<(), NotListening> {
    let gone = server.process.kill().await;
    let gone = gone.map_err(|error| NotListening::Fault(error.to_string()))?;
    server.output.ended().await;
    if !server.counted.replace(true) {
        stage.spent(gone.cpu);
    }
    Ok(())
}

/// Whether an offer's processes can serve more than one case: a UDP broadcast server cannot learn
/// who left.
fn is_reusable(offer: &Offer) -> bool {
    offer.reuse && !(offer.transport == Transport::Udp && offer.behaviour.is_broadcast())
}

/// Looks until nothing of the last case is left.
async fn await_nothing_left(stage: &Stage, server: &Server, ours: &[SocketAddr]) -> Left {
    let mut looks = Looks::at_connection();
    let settled = deadline::within(SETTLING, async {
        loop {
            if let Some(exit) = server.process.exit() {
                return Left::Ended(exit.status);
            }
            if matches!(nothing_left(stage, server, ours), Ok(true)) {
                return Left::Nothing;
            }
            looks.next().await;
        }
    });
    match settled.await {
        Ok(left) => left,
        Err(_) if listens(server, &tree::sockets(&server.process.tree())) => Left::Sockets,
        Err(_) => Left::Deaf,
    }
}

/// Whether a listening socket of a server is among those that its tree holds: a process that is
/// about to end has closed it already.
fn listens(server: &Server, held: &BTreeSet<u64>) -> bool {
    let mut listeners = server.listeners.get().into_iter().flatten();
    listeners.any(|listener| held.contains(listener))
}

/// Waits for the end of a process that has closed what it listened with: it is about to end, and
/// how it does is its own doing, not our kill's.
pub(super) async fn await_end_of_deaf(server: &Server) {
    let held = || tree::sockets(&server.process.tree());
    if server.address.get().is_some() && !listens(server, &held()) {
        // One that runs on without listening is ended by us, which is no crash.
        let _ = deadline::within(SETTLING, server.process.ended()).await;
    }
}

/// Each connection is gone, nobody waits to be accepted, and the tree holds no socket that it did
/// not hold when it was ready. Gone in the kernel is not yet gone in the process, and what was
/// reset before it was accepted shows only in the accept queue, so all three are asked.
fn nothing_left(stage: &Stage, server: &Server, ours: &[SocketAddr]) -> io::Result<bool> {
    let kernel = &stage.means.kernel;
    let queues_empty = match server.address.get() {
        Some(Address::Tcp(address)) => {
            for ours in ours {
                if !kernel.gone_tcp(*ours, *address)? {
                    return Ok(false);
                }
            }
            kernel.accept_queue_tcp(*address)? == 0
        }
        Some(Address::Udp(address)) => {
            let from = SocketAddr::new(address.ip(), 0);
            kernel
                .udp(*address, from)?
                .is_none_or(|socket| socket.unread_memory == 0)
        }
        _ => {
            let mut waiting = 0;
            for listener in server.listeners.get().into_iter().flatten() {
                waiting += kernel.unix_end(*listener)?.map_or(0, |end| end.unread);
            }
            waiting == 0
        }
    };
    if !queues_empty {
        return Ok(false);
    }
    let ready = server.held.get();
    let held = tree::sockets(&server.process.tree());
    if !listens(server, &held) {
        return Ok(false);
    }
    for socket in held {
        let is_new = ready.is_none_or(|ready| !ready.contains(&socket));
        if is_new && !is_internal(stage, socket)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a socket is one that a program made for itself: Java makes a pair at its first close.
fn is_internal(stage: &Stage, socket: u64) -> io::Result<bool> {
    Ok(stage
        .means
        .kernel
        .unix_end(socket)?
        .is_some_and(|end| !end.named))
}

/// So many lines of what a process wrote before it ended are shown.
const LAST_WORDS: usize = 12;

/// The number of SIGKILL.
pub(super) const KILL: i32 = 9;

/// How long a process may take to let go of a case; one that takes longer is replaced.
const SETTLING: Duration = Duration::from_secs(1);
