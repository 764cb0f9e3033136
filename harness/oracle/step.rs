//! Judges one outcome by its step.

use super::{Failure, Kind, Scene};
use crate::scenario::words::End;
use crate::scenario::{Action, Doing, ServerAction};
use crate::trace::Stop;

impl Scene<'_> {
    /// The failure of this outcome, if it is one.
    pub(super) fn judge(&self) -> Option<Failure> {
        let Some(step) = self.step else {
            return self.judge_end();
        };
        match &step.doing {
            Doing::Act { actors, action } => {
                let place = actors
                    .iter()
                    .position(|actor| Some(*actor) == self.outcome.actor);
                self.judge_action(action, place.unwrap_or(0))
            }
            Doing::Server(action) => self.judge_server(action),
            Doing::Parallel(_) => None,
        }
    }

    fn judge_action(&self, action: &Action, place: usize) -> Option<Failure> {
        match action {
            Action::Expect { matcher, .. } => self.judge_expect(matcher),
            Action::ExpectFlood { owed, .. } => self.judge_flood(&owed[place]),
            Action::ExpectNothing(_) => self.judge_silence(),
            Action::ExpectEnd { .. } | Action::Leave => self.judge_over(&[End::End]),
            Action::ExpectReset { .. } => self.judge_over(&[End::Reset]),
            Action::ExpectClosed { .. } => self.judge_over(&[End::End, End::Reset]),
            Action::ExpectRefused => self.judge_refused(),
            Action::ExpectError(kind) => self.judge_error(*kind),
            Action::Join { .. } => self.judge_join(),
            // Agreement compares it; by itself it is never wrong.
            Action::Observe { .. } => None,
            Action::ExpectExit(_) => self.judge_exit(),
            Action::Connect { .. }
            | Action::Send { .. }
            | Action::Finish
            | Action::Close
            | Action::Reset
            | Action::Pause
            | Action::Resume
            | Action::Flood { .. }
            | Action::IgnoreRest => self.judge_plain(),
        }
    }

    /// An action that only has to be done.
    fn judge_plain(&self) -> Option<Failure> {
        Some(match &self.outcome.stop {
            Stop::Met => return None,
            Stop::Differs => self.judge_stop("what it does"),
            Stop::Over {
                end: End::Refused, ..
            } => self.failure(Kind::Refused, "was refused"),
            Stop::Over {
                end: End::Reset, ..
            } => self.failure(Kind::Reset, "was reset"),
            Stop::Over { text, .. } => self.failure(Kind::Error, &format!("met an error: {text}")),
            Stop::Deadline { awaited, .. } => {
                self.failure(Kind::NotRead, &format!("waited in vain for {awaited}"))
            }
            Stop::Flooded => self.flooded(),
            Stop::Server(what) => self.failure(Kind::Process, &format!("is gone: {what}")),
            Stop::Unanswerable(what) => self.failure(
                Kind::Unanswerable,
                &format!("asks what the system cannot tell: {what}"),
            ),
        })
    }

    /// More came than the case can consume.
    pub(super) fn flooded(&self) -> Failure {
        let mut failure = self.failure(Kind::Extra, "heard far more than the scenario can consume");
        failure.heard = self.unread_excerpt();
        failure
    }

    /// What is common to all waits for something to be heard: `None` where the stop is one that
    /// the kind of step has its own word for.
    pub(super) fn judge_stop(&self, what: &str) -> Failure {
        match &self.outcome.stop {
            Stop::Over { end: End::End, .. } => self.failure(
                Kind::EndedEarly,
                &format!("met the end while it awaited {what}"),
            ),
            Stop::Over {
                end: End::Reset, ..
            } => self.failure(Kind::Reset, &format!("was reset while it awaited {what}")),
            Stop::Over {
                end: End::Refused, ..
            } => self.failure(
                Kind::Refused,
                &format!("was refused while it awaited {what}"),
            ),
            Stop::Over { text, .. } => self.failure(
                Kind::Error,
                &format!("met an error while it awaited {what}: {text}"),
            ),
            Stop::Flooded => self.flooded(),
            Stop::Deadline { .. } => self.failure(
                Kind::Silent,
                &format!("heard nothing while it awaited {what}"),
            ),
            Stop::Met | Stop::Differs => {
                self.failure(Kind::Corrupt, &format!("heard something else than {what}"))
            }
            Stop::Server(what) => self.failure(Kind::Process, &format!("is gone: {what}")),
            Stop::Unanswerable(reason) => {
                let text = format!("asks what the system cannot tell: {reason}");
                self.failure(Kind::Unanswerable, &text)
            }
        }
    }

    fn judge_join(&self) -> Option<Failure> {
        if self.outcome.stop == Stop::Met {
            return None;
        }
        let what = match &self.outcome.stop {
            Stop::Deadline { awaited, .. } => awaited.trim_end_matches(" to be heard").to_owned(),
            _ => String::from("the token of a join"),
        };
        let mut failure = self.judge_stop(&what);
        let heard = self.unread_bytes().len();
        if matches!(self.outcome.stop, Stop::Deadline { .. }) && heard > 0 {
            let text = format!("heard only {heard} bytes of {what}, then nothing");
            failure = self.failure(Kind::Missing, &text);
        }
        failure.heard = self.unread_excerpt();
        if self.outcome.stop == Stop::Differs {
            failure.kind = self.kind_of_unread(Kind::Extra);
            failure.message = format!(
                "{} heard something else than {what} ({})",
                self.who(),
                failure.kind
            );
        }
        Some(failure)
    }

    fn judge_server(&self, action: &ServerAction) -> Option<Failure> {
        let what = match &self.outcome.stop {
            Stop::Met => return None,
            Stop::Server(what) => what.clone(),
            Stop::Deadline { awaited, .. } => {
                let kind = match action {
                    ServerAction::HasRead => Kind::NotRead,
                    _ => Kind::Timeout,
                };
                return Some(self.failure(kind, &format!("was too slow: waited for {awaited}")));
            }
            Stop::Differs => {
                return Some(self.failure(Kind::WasRead, "read what it should have left unread"));
            }
            Stop::Unanswerable(what) => {
                let text = format!("cannot be asked: {what}");
                return Some(self.failure(Kind::Unanswerable, &text));
            }
            Stop::Over { text, .. } => {
                return Some(self.failure(Kind::NotRead, &format!("shows no reading: {text}")));
            }
            Stop::Flooded => return Some(self.flooded()),
        };
        let expected = match action {
            ServerAction::ExpectExit(_) => "did not exit as expected",
            ServerAction::ExpectAlive => "does not run any more",
            ServerAction::Start { .. } | ServerAction::Restart { .. } => "did not start",
            _ => "did not end as asked",
        };
        Some(self.failure(Kind::Process, &format!("{expected}: {what}")))
    }
}
