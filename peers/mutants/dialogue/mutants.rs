//! The list of mutants of the dialogues. What one is stands in `catalogue`.

use super::catalogue::DialogueMutant;
use super::circles::CircleFlaw;
use super::dated::DatedFlaw;
use super::lines::LineFlaw;
use super::program::{Fault, General, Program};
use super::quit::QuitFlaw;
use super::reset::ResetFlaw;
use super::text::Terminator;

pub(super) static MUTANTS: &[DialogueMutant] = &[
    // What any dialogue can have: without these the harness would be blind.
    DialogueMutant {
        name: "drops-last-byte",
        about: "does not hear the last byte of what it reads",
        made_for: &[],
        programs: &[
            Program::LineReply(Fault::General(General::DropsLastByte)),
            Program::TwoLineReply(Fault::General(General::DropsLastByte)),
            Program::CircleAreas(Fault::General(General::DropsLastByte)),
            Program::QuitWord(Fault::General(General::DropsLastByte)),
            Program::ResetOnWord(Fault::General(General::DropsLastByte)),
            Program::DatedReply(Fault::General(General::DropsLastByte)),
        ],
    },
    DialogueMutant {
        name: "duplicates",
        about: "says everything twice",
        made_for: &[],
        programs: &[
            Program::LineReply(Fault::General(General::Duplicates)),
            Program::TwoLineReply(Fault::General(General::Duplicates)),
            Program::CircleAreas(Fault::General(General::Duplicates)),
            Program::QuitWord(Fault::General(General::Duplicates)),
            Program::DatedReply(Fault::General(General::Duplicates)),
        ],
    },
    DialogueMutant {
        name: "greets",
        about: "greets whoever comes with words that nobody expects",
        made_for: &[],
        programs: &[
            Program::LineReply(Fault::General(General::Greets)),
            Program::TwoLineReply(Fault::General(General::Greets)),
            Program::CircleAreas(Fault::General(General::Greets)),
            Program::QuitWord(Fault::General(General::Greets)),
            Program::ResetOnWord(Fault::General(General::Greets)),
            Program::DatedReply(Fault::General(General::Greets)),
        ],
    },
    DialogueMutant {
        name: "never-answers",
        about: "says nothing, and ends at no word",
        made_for: &[],
        programs: &[
            Program::LineReply(Fault::General(General::NeverAnswers)),
            Program::TwoLineReply(Fault::General(General::NeverAnswers)),
            Program::CircleAreas(Fault::General(General::NeverAnswers)),
            Program::QuitWord(Fault::General(General::NeverAnswers)),
            Program::ResetOnWord(Fault::General(General::NeverAnswers)),
            Program::DatedReply(Fault::General(General::NeverAnswers)),
        ],
    },
    DialogueMutant {
        name: "ends-early",
        about: "ends a connection after the first words from it",
        made_for: &[],
        programs: &[
            Program::LineReply(Fault::General(General::EndsEarly)),
            Program::TwoLineReply(Fault::General(General::EndsEarly)),
            Program::CircleAreas(Fault::General(General::EndsEarly)),
            Program::QuitWord(Fault::General(General::EndsEarly)),
            Program::ResetOnWord(Fault::General(General::EndsEarly)),
        ],
    },
    // The dialogues in lines.
    DialogueMutant {
        name: "answers-unfinished-lines",
        about: "answers words before their line has an end",
        made_for: &["reply-waits-for-line"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::AnswersUnfinished))],
    },
    DialogueMutant {
        name: "needs-line-feeds",
        about: "takes a carriage return alone for a part of the line",
        made_for: &["every-line-end"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::NeedsLineFeeds))],
    },
    DialogueMutant {
        name: "takes-crlf-for-two",
        about: "takes a carriage return with a line feed for the ends of two lines",
        made_for: &["every-line-end"],
        programs: &[Program::LineReply(Fault::Own(
            LineFlaw::TakesReturnAndFeedForTwo,
        ))],
    },
    DialogueMutant {
        name: "skips-empty-lines",
        about: "does not answer empty lines",
        made_for: &["every-line-end"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::SkipsEmptyLines))],
    },
    DialogueMutant {
        name: "drops-unfinished-lines",
        about: "does not answer the last words when their line has no end",
        made_for: &["unfinished-line"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::DropsUnfinished))],
    },
    DialogueMutant {
        name: "cuts-long-lines",
        about: "answers no more than 8192 bytes of a line",
        made_for: &["mebibyte-line", "mebibyte-line-twice"],
        programs: &[
            Program::LineReply(Fault::Own(LineFlaw::CutsLongLines)),
            Program::TwoLineReply(Fault::Own(LineFlaw::CutsLongLines)),
        ],
    },
    DialogueMutant {
        name: "replaces-runs-once",
        about: "makes one replacement character of malformed bytes in a row",
        made_for: &["malformed-lines"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::ReplacesRunsOnce))],
    },
    DialogueMutant {
        name: "replaces-surrogates-bytewise",
        about: "makes three replacement characters of an encoded surrogate",
        made_for: &["malformed-lines"],
        programs: &[Program::LineReply(Fault::Own(
            LineFlaw::ReplacesSurrogatesBytewise,
        ))],
    },
    DialogueMutant {
        name: "trims-farewells",
        about: "ends at a farewell with spaces around it, which should be exact",
        made_for: &["exact-farewell"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::EndsOn(
            Terminator::Trimmed,
        )))],
    },
    DialogueMutant {
        name: "takes-farewells-in-any-case",
        about: "ends at a farewell in capital letters, which should be exact",
        made_for: &["exact-farewell"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::EndsOn(
            Terminator::IgnoreCase,
        )))],
    },
    DialogueMutant {
        name: "needs-exact-farewells",
        about: "ends at a farewell only as it is written",
        made_for: &["farewell-in-any-case"],
        programs: &[Program::TwoLineReply(Fault::Own(LineFlaw::EndsOn(
            Terminator::Exact,
        )))],
    },
    DialogueMutant {
        name: "needs-trimmed-farewells",
        about: "does not end at a farewell with spaces around it",
        made_for: &["farewell-in-any-case"],
        programs: &[Program::TwoLineReply(Fault::Own(LineFlaw::EndsOn(
            Terminator::IgnoreCase,
        )))],
    },
    DialogueMutant {
        name: "needs-small-farewells",
        about: "does not end at a farewell in capital letters",
        made_for: &["farewell-in-any-case"],
        programs: &[Program::TwoLineReply(Fault::Own(LineFlaw::EndsOn(
            Terminator::Trimmed,
        )))],
    },
    DialogueMutant {
        name: "goes-on-after-farewell",
        about: "says its farewell and goes on",
        made_for: &["exact-farewell", "farewell-in-any-case"],
        programs: &[
            Program::LineReply(Fault::Own(LineFlaw::GoesOnAfterFarewell)),
            Program::TwoLineReply(Fault::Own(LineFlaw::GoesOnAfterFarewell)),
        ],
    },
    DialogueMutant {
        name: "leaves-out-second-line",
        about: "answers with the first of its two lines",
        made_for: &["two-lines-each"],
        programs: &[Program::TwoLineReply(Fault::Own(
            LineFlaw::LeavesOutSecondLine,
        ))],
    },
    DialogueMutant {
        name: "swaps-its-two-lines",
        about: "says the second of its two lines first",
        made_for: &["two-lines-each"],
        programs: &[Program::TwoLineReply(Fault::Own(LineFlaw::SwapsLines))],
    },
    DialogueMutant {
        name: "serves-two-guests",
        about: "serves two clients at a time, where one should be",
        made_for: &["one-guest-at-a-time"],
        programs: &[Program::LineReply(Fault::Own(LineFlaw::ServesTwo))],
    },
    DialogueMutant {
        name: "serves-one-guest",
        about: "serves one client at a time, where all should be",
        made_for: &["guests-at-once"],
        programs: &[Program::TwoLineReply(Fault::Own(LineFlaw::ServesOne))],
    },
    // The dialogue in numbers.
    DialogueMutant {
        name: "answers-little-endian",
        about: "says areas with the lowest byte first",
        made_for: &["areas-of-circles"],
        programs: &[Program::CircleAreas(Fault::Own(
            CircleFlaw::AnswersLittleEndian,
        ))],
    },
    DialogueMutant {
        name: "keeps-sign-of-zero",
        about: "gives an area the sign of its radius",
        made_for: &["areas-of-circles"],
        programs: &[Program::CircleAreas(Fault::Own(CircleFlaw::KeepsSign))],
    },
    DialogueMutant {
        name: "computes-in-single-precision",
        about: "computes with the precision of 32 bits",
        made_for: &["areas-of-circles"],
        programs: &[Program::CircleAreas(Fault::Own(
            CircleFlaw::ComputesInSinglePrecision,
        ))],
    },
    DialogueMutant {
        name: "waits-for-two-numbers",
        about: "answers a number when the next has come",
        made_for: &["areas-of-circles"],
        programs: &[Program::CircleAreas(Fault::Own(CircleFlaw::WaitsForTwo))],
    },
    DialogueMutant {
        name: "needs-whole-reads",
        about: "loses a number that comes in two reads",
        made_for: &["areas-of-circles"],
        programs: &[Program::CircleAreas(Fault::Own(
            CircleFlaw::NeedsWholeReads,
        ))],
    },
    DialogueMutant {
        name: "answers-one-a-read",
        about: "answers the first only of several numbers in one read",
        made_for: &["areas-of-circles"],
        programs: &[Program::CircleAreas(Fault::Own(
            CircleFlaw::AnswersOneARead,
        ))],
    },
    // The dialogue that a word ends.
    DialogueMutant {
        name: "goes-on-after-quit",
        about: "answers `quit` as it answers anything else",
        made_for: &["quit-ends"],
        programs: &[Program::QuitWord(Fault::Own(QuitFlaw::GoesOnAfterQuit))],
    },
    DialogueMutant {
        name: "trims-quit",
        about: "takes `quit` with a line end for the word",
        made_for: &["quit-within-words"],
        programs: &[Program::QuitWord(Fault::Own(QuitFlaw::TrimsWord))],
    },
    DialogueMutant {
        name: "quits-within-words",
        about: "takes a word that ends in `quit` for it",
        made_for: &["quit-within-words"],
        programs: &[Program::QuitWord(Fault::Own(QuitFlaw::QuitsWithinWords))],
    },
    DialogueMutant {
        name: "reads-past-nul",
        about: "reads on after a zero byte",
        made_for: &["quit-within-words"],
        programs: &[Program::QuitWord(Fault::Own(QuitFlaw::ReadsPastNul))],
    },
    DialogueMutant {
        name: "repeats-at-end",
        about: "answers the end of its client's words without end",
        made_for: &["half-closed-quitter"],
        programs: &[Program::QuitWord(Fault::Own(QuitFlaw::RepeatsAtEnd))],
    },
    DialogueMutant {
        name: "fails-at-end",
        about: "calls the end of its client's words a failure",
        made_for: &["half-closed-quitter"],
        programs: &[Program::QuitWord(Fault::Own(QuitFlaw::FailsAtEnd))],
    },
    DialogueMutant {
        name: "reuses-address",
        about: "takes its port again at once, which it should not have",
        made_for: &["restart-without-reuse"],
        programs: &[Program::QuitWord(Fault::Own(QuitFlaw::ReusesAddress))],
    },
    // The dialogue that says nothing.
    DialogueMutant {
        name: "ends-for-reset",
        about: "ends a connection in order that should be reset",
        made_for: &["line-client-server-reset", "reset-on-word"],
        programs: &[Program::ResetOnWord(Fault::Own(ResetFlaw::EndsForReset))],
    },
    DialogueMutant {
        name: "resets-for-end",
        about: "resets a connection that should be ended in order",
        made_for: &["line-client-server-end", "reset-on-word"],
        programs: &[Program::ResetOnWord(Fault::Own(ResetFlaw::ResetsForEnd))],
    },
    // The dialogue in datagrams.
    DialogueMutant {
        name: "answers-first-sender",
        about: "sends every answer to the first who wrote",
        made_for: &["dated-reply-to-each"],
        programs: &[Program::DatedReply(Fault::Own(
            DatedFlaw::AnswersFirstSender,
        ))],
    },
    DialogueMutant {
        name: "leaves-out-date",
        about: "answers without the date",
        made_for: &["dated-reply-to-each"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::LeavesOutDate))],
    },
    DialogueMutant {
        name: "connects-to-first",
        about: "connects its socket to the first who wrote, so that all others are refused",
        made_for: &["dated-reply-to-each", "too-large-datagram"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::ConnectsToFirst))],
    },
    DialogueMutant {
        name: "does-not-cut-datagrams",
        about: "answers a datagram in its whole length",
        made_for: &["long-datagrams-cut"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::DoesNotCut))],
    },
    DialogueMutant {
        name: "cuts-datagrams-at-512",
        about: "answers no more than 512 bytes of a datagram",
        made_for: &["long-datagrams-cut"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::CutsAt512))],
    },
    DialogueMutant {
        name: "drops-cut-characters",
        about: "leaves out a character that its buffer cuts",
        made_for: &["character-cut-at-limit"],
        programs: &[Program::DatedReply(Fault::Own(
            DatedFlaw::DropsCutCharacter,
        ))],
    },
    DialogueMutant {
        name: "exits-at-bye",
        about: "ends after its farewell",
        made_for: &["farewell-and-on"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::ExitsAtBye))],
    },
    DialogueMutant {
        name: "trims-bye",
        about: "takes `bye` with a line end for the word",
        made_for: &["farewell-and-on"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::EndsOn(
            Terminator::TrimmedIgnoreCase,
        )))],
    },
    DialogueMutant {
        name: "needs-small-bye",
        about: "does not take `BYE` for the word",
        made_for: &["farewell-and-on"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::EndsOn(
            Terminator::Exact,
        )))],
    },
    DialogueMutant {
        name: "ignores-empty-datagrams",
        about: "does not answer empty datagrams",
        made_for: &["farewell-and-on"],
        programs: &[Program::DatedReply(Fault::Own(DatedFlaw::IgnoresEmpty))],
    },
];

#[cfg(test)]
#[path = "mutants_tests.rs"]
mod tests;
