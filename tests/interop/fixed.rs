//! A program that listens on one port and no other: its cases run one after another, and so do those
//! of two runs.

use std::fs;
use std::process::Stdio;

use crate::support::{HARNESS, PATIENCE, Place, run};

/// Far from the ephemeral ports, and from those that are leased.
const PORT: u16 = 30_917;

fn place() -> Place {
    let place = Place::with(&["tests/fixtures/peers/plain"], &["scenarios/echo.yaml"]);
    let manifest = place.path("peers/plain/peer.yaml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        manifest,
        text.replace("port: leased", &format!("port: {PORT}")),
    )
    .unwrap();
    place
}

const WORDS: [&str; 7] = [
    HARNESS,
    "run",
    "--json",
    "report.json",
    "--server",
    "plain",
    "--repeat",
];

#[test]
fn two_runs_side_by_side_both_pass() {
    let (first, second) = (place(), place());
    let words = [&WORDS[..], &["20"]].concat();
    let mut beside = first.command(&words);
    beside.stdout(Stdio::null()).stderr(Stdio::null());
    let mut beside = beside.spawn().unwrap();
    let (exit, written) = run(second.command(&words));
    let status = beside.wait().unwrap();
    assert_eq!(exit, Some(0), "{written}");
    assert!(status.success(), "{status}: waited up to {PATIENCE:?}");
    for place in [first, second] {
        let verdicts = place.verdicts();
        assert!(verdicts.values().all(|it| it == "pass"), "{verdicts:?}");
    }
}

#[test]
fn an_idle_process_makes_room_for_one_that_needs_its_port() {
    let place = place();
    let (exit, written) = run(place.command(&[&WORDS[..], &["3", "--jobs", "8"]].concat()));
    assert_eq!(exit, Some(0), "{written}");
}
