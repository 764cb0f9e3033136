//! The lines of a case's file -> how it went, rebuilt whole. What is read is hostile: every number
//! is compared with what it counts before anything relies on it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::bytes::{Bytes, ReadPayload};
use super::lines::{ConnectionLine, EventLine, FORMAT, FirstLine, LastLine, Line, OutcomeLine};
use super::{Flaw, check_head};
use crate::plan::Case;
use crate::scenario::ActorId;
use crate::trace::{Connection, Event, Log, Outcome, Played, Trace};

/// Reads how a case went. The case has the scenario by which it was played.
///
/// # Errors
/// With the first line that is wrong.
pub fn read(case: &Case, text: &str, payloads: ReadPayload<'_>) -> Result<Played, Flaw> {
    let mut lines = text.split_inclusive('\n').zip(1..);
    let (first, _) = lines.next().unwrap_or_default();
    check_first(whole(first, 1)?, case)?;
    let mut reading = Reading::of(case, payloads);
    let mut count = 1;
    for (line, number) in &mut lines {
        count = number;
        let line: Line = serde_json::from_str(whole(line, number)?)
            .map_err(|error| Flaw::of_json(number, &error))?;
        let last = match line {
            Line::End(last) => last,
            other => {
                reading.take(other).map_err(|what| Flaw::at(number, what))?;
                continue;
            }
        };
        return match lines.next() {
            Some((_, beyond)) => Err(Flaw::at(beyond, "a line behind the end of the case")),
            None => Ok(reading.finish(last)),
        };
    }
    Err(Flaw::at(count, format!("no end comes after this: {CUT}")))
}

/// A line without its end, which every line has.
fn whole(line: &str, number: usize) -> Result<&str, Flaw> {
    line.strip_suffix('\n')
        .ok_or_else(|| Flaw::at(number, format!("the line has no end: {CUT}")))
}

fn check_first(line: &str, case: &Case) -> Result<(), Flaw> {
    check_head(line, FORMAT)?;
    let first: FirstLine = serde_json::from_str(line).map_err(|error| Flaw::of_json(1, &error))?;
    match first.case == case.id {
        true => Ok(()),
        false => {
            let what = format!("the case is `{}`, not `{}`", first.case, case.id);
            Err(Flaw::at(1, what))
        }
    }
}

struct Reading<'a> {
    actors: BTreeMap<&'a str, ActorId>,
    payloads: ReadPayload<'a>,
    /// One past the last step's index: the end of the case.
    end: usize,
    heard: u64,
    trace: Trace,
}

