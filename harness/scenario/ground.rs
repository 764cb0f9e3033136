//! What the head of a scenario says that its steps must fit.

use std::collections::BTreeMap;

use super::facts::Word;
use super::words::{Behaviour, Trait, Transport};
use crate::source::{Mistake, Span};

/// The ground that the steps stand on.
#[derive(Debug, Default)]
pub(super) struct Ground {
    /// The transports that were understood.
    pub over: Vec<Transport>,
    /// The behaviour, if it was understood.
    pub server: Option<Behaviour>,
    /// The behaviour of the client program, if the scenario is about one.
    pub client: Option<Behaviour>,
    /// The traits that were understood.
    pub requires: BTreeMap<Trait, Vec<String>>,
}

impl Ground {
    /// Whether some case is played over a stream.
    pub(super) fn over_stream(&self) -> bool {
        self.over.iter().any(|transport| transport.is_stream())
    }

    /// Whether some case is played with datagrams.
    pub(super) fn over_datagrams(&self) -> bool {
        self.over.iter().any(|transport| !transport.is_stream())
    }

    /// Whether every server that plays it has this value of a trait.
    pub(super) fn requires_only(&self, which: Trait, value: &str) -> bool {
        self.requires
            .get(&which)
            .is_some_and(|values| values.iter().all(|it| it == value))
    }

    /// Whether what one client says reaches others.
    pub(super) fn is_broadcast(&self) -> bool {
        self.server.as_ref().is_some_and(Behaviour::is_broadcast)
    }

    /// The mistake of a word that some transport of `over` does not have.
    pub(super) fn lacks(&self, word: Word, span: Span) -> Option<Mistake> {
        let lacking = self
            .over
            .iter()
            .find(|transport| !word.over.contains(transport))?;
        let having: Vec<&str> = word.over.iter().map(|transport| transport.text()).collect();
        let message = format!("`{}` is not possible over {lacking}", word.text);
        let has = if having.len() == 1 { "has" } else { "have" };
        let label = format!("only {} {has} it", having.join(" and "));
        Some(
            Mistake::new(span, message)
                .label(label)
                .help(format!("take {lacking} out of `over`")),
        )
    }
}
