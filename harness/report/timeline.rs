//! The conversation of one case in the order of time: who said what, what was heard, how it ended.
//! What a line says is `moment`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::colour::{Colour, DIM, STRONG};
use super::columns::width;
use super::excerpt::thousands;
use super::moment::{Moment, TIME, Told, ended, heard, short, told};
use crate::plan::Case;
use crate::scenario::{Action, ActorId, Doing};
use crate::trace::{Connection, Event, Log, Outcome, Passed, Stop, Trace};

/// The conversation of a case, a line for each event, with a line end.
///
/// Each has the milliseconds since the start of the case, the number of its step in the file, who
/// it was, and an arrow: `→` for what an actor said, `←` for what it heard.
pub fn timeline(case: &Case, trace: &Trace, colour: Colour) -> String {
    let stage = Stage::of(case);
    let events = trace.events.iter().map(|event| stage.event(event));
    let heard = trace
        .connections
        .iter()
        .enumerate()
        .flat_map(|(place, connection)| {
            stage.heard(connection, &Consumed::on(place, &trace.outcomes))
        });
    let broken = trace
        .outcomes
        .iter()
        .filter_map(|outcome| stage.broken(outcome));
    let mut moments: Vec<Moment> = events.chain(heard).chain(broken).collect();
    moments.sort_by_key(|moment| moment.at);
    let names = moments
        .iter()
        .map(|moment| width(&moment.who))
        .max()
        .unwrap_or(0);
    let mut lines = vec![colour.paint(STRONG, &case.id)];
    let skipped = moments.len().saturating_sub(FIRST + LAST);
    for (place, moment) in moments.iter().enumerate() {
        if skipped > 0 && place == FIRST {
            let told = format!("{:>TIME$}      … {} more", "", thousands(skipped));
            lines.push(colour.paint(DIM, &told));
        }
        if !(FIRST..FIRST + skipped).contains(&place) {
            lines.push(moment.line(names, colour));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Who is who, and which step has which number.
struct Stage<'a> {
    case: &'a Case,
    /// The number in the file by the index, and whether the step is the server's.
    steps: BTreeMap<usize, (usize, bool)>,
    /// The indexes of the steps that only observe.
    observing: BTreeSet<usize>,
}

impl<'a> Stage<'a> {
    fn of(case: &'a Case) -> Stage<'a> {
        let steps = case.scenario.every_step().map(|step| {
            (
                step.index,
                (step.number, matches!(step.doing, Doing::Server(_))),
            )
        });
        let observing = case.scenario.every_step().filter(|step| {
            let doing = &step.doing;
            matches!(doing, Doing::Act { action, .. } if matches!(action, Action::Observe { .. }))
        });
        Stage {
            case,
            steps: steps.collect(),
            observing: observing.map(|step| step.index).collect(),
        }
    }

    fn number(&self, index: usize) -> Option<usize> {
        self.steps.get(&index).map(|(number, _)| *number)
    }

    fn name(&self, actor: Option<ActorId>) -> String {
        match actor {
            Some(actor) => self.case.scenario.actor(actor).name.clone(),
            None => self.case.server.clone(),
        }
    }

    fn event(&self, event: &Event) -> Moment {
        // What becomes of the server before the first step is noted at it and is not its doing.
        let is_servers = self
            .steps
            .get(&event.step)
            .is_some_and(|(_, is_servers)| *is_servers);
        let number = self
            .number(event.step)
            .filter(|_| event.actor.is_some() || is_servers);
        Moment {
            at: event.at,
            step: number,
            who: self.name(event.actor),
            told: told(&event.what),
        }
    }

    fn heard(&self, connection: &Connection, consumed: &Consumed) -> Vec<Moment> {
        let log = &connection.log;
        let moment = |at, step, told| Moment {
            at,
            step,
            who: self.name(Some(connection.actor)),
            told,
        };
        let mut moments = Vec::new();
        let mut from = 0;
        for (upto, at) in log.arrivals() {
            for (units, passed) in parts(log, from..*upto) {
                let step = consumed
                    .by(units.start)
                    .and_then(|index| self.number(index));
                moments.push(moment(*at, step, heard(log, units, passed)));
            }
            from = *upto;
        }
        moments.extend(
            log.over()
                .and_then(|over| Some(moment(over.at, None, ended(over)?))),
        );
        moments
    }

    /// What is to be said of a step that did not end as it should.
    fn broken(&self, outcome: &Outcome) -> Option<Moment> {
        if self.observing.contains(&outcome.step) {
            // Whatever comes of it is what was to be observed.
            return None;
        }
        let text = match &outcome.stop {
            Stop::Met | Stop::Over { .. } => return None,
            Stop::Differs => String::from("this is not what should come"),
            Stop::Deadline { waited, awaited } => {
                format!("waited {} ms in vain for {awaited}", waited.as_millis())
            }
            Stop::Flooded => String::from("more came than the scenario can consume"),
            Stop::Server(what) => format!("the server is gone: {what}"),
            Stop::Unanswerable(what) => format!("the system cannot tell: {what}"),
        };
        let told = Told::Broken(format!("✗ {}", short(&text)));
        let step = self.number(outcome.step);
        Some(Moment {
            at: outcome.at,
            step,
            who: self.name(outcome.actor),
            told,
        })
    }
}

/// Which step consumed what of one connection: each from where its reading began. Steps that are
/// no hearing have an empty stretch, and consume nothing.
struct Consumed(Vec<(usize, usize)>);

impl Consumed {
    fn on(connection: usize, outcomes: &[Outcome]) -> Consumed {
        let on_it = outcomes
            .iter()
            .filter(|outcome| outcome.connection == Some(connection) && !outcome.heard.is_empty());
        Consumed(
            on_it
                .map(|outcome| (outcome.heard.start, outcome.step))
                .collect(),
        )
    }

    /// The step that consumed a unit: the last that began to read at or before it.
    fn by(&self, unit: usize) -> Option<usize> {
        self.0
            .iter()
            .rev()
            .find(|(start, _)| *start <= unit)
            .map(|(_, step)| *step)
    }
}

/// An arrival cut where tokens begin and end, or into its messages, each with what it was passed
/// over as.
fn parts(log: &Log, arrival: Range<usize>) -> Vec<(Range<usize>, Option<Passed>)> {
    let mut parts = Vec::new();
    let mut from = arrival.start;
    for mark in log.marks() {
        let start = mark.units.start.clamp(from, arrival.end);
        let end = mark.units.end.clamp(from, arrival.end);
        if start < end {
            parts.push((from..start, None));
            parts.push((start..end, Some(mark.passed)));
            from = end;
        }
    }
    parts.push((from..arrival.end, None));
    parts.retain(|(units, _)| !units.is_empty());
    parts
}

/// So many lines are shown of the beginning of a long case, and so many of its end.
const FIRST: usize = 200;
const LAST: usize = 100;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oracle::Verdict;
    use crate::report::sample;
    use crate::scenario::model::{Action, Step};
    use crate::scenario::words::End;
    use crate::source::Span;
    use crate::trace::{Over, What};

    fn micros(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    /// Two steps by alice, the third and the fifth in the file.
    fn case() -> Case {
        let mut line = sample::line("echo", "tcp", "node", Verdict::Pass);
        let step = |index, number| Step {
            index,
            number,
            span: Span::default(),
            doing: Doing::Act {
                actors: vec![ActorId(0)],
                action: Action::Finish,
            },
        };
        let scenario = std::rc::Rc::get_mut(&mut line.case.scenario).expect("it is new");
        scenario.steps = vec![step(0, 3), step(1, 5)];
        line.case
    }

    fn event(at: u64, step: usize, actor: Option<usize>, what: What) -> Event {
        Event {
            at: micros(at),
            step,
            actor: actor.map(ActorId),
            what,
        }
    }

    fn check(trace: &Trace, expected: &str) {
        assert_eq!(
            timeline(&case(), trace, Colour::Plain),
            expected.trim_start_matches('\n')
        );
    }

    #[test]
    fn a_conversation_is_told_in_order() {
        let mut log = Log::new(1000, false);
        log.push(b"join alice 1\nhel", micros(600));
        log.push(b"lo\x1b\n", micros(1500));
        log.mark(0..13, Passed::Token(1));
        let (end, text) = (End::End, String::new());
        log.finish(Over {
            end,
            error: None,
            text,
            at: micros(2000),
        });
        let outcome = |step, heard: Range<usize>, at, stop| Outcome {
            step,
            actor: Some(ActorId(0)),
            connection: Some(0),
            heard,
            at: micros(at),
            stop,
        };
        let waited = Duration::from_secs(5);
        let awaited = String::from("more");
        let trace = Trace {
            events: vec![
                event(
                    100,
                    0,
                    None,
                    What::Listening(String::from("127.0.0.1:4000")),
                ),
                event(
                    200,
                    0,
                    Some(0),
                    What::Connected(String::from("127.0.0.1:5000")),
                ),
                event(300, 0, Some(0), What::Token(String::from("join alice 1"))),
                event(900, 1, Some(0), What::Said(7000, b"hello\x1b\n".to_vec())),
            ],
            connections: vec![Connection {
                actor: ActorId(0),
                number: 1,
                log,
            }],
            outcomes: vec![
                outcome(0, 0..13, 600, Stop::Met),
                outcome(1, 13..20, 1600, Stop::Deadline { waited, awaited }),
                // A step that is no hearing: it must not pass for the one that consumed.
                outcome(0, 0..0, 1700, Stop::Met),
            ],
            ..Trace::default()
        };
        check(
            &trace,
            "
echo/tcp/node/built-in
     0.1 ms       node  listens at 127.0.0.1:4000
     0.2 ms    3  alice connected from 127.0.0.1:5000
     0.3 ms    3  alice → join alice 1␊
     0.6 ms    3  alice ← join alice 1␊
     0.6 ms    5  alice ← hel  3 bytes
     0.9 ms    5  alice → hello␛␊…  7,000 bytes
     1.5 ms    5  alice ← lo␛␊  4 bytes
     1.6 ms    5  alice ✗ waited 5000 ms in vain for more
     2.0 ms       alice ← end
",
        );
    }

    #[test]
    fn a_long_conversation_is_cut_in_its_middle() {
        let said = |at| event(at, 0, Some(0), What::Said(1, b"x".to_vec()));
        let trace = Trace {
            events: (0..2300).map(said).collect(),
            ..Trace::default()
        };
        let shown = timeline(&case(), &trace, Colour::Plain);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 1 + FIRST + 1 + LAST);
        assert_eq!(lines[FIRST + 1].trim(), "… 2,000 more");
        assert!(lines[FIRST + 2].contains("2.2 ms"), "{}", lines[FIRST + 2]);
    }
}