impl<'a> Reading<'a> {
    fn of(case: &'a Case, payloads: ReadPayload<'a>) -> Reading<'a> {
        let actors = case.scenario.actors.iter().enumerate();
        Reading {
            actors: actors
                .map(|(place, actor)| (actor.name.as_str(), ActorId(place)))
                .collect(),
            payloads,
            end: case.scenario.end_index(),
            heard: 0,
            trace: Trace::default(),
        }
    }

    fn take(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Connection(line) => {
                let connection = self.connection(line)?;
                self.trace.connections.push(connection);
            }
            Line::Outcome(line) => {
                let outcome = self.outcome(line)?;
                self.trace.outcomes.push(outcome);
            }
            Line::Event(line) => {
                let event = self.event(line)?;
                self.trace.events.push(event);
            }
            Line::End(_) => {}
        }
        Ok(())
    }

    fn finish(self, last: LastLine) -> Played {
        match last {
            LastLine::Broken(reason) => Played::Broken(reason),
            LastLine::Fault(reason) => Played::Fault(reason),
            LastLine::Through {
                stderr,
                crash,
                reused,
                declared,
                took,
            } => Played::Through(Box::new(Trace {
                stderr,
                crash,
                reused,
                declared,
                took,
                ..self.trace
            })),
        }
    }

    fn actor(&self, name: &str) -> Result<ActorId, String> {
        let actor = self.actors.get(name).copied();
        actor.ok_or_else(|| format!("the scenario has no actor `{name}`"))
    }

    fn step(&self, step: usize) -> Result<usize, String> {
        match step <= self.end {
            true => Ok(step),
            false => Err(format!("the scenario has no step {step}")),
        }
    }

    fn connection(&mut self, line: ConnectionLine) -> Result<Connection, String> {
        let bytes = self.heard(line.heard)?;
        let mut log = Log::new(line.bound, line.messages);
        let mut rest = bytes.as_slice();
        for (length, at) in line.arrivals {
            let (arrived, later) = rest
                .split_at_checked(length)
                .ok_or("the arrivals have more bytes than were heard")?;
            log.push(arrived, at.0);
            rest = later;
        }
        if !rest.is_empty() {
            return Err(format!("{} bytes were heard and never came", rest.len()));
        }
        for mark in line.marks {
            log.mark(stretch(mark.units, log.len())?, mark.passed);
        }
        if let Some(bytes) = line.forgotten {
            log.forget_rest();
            log.forget(bytes);
        }
        if let Some(over) = line.over {
            log.finish(over.0);
        }
        Ok(Connection {
            actor: self.actor(&line.actor)?,
            number: line.number,
            log,
        })
    }

    fn heard(&mut self, stretches: Vec<Bytes>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        for stretch in stretches {
            self.heard = self.heard.saturating_add(stretch.length());
            if self.heard > MOST_HEARD {
                return Err(format!("more than {MOST_HEARD} bytes were heard"));
            }
            bytes.append(&mut stretch.read(self.payloads)?);
        }
        Ok(bytes)
    }

    fn outcome(&self, line: OutcomeLine) -> Result<Outcome, String> {
        let log = match line.connection {
            None => 0,
            Some(place) => {
                let connection = self.trace.connections.get(place);
                connection
                    .ok_or_else(|| format!("there is no connection {place}"))?
                    .log
                    .len()
            }
        };
        Ok(Outcome {
            step: self.step(line.step)?,
            actor: line.actor.map(|name| self.actor(&name)).transpose()?,
            connection: line.connection,
            heard: stretch(line.heard, log)?,
            at: line.at,
            stop: line.stop,
        })
    }

    fn event(&self, line: EventLine) -> Result<Event, String> {
        Ok(Event {
            at: line.at,
            step: self.step(line.step)?,
            actor: line.actor.map(|name| self.actor(&name)).transpose()?,
            what: line.what,
        })
    }
}

/// A stretch of a log of so many units.
fn stretch((start, end): (usize, usize), length: usize) -> Result<Range<usize>, String> {
    match start <= end && end <= length {
        true => Ok(start..end),
        false => Err(format!(
            "{start} to {end} is no stretch of the {length} units that were heard"
        )),
    }
}

/// What is said of a file that was not written by us as it stands.
const CUT: &str = "the file is cut off; run again";

