//! The room of one case: who is connected, what they hear, and the record of it all.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::driver::Driver;
use super::pool::Pool;
use super::server::Server;
use super::{Settings, Stage};
use crate::host::Kernel;
use crate::plan::Case;
use crate::scenario::words::{End, Trait};
use crate::scenario::{Actor, ActorId, Scenario};
use crate::trace::{self, Event, Log, Outcome, Over, Stop, Trace, What};
use crate::transport::{Address, Ear, Ending, Scratch};

/// One case while it is played.
pub(super) struct Room<'a> {
    pub case: &'a Case,
    pub settings: &'a Settings,
    pub stage: &'a Stage,
    pub pool: &'a Pool,
    pub seats: Vec<RefCell<Option<Rc<Live>>>>,
    pub tokens: RefCell<Vec<Token>>,
    /// Numbers of the tokens of the join that is going on.
    pub joining: RefCell<std::ops::Range<u32>>,
    pub server: RefCell<Option<Rc<Server>>>,
    /// Where the server listens, or last listened.
    pub address: RefCell<Option<Address>>,
    pub kernel: Rc<Kernel>,
    pub scratch: Scratch,
    /// What datagrams cost that were sent since the server was last seen to have read all.
    pub unread_datagrams: Cell<usize>,
    /// The drops of the server's UDP socket before anything was sent.
    pub drops: Cell<u32>,
    /// The sum of the waits that the scenario declares, so far.
    pub declared: Cell<Duration>,
    /// Set once an `expect_flood` names senders whose records everybody passes over.
    pub among: RefCell<Vec<ActorId>>,
    began: Instant,
    lives: RefCell<Vec<Rc<Live>>>,
    outcomes: RefCell<Vec<Outcome>>,
    events: RefCell<Vec<Event>>,
}

/// A token that was said: its number is its place, from 1.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub actor: ActorId,
    pub line: Rc<[u8]>,
}

/// One connection of an actor, and how far its reading has come.
pub(super) struct Live {
    pub actor: ActorId,
    pub number: u32,
    /// An index into [`Trace::connections`].
    pub index: usize,
    pub driver: Driver,
    /// Our own address; none over Unix sockets.
    pub local: Option<SocketAddr>,
    pub hearing: Rc<Hearing>,
    /// In units of the log: everything before it is consumed or passed over.
    pub cursor: Cell<usize>,
    pub standing: Cell<Standing>,
    pub passed: RefCell<BTreeSet<u32>>,
    /// Records passed over for `among`: the sender and the number.
    pub passed_records: RefCell<BTreeSet<(ActorId, u32)>>,
    /// The task that reads and writes.
    pub driving: RefCell<Option<tokio::task::JoinHandle<()>>>,
}

/// What an actor is in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Connected, no more is known.
    Connected,
    /// Its join is going on.
    Joining,
    /// It joined.
    Member,
}

/// What a connection hears, and the event of hearing it.
pub(super) struct Hearing {
    pub log: RefCell<Log>,
    pub changed: Notify,
    began: Instant,
}

/// The ear of a connection: writes its log, and closes the connection of a server that says more
/// than the case can consume.
pub(super) struct LoggingEar {
    pub hearing: Rc<Hearing>,
    pub driver: Driver,
}

impl Ear for LoggingEar {
    fn hear(&self, bytes: &[u8]) {
        let mut log = self.hearing.log.borrow_mut();
        log.push(bytes, self.hearing.began.elapsed());
        if log.is_flooded() {
            self.driver.close();
        }
        drop(log);
        self.hearing.changed.notify_waiters();
    }

    fn over(&self, ending: Ending) {
        self.hearing.finish(ending);
    }
}

impl Hearing {
    /// Whether more came than the case can consume.
    pub fn is_flooded(&self) -> bool {
        self.log.borrow().is_flooded()
    }

    /// Notes how the connection was over.
    pub fn finish(&self, ending: Ending) {
        let Ending { end, error, text } = ending;
        let at = self.began.elapsed();
        self.log.borrow_mut().finish(Over {
            end,
            error,
            text,
            at,
        });
        self.changed.notify_waiters();
    }
}

impl Live {
    /// Our side closes now; nothing is heard after it.
    pub fn close(&self) {
        self.driver.close();
        self.hearing.finish(Ending {
            end: End::Closed,
            error: None,
            text: String::new(),
        });
    }

    /// What it is for others.
    pub fn is_member(&self) -> bool {
        self.standing.get() == Standing::Member && self.driver.is_open()
    }
}

