//! How much an actor can consume, known from the text: what its log is bound by.

use crate::scenario::model::RECORD;
use crate::scenario::{Action, ActorId, Doing, Scenario};

/// The most bytes that the steps of a scenario can consume on one connection of an actor.
pub(super) fn of(scenario: &Scenario, actor: ActorId) -> usize {
    let mut bytes = 0_usize;
    for step in scenario.every_step() {
        let Doing::Act { actors, action } = &step.doing else {
            continue;
        };
        let Some(place) = actors.iter().position(|it| *it == actor) else {
            continue;
        };
        bytes = bytes.saturating_add(match action {
            Action::Expect { matcher, .. } => matcher.most(),
            Action::ExpectFlood { owed, .. } => owed[place]
                .iter()
                .map(|range| range.messages as usize * RECORD)
                .sum(),
            Action::Observe { .. } => OBSERVED,
            _ => 0,
        });
    }
    // Every actor may hear the token of every other.
    bytes.saturating_add(scenario.actors.len() * LONGEST_TOKEN)
}

/// What one `observe` may take in, in bytes: nothing in the text says how much it will be.
const OBSERVED: usize = 1 << 20;

/// `join NAME NUMBER` and its LF, with a long name.
pub(super) const LONGEST_TOKEN: usize = 100;
