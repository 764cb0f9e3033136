//! Who is meant when a client says something, as the settings have it and as some flaws do.

use crate::flaw::Flaw;
use crate::settings::{Behaviour, Sender, Settings};

/// Who hears what one client says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Speaker,
    Everyone,
    Others,
}

/// Which places of the room are meant, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Places {
    All,
    Even,
    Odd,
}

impl Places {
    /// Whether the client at this place is meant.
    pub(crate) fn has(self, place: usize) -> bool {
        match self {
            Places::All => true,
            Places::Even => place.is_multiple_of(2),
            Places::Odd => !place.is_multiple_of(2),
        }
    }
}

impl Audience {
    pub(crate) fn of(settings: &Settings, flaw: Flaw) -> Self {
        match (settings.behaviour, settings.traits.sender) {
            (Behaviour::Echo, _) if flaw == Flaw::EchoesToEveryone => Audience::Everyone,
            (Behaviour::Echo, _) => Audience::Speaker,
            (Behaviour::Broadcast, Sender::Excluded) if flaw != Flaw::SendsToSender => {
                Audience::Others
            }
            (Behaviour::Broadcast, _) => Audience::Everyone,
        }
    }

    /// Whether a client hears the words, which are its own or not.
    pub(crate) fn has(self, own: bool) -> bool {
        match self {
            Audience::Speaker => own,
            Audience::Everyone => true,
            Audience::Others => !own,
        }
    }
}
