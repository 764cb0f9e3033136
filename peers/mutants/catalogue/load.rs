//! Clients that are slow, or many.

use crate::flaw::Flaw;
use crate::mutant::{Mutant, STREAM, Shows, UNIX};
use crate::settings::{Concurrency, SlowReader};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "waits-for-stalled",
        flaw: Flaw::WaitsForStalled,
        about: "waits for a stalled reader without end, and lets everybody wait",
        made_for: &[
            "stalled-reader",
            "stalled-reader-to-others",
            "stalled-unix-reader",
            "silent-writer-dropped",
            "silent-writer-buffered",
        ],
        shows: Shows {
            slow_readers: &[SlowReader::Drop, SlowReader::Buffer],
            ..STREAM
        },
    },
    Mutant {
        name: "buffers-without-end",
        flaw: Flaw::BuffersWithoutEnd,
        about: "never lets a stalled reader go, and keeps all that it does not read",
        made_for: &[
            "stalled-reader",
            "stalled-reader-to-others",
            "stalled-unix-reader",
            "silent-writer-dropped",
            "silent-writer-blocked",
        ],
        shows: Shows {
            slow_readers: &[SlowReader::Drop, SlowReader::Block],
            ..STREAM
        },
    },
    // Over TCP the kernel keeps megabytes for one that does not read, so that these show over unix
    // sockets only.
    Mutant {
        name: "drops-too-soon",
        flaw: Flaw::DropsTooSoon,
        about: "resets a client as soon as more than 128 KiB wait for it",
        made_for: &["paused-reader"],
        shows: UNIX,
    },
    Mutant {
        name: "lets-stalled-go",
        flaw: Flaw::LetsStalledGo,
        about: "resets a client as soon as more than 1 MiB waits for it",
        made_for: &["stalled-reader-gets-all", "silent-writer-buffered"],
        shows: Shows {
            slow_readers: &[SlowReader::Buffer],
            ..STREAM
        },
    },
    Mutant {
        name: "loses-beyond-mark",
        flaw: Flaw::LosesBeyondMark,
        about: "throws away what a client is owed beyond 1 MiB",
        made_for: &["stalled-reader-gets-all", "silent-writer-buffered"],
        shows: Shows {
            slow_readers: &[SlowReader::Buffer],
            ..STREAM
        },
    },
    Mutant {
        name: "loses-what-does-not-fit",
        flaw: Flaw::LosesWhatDoesNotFit,
        about: "throws away what the kernel does not take at once",
        made_for: &["paused-reader"],
        shows: UNIX,
    },
    Mutant {
        name: "serves-too-few",
        flaw: Flaw::ServesTooFew,
        about: "serves 150 clients at a time",
        made_for: &["many-clients"],
        shows: STREAM,
    },
    Mutant {
        name: "serves-all-at-once",
        flaw: Flaw::ServesAllAtOnce,
        about: "serves everybody at once that should serve one",
        made_for: &["one-at-a-time"],
        shows: Shows {
            concurrencies: &[Concurrency::One],
            ..STREAM
        },
    },
    Mutant {
        name: "serves-one-at-a-time",
        flaw: Flaw::ServesOneAtATime,
        about: "serves one client at a time that should serve all",
        made_for: &["several-at-once"],
        shows: Shows {
            concurrencies: &[Concurrency::Many],
            ..STREAM
        },
    },
    Mutant {
        name: "stops-accepting",
        flaw: Flaw::StopsAccepting,
        about: "accepts 250 connections and no more",
        made_for: &["churn"],
        shows: STREAM,
    },
];
