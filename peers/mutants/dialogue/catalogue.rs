//! What a manifest says of each dialogue, what a mutant of one is, and how both are found. The
//! list of mutants stands in `mutants`.

use harness_peer_rust::Transport;

use super::mutants::MUTANTS;
use super::program::{Fault, Program};

/// A named dialogue, as a manifest offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialogue {
    /// It without a flaw.
    pub flawless: Program,
    /// The traits that an offer of it states, each with its value.
    pub traits: &'static [(&'static str, &'static str)],
}

/// A server of dialogues with one deliberate flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialogueMutant {
    /// What it is called on a command line and in reports.
    pub name: &'static str,
    /// What is wrong with it, as the end of a sentence that begins "a server that".
    pub about: &'static str,
    /// The scenarios that were made to catch it; none for a flaw that any dialogue can have.
    pub made_for: &'static [&'static str],
    /// The dialogues that it holds, no behaviour twice.
    pub programs: &'static [Program],
}

impl Dialogue {
    /// The name of the behaviour.
    pub fn behaviour(&self) -> &'static str {
        self.flawless.behaviour()
    }

    /// What it is held over.
    pub fn transport(&self) -> Transport {
        self.flawless.transport()
    }
}

impl DialogueMutant {
    /// What it does as a server of this behaviour, if it is one.
    pub fn program(&self, behaviour: &str) -> Option<Program> {
        let mut programs = self.programs.iter().copied();
        programs.find(|program| program.behaviour() == behaviour)
    }
}

/// Every dialogue; no behaviour twice.
pub fn dialogues() -> &'static [Dialogue] {
    DIALOGUES
}

/// The dialogue of this behaviour.
pub fn dialogue_named(behaviour: &str) -> Option<&'static Dialogue> {
    let mut dialogues = DIALOGUES.iter();
    dialogues.find(|dialogue| dialogue.behaviour() == behaviour)
}

/// Every mutant of the dialogues, in the order in which reports show them; no name twice.
pub fn dialogue_mutants() -> &'static [DialogueMutant] {
    MUTANTS
}

/// The mutant of this name.
pub fn dialogue_mutant_named(name: &str) -> Option<&'static DialogueMutant> {
    MUTANTS.iter().find(|mutant| mutant.name == name)
}

static DIALOGUES: &[Dialogue] = &[
    Dialogue {
        flawless: Program::LineReply(Fault::None),
        traits: &[
            ("text", "replace"),
            ("framing", "line"),
            ("half_close", "flush_and_end"),
            ("slow_reader", "block"),
            ("concurrency", "one"),
            ("terminator", "exact"),
            ("reuse_address", "yes"),
        ],
    },
    Dialogue {
        flawless: Program::TwoLineReply(Fault::None),
        traits: &[
            ("text", "replace"),
            ("framing", "line"),
            ("half_close", "flush_and_end"),
            ("slow_reader", "block"),
            ("concurrency", "many"),
            ("terminator", "trimmed_ignore_case"),
            ("reuse_address", "yes"),
        ],
    },
    Dialogue {
        flawless: Program::CircleAreas(Fault::None),
        traits: &[
            ("text", "transparent"),
            ("framing", "message"),
            ("half_close", "flush_and_end"),
            ("slow_reader", "block"),
            ("concurrency", "many"),
            ("terminator", "none"),
            ("reuse_address", "yes"),
        ],
    },
    Dialogue {
        flawless: Program::QuitWord(Fault::None),
        traits: &[
            ("text", "transparent"),
            ("framing", "none"),
            ("half_close", "flush_and_end"),
            ("slow_reader", "block"),
            ("concurrency", "one"),
            ("terminator", "exact"),
            ("reuse_address", "no"),
        ],
    },
    Dialogue {
        flawless: Program::ResetOnWord(Fault::None),
        traits: &[
            ("text", "transparent"),
            ("framing", "none"),
            ("half_close", "flush_and_end"),
            ("slow_reader", "drop"),
            ("concurrency", "many"),
            ("terminator", "exact"),
            ("reuse_address", "yes"),
        ],
    },
    Dialogue {
        flawless: Program::DatedReply(Fault::None),
        traits: &[
            ("text", "replace"),
            ("framing", "message"),
            ("datagram_limit", "1024"),
            ("terminator", "ignore_case"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_and_no_behaviour_twice() {
        let names: BTreeSet<_> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        assert_eq!(names.len(), MUTANTS.len());
        for mutant in MUTANTS {
            let behaviours = mutant.programs.iter().map(|program| program.behaviour());
            let behaviours: BTreeSet<_> = behaviours.collect();
            assert_eq!(behaviours.len(), mutant.programs.len(), "{}", mutant.name);
        }
        let behaviours: BTreeSet<_> = DIALOGUES.iter().map(Dialogue::behaviour).collect();
        assert_eq!(behaviours.len(), DIALOGUES.len());
    }

    #[test]
    fn every_program_of_a_mutant_is_wrong_and_no_two_are_the_same() {
        let programs = MUTANTS.iter().flat_map(|mutant| mutant.programs);
        let programs: Vec<_> = programs.collect();
        for (place, program) in programs.iter().enumerate() {
            let dialogue = dialogue_named(program.behaviour()).unwrap();
            assert_ne!(dialogue.flawless, **program);
            assert!(!programs[place + 1..].contains(program), "{program:?}");
        }
    }

    #[test]
    fn a_flaw_proves_scenarios_where_no_other_dialogue_has_it() {
        for mutant in MUTANTS {
            let is_general = mutant.programs.len() > 2;
            assert_eq!(mutant.made_for.is_empty(), is_general, "{}", mutant.name);
        }
        let own = MUTANTS.iter().filter(|mutant| !mutant.made_for.is_empty());
        let behaviours = own.flat_map(|mutant| mutant.programs);
        let behaviours: BTreeSet<_> = behaviours.map(|program| program.behaviour()).collect();
        assert_eq!(
            behaviours.len(),
            DIALOGUES.len(),
            "each has flaws of its own"
        );
    }

    #[test]
    fn a_mutant_is_found_by_its_name_and_its_program_by_the_behaviour() {
        let mutant = dialogue_mutant_named("cuts-long-lines").unwrap();
        let found = mutant.program("two-line-reply").map(Program::behaviour);
        assert_eq!(found, Some("two-line-reply"));
        assert_eq!(mutant.program("quit-word"), None);
        assert_eq!(dialogue_mutant_named("none"), None);
        assert_eq!(dialogue_named("echo"), None);
    }
}
