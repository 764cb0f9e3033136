//! What becomes of characters, and of what is none.

use crate::flaw::Flaw;
use crate::mutant::{Mutant, ROOM, STREAM, Shows, TCP};
use crate::settings::Text;

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "replaces-invalid",
        flaw: Flaw::ReplacesInvalid,
        about: "decodes each read alone, and replaces what is no UTF-8",
        made_for: &[
            "every-byte",
            "split-characters",
            "split-characters-held-back",
            "foreign-encoding",
            "foreign-encoding-echo",
            "strict-text",
        ],
        shows: STREAM,
    },
    Mutant {
        name: "passes-invalid",
        flaw: Flaw::PassesInvalid,
        about: "passes on what is no UTF-8 as it is",
        made_for: &[
            "malformed-words",
            "malformed-echo",
            "split-characters-held-back",
            "strict-text",
        ],
        shows: Shows {
            texts: &[Text::Replace, Text::Strict],
            ..STREAM
        },
    },
    Mutant {
        name: "holds-split-characters",
        flaw: Flaw::HoldsSplitCharacters,
        about: "holds the beginning of a character back until it is whole",
        made_for: &["split-characters"],
        shows: Shows {
            texts: &[Text::Transparent],
            ..STREAM
        },
    },
    Mutant {
        name: "splits-characters",
        flaw: Flaw::SplitsCharacters,
        about: "takes a text apart every 1024 bytes, through the middle of characters",
        made_for: &["large-payloads", "large-payloads-to-others"],
        shows: STREAM,
    },
    Mutant {
        name: "shares-a-decoder",
        flaw: Flaw::SharesDecoder,
        about: "pieces a character together from the bytes of several clients",
        made_for: &["overtaken-character"],
        shows: Shows {
            texts: &[Text::Replace],
            ..ROOM
        },
    },
    Mutant {
        name: "marks-runs-once",
        flaw: Flaw::MarksRunsOnce,
        about: "marks several malformed parts in a row once",
        made_for: &["malformed-words", "malformed-echo"],
        shows: Shows {
            texts: &[Text::Replace],
            ..STREAM
        },
    },
    Mutant {
        name: "marks-surrogates-once",
        flaw: Flaw::MarksSurrogatesOnce,
        about: "marks an encoded surrogate once, as Java does",
        made_for: &["malformed-surrogates"],
        shows: Shows {
            texts: &[Text::Replace],
            ..STREAM
        },
    },
    Mutant {
        name: "drops-byte-order-marks",
        flaw: Flaw::DropsByteOrderMarks,
        about: "drops byte order marks",
        made_for: &["malformed-words", "malformed-echo"],
        shows: Shows {
            texts: &[Text::Replace],
            ..STREAM
        },
    },
    Mutant {
        name: "drops-unfinished",
        flaw: Flaw::DropsUnfinished,
        about: "drops a character that was not finished when its client ended",
        made_for: &["unfinished-character", "unfinished-character-echo"],
        shows: Shows {
            texts: &[Text::Replace],
            ..STREAM
        },
    },
    Mutant {
        name: "marks-unfinished-at-reset",
        flaw: Flaw::MarksUnfinishedAtReset,
        about: "marks a character that was not finished when its client was reset",
        made_for: &["unfinished-character-reset"],
        shows: Shows {
            texts: &[Text::Replace],
            ..TCP
        },
    },
    Mutant {
        name: "loses-emoji",
        flaw: Flaw::LosesEmoji,
        about: "knows no characters beyond U+FFFF",
        made_for: &["many-scripts"],
        shows: Shows::ANYWHERE,
    },
];
