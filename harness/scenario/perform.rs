//! An action as written -> as played, and the stage as it is after it.

use super::bytes::Maker;
use super::cast::Cast;
use super::ground::Ground;
use super::model::{Action, ActorId, Until};
use super::serving::expected_exit;
use super::stage::{Connection, Stage};
use super::syntax::{ActionText, Connecting};
use super::units::Time;
use super::words::Trait;
use crate::source::{Mistake, Span};

/// The most bytes that a scenario may have on their way, once for each receiver.
const MOST_CARRIED: u64 = 512 * 1024 * 1024;

/// The receive buffers that can be asked of a kernel, in bytes.
const BUFFERS: std::ops::RangeInclusive<u64> = 256..=64 * 1024 * 1024;

/// An action that nothing speaks against, about to be played.
pub(super) struct Performance<'a, 'f> {
    pub ground: &'a Ground,
    pub cast: &'a Cast,
    pub stage: &'a mut Stage,
    pub maker: &'a mut Maker<'f>,
    pub mistakes: &'a mut Vec<Mistake>,
}

/// Whom words reach.
pub(super) struct Reach {
    pub room: Vec<ActorId>,
    pub sender: Included,
}

/// Whether a sender hears itself.
pub(super) enum Included {
    /// And nobody else.
    Only,
    Yes,
    No,
}

pub(super) type Performed = Result<Action, Box<Mistake>>;

