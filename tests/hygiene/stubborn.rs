//! Servers that serve well and do all that makes it hard to be rid of them.

use crate::marked::Mark;
use crate::support::{Place, run};

const ECHO: &str = "scenarios/echo.yaml";

/// Plays `scenario` on `peer`; the run must end with `code`, and nothing may be left.
fn check(peer: &str, scenario: &str, words: &[&str], code: i32) -> String {
    let place = Place::with(&[&format!("tests/fixtures/peers/{peer}")], &[scenario]);
    let mark = Mark::new();
    let words = [&["--server", peer, "--over", "tcp"], words].concat();
    let (exit, written) = run(mark.harness(&place, &words));
    assert_eq!(exit, Some(code), "{peer}: {written}");
    mark.assert_gone();
    written
}

#[test]
fn a_server_that_forks() {
    check("forks", ECHO, &[], 0);
    check("forks", ECHO, &["--fresh", "--repeat", "5"], 0);
}

#[test]
fn a_server_in_a_session_of_its_own() {
    check("detaches", ECHO, &[], 0);
    check("detaches", ECHO, &["--fresh", "--repeat", "5"], 0);
}

#[test]
fn a_server_that_ignores_signals() {
    check("deaf", ECHO, &[], 0);
}

#[test]
fn a_server_that_is_asked_to_end_and_does_not() {
    let stopped = "tests/fixtures/hygiene/stopped.yaml";
    let written = check("deaf", stopped, &["--timeout", "300ms"], 1);
    assert!(written.contains("deaf still ran"), "{written}");
}

#[test]
fn a_server_that_fills_its_output() {
    check("chatty", ECHO, &["--repeat", "3"], 0);
}
