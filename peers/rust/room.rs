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
use crate::service::Text;
use crate::settings::{Behaviour, Sender, Settings};
use crate::socket::{Listener, Socket};
use crate::text::Decoder;

/// The most that is read, and so relayed, at a time. A multiple of 16: a record of that size which
/// its sender wrote whole is never divided, or words of others could come between its halves.
const READ_SIZE: usize = 64 * 1024;

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

/// What holds for all clients of a room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) audience: Audience,
    pub(crate) text: Text,
    pub(crate) stall: Duration,
}

/// All clients that are connected and have not ended.
struct Room {
    rules: Rules,
    gate: Rc<Gate>,
    members: RefCell<BTreeMap<u64, Rc<Client>>>,
    next_member: Cell<u64>,
    buffer: RefCell<Box<[u8]>>,
}

/// Serves all who come to `listener`; at `shutdown` every connection is closed as it stands.
pub(crate) async fn serve(listener: Listener, rules: Rules, shutdown: impl Future<Output = ()>) {
    let room = Rc::new(Room {
        rules,
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
    async fn welcome(self: Rc<Self>, listener: Listener) {
        loop {
            let socket = listener.next_client().await;
            spawn_local(Rc::clone(&self).attend(socket));
        }
    }

    /// Serves one client from its coming to its end.
    async fn attend(self: Rc<Self>, socket: Socket) {
        let client = Rc::new(Client::new(socket, Rc::clone(&self.gate), self.rules.stall));
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
        let mut decoder = match self.rules.text {
            Text::Transparent => None,
            Text::Replace => Some(Decoder::default()),
        };
        loop {
            self.gate.open().await;
            client.socket.readable().await?;
            match self.relay_one_read(client, decoder.as_mut()) {
                Ok(0) => break,
                Ok(_) => consume_budget().await,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(decoder) = decoder {
            self.relay(client, decoder.finish().as_bytes());
        }
        Ok(())
    }

    /// Reads once and relays that, with nothing between: this is what makes one order for all.
    /// Tells how many bytes were read, 0 at the end of the stream.
    fn relay_one_read(
        &self,
        speaker: &Rc<Client>,
        decoder: Option<&mut Decoder>,
    ) -> io::Result<usize> {
        let mut buffer = self.buffer.borrow_mut();
        let count = speaker.socket.try_read(&mut buffer)?;
        let piece = &buffer[..count];
        match decoder {
            None => self.relay(speaker, piece),
            Some(decoder) => self.relay(speaker, decoder.decode(piece).as_bytes()),
        }
        Ok(count)
    }

    /// Offers what was said to all who are to hear it.
    fn relay(&self, speaker: &Rc<Client>, said: &[u8]) {
        if said.is_empty() {
            return;
        }
        let words = Words::new(said);
        if self.rules.audience == Audience::Speaker {
            return speaker.offer(&words);
        }
        for member in self.members.borrow().values() {
            if self.rules.audience == Audience::Everyone || !Rc::ptr_eq(member, speaker) {
                member.offer(&words);
            }
        }
    }
}
