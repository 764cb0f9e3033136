//! The normal form of a case: what each step came to for each actor, so that one case on two
//! servers can be compared. Times, ports and how bytes were chunked are not in it, and what the
//! scenario says may differ is a hole. Comparing tables is `oracle`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use super::{Log, Outcome, Stop, Trace};
use crate::scenario::matcher::{Look, Matcher, Unread};
use crate::scenario::model::Until;
use crate::scenario::words::{End, ErrorKind};
use crate::scenario::{Action, ActorId, Doing, Scenario, Step};

/// What every step of a case came to, in the order of steps and actors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table(BTreeMap<Place, Cell>);

/// One cell's place: a step and who acted in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// [`Step::index`], loops unrolled; one past the last for the end of the case.
    pub step: usize,
    /// The actor; `None` for the server.
    pub actor: Option<ActorId>,
}

/// What one step came to for one actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// The scenario said that it may differ.
    Hole,
    /// It ended so, and consumed nothing.
    Ended(Ending),
    /// It consumed these bytes, or had heard them when it stopped.
    Heard(Heard, Ending),
}

/// Bytes that a step heard, what was passed over cut out.
#[derive(Debug, Clone, Eq)]
pub struct Heard(Rc<[u8]>);

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was done, or heard what it had to.
    Met,
    /// At the last byte heard it could no longer be what it had to be.
    Differs,
    /// Nothing more came in the time that there was.
    Deadline,
    /// The connection was over; the kind, for an error.
    Over(End, Option<ErrorKind>),
    /// More came than the case can consume.
    Flooded,
    /// The server's process was not as the step asks.
    Gone,
    /// The system could not tell.
    Unanswerable,
}

impl Table {
    /// The table of a case that was played.
    pub fn of(scenario: &Scenario, trace: &Trace) -> Table {
        let steps: BTreeMap<usize, &Step> = scenario
            .every_step()
            .map(|step| (step.index, step))
            .collect();
        let races = races(scenario);
        let mut ignoring: BTreeSet<usize> = BTreeSet::new();
        let mut cells = BTreeMap::new();
        for outcome in &trace.outcomes {
            let action = steps.get(&outcome.step).and_then(|step| action_of(step));
            let place = Place {
                step: outcome.step,
                actor: outcome.actor,
            };
            let is_race = races.contains(&outcome.step);
            let ignored = outcome.connection.is_some_and(|it| ignoring.contains(&it));
            let cell = match outcome.stop {
                Stop::Met if is_race || ignored || action.is_some_and(is_hole) => Cell::Hole,
                _ => cell(trace, outcome, action),
            };
            // A joining actor can be met and then fail as a hearer of the next: that counts.
            let kept = cells.entry(place).or_insert_with(|| cell.clone());
            if *kept == Cell::Ended(Ending::Met) {
                *kept = cell;
            }
            if matches!(action, Some(Action::IgnoreRest)) {
                ignoring.extend(outcome.connection);
            }
        }
        Table(cells)
    }

    /// The cell at a place, where there is one.
    pub fn cell(&self, place: Place) -> Option<&Cell> {
        self.0.get(&place)
    }

    /// Every cell, in the order of steps and actors.
    pub fn cells(&self) -> impl Iterator<Item = (Place, &Cell)> {
        self.0.iter().map(|(place, cell)| (*place, cell))
    }

    /// The first place at which two tables differ.
    pub fn first_difference(&self, other: &Table) -> Option<Place> {
        let differing = |place: &&Place| self.0.get(place) != other.0.get(place);
        let of_this = self.0.keys().find(differing);
        let of_other = other.0.keys().find(differing);
        of_this.into_iter().chain(of_other).min().copied()
    }
}

impl Cell {
    /// The bytes that were heard; none where there were none to hear.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Cell::Heard(heard, _) => heard.bytes(),
            Cell::Hole | Cell::Ended(_) => &[],
        }
    }

    /// How the step ended; `None` for a hole.
    pub fn ending(&self) -> Option<Ending> {
        match self {
            Cell::Hole => None,
            Cell::Ended(ending) | Cell::Heard(_, ending) => Some(*ending),
        }
    }
}

