//! What can be wrong with the line client, what it is called, and which scenarios were made to
//! catch it.

/// One thing that a line client does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientFlaw {
    /// Each line is said with a line feed.
    SaysLineEnds,
    /// An empty line is said as a line feed.
    SaysEmptyLines,
    /// A carriage return is part of the line.
    KeepsReturns,
    /// The first line is not said.
    LosesFirstLine,
    /// What the server says is shown.
    ShowsWords,
    /// The end of the server's words is shown.
    ShowsEnd,
    /// Errors are told in the system's words.
    RewordsErrors,
    /// The status is 1, whatever happened.
    ExitsWithFailure,
    /// The client stays when its input and the connection have ended.
    OutlivesInput,
}

/// A line client with one deliberate flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientMutant {
    /// What it is called on a command line and in reports.
    pub name: &'static str,
    /// What is wrong with it.
    pub flaw: ClientFlaw,
    /// What is wrong with it, as the end of a sentence that begins "a client that".
    pub about: &'static str,
    /// The scenarios that were made to catch it; never empty.
    pub made_for: &'static [&'static str],
}

/// Every mutant of the line client, in the order in which reports show them; no name and no flaw
/// twice.
pub fn client_mutants() -> &'static [ClientMutant] {
    MUTANTS
}

/// The mutant of this name.
pub fn client_mutant_named(name: &str) -> Option<&'static ClientMutant> {
    MUTANTS.iter().find(|mutant| mutant.name == name)
}

static MUTANTS: &[ClientMutant] = &[
    ClientMutant {
        name: "says-line-ends",
        flaw: ClientFlaw::SaysLineEnds,
        about: "says each line with a line feed",
        made_for: &["line-client-words"],
    },
    ClientMutant {
        name: "says-empty-lines",
        flaw: ClientFlaw::SaysEmptyLines,
        about: "says a line feed for an empty line",
        made_for: &["line-client-words"],
    },
    ClientMutant {
        name: "keeps-returns",
        flaw: ClientFlaw::KeepsReturns,
        about: "says the carriage return of a line that ends in both",
        made_for: &["line-client-words"],
    },
    ClientMutant {
        name: "loses-first-line",
        flaw: ClientFlaw::LosesFirstLine,
        about: "does not say the first line, as if it came before the connection",
        made_for: &["line-client-words"],
    },
    ClientMutant {
        name: "shows-words",
        flaw: ClientFlaw::ShowsWords,
        about: "shows what the server says",
        made_for: &["line-client-words"],
    },
    ClientMutant {
        name: "shows-end",
        flaw: ClientFlaw::ShowsEnd,
        about: "shows the end of the server's words",
        made_for: &["line-client-server-end"],
    },
    ClientMutant {
        name: "rewords-errors",
        flaw: ClientFlaw::RewordsErrors,
        about: "tells of errors in the words of the system",
        made_for: &["line-client-refused", "line-client-server-reset"],
    },
    ClientMutant {
        name: "exits-with-failure",
        flaw: ClientFlaw::ExitsWithFailure,
        about: "exits with 1 whatever happened",
        made_for: &[
            "line-client-refused",
            "line-client-server-end",
            "line-client-server-reset",
        ],
    },
    ClientMutant {
        name: "outlives-input",
        flaw: ClientFlaw::OutlivesInput,
        about: "stays when its input and the connection have ended",
        made_for: &[
            "line-client-refused",
            "line-client-server-end",
            "line-client-server-reset",
        ],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_and_no_flaw_twice_and_each_is_made_for_something() {
        let names: BTreeSet<_> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        let flaws: BTreeSet<_> = MUTANTS.iter().map(|mutant| mutant.flaw).collect();
        assert_eq!((names.len(), flaws.len()), (MUTANTS.len(), MUTANTS.len()));
        assert!(MUTANTS.iter().all(|mutant| !mutant.made_for.is_empty()));
        assert_eq!(client_mutant_named("none"), None);
        let found = client_mutant_named("shows-end").map(|mutant| mutant.flaw);
        assert_eq!(found, Some(ClientFlaw::ShowsEnd));
    }
}
