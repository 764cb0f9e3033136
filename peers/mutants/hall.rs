//! A stream server: accepting, and taking what the room decides to the clients' queues.
//! How one connection is read and written is left to `connection`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{LocalSet, spawn_local};

use crate::connection::{self, READ_SIZE};
use crate::flaw::Flaw;
use crate::gate::{self, Gate, Patience};
use crate::lateness::let_pass;
use crate::outbox::Outbox;
use crate::room::{Delivery, Ended, Room};
use crate::settings::{Concurrency, Settings};
use crate::stream::Listener;

/// How long a flaw holds words back when nobody says more: longer than two clients that speak at
/// once are apart, also on a loaded machine.
pub(crate) const HOLD: Duration = Duration::from_millis(20);

/// The clients that [`Flaw::ServesTooFew`] serves at a time.
const PLACES: usize = 150;

/// The connections that [`Flaw::StopsAccepting`] accepts in its life.
const ACCEPTED: u64 = 250;

/// What the connections of one server share.
pub(crate) struct Hall {
    pub(crate) flaw: Flaw,
    pub(crate) patience: Patience,
    pub(crate) gate: Rc<Gate>,
    pub(crate) buffer: RefCell<Box<[u8]>>,
    /// The clients that are served at a time.
    places: usize,
    room: RefCell<Room<u64>>,
    outboxes: RefCell<BTreeMap<u64, Rc<Outbox>>>,
    open_connections: Cell<usize>,
    closed: Notify,
    died: Notify,
}

/// Serves all who come to `listener`; returns only when the flaw ends the server.
pub(crate) async fn serve(listener: Listener, settings: &Settings, flaw: Flaw) {
    let patience = Patience::new(settings, flaw);
    let hall = Rc::new(Hall {
        flaw,
        patience,
        gate: Rc::new(Gate::new(patience.mark)),
        buffer: RefCell::new(vec![0; READ_SIZE].into_boxed_slice()),
        places: places(settings.traits.concurrency, flaw),
        room: RefCell::new(Room::new(settings, flaw)),
        outboxes: RefCell::default(),
        open_connections: Cell::new(0),
        closed: Notify::new(),
        died: Notify::new(),
    });
    let tasks = LocalSet::new();
    tasks.spawn_local(Rc::clone(&hall).welcome(listener));
    tasks.run_until(hall.died.notified()).await;
}

/// How many clients are served at a time.
fn places(concurrency: Concurrency, flaw: Flaw) -> usize {
    match (flaw, concurrency) {
        (Flaw::ServesTooFew, _) => PLACES,
        (Flaw::ServesOneAtATime, _) => 1,
        (Flaw::ServesAllAtOnce, _) | (_, Concurrency::Many) => usize::MAX,
        (_, Concurrency::One) => 1,
    }
}

impl Hall {
    async fn welcome(self: Rc<Self>, listener: Listener) {
        for id in 0.. {
            self.place(id).await;
            let stream = loop {
                match listener.accept().await {
                    Ok(stream) => break stream,
                    // One that gave up before it was accepted; the next may be well.
                    Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                    Err(_) => return self.die(),
                }
            };
            self.open_connections.set(self.open_connections.get() + 1);
            let outbox = Rc::new(Outbox::new(Rc::clone(&self.gate)));
            self.outboxes.borrow_mut().insert(id, Rc::clone(&outbox));
            let welcome = self.room.borrow_mut().enter(id);
            self.deliver(welcome);
            spawn_local(connection::attend(Rc::clone(&self), id, stream, outbox));
        }
    }

    /// Waits until one more may be accepted.
    async fn place(&self, accepted: u64) {
        let full = || {
            let stopped = self.flaw == Flaw::StopsAccepting && accepted >= ACCEPTED;
            stopped || self.open_connections.get() >= self.places
        };
        while full() {
            self.closed.notified().await;
        }
    }

    /// A client has said something. Whether there is more to hear of it.
    pub(crate) fn hear(self: &Rc<Self>, id: u64, bytes: &[u8]) -> bool {
        let heard = self.room.borrow_mut().hear(id, bytes);
        let goes_on = heard != Err(Ended::Speaker);
        match heard {
            Ok(deliveries) => self.deliver(deliveries),
            Err(Ended::Server) => self.die(),
            Err(Ended::Speaker) => {}
        }
        if self.room.borrow().holds() {
            let hall = Rc::clone(self);
            spawn_local(async move {
                let_pass(HOLD).await;
                let deliveries = hall.room.borrow_mut().let_go();
                hall.deliver(deliveries);
            });
        }
        goes_on && self.flaw != Flaw::EndsEarly
    }

    /// A client has no more to say.
    pub(crate) fn finish(self: &Rc<Self>, id: u64) {
        let deliveries = self.room.borrow_mut().finish(id);
        self.deliver(deliveries);
    }

    /// A client hears no more of what is said from now on.
    pub(crate) fn leave(self: &Rc<Self>, id: u64) {
        let deliveries = self.room.borrow_mut().leave(id);
        self.deliver(deliveries);
        self.outboxes.borrow_mut().remove(&id);
    }

    /// A connection is closed.
    pub(crate) fn close(&self) {
        self.open_connections.set(self.open_connections.get() - 1);
        self.closed.notify_one();
    }

    /// Ends the server.
    pub(crate) fn die(&self) {
        self.died.notify_one();
    }

    fn deliver(self: &Rc<Self>, deliveries: Vec<Delivery<u64>>) {
        for delivery in deliveries {
            if delivery.after.is_zero() {
                self.put(delivery);
            } else {
                let hall = Rc::clone(self);
                spawn_local(async move {
                    let_pass(delivery.after).await;
                    hall.put(delivery);
                });
            }
        }
    }

    fn put(&self, delivery: Delivery<u64>) {
        let outboxes = self.outboxes.borrow();
        let Some(outbox) = outboxes.get(&delivery.to) else {
            return;
        };
        if self.flaw != Flaw::LosesBeyondMark || outbox.owes_at_most(gate::MARK) {
            outbox.push(delivery.words);
        }
    }
}