pub(super) fn wrong<T>(
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Result<T, Box<Mistake>> {
    Err(Box::new(Mistake::new(span, message).help(help)))
}

impl Performance<'_, '_> {
    /// Plays it; nothing where a mistake was told.
    pub(super) fn perform(
        &mut self,
        actors: &[ActorId],
        action: &ActionText,
        span: Span,
    ) -> Option<Action> {
        match self.try_to_perform(actors, action, span) {
            Ok(action) => Some(action),
            Err(mistake) => {
                self.mistakes.push(*mistake);
                None
            }
        }
    }

    fn try_to_perform(&mut self, actors: &[ActorId], action: &ActionText, span: Span) -> Performed {
        let each_ends = |stage: &mut Stage| actors.iter().for_each(|id| stage.end(*id, span));
        let within = |bound: Option<Time>| bound.map(|time| time.0);
        Ok(match action {
            ActionText::Connect(how) => {
                actors
                    .iter()
                    .for_each(|id| self.stage.begin(*id, span, false));
                Action::Connect {
                    receive_buffer: receive_buffer(how)?,
                }
            }
            ActionText::Join(how) => {
                let members = self.stage.members();
                actors
                    .iter()
                    .for_each(|id| self.stage.begin(*id, span, true));
                Action::Join {
                    receive_buffer: receive_buffer(how)?,
                    members,
                }
            }
            ActionText::Send(sent) => {
                let made = self.maker.sent(sent, span);
                let bytes = made.as_ref().map_or(0, |(payload, _)| payload.len());
                self.say(actors, bytes as u64, span)?;
                let (payload, pieces) = made?;
                Action::Send { payload, pieces }
            }
            ActionText::Expect(expected) => {
                self.read_on(actors);
                let (matcher, within) = self.maker.expected(expected, span)?;
                Action::Expect { matcher, within }
            }
            ActionText::ExpectNothing(time) => {
                self.read_on(actors);
                Action::ExpectNothing(time.time.0)
            }
            ActionText::Observe(observing) => {
                self.read_on(actors);
                if observing.until == Until::End {
                    each_ends(self.stage);
                }
                Action::Observe {
                    until: observing.until,
                }
            }
            ActionText::Finish(_) => {
                for id in actors {
                    if let Some(open) = self.stage.open(*id) {
                        open.finished = Some(span);
                        open.member = false;
                    }
                }
                Action::Finish
            }
            ActionText::Close(_) => {
                each_ends(self.stage);
                Action::Close
            }
            ActionText::Reset(_) => {
                each_ends(self.stage);
                Action::Reset
            }
            ActionText::Leave(_) => {
                each_ends(self.stage);
                Action::Leave
            }
            ActionText::ExpectEnd(bound) => {
                each_ends(self.stage);
                Action::ExpectEnd {
                    within: within(bound.within),
                }
            }
            ActionText::ExpectReset(bound) => {
                each_ends(self.stage);
                Action::ExpectReset {
                    within: within(bound.within),
                }
            }
            ActionText::ExpectClosed(bound) => {
                each_ends(self.stage);
                Action::ExpectClosed {
                    within: within(bound.within),
                }
            }
            ActionText::ExpectRefused(_) => {
                self.fail(actors, span);
                Action::ExpectRefused
            }
            ActionText::ExpectError(kind) => {
                self.fail(actors, span);
                Action::ExpectError(*kind)
            }
            ActionText::Pause(_) => {
                self.pause(actors, Some(span));
                Action::Pause
            }
            ActionText::Resume(_) => {
                self.pause(actors, None);
                Action::Resume
            }
            ActionText::Flood(flood) => self.flood(actors, flood, span)?,
            ActionText::ExpectFlood(expected) => self.expect_flood(actors, expected, span)?,
            ActionText::IgnoreRest(_) => {
                for id in actors {
                    if let Some(open) = self.stage.open(*id) {
                        open.ignoring = Some(span);
                        open.unread = None;
                    }
                }
                Action::IgnoreRest
            }
            ActionText::ExpectExit(exit) => {
                each_ends(self.stage);
                Action::ExpectExit(expected_exit(exit)?)
            }
        })
    }

    /// A connection that fails has ended; one that was never made stays as it was.
    fn fail(&mut self, actors: &[ActorId], span: Span) {
        for id in actors {
            if !matches!(self.stage.connection(*id), Connection::Never) {
                self.stage.end(*id, span);
            }
        }
    }

    fn pause(&mut self, actors: &[ActorId], at: Option<Span>) {
        for id in actors {
            if let Some(open) = self.stage.open(*id) {
                open.paused = at;
            }
        }
    }

    pub(super) fn read_on(&mut self, actors: &[ActorId]) {
        for id in actors {
            if let Some(open) = self.stage.open(*id) {
                open.unread = None;
            }
        }
    }

    /// Whom the words of these senders reach.
    pub(super) fn reach(&self, senders: &[ActorId]) -> Reach {
        if !self.ground.is_broadcast() {
            return Reach {
                room: Vec::new(),
                sender: Included::Only,
            };
        }
        let is_left_out = self.ground.requires_only(Trait::Sender, "excluded");
        let mut room = self.stage.room();
        if is_left_out && let [only] = senders {
            room.retain(|id| id != only);
        }
        let sender = if is_left_out {
            Included::No
        } else {
            Included::Yes
        };
        Reach { room, sender }
    }

    /// Actors say this many bytes each.
    pub(super) fn say(
        &mut self,
        actors: &[ActorId],
        bytes: u64,
        span: Span,
    ) -> Result<(), Box<Mistake>> {
        let reach = self.reach(actors);
        let receivers = match reach.sender {
            Included::Only => 1,
            Included::Yes | Included::No => reach.room.len(),
        };
        let carried = bytes.saturating_mul((actors.len() * receivers) as u64);
        self.carry(carried, span)?;
        let are_passed_over = actors
            .iter()
            .all(|sender| self.stage.among.contains(sender));
        let reached = match reach.sender {
            _ if are_passed_over => &[],
            Included::Only => actors,
            Included::Yes | Included::No => reach.room.as_slice(),
        };
        self.stage.said(actors, reached, span);
        Ok(())
    }

    fn carry(&mut self, bytes: u64, span: Span) -> Result<(), Box<Mistake>> {
        self.stage.carried = self.stage.carried.saturating_add(bytes);
        if self.stage.carried <= MOST_CARRIED {
            return Ok(());
        }
        let message = "with this the payloads, once for each receiver, pass 512 MiB";
        wrong(span, message, "send less, or to fewer")
    }
}

fn receive_buffer(how: &Connecting) -> Result<Option<u32>, Box<Mistake>> {
    let Some(size) = &how.receive_buffer else {
        return Ok(None);
    };
    match u32::try_from(size.value.0) {
        Ok(bytes) if BUFFERS.contains(&u64::from(bytes)) => Ok(Some(bytes)),
        _ => wrong(
            size.span,
            "no receive buffer has this size",
            "from 256B to 64MiB",
        ),
    }
}
