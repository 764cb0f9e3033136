//! The catalogue: what each flaw is called, where it shows, and which scenarios were made to
//! catch it. What it does is left to `flaw` and to the place where it acts.

use harness_peer_rust::{Behaviour, Sender, Transport};

use crate::flaw::Flaw;
use crate::mutant::{ANY, IP, Mutant, STREAM, UDP};

pub(crate) static ALL: &[Mutant] = &[
    // What every scenario catches: without these the harness would be blind.
    Mutant {
        name: "drops-last-byte",
        flaw: Flaw::DropsLastByte,
        about: "does not pass on the last byte of what it reads",
        made_for: &[
            "echo",
            "broadcast",
            "broadcast-to-others",
            "datagram-broadcast",
        ],
        ..ANY
    },
    Mutant {
        name: "duplicates",
        flaw: Flaw::Duplicates,
        about: "passes everything on twice",
        made_for: &["echo", "broadcast"],
        ..ANY
    },
    Mutant {
        name: "greets",
        flaw: Flaw::Greets,
        about: "greets whoever comes",
        made_for: &["echo", "broadcast", "late-joiner", "late-joiner-to-others"],
        ..ANY
    },
    Mutant {
        name: "never-answers",
        flaw: Flaw::NeverAnswers,
        about: "passes nothing on",
        made_for: &["echo", "broadcast"],
        ..ANY
    },
    Mutant {
        name: "ends-early",
        flaw: Flaw::EndsEarly,
        about: "ends a connection after the first words from it",
        made_for: &["echo", "broadcast"],
        ..STREAM
    },
    // What becomes of the words.
    Mutant {
        name: "stops-at-nul",
        flaw: Flaw::StopsAtNul,
        about: "lets words end at their first zero byte, as a C string does",
        made_for: &["echo", "broadcast", "broadcast-to-others", "every-byte"],
        ..ANY
    },
    Mutant {
        name: "drops-returns",
        flaw: Flaw::DropsReturns,
        about: "drops carriage returns before line feeds",
        made_for: &["every-byte"],
        ..STREAM
    },
    Mutant {
        name: "replaces-invalid",
        flaw: Flaw::ReplacesInvalid,
        about: "turns what is no UTF-8 into replacement characters",
        made_for: &["every-byte", "split-characters"],
        ..STREAM
    },
    Mutant {
        name: "holds-split-characters",
        flaw: Flaw::HoldsSplitCharacters,
        about: "holds the beginning of a character back until it is whole",
        made_for: &["split-characters"],
        ..STREAM
    },
    Mutant {
        name: "loses-emoji",
        flaw: Flaw::LosesEmoji,
        about: "knows no characters beyond U+FFFF",
        made_for: &["many-scripts"],
        ..ANY
    },
    Mutant {
        name: "loses-one-byte",
        flaw: Flaw::LosesOneByte,
        about: "loses the byte after the first 64 KiB of a connection",
        made_for: &["large-payloads", "large-payloads-to-others", "random-bytes"],
        ..STREAM
    },
    Mutant {
        name: "flips-one-bit",
        flaw: Flaw::FlipsOneBit,
        about: "has one bit wrong ten million bytes into a message",
        made_for: &["sixteen-mebibytes", "sixteen-mebibytes-to-others"],
        ..STREAM
    },
    Mutant {
        name: "repeats-one-block",
        flaw: Flaw::RepeatsOneBlock,
        about: "writes a block of 16 bytes twice, which only bytes without a pattern can show",
        made_for: &["random-bytes"],
        behaviours: &[Behaviour::Echo],
        ..STREAM
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
        ..STREAM
    },
    // Who hears them, and when.
    Mutant {
        name: "echoes-to-everyone",
        flaw: Flaw::EchoesToEveryone,
        about: "echoes what one client says to all of them",
        made_for: &["each-hears-itself-only"],
        behaviours: &[Behaviour::Echo],
        ..STREAM
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
        behaviours: &[Behaviour::Broadcast],
        ..ANY
    },
    Mutant {
        name: "sends-to-sender",
        flaw: Flaw::SendsToSender,
        about: "lets a sender hear itself that should be left out",
        made_for: &["broadcast-to-others", "datagram-broadcast-to-others"],
        behaviours: &[Behaviour::Broadcast],
        senders: &[Sender::Excluded],
        ..ANY
    },
    Mutant {
        name: "tells-history",
        flaw: Flaw::TellsHistory,
        about: "tells whoever comes the last words that were said before",
        made_for: &["late-joiner", "late-joiner-to-others"],
        behaviours: &[Behaviour::Broadcast],
        ..STREAM
    },
    Mutant {
        name: "sends-late-copy",
        flaw: Flaw::SendsLateCopy,
        about: "passes everything on once more, 50 ms later",
        made_for: &["nothing-comes-late", "nothing-comes-late-to-others"],
        ..STREAM
    },
    Mutant {
        name: "tears-words",
        flaw: Flaw::TearsWords,
        about: "lets another client's words come before the last byte of one's",
        made_for: &["two-words-at-once", "two-senders", "two-senders-to-others"],
        behaviours: &[Behaviour::Broadcast],
        ..STREAM
    },
    Mutant {
        name: "gives-two-orders",
        flaw: Flaw::GivesTwoOrders,
        about: "tells every second client the words of two senders in the other order",
        made_for: &["four-senders-one-order"],
        behaviours: &[Behaviour::Broadcast],
        ..STREAM
    },
    // Clients that leave.
    Mutant {
        name: "dies-after-leaver",
        flaw: Flaw::DiesAfterLeaver,
        about: "ends at the first words after a client has left",
        made_for: &["leaver", "leaver-to-others", "closer"],
        behaviours: &[Behaviour::Broadcast],
        ..STREAM
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
        behaviours: &[Behaviour::Broadcast],
        ..STREAM
    },
    Mutant {
        name: "skips-behind-leaver",
        flaw: Flaw::SkipsBehindLeaver,
        about: "leaves out the client behind one that has left, once",
        made_for: &["leaver", "leaver-to-others"],
        behaviours: &[Behaviour::Broadcast],
        ..STREAM
    },
    Mutant {
        name: "writes-to-the-closed",
        flaw: Flaw::WritesToTheClosed,
        about: "goes on writing to a client that has ended, and ends of the error",
        made_for: &["closer", "leaver", "leaver-to-others"],
        behaviours: &[Behaviour::Broadcast],
        ..STREAM
    },
    Mutant {
        name: "dies-on-reset",
        flaw: Flaw::DiesOnReset,
        about: "ends when a connection is reset",
        made_for: &["crasher", "crasher-to-others"],
        transports: &[Transport::Tcp],
        ..STREAM
    },
    Mutant {
        name: "loses-last-batch",
        flaw: Flaw::LosesLastBatch,
        about: "throws away at a half-close what still waits for the client",
        made_for: &["half-close", "half-close-echo"],
        ..STREAM
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
        ..STREAM
    },
    // Clients that are slow, or many.
    Mutant {
        name: "waits-for-stalled",
        flaw: Flaw::WaitsForStalled,
        about: "waits for a stalled reader without end, and lets everybody wait",
        made_for: &[
            "stalled-reader",
            "stalled-reader-to-others",
            "stalled-unix-reader",
        ],
        ..STREAM
    },
    Mutant {
        name: "buffers-without-end",
        flaw: Flaw::BuffersWithoutEnd,
        about: "never lets a stalled reader go, and keeps all that it does not read",
        made_for: &[
            "stalled-reader",
            "stalled-reader-to-others",
            "stalled-unix-reader",
        ],
        ..STREAM
    },
    // Over TCP the kernel keeps megabytes for one that does not read, so that these do not show.
    Mutant {
        name: "drops-too-soon",
        flaw: Flaw::DropsTooSoon,
        about: "resets a client as soon as more than 128 KiB wait for it",
        made_for: &["paused-reader"],
        transports: &[Transport::Unix],
        ..STREAM
    },
    Mutant {
        name: "loses-what-does-not-fit",
        flaw: Flaw::LosesWhatDoesNotFit,
        about: "throws away what the kernel does not take at once",
        made_for: &["paused-reader"],
        transports: &[Transport::Unix],
        ..STREAM
    },
    Mutant {
        name: "serves-too-few",
        flaw: Flaw::ServesTooFew,
        about: "serves 150 clients at a time",
        made_for: &["many-clients"],
        ..STREAM
    },
    Mutant {
        name: "stops-accepting",
        flaw: Flaw::StopsAccepting,
        about: "accepts 250 connections and no more",
        made_for: &["churn"],
        ..STREAM
    },
    // Starting and stopping.
    Mutant {
        name: "ignores-stop",
        flaw: Flaw::IgnoresStop,
        about: "does not stop when it is told to",
        made_for: &["stopped-with-clients", "stopped-datagram-server"],
        ..ANY
    },
    Mutant {
        name: "fails-on-stop",
        flaw: Flaw::FailsOnStop,
        about: "calls it a failure to be told to stop",
        made_for: &["stopped-with-clients", "stopped-datagram-server"],
        ..ANY
    },
    Mutant {
        name: "does-not-reuse-address",
        flaw: Flaw::DoesNotReuseAddress,
        about: "cannot have the port again that it had a moment ago",
        made_for: &["restarted-on-the-same-port"],
        transports: &[Transport::Tcp],
        ..STREAM
    },
    Mutant {
        name: "succeeds-without-port",
        flaw: Flaw::SucceedsWithoutPort,
        about: "exits with 0 when its port is taken",
        made_for: &["port-taken"],
        ..IP
    },
    Mutant {
        name: "hides-taken-port",
        flaw: Flaw::HidesTakenPort,
        about: "does not say that its port is taken",
        made_for: &["port-taken"],
        ..IP
    },
    Mutant {
        name: "takes-another-port",
        flaw: Flaw::TakesAnotherPort,
        about: "takes another port when its own is taken",
        made_for: &["port-taken"],
        ..IP
    },
    // Datagrams.
    Mutant {
        name: "merges-datagrams",
        flaw: Flaw::MergesDatagrams,
        about: "makes one datagram of two in quick succession",
        made_for: &["datagrams-apart"],
        ..UDP
    },
    Mutant {
        name: "truncates-datagrams",
        flaw: Flaw::TruncatesDatagrams,
        about: "passes on no more than 1024 bytes of a datagram",
        made_for: &["datagram-sizes"],
        ..UDP
    },
    Mutant {
        name: "drops-empty-datagrams",
        flaw: Flaw::DropsEmptyDatagrams,
        about: "does not pass empty datagrams on",
        made_for: &["datagram-sizes", "datagrams-apart"],
        ..UDP
    },
    Mutant {
        name: "forgets-oldest",
        flaw: Flaw::ForgetsOldest,
        about: "knows the two addresses only that it heard from last",
        made_for: &["datagram-broadcast", "datagram-broadcast-to-others"],
        behaviours: &[Behaviour::Broadcast],
        ..UDP
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
        ..UDP
    },
    Mutant {
        name: "answers-the-first",
        flaw: Flaw::AnswersTheFirst,
        about: "sends every answer to the first address that it heard from",
        made_for: &["each-sender-answered"],
        behaviours: &[Behaviour::Echo],
        ..UDP
    },
];
