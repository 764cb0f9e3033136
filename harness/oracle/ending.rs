//! Judges how connections ended, and what was left when the case did.

use super::{Failure, Kind, Scene};
use crate::scenario::words::{End, ErrorKind};
use crate::trace::Stop;

impl Scene<'_> {
    /// The connection had to end in one of these ways, with nothing unread.
    pub(super) fn judge_over(&self, wanted: &[End]) -> Option<Failure> {
        match &self.outcome.stop {
            Stop::Met => None,
            Stop::Differs => Some(self.extra("should hear the end")),
            Stop::Deadline { .. } => Some(self.failure(Kind::NotEnded, "met no end")),
            Stop::Over {
                end: End::Reset, ..
            } => Some(self.failure(Kind::Reset, "was reset where the end should come")),
            Stop::Over { end: End::End, .. } if !wanted.contains(&End::End) => {
                Some(self.failure(Kind::EndedEarly, "met the end where a reset should come"))
            }
            _ => Some(self.judge_stop("the end")),
        }
    }

    /// The program that plays the actor had to end in a certain way.
    pub(super) fn judge_exit(&self) -> Option<Failure> {
        Some(match &self.outcome.stop {
            Stop::Met => return None,
            Stop::Server(what) => {
                self.failure(Kind::Process, &format!("did not exit as expected: {what}"))
            }
            Stop::Differs => self.extra("should exit"),
            Stop::Deadline { .. } => self.failure(Kind::NotEnded, "did not exit"),
            _ => self.judge_stop("its exit"),
        })
    }

    /// The connection, or what was sent on it, had to be refused.
    pub(super) fn judge_refused(&self) -> Option<Failure> {
        match &self.outcome.stop {
            Stop::Met => None,
            Stop::Differs | Stop::Deadline { .. } => {
                Some(self.failure(Kind::NotRefused, "was not refused"))
            }
            _ => Some(self.judge_stop("a refusal")),
        }
    }

    /// The connection had to meet an error of this kind.
    pub(super) fn judge_error(&self, kind: ErrorKind) -> Option<Failure> {
        match &self.outcome.stop {
            Stop::Met => None,
            Stop::Differs => Some(self.extra(&format!("should meet the error {kind}"))),
            Stop::Deadline { .. } => {
                Some(self.failure(Kind::NotRefused, &format!("did not meet the error {kind}")))
            }
            _ => Some(self.judge_stop(&format!("the error {kind}"))),
        }
    }

    /// The end of the case: nothing may be left that no step consumed.
    pub(super) fn judge_end(&self) -> Option<Failure> {
        match &self.outcome.stop {
            Stop::Met => None,
            Stop::Differs => Some(self.extra("had no more to hear")),
            Stop::Over {
                end: End::Reset, ..
            } => Some(self.failure(Kind::Reset, "was reset at the end of the case")),
            Stop::Deadline { .. } if self.outcome.actor.is_none() => {
                Some(self.failure(Kind::Timeout, "kept the case from ending"))
            }
            Stop::Deadline { .. } => {
                Some(self.failure(Kind::NotEnded, "met no end after its half-close"))
            }
            _ => Some(self.judge_stop("the end of the case")),
        }
    }
}
