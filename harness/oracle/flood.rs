//! Judges floods: each receiver's records, and the one order at all of them.

use std::collections::BTreeMap;

use super::{Excerpt, Failure, Kind, Scene};
use crate::plan::Case;
use crate::scenario::flood::{FloodReading, Wrong};
use crate::scenario::model::{FloodOrder, FloodRange, RECORD};
use crate::scenario::words::Trait;
use crate::scenario::{Action, ActorId, Doing, Step};
use crate::trace::{Log, Outcome, Stop, Trace};

/// What is wrong with a record, and the record.
type WrongRecord = (Wrong, Vec<u8>);

impl Scene<'_> {
    pub(super) fn judge_flood(&self, owed: &[FloodRange]) -> Option<Failure> {
        let (reading, wrong) = self.read_flood(owed)?;
        let told = |sender: ActorId| self.scenario().actor(sender).name.clone();
        let (kind, what) = match wrong {
            Some((Wrong::Double(sender, number), _)) => (
                Kind::Double,
                format!("heard record {number} of {} again", told(sender)),
            ),
            Some((Wrong::OutOfOrder(sender, number), _)) => (
                Kind::OutOfOrder,
                format!("heard record {number} of {} too early", told(sender)),
            ),
            Some((Wrong::Torn, record)) if self.is_own_record(&record) => {
                (Kind::OwnEcho, String::from("heard its own words"))
            }
            Some((Wrong::Torn, _)) => (Kind::Torn, String::from("heard what is no whole record")),
            None if reading.is_complete() => return None,
            None => {
                let missing: Vec<String> = reading
                    .missing()
                    .map(|(sender, number)| format!("{} from {number} on", told(sender)))
                    .collect();
                let (heard, owed) = (reading.heard().len(), reading.owed());
                let missing = missing.join(", ");
                (
                    Kind::Missing,
                    format!("heard {heard} of {owed} records; missing: {missing}"),
                )
            }
        };
        let mut failure = match (&self.outcome.stop, kind) {
            (Stop::Over { .. } | Stop::Flooded, Kind::Missing) => self.judge_stop(&what),
            _ => self.failure(kind, &what),
        };
        let at = reading.heard().len() * RECORD;
        failure.heard = Some(Excerpt::around(self.unread_bytes(), at));
        Some(failure)
    }

    fn is_own_record(&self, record: &[u8]) -> bool {
        let Some(actor) = self.outcome.actor else {
            return false;
        };
        self.scenario().flood_number(actor, record).is_some()
    }

    /// Reads the records of an outcome up to the first wrong one.
    fn read_flood(&self, owed: &[FloodRange]) -> Option<(FloodReading, Option<WrongRecord>)> {
        let log = &self.connection()?.log;
        let excluded = self
            .case
            .offer()
            .is_some_and(|offer| offer.is(Trait::Sender, "excluded"));
        let left_out = self.outcome.actor.filter(|_| excluded);
        let mut reading = FloodReading::new(owed, &self.scenario().actors, left_out);
        for record in records(log, self.outcome) {
            if reading.is_complete() {
                break;
            }
            if let Err(wrong) = reading.take(record) {
                return Some((reading, Some((wrong, record.to_vec()))));
            }
        }
        Some((reading, None))
    }
}

/// The whole records of an outcome's stretch of a log, without what was passed over.
fn records<'a>(log: &'a Log, outcome: &Outcome) -> Vec<&'a [u8]> {
    let mut records = Vec::new();
    let mut cursor = log.behind_marks(outcome.heard.start);
    while cursor + RECORD <= outcome.heard.end {
        records.push(log.bytes(cursor..cursor + RECORD));
        cursor = log.behind_marks(cursor + RECORD);
    }
    records
}

/// Where a step asks for one total order, the first receiver's is the measure of the others.
pub(super) fn judge_order(
    case: &Case,
    trace: &Trace,
    steps: &BTreeMap<usize, &Step>,
) -> Vec<(usize, Option<usize>, Failure)> {
    let mut failures = Vec::new();
    let mut measures: BTreeMap<usize, (String, Vec<(ActorId, u32)>)> = BTreeMap::new();
    for outcome in &trace.outcomes {
        let step = steps.get(&outcome.step).copied();
        let scene = Scene {
            case,
            trace,
            outcome,
            step,
        };
        let Some(Doing::Act {
            actors,
            action: Action::ExpectFlood { order, owed, .. },
        }) = step.map(|step| &step.doing)
        else {
            continue;
        };
        let place = actors
            .iter()
            .position(|actor| Some(*actor) == outcome.actor);
        let reading = place.and_then(|place| scene.read_flood(&owed[place]));
        let Some((reading, None)) = reading else {
            continue;
        };
        if *order != FloodOrder::SameForAll || !reading.is_complete() {
            continue;
        }
        let heard = reading.heard().to_vec();
        let (measure, first) = measures
            .entry(outcome.step)
            .or_insert_with(|| (scene.who(), heard.clone()));
        if let Some(at) = first
            .iter()
            .zip(&heard)
            .position(|(first, heard)| first != heard)
        {
            let what = format!("heard another order than {measure} from record {at} on");
            let actor = outcome.actor.map(|actor| actor.0);
            failures.push((outcome.step, actor, scene.failure(Kind::OutOfOrder, &what)));
        }
    }
    failures
}
