//! Who hears what, and when.

use crate::flaw::Flaw;
use crate::mutant::{Mutant, ROOM, STREAM, Shows};
use crate::settings::{Behaviour, Sender};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "echoes-to-everyone",
        flaw: Flaw::EchoesToEveryone,
        about: "echoes what one client says to all of them",
        made_for: &["each-hears-itself-only"],
        shows: Shows {
            behaviours: &[Behaviour::Echo],
            ..STREAM
        },
    },
    Mutant {
        name: "leaves-out-the-third",
        flaw: Flaw::LeavesOutTheThird,
        about: "lets the third client of a room hear nothing",
        made_for: &[
            "broadcast",
            "broadcast-to-others",
            "datagram-broadcast",
            "datagram-broadcast-to-others",
        ],
        shows: Shows {
            behaviours: &[Behaviour::Broadcast],
            ..Shows::ANYWHERE
        },
    },
    Mutant {
        name: "sends-to-sender",
        flaw: Flaw::SendsToSender,
        about: "lets a sender hear itself that should be left out",
        made_for: &["broadcast-to-others", "datagram-broadcast-to-others"],
        shows: Shows {
            behaviours: &[Behaviour::Broadcast],
            senders: &[Sender::Excluded],
            ..Shows::ANYWHERE
        },
    },
    Mutant {
        name: "tells-history",
        flaw: Flaw::TellsHistory,
        about: "tells whoever comes the last words that were said before",
        made_for: &["late-joiner", "late-joiner-to-others"],
        shows: ROOM,
    },
    Mutant {
        name: "sends-late-copy",
        flaw: Flaw::SendsLateCopy,
        about: "passes everything on once more, 50 ms later",
        made_for: &["nothing-comes-late", "nothing-comes-late-to-others"],
        shows: STREAM,
    },
    Mutant {
        name: "tears-words",
        flaw: Flaw::TearsWords,
        about: "lets another client's words come before the last byte of one's",
        made_for: &["two-words-at-once", "two-senders", "two-senders-to-others"],
        shows: ROOM,
    },
    Mutant {
        name: "gives-two-orders",
        flaw: Flaw::GivesTwoOrders,
        about: "tells every second client the words of two senders in the other order",
        made_for: &["four-senders-one-order"],
        shows: ROOM,
    },
];
