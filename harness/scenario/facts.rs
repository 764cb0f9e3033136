//! What the words of the language are called, and which transport has which.

use super::model::Until;
use super::syntax::{ActionText, ServerActionText};
use super::words::Transport;

const EVERY: &[Transport] = Transport::ALL;
const STREAMS: &[Transport] = &[Transport::Tcp, Transport::Unix];
const PORTS: &[Transport] = &[Transport::Tcp, Transport::Udp];
const TCP: &[Transport] = &[Transport::Tcp];
const UDP: &[Transport] = &[Transport::Udp];

/// A word as it is written, and the transports that have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub text: &'static str,
    pub over: &'static [Transport],
}

const fn word(text: &'static str, over: &'static [Transport]) -> Word {
    Word { text, over }
}

impl ActionText {
    /// The action's word.
    pub(super) fn word(&self) -> Word {
        match self {
            ActionText::Connect(_) => word("connect", EVERY),
            ActionText::Join(_) => word("join", EVERY),
            ActionText::Send(sent) if sent.has_pieces() => word("pieces", STREAMS),
            ActionText::Send(_) => word("send", EVERY),
            ActionText::Expect(_) => word("expect", EVERY),
            ActionText::ExpectNothing(_) => word("expect_nothing", EVERY),
            ActionText::Observe(observing) => match observing.until {
                Until::End => word("until: end", STREAMS),
                Until::Line => word("until: line", STREAMS),
                Until::Message => word("until: message", UDP),
            },
            ActionText::Finish(_) => word("finish", STREAMS),
            ActionText::Close(_) => word("close", EVERY),
            ActionText::Reset(_) => word("reset", TCP),
            ActionText::Leave(_) => word("leave", STREAMS),
            ActionText::ExpectEnd(_) => word("expect_end", STREAMS),
            ActionText::ExpectReset(_) => word("expect_reset", STREAMS),
            ActionText::ExpectClosed(_) => word("expect_closed", STREAMS),
            ActionText::ExpectRefused(_) => word("expect_refused", EVERY),
            ActionText::ExpectError(_) => word("expect_error", EVERY),
            ActionText::Pause(_) => word("pause", STREAMS),
            ActionText::Resume(_) => word("resume", STREAMS),
            ActionText::Flood(_) => word("flood", STREAMS),
            ActionText::ExpectFlood(_) => word("expect_flood", STREAMS),
            ActionText::IgnoreRest(_) => word("ignore_rest", EVERY),
            ActionText::ExpectExit(_) => word("expect_exit", EVERY),
        }
    }

    /// Whether an actor that is a program can do it: it is told words and heard, and no more.
    pub(super) fn is_for_programs(&self) -> bool {
        match self {
            ActionText::Connect(how) => how.receive_buffer.is_none(),
            ActionText::Send(sent) => !sent.has_pieces(),
            ActionText::Expect(_)
            | ActionText::ExpectNothing(_)
            | ActionText::Observe(_)
            | ActionText::Finish(_)
            | ActionText::Close(_)
            | ActionText::ExpectEnd(_)
            | ActionText::IgnoreRest(_)
            | ActionText::ExpectExit(_) => true,
            _ => false,
        }
    }

    /// Whether it stands where a connection begins.
    pub(super) fn begins_connection(&self) -> bool {
        matches!(self, ActionText::Connect(_) | ActionText::Join(_))
    }
}

impl ServerActionText {
    /// The action's word.
    pub(super) fn word(&self) -> Word {
        match self {
            ServerActionText::HasRead(_) => word("has_read", EVERY),
            ServerActionText::ExpectUnread(_) => word("expect_unread", STREAMS),
            ServerActionText::Start(start) if start.port.is_some() => word("port: taken", PORTS),
            ServerActionText::Start(_) => word("start", EVERY),
            ServerActionText::Restart(restart) if restart.same_port == Some(true) => {
                word("same_port", PORTS)
            }
            ServerActionText::Restart(_) => word("restart", EVERY),
            ServerActionText::Stop(_) => word("stop", EVERY),
            ServerActionText::Kill(_) => word("kill", EVERY),
            ServerActionText::ExpectAlive(_) => word("expect_alive", EVERY),
            ServerActionText::ExpectExit(_) => word("expect_exit", EVERY),
        }
    }
}