impl Heard {
    /// Bytes that were heard.
    pub fn new(bytes: impl Into<Rc<[u8]>>) -> Heard {
        Heard(bytes.into())
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for Heard {
    /// Bytes that a scenario names are shared by the tables of all servers: no need to read them.
    fn eq(&self, other: &Heard) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Ending {
    fn of(stop: &Stop) -> Ending {
        match stop {
            Stop::Met => Ending::Met,
            Stop::Differs => Ending::Differs,
            Stop::Deadline { .. } => Ending::Deadline,
            Stop::Over { end, error, .. } => Ending::Over(*end, *error),
            Stop::Flooded => Ending::Flooded,
            Stop::Server(_) => Ending::Gone,
            Stop::Unanswerable(_) => Ending::Unanswerable,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Met => f.write_str("what it should"),
            Ending::Differs => f.write_str("something else"),
            Ending::Deadline => f.write_str("nothing more"),
            Ending::Over(End::End, _) => f.write_str("the end"),
            Ending::Over(End::Reset, _) => f.write_str("a reset"),
            Ending::Over(End::Refused, _) => f.write_str("a refusal"),
            Ending::Over(End::Closed, _) => f.write_str("its own close"),
            Ending::Over(End::Failed, Some(kind)) => write!(f, "the error {kind}"),
            Ending::Over(End::Failed, None) => f.write_str("an error"),
            Ending::Flooded => f.write_str("far too much"),
            Ending::Gone => f.write_str("a server in another state"),
            Ending::Unanswerable => f.write_str("what the system cannot tell"),
        }
    }
}

fn action_of<'a>(step: &&'a Step) -> Option<&'a Action> {
    match &step.doing {
        Doing::Act { action, .. } => Some(action),
        Doing::Server(_) | Doing::Parallel(_) => None,
    }
}

/// Whether what the action takes may differ from server to server.
fn is_hole(action: &Action) -> bool {
    match action {
        Action::Expect { matcher, .. } => matcher.is_hole(),
        Action::ExpectClosed { .. } => true,
        _ => false,
    }
}

/// The steps inside a `parallel` with more than one sender: what is heard there is interleaved as
/// it happens, so only the facts of `expect_flood` count.
fn races(scenario: &Scenario) -> BTreeSet<usize> {
    let mut races = BTreeSet::new();
    for step in &scenario.steps {
        let Doing::Parallel(lanes) = &step.doing else {
            continue;
        };
        let inside: Vec<&Step> = lanes.iter().flatten().collect();
        let senders: BTreeSet<&ActorId> = inside.iter().flat_map(|step| senders(step)).collect();
        if senders.len() > 1 {
            let others = inside
                .iter()
                .filter(|step| !matches!(action_of(step), Some(Action::ExpectFlood { .. })));
            races.extend(others.map(|step| step.index));
        }
    }
    races
}

fn senders(step: &Step) -> &[ActorId] {
    match &step.doing {
        Doing::Act {
            actors,
            action: Action::Send { .. } | Action::Flood { .. },
        } => actors,
        _ => &[],
    }
}

fn cell(trace: &Trace, outcome: &Outcome, action: Option<&Action>) -> Cell {
    let connection = outcome.connection.map(|index| &trace.connections[index]);
    let log = connection.map(|connection| &connection.log);
    let ending = match (action, log.and_then(Log::over)) {
        // Whatever ends the stream is what was to be observed, so only the log says what it was.
        (Some(Action::Observe { until: Until::End }), Some(over)) if outcome.stop == Stop::Met => {
            Ending::Over(over.end, over.error)
        }
        _ => Ending::of(&outcome.stop),
    };
    let heard = log.and_then(|log| match action {
        Some(Action::Expect { matcher, .. }) => Some(expected(log, outcome, matcher)),
        Some(Action::Observe { until }) => Some(observed(log, outcome, *until)),
        // How much came behind the first byte that should not have come is chance.
        _ if ending == Ending::Differs => Some(Heard::new(bytes_of(unread(log, outcome), 1))),
        _ => None,
    });
    match heard {
        Some(heard) => Cell::Heard(heard, ending),
        None => Cell::Ended(ending),
    }
}

/// What an outcome could read, behind what was passed over.
fn unread<'a>(log: &'a Log, outcome: &Outcome) -> Unread<'a> {
    let cursor = log.behind_marks(outcome.heard.start);
    log.unread(cursor.min(outcome.heard.end), outcome.heard.end)
}

/// So many bytes of a stream, or a message.
fn bytes_of(unread: Unread<'_>, most: usize) -> &[u8] {
    match unread {
        Unread::Stream(bytes) => &bytes[..bytes.len().min(most)],
        Unread::Message(message) => message.unwrap_or_default(),
    }
}

/// What an `expect` consumed; of what is wrong only so much as shows it.
fn expected(log: &Log, outcome: &Outcome, matcher: &Matcher) -> Heard {
    if let (Matcher::Bytes(payload), Stop::Met) = (matcher, &outcome.stop) {
        return Heard(Rc::clone(payload.bytes()));
    }
    let unread = unread(log, outcome);
    let most = match matcher.look(unread) {
        Look::Met(consumed) => consumed,
        Look::Differs(at) => at + 1,
        Look::More(_) => usize::MAX,
    };
    Heard::new(bytes_of(unread, most))
}

/// What an `observe` took.
fn observed(log: &Log, outcome: &Outcome, until: Until) -> Heard {
    let bytes = bytes_of(unread(log, outcome), usize::MAX);
    let end = match until {
        Until::Line => bytes.iter().position(|byte| *byte == b'\n'),
        Until::End | Until::Message => None,
    };
    Heard::new(end.map_or(bytes, |end| &bytes[..=end]))
}

#[cfg(test)]
mod tests;
