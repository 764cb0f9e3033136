//! A program without a word for the harness, found listening through the kernel.

use std::collections::BTreeMap;

use crate::support::{HARNESS, Place, run};

/// Plays the echo scenario on a peer; what is played over these transports must pass, and the
/// others must be unsupported.
fn check(peer: &str, over: &[&str], words: &[&str]) {
    let place = Place::with(
        &[&format!("tests/fixtures/peers/{peer}")],
        &["scenarios/echo.yaml"],
    );
    let always = [HARNESS, "run", "--json", "report.json", "--server", peer];
    let (exit, written) = run(place.command(&[&always, words].concat()));
    assert_eq!(exit, Some(0), "{written}");
    let verdicts = ["tcp", "udp", "unix"].map(|transport| {
        let verdict = if over.contains(&transport) {
            "pass"
        } else {
            "unsupported"
        };
        (
            format!("echo/{transport}/{peer}/built-in"),
            verdict.to_owned(),
        )
    });
    assert_eq!(place.verdicts(), BTreeMap::from(verdicts), "{written}");
}

#[test]
fn a_server_that_says_nothing_is_found_over_every_transport() {
    check("plain", &["tcp", "udp", "unix"], &[]);
    check(
        "plain",
        &["tcp", "udp", "unix"],
        &["--fresh", "--repeat", "5"],
    );
}

#[test]
fn a_server_that_takes_any_port_in_a_process_of_its_own_is_found() {
    check("elsewhere", &["tcp"], &[]);
}
