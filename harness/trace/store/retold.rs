//! Whether a trace tells enough to be judged by a scenario that expects something else than the one
//! that was played: where the player would have gone on otherwise, nobody knows what had come.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::scenario::matcher::{Look, Matcher};
use crate::scenario::{Action, Doing, Scenario, Step};
use crate::trace::{Outcome, Stop, Trace};

/// Sees to it that a trace, played by one scenario, can be judged by another of the same
/// screenplay.
///
/// # Errors
/// A fragment that names the first step that would have gone otherwise.
pub fn can_retell(played: &Scenario, other: &Scenario, trace: &Trace) -> Result<(), String> {
    let (before, after) = (actions(played), actions(other));
    for outcome in &trace.outcomes {
        let pair = (before.get(&outcome.step), after.get(&outcome.step));
        let (Some((_, before)), Some((step, after))) = pair else {
            continue;
        };
        let told = match (before, after) {
            (Action::Expect { matcher, .. }, Action::Expect { matcher: other, .. }) => {
                tells(trace, outcome, matcher, other)
            }
            _ => true,
        };
        let in_time = bound(before) == bound(after) || was_in_time(outcome, bound(after));
        if !told || !in_time {
            return Err(format!(
                "step {} would have taken something else, or waited longer",
                step.number
            ));
        }
    }
    Ok(())
}

fn actions(scenario: &Scenario) -> BTreeMap<usize, (&Step, &Action)> {
    let acts = scenario.every_step().filter_map(|step| match &step.doing {
        Doing::Act { action, .. } => Some((step.index, (step, action))),
        _ => None,
    });
    acts.collect()
}

/// Whether what an outcome heard is enough to say what another matcher would have made of it.
fn tells(trace: &Trace, outcome: &Outcome, played: &Matcher, other: &Matcher) -> bool {
    let Some(connection) = outcome.connection.map(|place| &trace.connections[place]) else {
        return true;
    };
    let log = &connection.log;
    let cursor = log.behind_marks(outcome.heard.start).min(outcome.heard.end);
    let unread = log.unread(cursor, outcome.heard.end);
    match (other.look(unread), &outcome.stop) {
        // Wrong it is, whatever came later.
        (Look::Differs(_), _) => true,
        // The steps behind it read on from the same place.
        (met @ Look::Met(_), Stop::Met) => met == played.look(unread),
        // Nothing more came.
        (Look::More(_), Stop::Deadline { .. } | Stop::Over { .. }) => true,
        (Look::Met(_) | Look::More(_), _) => false,
    }
}

/// The bound on the whole of a wait.
fn bound(action: &Action) -> Option<Duration> {
    match action {
        Action::Expect { within, .. }
        | Action::ExpectEnd { within }
        | Action::ExpectReset { within }
        | Action::ExpectClosed { within }
        | Action::ExpectFlood { within, .. } => *within,
        _ => None,
    }
}

/// Whether a wait surely ended within another bound than it had: when it began is not known, but
/// that was not before the case did.
fn was_in_time(outcome: &Outcome, within: Option<Duration>) -> bool {
    match &outcome.stop {
        Stop::Met => within.is_none_or(|within| outcome.at <= within),
        Stop::Deadline { .. } => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::store::sample;

    fn check(stop: Stop, to: &str, expected: bool) {
        let mut trace = sample::trace();
        let outcome = trace.outcomes.iter_mut().find(|it| it.step == 2);
        outcome.expect("step 2 has one").stop = stop;
        let text = sample::TEXT.replace("expect: \"hello\\n\"", to);
        let (played, other) = (sample::scenario(sample::TEXT), sample::scenario(&text));
        let found = can_retell(&played, &other, &trace);
        assert_eq!(found.is_ok(), expected, "{to}: {found:?}");
    }

    fn deadline() -> Stop {
        Stop::Deadline {
            waited: Duration::from_secs(5),
            awaited: String::from("more"),
        }
    }

    #[test]
    fn a_matcher_that_takes_as_much_can_judge() {
        check(Stop::Met, "expect: { length: 6 }", true);
        check(Stop::Met, "expect: { line: hello }", true);
        check(Stop::Met, "expect: \"hallo\\n\"", true);
        check(Stop::Met, "expect: \"hello\"", false);
        check(Stop::Met, "expect: \"hello\\nyou\"", false);
    }

    #[test]
    fn what_was_not_played_on_cannot_be_met() {
        check(Stop::Differs, "expect: \"hallo\\n\"", true);
        check(Stop::Differs, "expect: { length: 6 }", false);
        check(Stop::Differs, "expect: { length: 7 }", false);
        check(deadline(), "expect: \"hello\\nyou\"", true);
        check(deadline(), "expect: { length: 6 }", false);
    }

    #[test]
    fn a_bound_is_kept_for_sure_or_not_judged() {
        check(Stop::Met, "expect: { length: 6, within: 1s }", true);
        check(Stop::Met, "expect: { length: 6, within: 1ms }", false);
        check(deadline(), "expect: { length: 7, within: 9s }", false);
    }
}
