//! Clients that end, leave or are cut off.

use crate::flaw::Flaw;
use crate::mutant::{Mutant, ROOM, STREAM, TCP};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "dies-after-leaver",
        flaw: Flaw::DiesAfterLeaver,
        about: "ends at the first words after a client has left",
        made_for: &["leaver", "leaver-to-others", "closer"],
        shows: ROOM,
    },
    Mutant {
        name: "forgets-newcomers",
        flaw: Flaw::ForgetsNewcomers,
        about: "does not let into the room who comes after a client has left",
        made_for: &[
            "leaver",
            "leaver-to-others",
            "crasher",
            "crasher-to-others",
            "churn",
        ],
        shows: ROOM,
    },
    Mutant {
        name: "skips-behind-leaver",
        flaw: Flaw::SkipsBehindLeaver,
        about: "leaves out the client behind one that has left, once",
        made_for: &["leaver", "leaver-to-others"],
        shows: ROOM,
    },
    Mutant {
        name: "writes-to-the-closed",
        flaw: Flaw::WritesToTheClosed,
        about: "goes on writing to a client that has ended, and ends of the error",
        made_for: &["closer", "leaver", "leaver-to-others"],
        shows: ROOM,
    },
    Mutant {
        name: "dies-on-reset",
        flaw: Flaw::DiesOnReset,
        about: "ends when a connection is reset",
        made_for: &["crasher", "crasher-to-others"],
        shows: TCP,
    },
    Mutant {
        name: "loses-last-words",
        flaw: Flaw::LosesLastWords,
        about: "loses what a client said that goes right behind its words",
        made_for: &["last-words"],
        shows: ROOM,
    },
    Mutant {
        name: "loses-last-batch",
        flaw: Flaw::LosesLastBatch,
        about: "throws away at a half-close what still waits for the client",
        made_for: &["half-close", "half-close-echo"],
        shows: STREAM,
    },
    Mutant {
        name: "keeps-open",
        flaw: Flaw::KeepsOpen,
        about: "does not end a connection that its client has half-closed",
        made_for: &[
            "half-close",
            "half-close-echo",
            "leaver",
            "leaver-to-others",
        ],
        shows: STREAM,
    },
    Mutant {
        name: "resets-at-end",
        flaw: Flaw::ResetsAtEnd,
        about: "resets connections instead of ending them",
        made_for: &[
            "half-close",
            "half-close-echo",
            "stopped-with-clients",
            "killed-with-clients",
        ],
        shows: TCP,
    },
];
