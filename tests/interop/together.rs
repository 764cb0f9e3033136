//! The project's own servers, as far as their toolchains are installed, on what they all can do.

use crate::strict::is_strict;
use crate::support::{HARNESS, Place, run};

const PEERS: [&str; 4] = ["peers/c", "peers/java", "peers/node", "peers/python"];

#[test]
fn every_server_plays_and_none_differs() {
    let place = Place::with(&PEERS, &["scenarios/broadcast.yaml", "scenarios/echo.yaml"]);
    let (exit, written) = run(place.command(&[HARNESS, "run", "--json", "report.json"]));
    assert_eq!(exit, Some(0), "{written}");
    let verdicts = place.verdicts();
    let skipped: Vec<&String> = verdicts
        .iter()
        .filter(|(_, verdict)| *verdict == "skipped")
        .map(|(id, _)| id)
        .collect();
    if !skipped.is_empty() {
        println!("skipped: {skipped:?}, for lack of toolchains");
        assert!(!is_strict(), "a toolchain is missing: {written}");
    }
    let passed = verdicts
        .values()
        .filter(|verdict| *verdict == "pass")
        .count();
    // The Rust server needs no toolchain: it has five cases.
    assert!(passed >= 5, "{verdicts:?}");
    let known = ["pass", "skipped", "unsupported"];
    assert!(
        verdicts
            .values()
            .all(|verdict| known.contains(&verdict.as_str())),
        "{verdicts:?}"
    );
}
