//! What a mutant is, where its flaw shows, and how one is found.

use harness_peer_rust::Transport;

use crate::catalogue::GROUPS;
use crate::flaw::Flaw;
use crate::settings::{Behaviour, Concurrency, Sender, SlowReader, Text, Traits};

/// A server with one deliberate flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mutant {
    /// What it is called on a command line and in reports.
    pub name: &'static str,
    /// What is wrong with it.
    pub flaw: Flaw,
    /// What is wrong with it, as the end of a sentence that begins "a server that".
    pub about: &'static str,
    /// The scenarios that were made to catch it, all of which must. None for a general one, which
    /// proves no scenario: some scenario of each behaviour must catch it.
    pub made_for: &'static [&'static str],
    /// Where the flaw shows.
    pub shows: Shows,
}

/// Where a flaw shows; each list is of one value at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shows {
    /// In these behaviours.
    pub behaviours: &'static [Behaviour],
    /// Over these transports.
    pub transports: &'static [Transport],
    /// With these values of the trait `sender`; echo does not ask.
    pub senders: &'static [Sender],
    /// With these values of the trait `text`; over UDP it is transparent always.
    pub texts: &'static [Text],
    /// With these values of the trait `slow_reader`; UDP does not ask.
    pub slow_readers: &'static [SlowReader],
    /// With these values of the trait `concurrency`; UDP does not ask.
    pub concurrencies: &'static [Concurrency],
}

impl Mutant {
    /// Whether the flaw can be had by any server of any behaviour.
    pub fn is_general(&self) -> bool {
        self.made_for.is_empty()
    }
}

impl Shows {
    /// Everything that a server of this crate can be.
    pub const ANYWHERE: Shows = Shows {
        behaviours: Behaviour::ALL,
        transports: &[Transport::Tcp, Transport::Unix, Transport::Udp],
        senders: Sender::ALL,
        texts: Text::ALL,
        slow_readers: SlowReader::ALL,
        concurrencies: Concurrency::ALL,
    };

    /// Every combination of traits, the one that holds where nothing is asked for first.
    pub fn traits(&self) -> Vec<Traits> {
        let mut all = Vec::new();
        for sender in self.senders {
            for text in self.texts {
                for slow_reader in self.slow_readers {
                    all.extend(self.concurrencies.iter().map(|concurrency| Traits {
                        sender: *sender,
                        text: *text,
                        slow_reader: *slow_reader,
                        concurrency: *concurrency,
                    }));
                }
            }
        }
        all
    }
}

/// Every mutant, in the order in which reports show them; no name and no flaw twice.
pub fn all() -> impl Iterator<Item = &'static Mutant> {
    GROUPS.iter().copied().flatten()
}

/// The mutant of this name.
pub fn named(name: &str) -> Option<&'static Mutant> {
    all().find(|mutant| mutant.name == name)
}

/// What most mutants have in common, to be written over.
pub(crate) const STREAM: Shows = Shows {
    transports: &[Transport::Tcp, Transport::Unix],
    ..Shows::ANYWHERE
};
pub(crate) const TCP: Shows = Shows {
    transports: &[Transport::Tcp],
    ..Shows::ANYWHERE
};
pub(crate) const UNIX: Shows = Shows {
    transports: &[Transport::Unix],
    ..Shows::ANYWHERE
};
pub(crate) const IP: Shows = Shows {
    transports: &[Transport::Tcp, Transport::Udp],
    ..Shows::ANYWHERE
};
pub(crate) const UDP: Shows = Shows {
    transports: &[Transport::Udp],
    ..Shows::ANYWHERE
};
/// A room over a stream.
pub(crate) const ROOM: Shows = Shows {
    behaviours: &[Behaviour::Broadcast],
    ..STREAM
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_name_and_no_flaw_twice_and_none_without_flaw() {
        let names: BTreeSet<_> = all().map(|mutant| mutant.name).collect();
        let flaws: BTreeSet<_> = all().map(|mutant| mutant.flaw).collect();
        let count = all().count();
        assert_eq!((names.len(), flaws.len()), (count, count));
        assert!(!flaws.contains(&Flaw::None));
        assert_eq!(
            named("greets").map(|mutant| mutant.flaw),
            Some(Flaw::Greets)
        );
        assert_eq!(named("none"), None);
    }

    #[test]
    fn the_general_ones_are_five_and_show_everywhere() {
        let general: Vec<_> = all().filter(|mutant| mutant.is_general()).collect();
        assert_eq!(general.len(), 5);
        for mutant in general {
            let expected = match mutant.flaw {
                // A datagram has no connection that could end.
                Flaw::EndsEarly => STREAM,
                _ => Shows::ANYWHERE,
            };
            assert_eq!(mutant.shows, expected, "{}", mutant.name);
        }
    }

    #[test]
    fn the_traits_that_hold_where_nothing_is_asked_for_come_first() {
        let all = Shows::ANYWHERE.traits();
        assert_eq!(all.first(), Some(&Traits::default()));
        assert_eq!(all.len(), 36);
    }

    /// The stems of the scenario files below this folder.
    fn scenarios(folder: &Path) -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .flat_map(|path| match path.extension() {
                _ if path.is_dir() => scenarios(&path),
                Some(ending) if ending == "yaml" => {
                    BTreeSet::from([path.file_stem().unwrap().to_string_lossy().into_owned()])
                }
                _ => BTreeSet::new(),
            })
            .collect()
    }

    #[test]
    fn every_scenario_has_a_mutant_made_for_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        let relays = all().flat_map(|mutant| mutant.made_for);
        let dialogues = crate::dialogue_mutants().iter();
        let dialogues = dialogues.flat_map(|mutant| mutant.made_for);
        let clients = crate::client_mutants().iter();
        let clients = clients.flat_map(|mutant| mutant.made_for);
        let made_for = relays.chain(dialogues).chain(clients);
        let made_for: BTreeSet<_> = made_for.map(|name| (*name).to_owned()).collect();
        assert_eq!(made_for, scenarios(&folder));
    }
}
