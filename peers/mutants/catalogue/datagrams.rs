//! What concerns datagrams only, and answers that go astray.

use crate::flaw::Flaw;
use crate::mutant::{Mutant, Shows, UDP};
use crate::settings::Behaviour;

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "merges-datagrams",
        flaw: Flaw::MergesDatagrams,
        about: "makes one datagram of two in quick succession",
        made_for: &["datagrams-apart"],
        shows: UDP,
    },
    Mutant {
        name: "truncates-datagrams",
        flaw: Flaw::TruncatesDatagrams,
        about: "passes on no more than 1024 bytes of a datagram",
        made_for: &["datagram-sizes"],
        shows: UDP,
    },
    Mutant {
        name: "drops-empty-datagrams",
        flaw: Flaw::DropsEmptyDatagrams,
        about: "does not pass empty datagrams on",
        made_for: &["datagram-sizes", "datagrams-apart"],
        shows: UDP,
    },
    Mutant {
        name: "forgets-oldest",
        flaw: Flaw::ForgetsOldest,
        about: "knows the two addresses only that it heard from last",
        made_for: &["datagram-broadcast", "datagram-broadcast-to-others"],
        shows: Shows {
            behaviours: &[Behaviour::Broadcast],
            ..UDP
        },
    },
    Mutant {
        name: "answers-from-another-port",
        flaw: Flaw::AnswersFromAnotherPort,
        about: "sends from another port than it hears on",
        made_for: &[
            "each-sender-answered",
            "datagram-broadcast",
            "datagram-broadcast-to-others",
        ],
        shows: UDP,
    },
    Mutant {
        name: "answers-the-first",
        flaw: Flaw::AnswersTheFirst,
        about: "sends every answer to the first client that it knows",
        made_for: &["each-sender-answered", "each-hears-itself-only"],
        shows: Shows {
            behaviours: &[Behaviour::Echo],
            ..Shows::ANYWHERE
        },
    },
];
