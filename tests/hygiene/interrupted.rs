//! A run that is told to end, early and late: it ends in order, and what it found is on disk.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use harness::host::Signal;

use crate::awaited::until;
use crate::long_run;
use crate::marked::{Mark, Running};
use crate::support::{HARNESS, Place, run};

/// So many cases have been played when a run is told to end.
const MOMENTS: [usize; 5] = [0, 1, 2, 10, 40];

/// More than are played before the last moment, since each is played on three servers.
const SCENARIOS: usize = 100;

/// How a run is told.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    /// As by Ctrl-C, once or twice: the signal reaches the group.
    Keys(usize),
    /// By a signal to the program alone.
    Sent(Signal),
}

/// Tells a long run at every moment; it must give its report, and nothing may be left.
fn check(told: Told) {
    for played in MOMENTS {
        let place = long_run::place(SCENARIOS);
        let mark = Mark::new();
        let mut running = long_run::start(&mark, &place, &[]);
        until("the first cases", || {
            (long_run::played(&place)? >= played).then_some(())
        });
        match told {
            Told::Keys(times) => (0..times).for_each(|_| running.signal_group(Signal::INT)),
            Told::Sent(signal) => running.signal(signal),
        }
        let status = running.until_ended();
        assert_eq!(status.code(), Some(130), "{told:?} after {played} cases");
        if told == Told::Keys(2) {
            // It may have ended at once; then the guards end what is left.
            mark.until_gone();
        } else {
            mark.assert_gone();
            let reported: BTreeSet<String> = place.verdicts().into_keys().collect();
            assert_eq!(reported, long_run::journal(&place));
        }
        let journal = long_run::journal(&place);
        assert!(
            (played..3 * SCENARIOS).contains(&journal.len()),
            "{} cases",
            journal.len()
        );
    }
}

#[test]
fn ctrl_c() {
    check(Told::Keys(1));
}

#[test]
fn ctrl_c_twice() {
    check(Told::Keys(2));
}

#[test]
fn sigterm() {
    check(Told::Sent(Signal::TERM));
}

#[test]
fn sighup() {
    check(Told::Sent(Signal::HUP));
}

/// Interrupts a run on one peer when `processes` of it live: what is awaited then never comes.
fn check_waiting(peer: &str, processes: usize) {
    let place = Place::with(
        &[&format!("tests/fixtures/peers/{peer}")],
        &["scenarios/echo.yaml"],
    );
    let mark = Mark::new();
    let mut command = mark.harness(&place, &["--server", peer, "--over", "tcp"]);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    let mut running = Running::start(&mut command);
    until("the processes", || {
        (mark.borne_by().len() >= processes).then_some(())
    });
    running.signal_group(Signal::INT);
    assert_eq!(running.until_ended().code(), Some(130), "{peer}");
    mark.assert_gone();
}

#[test]
fn ctrl_c_while_a_peer_is_built() {
    // The program, the guard, and two of the build.
    check_waiting("builds", 4);
}

#[test]
fn ctrl_c_while_a_server_does_not_listen() {
    check_waiting("mute", 3);
}

#[test]
fn a_run_that_inherits_ignored_signals_hears_them_and_its_servers_do_not_inherit_them() {
    let peers = ["tests/fixtures/peers/tells", "tests/fixtures/peers/mute"];
    let scenario = "tests/fixtures/hygiene/dispositions.yaml";
    let place = Place::with(&peers, &[scenario, "scenarios/echo.yaml"]);
    let ignoring = |words: &[&str]| {
        let script = "trap '' INT TERM HUP && exec \"$0\" run \"$@\"";
        place.command(&[&["sh", "-c", script, HARNESS], words].concat())
    };
    let mark = Mark::new();
    let dispositions = ["scenarios/dispositions.yaml", "--server", "tells"];
    let (exit, written) = run(mark.on(ignoring(&dispositions)));
    assert_eq!(exit, Some(0), "{written}");
    mark.assert_gone();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mark = Mark::new();
        let mut command = mark.on(ignoring(&["scenarios/echo.yaml", "--server", "mute"]));
        let mut running = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
        until("the server", || (mark.borne_by().len() >= 3).then_some(()));
        running.signal(signal);
        assert_eq!(running.until_ended().code(), Some(130), "{signal:?}");
        mark.assert_gone();
    }
}

#[test]
fn results_of_earlier_runs_stay_until_there_are_new_ones() {
    let place = long_run::place(SCENARIOS);
    let earlier = r#"{"cases": []}"#;
    fs::write(place.path("report.json"), earlier).unwrap();
    let mark = Mark::new();
    let mut running = long_run::start(&mark, &place, &[]);
    until("the first case", || {
        (long_run::played(&place)? > 0).then_some(())
    });
    running.signal(Signal::KILL);
    running.until_ended();
    mark.until_gone();
    assert_eq!(
        fs::read_to_string(place.path("report.json")).unwrap(),
        earlier
    );
    assert!(!long_run::journal(&place).is_empty());
}
