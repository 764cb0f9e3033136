//! Who hears what. Pure: (a room, what was read) to deliveries. How they get there is left to
//! `hall` for streams and to `datagrams`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use crate::audience::{Audience, Places};
use crate::ear::Ear;
use crate::flaw::Flaw;
use crate::settings::{Settings, Text};
use crate::text::Undecodable;

/// When the second copy of [`Flaw::SendsLateCopy`] comes: after whoever only looks at once.
const LATE: Duration = Duration::from_millis(50);

/// The place, counted from 0, of the client that [`Flaw::LeavesOutTheThird`] forgets.
const LEFT_OUT: usize = 2;

/// The addresses that [`Flaw::ForgetsOldest`] remembers.
const REMEMBERED: usize = 2;

/// Bytes for one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery<Id> {
    pub(crate) to: Id,
    pub(crate) words: Rc<[u8]>,
    /// How long they wait first.
    pub(crate) after: Duration,
}

/// What words have ended that nobody will hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The server, by its flaw.
    Server,
    /// The connection of the speaker, who said what is no text.
    Speaker,
}

/// Who listens to a client: with [`Flaw::SharesDecoder`] one ear for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose<Id> {
    One(Id),
    Everyones,
}

/// Words that the flaw holds back, for those who were there when they were said.
#[derive(Debug)]
struct Held<Id> {
    from: Id,
    words: Vec<u8>,
    receivers: Vec<Id>,
}

/// The clients that are connected and have not ended.
#[derive(Debug)]
pub(crate) struct Room<Id> {
    audience: Audience,
    text: Text,
    flaw: Flaw,
    /// In the order in which they came.
    members: Vec<Id>,
    ears: BTreeMap<Whose<Id>, Ear>,
    last_words: Option<Rc<[u8]>>,
    held: Option<Held<Id>>,
    somebody_left: bool,
    /// Who does not hear the next words.
    skipped: Option<Id>,
}

impl<Id: Copy + Ord> Room<Id> {
    pub(crate) fn new(settings: &Settings, flaw: Flaw) -> Self {
        Self {
            audience: Audience::of(settings, flaw),
            text: settings.traits.text,
            flaw,
            members: Vec::new(),
            ears: BTreeMap::new(),
            last_words: None,
            held: None,
            somebody_left: false,
            skipped: None,
        }
    }

    /// Somebody comes; one who is here already does not come again.
    pub(crate) fn enter(&mut self, id: Id) -> Vec<Delivery<Id>> {
        let forgotten = self.somebody_left && self.flaw == Flaw::ForgetsNewcomers;
        if forgotten || self.members.contains(&id) {
            return Vec::new();
        }
        self.members.push(id);
        if self.flaw == Flaw::ForgetsOldest && self.members.len() > REMEMBERED {
            self.members.remove(0);
        }
        let welcome = match self.flaw {
            Flaw::Greets => Some(Rc::from(*b"welcome\n")),
            Flaw::TellsHistory => self.last_words.clone(),
            _ => None,
        };
        welcome
            .into_iter()
            .map(|words| Delivery {
                to: id,
                words,
                after: Duration::ZERO,
            })
            .collect()
    }

    /// Somebody has said something.
    ///
    /// # Errors
    /// [`Ended`] where nobody hears it and something ends instead.
    pub(crate) fn hear(&mut self, from: Id, bytes: &[u8]) -> Result<Vec<Delivery<Id>>, Ended> {
        if self.somebody_left && self.flaw == Flaw::DiesAfterLeaver {
            return Err(Ended::Server);
        }
        let whose = self.whose(from);
        let mut others = self.ears.iter().filter(|(other, _)| **other != whose);
        let in_crowd = others.any(|(_, ear)| ear.has_heard_a_lot());
        let (text, flaw) = (self.text, self.flaw);
        let ear = self.ears.entry(whose);
        let ear = ear.or_insert_with(|| Ear::new(text, flaw));
        if in_crowd {
            ear.join_crowd();
        }
        match ear.hear(bytes) {
            Ok(words) => Ok(self.pass_on(from, words)),
            Err(Undecodable) => Err(Ended::Speaker),
        }
    }

    /// Somebody has no more to say.
    pub(crate) fn finish(&mut self, from: Id) -> Vec<Delivery<Id>> {
        let whose = self.whose(from);
        let rest = self.ears.get_mut(&whose).and_then(Ear::finish);
        self.pass_on(from, rest)
    }

