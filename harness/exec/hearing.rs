//! Waiting for what must be heard: every wait is for an event, with a deadline that names it.

use std::time::{Duration, Instant};

use super::appetite::LONGEST_TOKEN;
use super::room::{Heard, Live, Room, Standing};
use crate::host::deadline;
use crate::scenario::model::RECORD;
use crate::scenario::words::{End, Trait};
use crate::trace::{Log, Passed, Stop};

/// How long a wait may take.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patience {
    /// As long as something more comes in each span of this length.
    Idle(Duration),
    /// Until then, however much comes.
    Until {
        /// The end of the wait.
        end: Instant,
        /// How long the whole wait is.
        span: Duration,
    },
}

impl Patience {
    /// A bound on the whole of a wait that begins now.
    pub fn in_all(span: Duration) -> Patience {
        Patience::Until {
            end: Instant::now() + span,
            span,
        }
    }
}

impl Room<'_> {
    /// Waits until `look` decides, reading on as bytes come. `look` sees the log and the cursor
    /// behind what is passed over, and gives how many units are consumed, or how it stopped.
    pub async fn hear(
        &self,
        live: &Live,
        patience: Patience,
        awaited: &str,
        mut look: impl FnMut(&Log, usize) -> Option<Result<usize, Stop>>,
    ) -> Heard {
        let mut from = None;
        loop {
            let undecided = self.pass_over(live);
            let cursor = live.cursor.get();
            let (decided, units) = {
                let log = live.hearing.log.borrow();
                // What is undecided may still be right; wrong it is not yet.
                let decided = look(&log, cursor).filter(|it| !undecided || it.is_ok());
                (decided, *from.get_or_insert(cursor)..log.len())
            };
            match decided {
                Some(Ok(consumed)) => {
                    live.cursor.set(cursor + consumed);
                    return Heard {
                        units,
                        stop: Stop::Met,
                    };
                }
                Some(Err(stop)) => return Heard { units, stop },
                None => {}
            }
            if let Some(stop) = self.no_more(live) {
                return Heard { units, stop };
            }
            let (limit, waited) = match patience {
                Patience::Idle(span) => (span, span),
                Patience::Until { end, span } => {
                    (end.saturating_duration_since(Instant::now()), span)
                }
            };
            if deadline::within(limit, live.hearing.changed.notified())
                .await
                .is_err()
            {
                let awaited = awaited.to_owned();
                return Heard {
                    units,
                    stop: Stop::Deadline { waited, awaited },
                };
            }
        }
    }

    /// Why nothing more will be heard, if so.
    fn no_more(&self, live: &Live) -> Option<Stop> {
        let log = live.hearing.log.borrow();
        if log.is_flooded() {
            return Some(Stop::Flooded);
        }
        log.over().map(|over| Stop::Over {
            end: over.end,
            error: over.error,
            text: over.text.clone(),
        })
    }

    /// The patience of a step: its own bound, or the run's.
    pub fn patience(&self, within: Option<Duration>) -> Patience {
        within.map_or(Patience::Idle(self.settings.timeout), Patience::in_all)
    }

    /// Moves the cursor behind tokens and records that this actor passes over right there. Tells
    /// whether what is unread may yet become such a token, so that nothing can be said of it.
    pub fn pass_over(&self, live: &Live) -> bool {
        let mut log = live.hearing.log.borrow_mut();
        loop {
            let cursor = live.cursor.get();
            let passed = match log.has_messages() {
                true if cursor == log.len() => None,
                true => self.passable(live, log.bytes(cursor..cursor + 1), true),
                false => self.passable(live, log.bytes(cursor..log.len()), false),
            };
            let Some((passed, length)) = passed else {
                let unread = &log.bytes(cursor..log.len());
                return !log.has_messages() && self.may_become_token(live, unread);
            };
            let units = log.units(length);
            log.mark(cursor..cursor + units, passed);
            live.cursor.set(cursor + units);
        }
    }

    /// Whether a token or record that may be passed over lies at the head of what is unread.
    fn passable(&self, live: &Live, unread: &[u8], whole: bool) -> Option<(Passed, usize)> {
        if let Some((number, length)) = self.token_at(unread)
            && (!whole || length == unread.len())
            && self.may_pass(live, number)
        {
            live.passed.borrow_mut().insert(number);
            return Some((Passed::Token(number), length));
        }
        let among = self.among.borrow();
        if among.is_empty() || (whole && unread.len() != RECORD) {
            return None;
        }
        let record = unread.get(..RECORD)?;
        let found = among.iter().find_map(|sender| {
            self.scenario()
                .flood_number(*sender, record)
                .map(|number| (*sender, number))
        })?;
        live.passed_records
            .borrow_mut()
            .insert(found)
            .then_some((Passed::Record, RECORD))
    }

    /// The token that begins unread bytes, and its length: its number leads to the line as it was
    /// said, so that nothing is searched for.
    fn token_at(&self, unread: &[u8]) -> Option<(u32, usize)> {
        let line = unread.strip_prefix(TOKEN)?;
        let end = line
            .iter()
            .take(LONGEST_TOKEN)
            .position(|byte| *byte == b'\n')?;
        let number = line[..end].rsplit(|byte| *byte == b' ').next()?;
        let number: u32 = std::str::from_utf8(number).ok()?.parse().ok()?;
        let tokens = self.tokens.borrow();
        let token = tokens.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
        let length = TOKEN.len() + end + 1;
        (*token.line == unread[..length]).then_some((number, length))
    }

    /// Whether the unread bytes of a stream are the beginning of a token that may be passed over.
    fn may_become_token(&self, live: &Live, unread: &[u8]) -> bool {
        if unread.is_empty() || unread.len() >= LONGEST_TOKEN || unread.contains(&b'\n') {
            return false;
        }
        let tokens = self.tokens.borrow();
        (1..)
            .zip(tokens.iter())
            .any(|(number, token)| token.line.starts_with(unread) && self.may_pass(live, number))
    }

    /// Whether an actor may pass over a token now. Each is passed over once.
    fn may_pass(&self, live: &Live, number: u32) -> bool {
        let lenient = !self.case.transport.is_stream() || self.server_is(Trait::Sender, "excluded");
        let in_time = match live.standing.get() {
            Standing::Connected | Standing::Joining => true,
            Standing::Member => lenient || self.joining.borrow().contains(&number),
        };
        // Nobody hears itself where the server leaves the sender out.
        let excluded = self.server_is(Trait::Sender, "excluded");
        // An echo that tells a client the words of another is wrong, token or not.
        let own_only = self.scenario().server.is_echo();
        let own = || self.tokens.borrow()[number as usize - 1].actor == live.actor;
        in_time
            && !live.passed.borrow().contains(&number)
            && (!own_only || own())
            && !(excluded && own())
    }

    /// Waits for the end of a connection that is being read; nothing else may come before.
    pub async fn hear_over(
        &self,
        live: &Live,
        within: Option<Duration>,
        wanted: fn(End) -> bool,
        awaited: &str,
    ) -> Heard {
        let patience = Patience::in_all(within.unwrap_or(self.settings.timeout));
        self.hear(live, patience, awaited, |log, cursor| {
            if cursor < log.len() && !log.is_forgetting() {
                return Some(Err(Stop::Differs));
            }
            let over = log.over()?;
            wanted(over.end).then_some(Ok(0))
        })
        .await
    }
}

/// What every token begins with.
pub(super) const TOKEN: &[u8] = b"join ";
