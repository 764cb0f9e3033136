//! How a case went -> the lines of its file, and the payloads that they name.

use serde::Serialize;

use super::bytes::{Bytes, Payload};
use super::lines::{
    ConnectionLine, EventLine, FORMAT, FirstLine, LastLine, Line, MarkLine, Nanoseconds,
    OutcomeLine, OverLine,
};
use super::{INLINE, VERSION};
use crate::plan::Case;
use crate::scenario::{ActorId, Scenario};
use crate::trace::{Connection, Event, Log, Outcome, Played, Trace};

/// What is to be written of a case: the payloads first, so that no line names one that is not there.
#[derive(Debug)]
pub struct Written<'a> {
    /// The text of its file.
    pub text: String,
    /// The bytes that have files of their own.
    pub payloads: Vec<(Payload, &'a [u8])>,
}

/// Writes how a case went.
pub fn write<'a>(case: &Case, played: &'a Played) -> Written<'a> {
    let mut writing = Writing {
        scenario: &case.scenario,
        written: Written {
            text: String::new(),
            payloads: Vec::new(),
        },
    };
    writing.line(&FirstLine {
        format: FORMAT.to_owned(),
        version: VERSION,
        case: case.id.clone(),
    });
    let last = match played {
        Played::Through(trace) => writing.trace(trace),
        Played::Broken(reason) => LastLine::Broken(reason.clone()),
        Played::Fault(reason) => LastLine::Fault(reason.clone()),
    };
    writing.line(&Line::End(last));
    writing.written
}

struct Writing<'s, 'a> {
    scenario: &'s Scenario,
    written: Written<'a>,
}

impl<'a> Writing<'_, 'a> {
    fn line(&mut self, line: &impl Serialize) {
        let json = serde_json::to_string(line).expect("every map of a line has text as its keys");
        self.written.text.push_str(&json);
        self.written.text.push('\n');
    }

    fn name(&self, actor: ActorId) -> String {
        self.scenario.actor(actor).name.clone()
    }

    fn trace(&mut self, trace: &'a Trace) -> LastLine {
        for (place, connection) in trace.connections.iter().enumerate() {
            let line = self.connection(connection, place, &trace.outcomes);
            self.line(&Line::Connection(line));
        }
        for outcome in &trace.outcomes {
            self.line(&Line::Outcome(self.outcome(outcome)));
        }
        for event in &trace.events {
            self.line(&Line::Event(self.event(event)));
        }
        LastLine::Through {
            stderr: trace.stderr.clone(),
            crash: trace.crash.clone(),
            reused: trace.reused,
            declared: trace.declared,
            took: trace.took,
        }
    }

    fn connection(
        &mut self,
        connection: &'a Connection,
        place: usize,
        outcomes: &[Outcome],
    ) -> ConnectionLine {
        let log = &connection.log;
        let cuts = cuts(log, place, outcomes);
        let heard = cuts
            .windows(2)
            .map(|cut| self.stretch(log.bytes(cut[0]..cut[1])));
        let kept = log.bytes(0..log.len()).len() as u64;
        let marks = log.marks().iter().map(|mark| MarkLine {
            units: (mark.units.start, mark.units.end),
            passed: mark.passed,
        });
        ConnectionLine {
            heard: heard.collect(),
            actor: self.name(connection.actor),
            number: connection.number,
            bound: log.bound(),
            messages: log.has_messages(),
            arrivals: arrivals(log),
            marks: marks.collect(),
            forgotten: log.is_forgetting().then(|| log.total() - kept),
            over: log.over().cloned().map(OverLine),
        }
    }

    fn stretch(&mut self, bytes: &'a [u8]) -> Bytes {
        if bytes.len() <= INLINE {
            return Bytes::written_out(bytes);
        }
        // Receivers mostly hear the same, and comparing is far cheaper than hashing.
        let mut known = self.written.payloads.iter();
        if let Some((payload, _)) = known.find(|(_, known)| *known == bytes) {
            return Bytes::Payload(payload.clone());
        }
        let payload = Payload::of(bytes);
        self.written.payloads.push((payload.clone(), bytes));
        Bytes::Payload(payload)
    }

    fn outcome(&self, outcome: &Outcome) -> OutcomeLine {
        OutcomeLine {
            step: outcome.step,
            actor: outcome.actor.map(|actor| self.name(actor)),
            connection: outcome.connection,
            heard: (outcome.heard.start, outcome.heard.end),
            at: outcome.at,
            stop: outcome.stop.clone(),
        }
    }

    fn event(&self, event: &Event) -> EventLine {
        EventLine {
            at: event.at,
            step: event.step,
            actor: event.actor.map(|actor| self.name(actor)),
            what: event.what.clone(),
        }
    }
}

/// Where a log is cut, in units: where steps and tokens begin and tokens end; between messages.
fn cuts(log: &Log, place: usize, outcomes: &[Outcome]) -> Vec<usize> {
    if log.has_messages() {
        return (0..=log.len()).collect();
    }
    let steps = outcomes
        .iter()
        .filter(|outcome| outcome.connection == Some(place))
        .map(|outcome| outcome.heard.start);
    let marks = log
        .marks()
        .iter()
        .flat_map(|mark| [mark.units.start, mark.units.end]);
    let mut cuts: Vec<usize> = steps.chain(marks).chain([0, log.len()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// The bytes of each arrival, and when it came.
fn arrivals(log: &Log) -> Vec<(usize, Nanoseconds)> {
    let mut from = 0;
    let mut arrivals = Vec::with_capacity(log.arrivals().len());
    for (upto, at) in log.arrivals() {
        arrivals.push((log.bytes(from..*upto).len(), Nanoseconds(*at)));
        from = *upto;
    }
    arrivals
}