/// The most bytes that a case hears in all. Payloads times receivers are at most 512 MiB in a
/// scenario; what comes on top of them ends the connection after a mebibyte.
const MOST_HEARD: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::trace::store::{INLINE, Payload, sample, write};

    const NONE: ReadPayload<'static> = &|_| Err(String::from("is not there"));

    fn written(played: &Played) -> String {
        write(&sample::case(), played).text
    }

    /// Writes and reads, and compares everything that a trace holds.
    fn check(played: &Played) {
        let again = read(&sample::case(), &written(played), NONE).unwrap();
        assert_eq!(format!("{again:?}"), format!("{played:?}"));
    }

    #[test]
    fn a_trace_is_read_as_it_was_written() {
        check(&Played::Through(Box::new(sample::trace())));
        check(&Played::Through(Box::default()));
        check(&Played::Broken(String::from("never listened\nsince")));
        check(&Played::Fault(String::from("no room")));
    }

    #[test]
    fn a_flooded_log_is_read_as_it_was_written() {
        let mut log = Log::new(4, false);
        log.push(b"12345", Duration::ZERO);
        assert!(log.is_flooded());
        let (actor, number) = (ActorId(0), 1);
        let trace = Trace {
            connections: vec![Connection { actor, number, log }],
            ..Trace::default()
        };
        check(&Played::Through(Box::new(trace)));
    }

    #[test]
    fn what_steps_and_tokens_take_can_be_read_apart() {
        let text = written(&Played::Through(Box::new(sample::trace())));
        let stream = r#""heard":[{"text":"join alice 1\n"},{"text":"hello\n"},{"hex":"e4"}]"#;
        assert!(text.contains(stream), "{text}");
        let messages = r#""heard":[{"text":"你"},{"text":""},{"text":"a0000000000001\n"}]"#;
        assert!(text.contains(messages), "{text}");
    }

    #[test]
    fn many_bytes_have_a_file_of_their_own() {
        let mut trace = sample::trace();
        let many = vec![b'x'; INLINE + 1];
        trace.connections[0].log = Log::new(10, false);
        trace.connections[0].log.push(b"few bytes", Duration::ZERO);
        trace.connections[0].log.push(&many, Duration::ZERO);
        trace.outcomes.truncate(2);
        trace.outcomes[1].heard = 9..9;
        let played = Played::Through(Box::new(trace));
        let case = sample::case();
        let written = write(&case, &played);
        let [(payload, bytes)] = written.payloads.as_slice() else {
            panic!("{:?}", written.payloads);
        };
        assert_eq!((payload, *bytes), (&Payload::of(&many), many.as_slice()));
        let again = read(&case, &written.text, &|asked| {
            assert_eq!(asked, &Payload::of(&many));
            Ok(many.clone())
        });
        assert_eq!(format!("{:?}", again.unwrap()), format!("{played:?}"));
        let flaw = read(&case, &written.text, NONE).expect_err("it is not there");
        assert_eq!(flaw, Flaw::at(2, "is not there"));
    }

    fn refused(from: &str, to: &str, expected: &str) {
        let text = written(&Played::Through(Box::new(sample::trace())));
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let flaw = read(&sample::case(), &changed, NONE).expect_err(from);
        assert!(flaw.to_string().contains(expected), "{flaw}");
    }

    #[test]
    fn what_fits_nothing_is_refused() {
        refused(
            "\"version\":1",
            "\"version\":2",
            "1: version 2 of the format",
        );
        refused("talk/tcp", "talk/unix", "1: the case is `talk/unix/");
        refused(
            "\"actor\":\"alice\"",
            "\"actor\":\"eve\"",
            "2: the scenario has no actor `eve`",
        );
        refused(
            "\"units\":[0,13]",
            "\"units\":[0,99]",
            "2: 0 to 99 is no stretch of the 20",
        );
        refused("\"heard\":[13,19]", "\"heard\":[13,21]", "5: 13 to 21");
        refused("\"heard\":[13,19]", "\"heard\":[13,1]", "5: 13 to 1 ");
        refused("\"step\":8", "\"step\":10", "no step 10");
        refused("\"connection\":1", "\"connection\":2", "no connection 2");
        refused("[16,600000]", "[17,600000]", "more bytes than were heard");
        refused("[16,600000]", "[1,600000]", "never came");
        refused("\"crash\"", "\"krash\"", "unknown field `krash`");
        refused(
            "{\"event\"",
            "{\"evening\"",
            "12: unknown variant `evening`",
        );
        refused("{\"event\"", "{{\"event\"", "12: key must be a string");
        refused("{\"text\":\"你\"}", "{\"hex\":\"0\"}", "3: half a byte");
        let much = format!(
            "{{\"payload\":{{\"sha256\":\"{}\",\"length\":{}}}}}",
            "0".repeat(64),
            u64::MAX
        );
        refused("{\"text\":\"你\"}", &much, "3: more than 1073741824 bytes");
    }

    #[test]
    fn a_file_that_was_cut_off_is_no_case() {
        let text = written(&Played::Through(Box::new(sample::trace())));
        let case = sample::case();
        for length in 0..text.len() {
            let Some(part) = text.get(..length) else {
                continue;
            };
            let flaw = read(&case, part, NONE).expect_err("it is cut off");
            assert!(flaw.what.contains(CUT), "{length}: {flaw}");
        }
        let twice = format!("{text}{}", text.lines().last().unwrap_or_default());
        let flaw = read(&case, &twice, NONE).expect_err("it has too much");
        assert!(flaw.what.contains("behind the end"), "{flaw}");
    }
}
