//! Judges what was played: the expectations of the scenario, whether the servers agree with one
//! another, and the divergences that are known.
//!
//! Pure: it sees the plan and the traces and nothing else, so that a stored trace is judged as a
//! fresh one.

mod agreement;
mod ending;
mod expect;
mod failure;
mod flood;
mod step;
mod verdict;

pub use agreement::{Agreement, Cluster, Compare, Difference, Member};
pub use failure::{Excerpt, Failure, Kind};
pub use verdict::{Judged, Played, Ruled, Ruling, Verdict, give_verdicts};

use std::collections::BTreeMap;

use crate::plan::Case;
use crate::scenario::{Action, Doing, Scenario, Step};
use crate::trace::{Stop, Trace};

/// The broken expectations of a case, in the order of its steps and actors.
pub fn judge(case: &Case, trace: &Trace) -> Vec<Failure> {
    let steps: BTreeMap<usize, &Step> = case
        .scenario
        .every_step()
        .map(|step| (step.index, step))
        .collect();
    let mut failures: Vec<(usize, Option<usize>, Failure)> = trace
        .outcomes
        .iter()
        .filter_map(|outcome| {
            let scene = Scene {
                case,
                trace,
                outcome,
                step: steps.get(&outcome.step).copied(),
            };
            let actor = outcome.actor.map(|actor| actor.0);
            Some((outcome.step, actor, scene.failure_or_none()?))
        })
        .collect();
    failures.extend(flood::judge_order(case, trace, &steps));
    failures.sort_by_key(|(step, actor, _)| (*step, *actor));
    failures
        .into_iter()
        .map(|(_, _, failure)| failure)
        .collect()
}

/// One outcome and all that it is judged by.
#[derive(Clone, Copy)]
struct Scene<'a> {
    case: &'a Case,
    trace: &'a Trace,
    outcome: &'a crate::trace::Outcome,
    /// `None` for the end of the case.
    step: Option<&'a Step>,
}

impl Scene<'_> {
    /// The failure of this outcome. One that stopped the case is always a failure, whatever else
    /// is found of it: what was not played to its end cannot pass.
    fn failure_or_none(&self) -> Option<Failure> {
        let failure = self.judge();
        match self.outcome.stop {
            Stop::Met => failure,
            Stop::Over { .. } | Stop::Deadline { .. } if self.only_observes() => None,
            _ => failure.or_else(|| Some(self.judge_stop("what it should hear"))),
        }
    }

    /// Whether the step records what comes and asserts nothing.
    fn only_observes(&self) -> bool {
        let doing = self.step.map(|step| &step.doing);
        matches!(
            doing,
            Some(Doing::Act {
                action: Action::Observe { .. },
                ..
            })
        )
    }

    fn scenario(&self) -> &Scenario {
        &self.case.scenario
    }

    /// The actor's name, or what stands in its place.
    fn who(&self) -> String {
        match self.outcome.actor {
            Some(actor) => self.scenario().actor(actor).name.clone(),
            None => String::from("the server"),
        }
    }

    /// A failure of this outcome; `what` is the rest of the line after who it is.
    fn failure(&self, kind: Kind, what: &str) -> Failure {
        let end = self.scenario().source.text().len();
        let span = self
            .step
            .map_or(crate::source::Span::new(end, end), |step| step.span);
        Failure {
            kind,
            step: self.step.map(|step| step.number),
            span,
            actor: self.outcome.actor.map(|_| self.who()),
            message: format!("{} {what} ({kind})", self.who()),
            waited: self.waited(),
            expected: None,
            heard: None,
            first_difference: None,
        }
    }

    fn waited(&self) -> Option<String> {
        match &self.outcome.stop {
            Stop::Deadline { waited, .. } => Some(in_units(*waited)),
            _ => None,
        }
    }
}

/// A duration as scenarios write it.
fn in_units(span: std::time::Duration) -> String {
    match span.as_millis() {
        millis if millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis => format!("{millis} ms"),
    }
}
