//! Programs that are no servers: each has its verdict, and nothing is left of any.

use std::collections::BTreeMap;

use crate::marked::Mark;
use crate::support::{Place, run};

#[test]
fn programs_that_do_not_serve_are_broken_peers() {
    let named = ["dies", "forks", "mute", "quits"];
    let peers = named.map(|peer| format!("tests/fixtures/peers/{peer}"));
    let place = Place::with(
        &peers.each_ref().map(String::as_str),
        &["scenarios/echo.yaml"],
    );
    let mark = Mark::new();
    let (exit, written) = run(mark.harness(&place, &["--over", "tcp", "--skip", "*/*/rust/*"]));
    mark.assert_gone();
    assert_eq!(exit, Some(1), "{written}");
    let verdicts = named.map(|peer| (format!("echo/tcp/{peer}/built-in"), "broken peer"));
    let mut expected = BTreeMap::from(verdicts.map(|(id, verdict)| (id, verdict.to_owned())));
    // Beside them one that serves is played to its end.
    expected.insert(
        String::from("echo/tcp/forks/built-in"),
        String::from("pass"),
    );
    assert_eq!(place.verdicts(), expected, "{written}");
    for words in [
        "dies ended where no step asked for it: exit 255",
        "mute did not listen within 10 s of its start",
        "quits ended before it listened: exit 3; its last words: no configuration",
    ] {
        assert!(written.contains(words), "{words:?} is not in {written}");
    }
}