    /// Somebody is gone. What the flaw held back is told first.
    pub(crate) fn leave(&mut self, id: Id) -> Vec<Delivery<Id>> {
        let deliveries = self.let_go();
        if let Some(place) = self.members.iter().position(|member| *member == id) {
            self.members.remove(place);
            if self.flaw == Flaw::SkipsBehindLeaver {
                self.skipped = self.members.get(place).copied();
            }
        }
        self.ears.remove(&Whose::One(id));
        self.somebody_left = true;
        deliveries
    }

    /// Whether the flaw holds something back, for which `let_go` must be called in the end.
    pub(crate) fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// Tells what the flaw has held back.
    pub(crate) fn let_go(&mut self) -> Vec<Delivery<Id>> {
        self.held
            .take()
            .map(|held| self.tell(held.words, &held.receivers))
            .unwrap_or_default()
    }

    fn whose(&self, speaker: Id) -> Whose<Id> {
        match self.flaw {
            Flaw::SharesDecoder => Whose::Everyones,
            _ => Whose::One(speaker),
        }
    }

    fn pass_on(&mut self, from: Id, words: Option<Vec<u8>>) -> Vec<Delivery<Id>> {
        let Some(words) = words else {
            return Vec::new();
        };
        match self.flaw {
            Flaw::MergesDatagrams => self.merge(from, words),
            Flaw::TearsWords => self.tear(from, words),
            Flaw::GivesTwoOrders => self.reorder(from, words),
            _ => {
                let mut receivers = self.receivers(from, Places::All);
                let skipped = self.skipped.take();
                receivers.retain(|receiver| Some(*receiver) != skipped);
                self.tell(words, &receivers)
            }
        }
    }

    fn hold(&mut self, from: Id, words: Vec<u8>, places: Places) {
        let receivers = self.receivers(from, places);
        self.held = Some(Held {
            from,
            words,
            receivers,
        });
    }

    fn holds_words_of(&self, speaker: Id) -> bool {
        self.held.as_ref().is_some_and(|held| held.from == speaker)
    }

    fn merge(&mut self, from: Id, mut words: Vec<u8>) -> Vec<Delivery<Id>> {
        if let Some(held) = self.held.as_mut().filter(|held| held.from == from) {
            held.words.append(&mut words);
            return self.let_go();
        }
        let deliveries = self.let_go();
        self.hold(from, words, Places::All);
        deliveries
    }

    fn tear(&mut self, from: Id, mut words: Vec<u8>) -> Vec<Delivery<Id>> {
        let last = words.split_off(words.len().saturating_sub(1));
        let everyone = self.receivers(from, Places::All);
        let mut deliveries = Vec::new();
        if self.holds_words_of(from) {
            deliveries.extend(self.let_go());
        }
        deliveries.extend(self.tell(words, &everyone));
        deliveries.extend(self.let_go());
        self.hold(from, last, Places::All);
        deliveries
    }

    fn reorder(&mut self, from: Id, words: Vec<u8>) -> Vec<Delivery<Id>> {
        let even = self.receivers(from, Places::Even);
        let mut deliveries = self.tell(words.clone(), &even);
        if self.held.is_some() && !self.holds_words_of(from) {
            let odd = self.receivers(from, Places::Odd);
            deliveries.extend(self.tell(words, &odd));
            deliveries.extend(self.let_go());
        } else {
            deliveries.extend(self.let_go());
            self.hold(from, words, Places::Odd);
        }
        deliveries
    }

    fn tell(&mut self, words: Vec<u8>, receivers: &[Id]) -> Vec<Delivery<Id>> {
        let words: Rc<[u8]> = words.into();
        self.last_words = Some(Rc::clone(&words));
        let delays: &[Duration] = match self.flaw {
            Flaw::Duplicates => &[Duration::ZERO, Duration::ZERO],
            Flaw::SendsLateCopy => &[Duration::ZERO, LATE],
            _ => &[Duration::ZERO],
        };
        let told = |after: Duration| {
            let words = &words;
            receivers.iter().map(move |to| Delivery {
                to: *to,
                words: Rc::clone(words),
                after,
            })
        };
        delays.iter().flat_map(|after| told(*after)).collect()
    }

    fn receivers(&self, from: Id, places: Places) -> Vec<Id> {
        if self.flaw == Flaw::AnswersTheFirst {
            return self.members.first().copied().into_iter().collect();
        }
        let members = self.members.iter().copied().enumerate();
        members
            .filter(|(place, member)| places.has(*place) && self.audience.has(*member == from))
            .filter(|(place, _)| self.flaw != Flaw::LeavesOutTheThird || *place != LEFT_OUT)
            .map(|(_, member)| member)
            .collect()
    }
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;
