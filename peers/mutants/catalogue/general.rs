//! What any server of any behaviour can have: without these the harness would be blind. They
//! prove no scenario.

use crate::flaw::Flaw;
use crate::mutant::{Mutant, STREAM, Shows};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "drops-last-byte",
        flaw: Flaw::DropsLastByte,
        about: "does not pass on the last byte of what it reads",
        made_for: &[],
        shows: Shows::ANYWHERE,
    },
    Mutant {
        name: "duplicates",
        flaw: Flaw::Duplicates,
        about: "passes everything on twice",
        made_for: &[],
        shows: Shows::ANYWHERE,
    },
    Mutant {
        name: "greets",
        flaw: Flaw::Greets,
        about: "greets whoever comes",
        made_for: &[],
        shows: Shows::ANYWHERE,
    },
    Mutant {
        name: "never-answers",
        flaw: Flaw::NeverAnswers,
        about: "passes nothing on",
        made_for: &[],
        shows: Shows::ANYWHERE,
    },
    Mutant {
        name: "ends-early",
        flaw: Flaw::EndsEarly,
        about: "ends a connection after the first words from it",
        made_for: &[],
        shows: STREAM,
    },
];
