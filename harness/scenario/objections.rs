//! What speaks against an action of an actor, given what is known at its step.

use super::cast::Cast;
use super::ground::Ground;
use super::model::ActorId;
use super::stage::{Connection, Open, Server, Stage};
use super::syntax::ActionText;
use super::words::Trait;
use crate::source::{Mistake, Source, Span};

/// All that an objection can rest on.
pub(super) struct Scene<'a> {
    pub source: &'a Source,
    pub cast: &'a Cast,
    pub ground: &'a Ground,
    pub stage: &'a Stage,
    /// Whether the step stands inside `parallel`.
    pub in_parallel: bool,
}

type Objection = Result<(), Box<Mistake>>;

fn object(span: Span, message: impl Into<String>, help: impl Into<String>) -> Objection {
    Err(Box::new(Mistake::new(span, message).help(help)))
}

impl Scene<'_> {
    /// The first thing that speaks against these actors doing this.
    pub(super) fn object(&self, actors: &[ActorId], action: &ActionText, span: Span) -> Objection {
        if let Some(mistake) = self.ground.lacks(action.word(), span) {
            return Err(Box::new(mistake));
        }
        match action {
            ActionText::Join(_) => self.object_to_join(span)?,
            ActionText::Leave(_)
                if !self.ground.requires_only(Trait::HalfClose, "flush_and_end") =>
            {
                return object(
                    span,
                    "`leave` awaits an end that not every server answers with",
                    "write `requires: { half_close: flush_and_end }`",
                );
            }
            ActionText::Flood(_) | ActionText::ExpectFlood(_) => {
                self.object_to_flood(action, span)?;
            }
            ActionText::Observe(_) if self.in_parallel => {
                return object(
                    span,
                    "`observe` stands inside `parallel`",
                    "what it hears would depend on chance: observe after it",
                );
            }
            _ => {}
        }
        actors
            .iter()
            .try_for_each(|id| self.object_to_actor(*id, action, span))
    }

    fn object_to_join(&self, span: Span) -> Objection {
        if let Some(server) = &self.ground.server
            && !server.is_echo()
            && !server.is_broadcast()
        {
            let message = format!("`join` needs `echo` or `broadcast`, and this is `{server}`");
            return object(span, message, "write `connect`");
        }
        if self.in_parallel {
            let message = "`join` stands inside `parallel`";
            return object(span, message, "actors join one after another, before it");
        }
        if !self.ground.is_broadcast() {
            return Ok(());
        }
        for member in self.stage.members() {
            let Connection::Open(open) = self.stage.connection(member) else {
                continue;
            };
            let name = self.cast.name(member);
            if let Some(paused) = open.paused {
                let message = format!("{name} must hear the join and is paused");
                return object(
                    span,
                    message,
                    format!("it pauses in line {}", self.line(paused)),
                );
            }
            if let Some(unread) = open.unread {
                let message =
                    format!("{name} must hear the join and has something unread before it");
                let line = self.line(unread);
                let help = format!("let {name} expect what was sent in line {line} first");
                return object(span, message, help);
            }
        }
        Ok(())
    }

    fn object_to_flood(&self, action: &ActionText, span: Span) -> Objection {
        match &self.ground.server {
            Some(server) if !server.is_echo() && !server.is_broadcast() => {
                let word = action.word().text;
                let message =
                    format!("`{word}` needs `echo` or `broadcast`, and this is `{server}`");
                object(span, message, "write `send` and `expect`")
            }
            _ => Ok(()),
        }
    }

    fn object_to_actor(&self, id: ActorId, action: &ActionText, span: Span) -> Objection {
        let name = self.cast.name(id);
        self.object_to_player(id, action, span)?;
        match (self.stage.connection(id), action) {
            (Connection::Unknown, _) => Ok(()),
            (connection, ActionText::ExpectRefused(_)) => {
                self.object_to_refusal(name, connection, span)
            }
            (connection, ActionText::ExpectError(_)) => {
                self.object_to_error(name, connection, span)
            }
            (Connection::Open(open), action) if action.begins_connection() => object(
                span,
                format!("{name} is connected already"),
                format!("it connected in line {}", self.line(open.since)),
            ),
            // What a program says when nobody listens is part of what it does.
            (_, ActionText::Connect(_)) if self.is_program(id) => Ok(()),
            (_, action) if action.begins_connection() => self.object_to_beginning(span),
            (Connection::Over(_), ActionText::ExpectExit(_)) => Ok(()),
            (Connection::Open(open), action) => self.object_to_open(name, open, action, span),
            (connection, _) => self.not_connected(name, connection, span),
        }
    }

    fn is_program(&self, id: ActorId) -> bool {
        self.ground.client.is_some() && !self.cast.actors[id.0].built_in
    }

    /// A program is told words and heard; the built-in client never exits.
    fn object_to_player(&self, id: ActorId, action: &ActionText, span: Span) -> Objection {
        let name = self.cast.name(id);
        let word = action.word().text;
        match (self.is_program(id), action) {
            (true, action) if !action.is_for_programs() => object(
                span,
                format!("`{word}` cannot be asked of {name}, who is a client program"),
                "it can connect, send, expect, observe, finish, close and exit",
            ),
            (false, ActionText::ExpectExit(_)) => object(
                span,
                format!("{name} is no program, so it never exits"),
                "write `client:` and the behaviour of the program that plays it",
            ),
            _ => Ok(()),
        }
    }

    fn object_to_beginning(&self, span: Span) -> Objection {
        match self.stage.server {
            Server::NotStarted | Server::Gone if self.ground.over_stream() => object(
                span,
                "no server runs here",
                "start it first, or write `expect_refused`",
            ),
            _ => Ok(()),
        }
    }

    fn not_connected(&self, name: &str, connection: &Connection, span: Span) -> Objection {
        match connection {
            Connection::Over(at) => object(
                span,
                format!("{name} is no longer connected"),
                format!("its connection ends in line {}", self.line(*at)),
            ),
            _ => object(
                span,
                format!("{name} is not connected yet"),
                format!("write `{name}: join` or `{name}: connect` before"),
            ),
        }
    }

    /// In the place of `connect` over a stream, after a `send` over udp.
    fn object_to_refusal(&self, name: &str, connection: &Connection, span: Span) -> Objection {
        match connection {
            Connection::Open(open) if self.ground.over_stream() => object(
                span,
                format!("{name} is connected, so nothing can be refused over a stream"),
                format!("it connected in line {}", self.line(open.since)),
            ),
            Connection::Open(open) if !open.has_sent => self.nothing_sent(name, span),
            Connection::Open(_) => Ok(()),
            _ if self.ground.over_datagrams() => self.nothing_sent(name, span),
            _ => Ok(()),
        }
    }

    fn object_to_error(&self, name: &str, connection: &Connection, span: Span) -> Objection {
        match connection {
            Connection::Open(open) if open.has_sent || !self.ground.over_datagrams() => Ok(()),
            _ if self.ground.over_datagrams() => self.nothing_sent(name, span),
            _ => Ok(()),
        }
    }

    fn nothing_sent(&self, name: &str, span: Span) -> Objection {
        let message = format!("{name} has sent nothing that could fail over udp");
        object(span, message, "over udp an error follows a `send`")
    }

    fn object_to_open(
        &self,
        name: &str,
        open: &Open,
        action: &ActionText,
        span: Span,
    ) -> Objection {
        let at = |earlier: Span| self.line(earlier);
        match action {
            ActionText::Send(_)
            | ActionText::Flood(_)
            | ActionText::Finish(_)
            | ActionText::Leave(_) => match open.finished {
                Some(finished) => object(
                    span,
                    format!("{name} has no more to say"),
                    format!("it says `finish` in line {}", at(finished)),
                ),
                None => Ok(()),
            },
            ActionText::Expect(_)
            | ActionText::ExpectNothing(_)
            | ActionText::Observe(_)
            | ActionText::ExpectFlood(_)
            | ActionText::IgnoreRest(_) => match open.ignoring {
                Some(ignoring) => object(
                    span,
                    format!("what {name} hears is not judged any more"),
                    format!("it says `ignore_rest` in line {}", at(ignoring)),
                ),
                None => Ok(()),
            },
            ActionText::Pause(_) => match open.paused {
                Some(paused) => object(
                    span,
                    format!("{name} is paused already"),
                    format!("it pauses in line {}", at(paused)),
                ),
                None => Ok(()),
            },
            ActionText::Resume(_) if open.paused.is_none() => object(
                span,
                format!("{name} is not paused"),
                "`resume` comes after `pause`",
            ),
            _ => Ok(()),
        }
    }

    fn line(&self, span: Span) -> usize {
        self.source.place(span).line
    }
}
