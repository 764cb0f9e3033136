//! The clients of a stream server, and who of them hears whose words.
//!
//! How a client takes what it hears is left to `client`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{LocalSet, consume_budget, spawn_local};

use crate::client::{Client, Words};
use crate::gate::Gate;
use crate::settings::{Behaviour, Sender, Settings};
use crate::socket::{Listener, Socket};

/// The most that is read, and so relayed, at a time. A multiple of 16: a record of that size which
/// its sender wrote whole is never divided, or words of others could come between its halves.
const READ_SIZE: usize = 64 * 1024;

/// How long not to accept when that failed: no event tells that descriptors or memory are to be
/// had again, and the socket stays ready, so that trying on would take all of a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Who hears what one client says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Speaker,
    Everyone,
    Others,
}

impl Audience {
    pub(crate) fn of(settings: &Settings) -> Self {
        match (settings.behaviour, settings.sender) {
            (Behaviour::Echo, _) => Self::Speaker,
            (Behaviour::Broadcast, Sender::Included) => Self::Everyone,
            (Behaviour::Broadcast, Sender::Excluded) => Self::Others,
        }
    }
}

/// All clients that are connected and have not ended.
pub(crate) struct Room {
    audience: Audience,
    stall: Duration,
    gate: Rc<Gate>,
    members: RefCell<BTreeMap<u64, Rc<Client>>>,
    next_member: Cell<u64>,
    buffer: RefCell<Box<[u8]>>,
}

/// Serves all who come to `listener`; at `shutdown` every connection is closed as it stands.
pub(crate) async fn serve(
    listener: Listener,
    audience: Audience,
    stall: Duration,
    shutdown: impl Future<Output = ()>,
) {
    let room = Rc::new(Room {
        audience,
        stall,
        gate: Rc::default(),
        members: RefCell::default(),
        next_member: Cell::new(0),
        buffer: RefCell::new(vec![0; READ_SIZE].into_boxed_slice()),
    });
    let tasks = LocalSet::new();
    tasks.spawn_local(room.welcome(listener));
    tasks.run_until(shutdown).await;
}

impl Room {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing tells when descriptors are free again"
    )]
    async fn welcome(self: Rc<Self>, listener: Listener) {
        loop {
            match listener.accept().await {
                Ok(socket) => {
                    spawn_local(Rc::clone(&self).attend(socket));
                }
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    /// Serves one client from its coming to its end.
    async fn attend(self: Rc<Self>, socket: Socket) {
        let client = Rc::new(Client::new(socket, Rc::clone(&self.gate), self.stall));
        let member = self.next_member.replace(self.next_member.get() + 1);
        self.members.borrow_mut().insert(member, Rc::clone(&client));
        let listened = tokio::select! {
            listened = self.listen(&client) => Ok(listened),
            stalled = client.deliver() => Err(stalled),
        };
        self.members.borrow_mut().remove(&member);
        let parted = match listened {
            Ok(Ok(())) => client.flush().await,
            Ok(Err(_reset)) => Ok(()),
            Err(stalled) => Err(stalled),
        };
        if parted.is_err() {
            client.socket.abort_at_close();
        }
    }

    /// Relays what the client says until it says no more.
    async fn listen(&self, client: &Rc<Client>) -> io::Result<()> {
        loop {
            self.gate.open().await;
            client.socket.readable().await?;
            match self.relay_one_read(client) {
                Ok(0) => return Ok(()),
                Ok(_) => consume_budget().await,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads once and offers that to all who are to hear it, with nothing between: this is what
    /// makes one order for all. Tells how many bytes there were, 0 at the end of the stream.
    fn relay_one_read(&self, speaker: &Rc<Client>) -> io::Result<usize> {
        let mut buffer = self.buffer.borrow_mut();
        let count = speaker.socket.try_read(&mut buffer)?;
        if count == 0 {
            return Ok(0);
        }
        let words = Words::new(&buffer[..count]);
        if self.audience == Audience::Speaker {
            speaker.offer(&words);
            return Ok(count);
        }
        for member in self.members.borrow().values() {
            if self.audience == Audience::Everyone || !Rc::ptr_eq(member, speaker) {
                member.offer(&words);
            }
        }
        Ok(count)
    }
}
