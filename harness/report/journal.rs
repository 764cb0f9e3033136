//! One line of JSON for a case as soon as it is played: what is left of a run that never came to
//! its report.

use serde::Serialize;

use super::document::{Failure, milliseconds};
use crate::oracle::{Judged, Played};
use crate::plan::Case;

/// How a case went, as one line of JSON with its line end. It holds no verdict: that is issued
/// when all are played.
pub fn journal_line(case: &Case, judged: &Judged) -> String {
    let source = &case.scenario.source;
    let (outcome, reason, failures) = match &judged.played {
        Played::Through { failures, crash } => ("played", crash.as_ref(), failures.as_slice()),
        Played::Broken(reason) => ("broken peer", Some(reason), [].as_slice()),
        Played::Fault(reason) => ("harness error", Some(reason), [].as_slice()),
    };
    let entry = Entry {
        id: &case.id,
        outcome,
        reason: reason.map(String::as_str),
        ms: milliseconds(judged.took),
        reused: judged.reused,
        failures: failures.iter().map(|it| Failure::of(it, source)).collect(),
    };
    let mut line = serde_json::to_string(&entry).expect("an entry has text as its keys");
    line.push('\n');
    line
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    outcome: &'static str,
    /// Why it was not played, or how the server's process ended unasked.
    reason: Option<&'a str>,
    ms: f64,
    /// Whether the server's process had served other cases before.
    reused: bool,
    failures: Vec<Failure<'a>>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oracle::Verdict;
    use crate::report::sample;
    use crate::trace::Tail;

    fn check(played: Played, expected: [(&str, serde_json::Value); 3]) {
        let case = sample::line("echo", "tcp", "c", Verdict::Pass).case;
        let took = Duration::from_micros(300);
        let judged = Judged {
            played,
            table: None,
            stderr: Tail::default(),
            took,
            reused: true,
        };
        let line = journal_line(&case, &judged);
        assert_eq!(line.find('\n'), Some(line.len() - 1));
        let value: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
        for (pointer, expected) in expected {
            assert_eq!(value.pointer(pointer), Some(&expected), "{pointer}");
        }
    }

    #[test]
    fn an_entry_is_one_line() {
        let failures = vec![sample::cut_short("bob")];
        check(
            Played::Through {
                failures,
                crash: Some(String::from("status 1")),
            },
            [
                ("/outcome", "played".into()),
                ("/reason", "status 1".into()),
                ("/failures/0/kind", "missing".into()),
            ],
        );
        check(
            Played::Broken(String::from("never listened\nsince it ended")),
            [
                ("/outcome", "broken peer".into()),
                ("/reason", "never listened\nsince it ended".into()),
                ("/ms", 0.3.into()),
            ],
        );
    }
}
