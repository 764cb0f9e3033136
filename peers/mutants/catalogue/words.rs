//! What becomes of the bytes.

use crate::flaw::Flaw;
use crate::mutant::{Mutant, ROOM, STREAM, Shows};
use crate::settings::Behaviour;

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "stops-at-nul",
        flaw: Flaw::StopsAtNul,
        about: "lets words end at their first zero byte, as a C string does",
        made_for: &["echo", "broadcast", "broadcast-to-others", "every-byte"],
        shows: Shows::ANYWHERE,
    },
    Mutant {
        name: "drops-returns",
        flaw: Flaw::DropsReturns,
        about: "drops carriage returns before line feeds",
        made_for: &["every-byte"],
        shows: STREAM,
    },
    Mutant {
        name: "loses-words-behind",
        flaw: Flaw::LosesWordsBehind,
        about: "loses what it reads behind words that no line feed has ended",
        made_for: &["words-in-a-row"],
        shows: STREAM,
    },
    Mutant {
        name: "adds-line-feeds",
        flaw: Flaw::AddsLineFeeds,
        about: "makes a line of everything that it reads",
        made_for: &["words-in-a-row"],
        shows: STREAM,
    },
    Mutant {
        name: "loses-one-byte",
        flaw: Flaw::LosesOneByte,
        about: "loses the byte after the first 64 KiB of a connection",
        made_for: &["large-payloads", "large-payloads-to-others", "random-bytes"],
        shows: STREAM,
    },
    Mutant {
        name: "truncates-reads",
        flaw: Flaw::TruncatesReads,
        about: "passes on no more than 4096 bytes of what it reads at a time",
        made_for: &["large-payloads", "large-payloads-to-others"],
        shows: STREAM,
    },
    Mutant {
        name: "corrupts-one-byte",
        flaw: Flaw::CorruptsOneByte,
        about: "has one byte wrong in the first mebibyte",
        made_for: &["large-payloads", "large-payloads-to-others"],
        shows: STREAM,
    },
    Mutant {
        name: "flips-one-bit",
        flaw: Flaw::FlipsOneBit,
        about: "has one bit wrong ten million bytes into a message",
        made_for: &["sixteen-mebibytes", "sixteen-mebibytes-to-others"],
        shows: STREAM,
    },
    Mutant {
        name: "repeats-one-block",
        flaw: Flaw::RepeatsOneBlock,
        about: "writes a block of 16 bytes twice, which only bytes without a pattern can show",
        made_for: &["random-bytes"],
        shows: Shows {
            behaviours: &[Behaviour::Echo],
            ..STREAM
        },
    },
    Mutant {
        name: "swaps-two-lines",
        flaw: Flaw::SwapsTwoLines,
        about: "passes the 64th line of a client on after its 65th",
        made_for: &[
            "two-senders",
            "two-senders-to-others",
            "four-senders-one-order",
        ],
        shows: STREAM,
    },
    Mutant {
        name: "loses-in-crowd",
        flaw: Flaw::LosesInCrowd,
        about: "loses a line when two clients say a lot",
        made_for: &[
            "two-senders",
            "two-senders-to-others",
            "four-senders-one-order",
        ],
        shows: ROOM,
    },
];
