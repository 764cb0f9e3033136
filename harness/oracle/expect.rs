//! Judges what was heard by what was expected: the same matcher that told `exec` when to go on.

use super::{Excerpt, Failure, Kind, Scene};
use crate::scenario::matcher::{Look, Matcher};
use crate::scenario::words::Trait;
use crate::scenario::{Action, Doing};
use crate::trace::{Connection, Log, Stop, What};

impl Scene<'_> {
    pub(super) fn connection(&self) -> Option<&Connection> {
        self.outcome
            .connection
            .map(|index| &self.trace.connections[index])
    }

    /// What lies unread where the outcome's reading began, behind what was passed over.
    pub(super) fn unread(&self) -> Option<(&Log, usize)> {
        let log = &self.connection()?.log;
        let cursor = log.behind_marks(self.outcome.heard.start);
        Some((log, cursor.min(self.outcome.heard.end)))
    }

    /// The bytes that the outcome heard, behind what was passed over: of a stream all, else the
    /// next message.
    pub(super) fn unread_bytes(&self) -> &[u8] {
        let Some((log, cursor)) = self.unread() else {
            return &[];
        };
        let end = match log.has_messages() {
            true => self.outcome.heard.end.min(cursor + 1),
            false => self.outcome.heard.end,
        };
        log.bytes(cursor..end)
    }

    pub(super) fn unread_excerpt(&self) -> Option<Excerpt> {
        let bytes = self.unread_bytes();
        (!bytes.is_empty()).then(|| Excerpt::around(bytes, 0))
    }

    pub(super) fn judge_expect(&self, matcher: &Matcher) -> Option<Failure> {
        let (log, cursor) = self.unread()?;
        let look = matcher.look(log.unread(cursor, self.outcome.heard.end));
        match (&self.outcome.stop, look) {
            (Stop::Met, Look::Met(_)) => None,
            (_, Look::Met(_)) => Some(self.judge_stop("what it should hear")),
            (_, Look::Differs(at)) => Some(self.differs(matcher, at)),
            (Stop::Deadline { .. }, Look::More(right)) => Some(self.missing(matcher, right)),
            (_, Look::More(right)) => {
                let mut failure = self.judge_stop("what it should hear");
                self.show(&mut failure, matcher, right);
                Some(failure)
            }
        }
    }

    fn differs(&self, matcher: &Matcher, at: usize) -> Failure {
        let fallback = match self.is_cut_short(matcher) {
            true => Kind::Torn,
            false => Kind::Corrupt,
        };
        let kind = self.kind_of_unread(fallback);
        let heard = self.unread_bytes().len();
        let what = match (kind, matcher) {
            (Kind::Double, _) => String::from("heard again what it had heard before"),
            (Kind::OwnEcho, _) => String::from("heard its own words"),
            (Kind::OutOfOrder, _) => String::from("heard first what should come later"),
            (Kind::Extra, _) => String::from("heard something before what should come"),
            (Kind::Torn, _) => format!("heard a message of {heard} bytes that is cut short"),
            (_, Matcher::Regex(_)) => String::from("heard what the regex does not match"),
            (_, Matcher::Length(length)) => {
                format!("heard a message of {heard}, not {length} bytes")
            }
            _ => format!("heard something else from byte {at} on"),
        };
        let mut failure = self.failure(kind, &what);
        self.show(&mut failure, matcher, at);
        failure
    }

    fn missing(&self, matcher: &Matcher, right: usize) -> Failure {
        let of = match matcher {
            Matcher::Bytes(payload) => format!(" of {}", payload.len()),
            Matcher::Length(length) => format!(" of {length}"),
            _ => String::new(),
        };
        let mut failure = match right {
            0 => self.failure(Kind::Silent, "heard nothing"),
            _ => self.failure(
                Kind::Missing,
                &format!("heard {right}{of} bytes, then nothing"),
            ),
        };
        self.show(&mut failure, matcher, right);
        failure
    }

    /// Puts what was expected and heard beside a failure.
    fn show(&self, failure: &mut Failure, matcher: &Matcher, at: usize) {
        failure.expected = match matcher {
            Matcher::Bytes(payload) => Some(Excerpt::around(payload.bytes(), at)),
            Matcher::Line(line) => Some(Excerpt::around(line, at)),
            Matcher::OneOf(payloads) => payloads
                .first()
                .map(|payload| Excerpt::around(payload.bytes(), at)),
            Matcher::Regex(_) | Matcher::Length(_) => None,
        };
        failure.heard = Some(Excerpt::around(self.unread_bytes(), at));
        failure.first_difference = Some(at);
    }

    /// Whether a message is the beginning of what was expected, and no more.
    fn is_cut_short(&self, matcher: &Matcher) -> bool {
        let messages = self.unread().is_some_and(|(log, _)| log.has_messages());
        let heard = self.unread_bytes();
        messages
            && matches!(matcher, Matcher::Bytes(payload)
                if heard.len() < payload.len() && payload.bytes().starts_with(heard))
    }

    /// What unread bytes are that should not be there: known words in the wrong place, or what
    /// the caller takes them for.
    pub(super) fn kind_of_unread(&self, fallback: Kind) -> Kind {
        let heard = self.unread_bytes();
        if heard.is_empty() {
            return fallback;
        }
        if self.is_own(heard) {
            return Kind::OwnEcho;
        }
        if self.was_heard_before(heard) {
            return Kind::Double;
        }
        let later = self.expected_by_actor();
        match later
            .iter()
            .position(|expected| heard.starts_with(expected))
        {
            Some(0) if fallback == Kind::Extra => Kind::Extra,
            Some(place) if place > 0 => Kind::OutOfOrder,
            _ if later
                .first()
                .is_some_and(|expected| occurs_later(expected, heard)) =>
            {
                Kind::Extra
            }
            _ => fallback,
        }
    }

    fn is_own(&self, heard: &[u8]) -> bool {
        let offer = self.case.offer();
        let excluded = offer.is_some_and(|offer| offer.is(Trait::Sender, "excluded"));
        excluded
            && self.trace.events.iter().any(|event| {
                event.actor == self.outcome.actor
                    && match &event.what {
                        What::Said(_, beginning) => {
                            !beginning.is_empty() && heard.starts_with(beginning)
                        }
                        What::Token(line) => heard.starts_with(line.as_bytes()),
                        _ => false,
                    }
            })
    }

    /// Whether the words consumed last on the connection begin what is unread.
    fn was_heard_before(&self, heard: &[u8]) -> bool {
        let Some((log, cursor)) = self.unread() else {
            return false;
        };
        if log.has_messages() {
            return cursor > 0 && log.bytes(cursor - 1..cursor) == heard;
        }
        let before = self.trace.outcomes.iter().filter(|outcome| {
            outcome.connection == self.outcome.connection
                && outcome.heard.start < cursor
                && outcome.heard.start < outcome.heard.end
        });
        let tokens = log.marks().iter().map(|mark| mark.units.clone());
        let spans = before
            .map(|outcome| log.behind_marks(outcome.heard.start)..outcome.heard.end.min(cursor));
        spans
            .chain(tokens)
            .filter(|span| span.start < span.end && span.end <= cursor)
            .any(|span| heard.starts_with(log.bytes(span)))
    }

    /// What the actor should hear from this step on, as far as that is bytes.
    fn expected_by_actor(&self) -> Vec<&[u8]> {
        let from = self.outcome.step;
        let steps = self
            .scenario()
            .every_step()
            .filter(|step| step.index >= from);
        steps
            .filter_map(|step| match &step.doing {
                Doing::Act {
                    actors,
                    action: Action::Expect { matcher, .. },
                } if self
                    .outcome
                    .actor
                    .is_some_and(|actor| actors.contains(&actor)) =>
                {
                    match matcher {
                        Matcher::Bytes(payload) if !payload.is_empty() => {
                            Some(&payload.bytes()[..])
                        }
                        _ => None,
                    }
                }
                _ => None,
            })
            .take(LOOK_AHEAD)
            .collect()
    }

    pub(super) fn judge_silence(&self) -> Option<Failure> {
        match &self.outcome.stop {
            Stop::Met => None,
            Stop::Differs => Some(self.extra("should hear nothing")),
            _ => Some(self.judge_stop("silence")),
        }
    }

    /// A failure for what came and should not have.
    pub(super) fn extra(&self, where_: &str) -> Failure {
        let kind = self.kind_of_unread(Kind::Extra);
        let (log, cursor) = match self.unread() {
            Some(unread) => unread,
            None => return self.failure(kind, where_),
        };
        let units = self.outcome.heard.end.saturating_sub(cursor);
        let unit = if log.has_messages() {
            "messages"
        } else {
            "bytes"
        };
        let mut failure = self.failure(kind, &format!("heard {units} {unit} where it {where_}"));
        failure.heard = self.unread_excerpt();
        failure
    }
}

fn occurs_later(expected: &[u8], heard: &[u8]) -> bool {
    let expected = &expected[..expected.len().min(COMPARED)];
    let window = &heard[..heard.len().min(expected.len() + SEARCHED)];
    window
        .windows(expected.len())
        .skip(1)
        .any(|stretch| stretch == expected)
}

/// So many later expectations are compared with what came too early.
const LOOK_AHEAD: usize = 16;

/// So many bytes of what is expected are looked for.
const COMPARED: usize = 256;

/// So many bytes before the expected ones are still taken for something extra.
const SEARCHED: usize = 4 << 10;
