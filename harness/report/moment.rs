//! One line of a timeline: when, in which step, who, and what was said, heard or done.

use std::ops::Range;
use std::time::Duration;

use super::colour::{BAD, Colour, DIM, GOOD, NOTABLE};
use super::columns::{cut, pad};
use super::escape;
use super::excerpt::thousands;
use crate::scenario::words::End;
use crate::trace::{Log, Over, Passed, What};

/// One line of a timeline.
pub(super) struct Moment {
    /// Since the start of the case.
    pub(super) at: Duration,
    /// The step's number in the file.
    pub(super) step: Option<usize>,
    /// An actor, or the server.
    pub(super) who: String,
    pub(super) told: Told,
}

/// What a line tells, by how it is shown.
pub(super) enum Told {
    /// Said by an actor.
    Said(String),
    /// Heard by an actor.
    Heard(String),
    /// A token, said or heard.
    Token(String),
    /// Something that was done or became of something.
    Happened(String),
    /// What is of little interest.
    Aside(String),
    /// A step that did not end as it should.
    Broken(String),
}

impl Moment {
    /// The line, its names filled up to so many columns.
    pub(super) fn line(&self, names: usize, colour: Colour) -> String {
        let at = format!("{:>TIME$.1} ms", self.at.as_secs_f64() * 1e3);
        let step = self.step.map(|step| step.to_string()).unwrap_or_default();
        let (style, text) = match &self.told {
            Told::Said(text) => (None, text),
            Told::Heard(text) => (Some(GOOD), text),
            Told::Happened(text) => (Some(NOTABLE), text),
            Told::Token(text) | Told::Aside(text) => (Some(DIM), text),
            Told::Broken(text) => (Some(BAD), text),
        };
        let text = style.map_or_else(|| text.clone(), |style| colour.paint(style, text));
        format!(
            "{}  {step:>3}  {} {text}",
            colour.paint(DIM, &at),
            pad(&self.who, names)
        )
    }
}

/// What a stretch of a log holds.
pub(super) fn heard(log: &Log, units: Range<usize>, passed: Option<Passed>) -> Told {
    let bytes = log.bytes(units);
    match passed {
        Some(Passed::Token(_)) => Told::Token(format!("← {}", short(&escape::visible(bytes)))),
        Some(Passed::Record) => Told::Aside(format!("← {}", sized(bytes, bytes.len() as u64))),
        None => Told::Heard(format!("← {}", sized(bytes, bytes.len() as u64))),
    }
}

/// What our side did, or what became of the server.
pub(super) fn told(what: &What) -> Told {
    match what {
        What::Connected(from) => Told::Aside(format!("connected from {}", escape::line(from))),
        What::Said(total, beginning) => Told::Said(format!("→ {}", sized(beginning, *total))),
        What::Token(line) => Told::Token(format!("→ {}␊", short(&escape::line(line)))),
        What::Finished => Told::Happened(String::from("→ has no more to say")),
        What::Closed => Told::Happened(String::from("→ closed")),
        What::Reset => Told::Happened(String::from("→ reset")),
        What::Paused => Told::Happened(String::from("stops reading")),
        What::Resumed => Told::Happened(String::from("reads again")),
        What::Listening(address) => Told::Aside(format!("listens at {}", escape::line(address))),
        What::Signalled(signal) => Told::Happened(format!("is sent {}", escape::line(signal))),
        What::Exited(status) => Told::Happened(format!("ended: {}", escape::line(status))),
        What::Note(text) => Told::Aside(short(&escape::line(text))),
    }
}

/// How a connection ended, where that is no doing of ours.
pub(super) fn ended(over: &Over) -> Option<Told> {
    Some(match over.end {
        // Our own close is an event already.
        End::Closed => return None,
        End::End => Told::Happened(String::from("← end")),
        End::Reset => Told::Happened(String::from("← reset")),
        End::Refused => Told::Happened(String::from("← refused")),
        End::Failed => Told::Broken(format!("← {}", short(&escape::line(&over.text)))),
    })
}

/// The beginning of some bytes and how many there are in all.
fn sized(beginning: &[u8], total: u64) -> String {
    let shown = &beginning[..beginning.len().min(TEXT)];
    let more = if total > shown.len() as u64 {
        "…"
    } else {
        ""
    };
    let plural = if total == 1 { "" } else { "s" };
    let count = usize::try_from(total).map_or_else(|_| total.to_string(), thousands);
    let text = short(&format!("{}{more}", escape::visible(shown)));
    format!("{text}  {count} byte{plural}")
}

/// As much of a text as a line shows.
pub(super) fn short(text: &str) -> String {
    cut(text, TEXT)
}

/// The columns of the milliseconds.
pub(super) const TIME: usize = 8;
/// The most columns of what was said.
const TEXT: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded() {
        let told = sized(&[b'a'; 5000], 5000);
        assert_eq!(told, format!("{}  5,000 bytes", cut(&"a".repeat(61), 60)));
        assert_eq!(sized(b"x", 1), "x  1 byte");
    }
}