impl<'a> Room<'a> {
    /// An empty room.
    pub fn new(
        case: &'a Case,
        stage: &'a Stage,
        pool: &'a Pool,
        server: Option<Rc<Server>>,
    ) -> Room<'a> {
        let seats = case
            .scenario
            .actors
            .iter()
            .map(|_| RefCell::default())
            .collect();
        let address = server
            .as_ref()
            .and_then(|server| server.address.get().cloned());
        Room {
            case,
            settings: &stage.means.settings,
            stage,
            pool,
            kernel: Rc::clone(&stage.means.kernel),
            scratch: stage.scratch(),
            address: RefCell::new(address),
            seats,
            tokens: RefCell::default(),
            joining: RefCell::new(0..0),
            server: RefCell::new(server),
            unread_datagrams: Cell::default(),
            drops: Cell::new(0),
            declared: Cell::default(),
            among: RefCell::default(),
            began: Instant::now(),
            lives: RefCell::default(),
            outcomes: RefCell::default(),
            events: RefCell::default(),
        }
    }

    pub fn scenario(&self) -> &'a Scenario {
        &self.case.scenario
    }

    pub fn actor(&self, id: ActorId) -> &'a Actor {
        self.scenario().actor(id)
    }

    /// Whether the server that plays has this value of a trait.
    pub fn server_is(&self, name: Trait, value: &str) -> bool {
        self.case.offer().is_some_and(|offer| offer.is(name, value))
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The actor's connection; the text's check has seen to it that there is one.
    pub fn live(&self, actor: ActorId) -> Option<Rc<Live>> {
        self.seats[actor.0].borrow().clone()
    }

    /// Every connection that our side still holds.
    pub fn open(&self) -> Vec<Rc<Live>> {
        let lives = self.lives.borrow();
        lives
            .iter()
            .filter(|live| live.driver.is_open())
            .cloned()
            .collect()
    }

    /// Whether every connection so far has met its end.
    pub fn is_over(&self) -> bool {
        let lives = self.lives.borrow();
        lives
            .iter()
            .all(|live| live.hearing.log.borrow().over().is_some())
    }

    /// Fails whoever heard more than the case can consume and was not asked about it since.
    pub fn judge_floods(&self, step: usize) -> bool {
        let lives = self.lives.borrow().clone();
        let flooded = lives.iter().filter(|live| live.hearing.is_flooded());
        flooded.fold(true, |_, live| {
            let cursor = live.cursor.get();
            let units = cursor..live.hearing.log.borrow().len();
            self.record(
                step,
                Some(live),
                live.actor,
                Heard {
                    units,
                    stop: Stop::Flooded,
                },
            )
        })
    }

    /// Our own addresses of all connections so far.
    pub fn locals(&self) -> Vec<SocketAddr> {
        self.lives
            .borrow()
            .iter()
            .filter_map(|live| live.local)
            .collect()
    }

    /// Seats an actor on a new connection.
    pub fn seat(&self, actor: ActorId, driver: Driver) -> Rc<Live> {
        let mut lives = self.lives.borrow_mut();
        let messages = !self.case.transport.is_stream();
        let bound = super::appetite::of(self.scenario(), actor) + SPARE;
        let number = 1 + lives.iter().filter(|live| live.actor == actor).count() as u32;
        let live = Rc::new(Live {
            actor,
            number,
            index: lives.len(),
            local: driver.local(),
            driver,
            hearing: Rc::new(Hearing {
                log: RefCell::new(Log::new(bound, messages)),
                changed: Notify::new(),
                began: self.began,
            }),
            cursor: Cell::new(0),
            standing: Cell::new(Standing::Connected),
            passed: RefCell::default(),
            passed_records: RefCell::default(),
            driving: RefCell::default(),
        });
        lives.push(Rc::clone(&live));
        *self.seats[actor.0].borrow_mut() = Some(Rc::clone(&live));
        live
    }

    /// Records how a step ended for an actor; tells whether the step did what it had to.
    pub fn record(&self, step: usize, live: Option<&Live>, actor: ActorId, heard: Heard) -> bool {
        let met = heard.stop == Stop::Met;
        self.outcomes.borrow_mut().push(Outcome {
            step,
            actor: Some(actor),
            connection: live.map(|live| live.index),
            heard: heard.units,
            at: self.elapsed(),
            stop: heard.stop,
        });
        met
    }

    /// Records how a step of the server's ended.
    pub fn record_server(&self, step: usize, stop: Stop) -> bool {
        let met = stop == Stop::Met;
        self.outcomes.borrow_mut().push(Outcome {
            step,
            actor: None,
            connection: None,
            heard: 0..0,
            at: self.elapsed(),
            stop,
        });
        met
    }

    pub fn tell(&self, step: usize, actor: Option<ActorId>, what: What) {
        self.events.borrow_mut().push(Event {
            at: self.elapsed(),
            step,
            actor,
            what,
        });
    }

    /// Closes what is still open and waits for the tasks that read and wrote.
    ///
    /// # Errors
    /// When such a task panicked.
    pub async fn close(&self) -> Result<(), tokio::task::JoinError> {
        let lives = self.lives.borrow().clone();
        for live in lives {
            live.close();
            let driving = live.driving.take();
            if let Some(driving) = driving {
                driving.await?;
            }
            if let Some(program) = live.driver.program() {
                self.stage.spent(program.cpu());
            }
        }
        Ok(())
    }

    /// The record of the case.
    pub fn into_trace(self) -> Trace {
        let mut connections = Vec::new();
        for live in self.lives.into_inner() {
            let log = live.hearing.log.take();
            connections.push(trace::Connection {
                actor: live.actor,
                number: live.number,
                log,
            });
        }
        Trace {
            connections,
            outcomes: self.outcomes.into_inner(),
            events: self.events.into_inner(),
            stderr: trace::Tail::default(),
            crash: None,
            reused: false,
            declared: self.declared.get(),
            took: self.began.elapsed(),
        }
    }
}

/// What a step of an actor heard, in units of its connection's log, and how it stopped.
pub(super) struct Heard {
    pub units: std::ops::Range<usize>,
    pub stop: Stop,
}

impl Heard {
    /// A step that is no hearing.
    pub fn nothing(stop: Stop) -> Heard {
        Heard { units: 0..0, stop }
    }
}

/// What a log keeps beyond what its case can consume: enough to show what was too much.
const SPARE: usize = 1 << 20;
