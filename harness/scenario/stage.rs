//! What is known of the actors and the server at a step, from the text alone: who is connected,
//! who has said their last word, what each is owed. `check` asks it before a step and tells it of
//! the step after.

use std::collections::{BTreeMap, BTreeSet};

use super::cast::Cast;
use super::model::{ActorId, FloodRange};
use crate::source::Span;

/// What is known at a step.
#[derive(Debug)]
pub(super) struct Stage {
    pub performers: Vec<Performer>,
    pub server: Server,
    /// Who said something in the nearest earlier step in which somebody did.
    pub last_senders: Option<Vec<ActorId>>,
    /// Whose records are passed over from here on.
    pub among: BTreeSet<ActorId>,
    /// Who begins records with a prefix, by it and the place in a crowd.
    pub prefixes: BTreeMap<(String, u16), ActorId>,
    /// The bytes that have been on their way so far, once for each receiver.
    pub carried: u64,
}

/// What is known of an actor.
#[derive(Debug, Clone)]
pub(super) struct Performer {
    pub connection: Connection,
    /// The number of the next record that it floods.
    pub next_record: u32,
    /// The records that it has not been asked for yet.
    pub pending: BTreeMap<ActorId, Vec<FloodRange>>,
}

/// What is known of an actor's connection.
#[derive(Debug, Clone)]
pub(super) enum Connection {
    /// There was none yet.
    Never,
    /// There is one.
    Open(Open),
    /// The last one ended at the word in this place.
    Over(Span),
    /// A step was not understood.
    Unknown,
}

/// What is known of an open connection.
#[derive(Debug, Clone)]
pub(super) struct Open {
    /// Where it began.
    pub since: Span,
    /// Joined, and not left since.
    pub member: bool,
    /// Whether the server is there at the other end.
    pub served: bool,
    /// Where the last word was said.
    pub finished: Option<Span>,
    /// Where reading stopped.
    pub paused: Option<Span>,
    /// Where judging stopped.
    pub ignoring: Option<Span>,
    /// Whether anything was sent on it.
    pub has_sent: bool,
    /// What was sent to it and that no `expect` of its own has followed.
    pub unread: Option<Span>,
}

/// What is known of the server's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// The scenario begins without.
    NotStarted,
    Running,
    Gone,
    /// A step was not understood.
    Unknown,
}

impl Stage {
    /// The stage before the first step.
    pub(super) fn new(cast: &Cast, server: Server) -> Stage {
        let performer = Performer {
            connection: Connection::Never,
            next_record: 0,
            pending: BTreeMap::new(),
        };
        Stage {
            performers: vec![performer; cast.actors.len()],
            server,
            last_senders: None,
            among: BTreeSet::new(),
            prefixes: BTreeMap::new(),
            carried: 0,
        }
    }

    pub(super) fn performer(&mut self, id: ActorId) -> &mut Performer {
        &mut self.performers[id.0]
    }

    pub(super) fn connection(&self, id: ActorId) -> &Connection {
        &self.performers[id.0].connection
    }

    /// The open connection of an actor.
    pub(super) fn open(&mut self, id: ActorId) -> Option<&mut Open> {
        match &mut self.performers[id.0].connection {
            Connection::Open(open) => Some(open),
            _ => None,
        }
    }

    /// Everybody whose connection is such.
    pub(super) fn those(&self, wanted: impl Fn(&Connection) -> bool) -> Vec<ActorId> {
        let ids = (0..self.performers.len()).map(ActorId);
        ids.filter(|id| wanted(self.connection(*id))).collect()
    }

    /// The members whom a joining actor must reach.
    pub(super) fn members(&self) -> Vec<ActorId> {
        self.those(|connection| {
            matches!(connection, Connection::Open(open) if open.member && open.ignoring.is_none())
        })
    }

    /// Everybody whom a broadcast may reach.
    pub(super) fn room(&self) -> Vec<ActorId> {
        self.those(|connection| {
            matches!(connection, Connection::Open(open) if open.served && open.finished.is_none())
        })
    }

    /// A step of these actors was not understood.
    pub(super) fn lose(&mut self, actors: &[ActorId]) {
        for id in actors {
            self.performer(*id).connection = Connection::Unknown;
        }
    }

    /// A step was not understood at all.
    pub(super) fn lose_everything(&mut self) {
        self.performers
            .iter_mut()
            .for_each(|it| it.connection = Connection::Unknown);
        self.server = Server::Unknown;
    }

    /// Whether anything about the actors is unknown.
    pub(super) fn is_unknown(&self) -> bool {
        self.performers
            .iter()
            .any(|it| matches!(it.connection, Connection::Unknown))
    }

    /// A connection begins.
    pub(super) fn begin(&mut self, id: ActorId, since: Span, member: bool) {
        let performer = self.performer(id);
        performer.pending.clear();
        performer.connection = Connection::Open(Open {
            since,
            member,
            served: true,
            finished: None,
            paused: None,
            ignoring: None,
            has_sent: false,
            unread: None,
        });
    }

    /// A connection ends.
    pub(super) fn end(&mut self, id: ActorId, at: Span) {
        let performer = self.performer(id);
        performer.pending.clear();
        performer.connection = Connection::Over(at);
    }

    /// The server's process is gone: nobody is in its room any more.
    pub(super) fn lose_server(&mut self, server: Server) {
        self.server = server;
        for performer in &mut self.performers {
            if let Connection::Open(open) = &mut performer.connection {
                open.member = false;
                open.served = false;
            }
        }
    }

    /// Actors sent something, which these receive.
    pub(super) fn said(&mut self, senders: &[ActorId], receivers: &[ActorId], span: Span) {
        self.last_senders = Some(senders.to_vec());
        for id in senders {
            if let Some(open) = self.open(*id) {
                open.has_sent = true;
            }
        }
        for id in receivers {
            if let Some(open) = self.open(*id) {
                open.unread = open.unread.or(Some(span));
            }
        }
    }

    /// A receiver is owed a run of records; it goes on with the last one where it can.
    pub(super) fn owe(&mut self, receiver: ActorId, range: FloodRange) {
        let pending = self
            .performer(receiver)
            .pending
            .entry(range.sender)
            .or_default();
        match pending.last_mut() {
            Some(last)
                if last.prefix == range.prefix && last.first + last.messages == range.first =>
            {
                last.messages += range.messages;
            }
            _ => pending.push(range),
        }
    }

    /// Takes what a receiver is owed by these senders.
    pub(super) fn collect(&mut self, receiver: ActorId, from: &[ActorId]) -> Vec<FloodRange> {
        let pending = &mut self.performer(receiver).pending;
        from.iter()
            .filter_map(|sender| pending.remove(sender))
            .flatten()
            .collect()
    }
}
