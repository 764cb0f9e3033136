//! What a mutant is, and how one is found.

use harness_peer_rust::{Behaviour, Sender, Transport};

use crate::catalogue::ALL;
use crate::flaw::Flaw;

/// A server with one deliberate flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mutant {
    /// What it is called on a command line and in reports.
    pub name: &'static str,
    /// What is wrong with it.
    pub flaw: Flaw,
    /// What is wrong with it, as the end of a sentence that begins "a server that".
    pub about: &'static str,
    /// The scenarios that were made to catch it; never empty.
    pub made_for: &'static [&'static str],
    /// The behaviours in which the flaw shows.
    pub behaviours: &'static [Behaviour],
    /// The transports over which the flaw shows.
    pub transports: &'static [Transport],
    /// The values of the trait `sender` with which the flaw shows; echo does not ask.
    pub senders: &'static [Sender],
}

/// Every mutant, in the order in which reports show them; no name and no flaw twice.
pub fn all() -> &'static [Mutant] {
    ALL
}

/// The mutant of this name.
pub fn named(name: &str) -> Option<&'static Mutant> {
    ALL.iter().find(|mutant| mutant.name == name)
}

/// What most mutants have in common, to be written over.
pub(crate) const ANY: Mutant = Mutant {
    name: "",
    flaw: Flaw::None,
    about: "",
    made_for: &[],
    behaviours: &[Behaviour::Echo, Behaviour::Broadcast],
    transports: &[Transport::Tcp, Transport::Unix, Transport::Udp],
    senders: &[Sender::Included, Sender::Excluded],
};
pub(crate) const STREAM: Mutant = Mutant {
    transports: &[Transport::Tcp, Transport::Unix],
    ..ANY
};
pub(crate) const IP: Mutant = Mutant {
    transports: &[Transport::Tcp, Transport::Udp],
    ..ANY
};
pub(crate) const UDP: Mutant = Mutant {
    transports: &[Transport::Udp],
    ..ANY
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_name_and_no_flaw_twice_and_none_without_flaw() {
        let names: BTreeSet<_> = ALL.iter().map(|mutant| mutant.name).collect();
        let flaws: BTreeSet<_> = ALL.iter().map(|mutant| mutant.flaw).collect();
        assert_eq!((names.len(), flaws.len()), (ALL.len(), ALL.len()));
        assert!(!flaws.contains(&Flaw::None));
        assert_eq!(
            named("greets").map(|mutant| mutant.flaw),
            Some(Flaw::Greets)
        );
        assert_eq!(named("none"), None);
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
        let made_for = ALL.iter().flat_map(|mutant| mutant.made_for);
        let made_for: BTreeSet<_> = made_for.map(|name| (*name).to_owned()).collect();
        assert_eq!(made_for, scenarios(&folder));
    }
}
