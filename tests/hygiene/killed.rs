//! A run that is ended at any moment: killed, with no chance to end anything, so that its guards
//! must, or interrupted.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use harness::host::Signal;
use harness::host::deadline::quiet;

use crate::awaited::until;
use crate::long_run;
use crate::marked::{Mark, Running};

const ROUNDS: u32 = 150;

/// Few, so that they are loaded at once; each is played often.
const SCENARIOS: usize = 3;

/// The moments lie within this time, in which a few cases are played.
const MOMENTS: Duration = Duration::from_millis(50);

/// What is left of a killed run is gone after this time, on a machine that does nothing else.
const SOON: Duration = Duration::from_millis(100);

/// Lets a run go on for one of many spans, which come in an order that looks random and is the same
/// every time. Nothing is awaited.
fn pass(round: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(quiet(MOMENTS * (round * 67 % ROUNDS) / ROUNDS));
}

/// Waits until a run has begun to start one process after the other.
fn until_first_guard(mark: &Mark) {
    until("a first guard", || {
        (mark.borne_by().len() > 1).then_some(())
    });
}

/// Waits until a run listens to signals. One that came in the microseconds in which a handler takes
/// the place of the default would be lost, by the crate that puts it there.
fn until_it_listens(running: &Running) {
    let last = u64::from(Signal::HUP.as_raw().unsigned_abs()) - 1;
    until("a handler", || {
        let status = fs::read_to_string(format!("/proc/{}/status", running.pid())).ok()?;
        let caught = status
            .lines()
            .find_map(|line| line.strip_prefix("SigCgt:"))?;
        let caught = u64::from_str_radix(caught.trim(), 16).unwrap();
        (caught >> last & 1 == 1).then_some(())
    });
}

#[test]
fn nothing_is_left_of_a_killed_run() {
    let place = long_run::place(SCENARIOS);
    let mut late = 0;
    let mut longest = Duration::ZERO;
    for round in 0..ROUNDS {
        let mark = Mark::new();
        let mut running = long_run::start(&mark, &place, &["--repeat", "100"]);
        if round % 3 > 0 {
            until_first_guard(&mark);
        }
        pass(round);
        match round % 2 {
            0 => running.signal(Signal::KILL),
            _ => running.signal_group(Signal::KILL),
        }
        running.until_ended();
        let killed = Instant::now();
        mark.until_gone();
        late += u32::from(killed.elapsed() > SOON);
        longest = longest.max(killed.elapsed());
    }
    println!("{late} of {ROUNDS} later than {SOON:?}, the longest after {longest:?}");
    // Other tests keep the machine busy, so some may be late.
    assert!(
        late < ROUNDS / 5,
        "{late} of {ROUNDS} later than {SOON:?}, one by {longest:?}"
    );
}

#[test]
fn nothing_is_left_of_an_interrupted_run() {
    let place = long_run::place(SCENARIOS);
    for round in 0..ROUNDS / 3 {
        let mark = Mark::new();
        let mut running = long_run::start(&mark, &place, &["--repeat", "100"]);
        match round % 3 {
            0 => until_it_listens(&running),
            _ => until_first_guard(&mark),
        }
        pass(round);
        running.signal_group(Signal::INT);
        assert_eq!(running.until_ended().code(), Some(130), "round {round}");
        mark.assert_gone();
    }
}

#[test]
fn a_run_that_does_not_listen_yet_just_ends() {
    let place = long_run::place(SCENARIOS);
    let mark = Mark::new();
    let mut running = long_run::start(&mark, &place, &["--repeat", "100"]);
    running.signal_group(Signal::INT);
    assert_eq!(running.until_ended().signal(), Some(Signal::INT.as_raw()));
    mark.assert_gone();
}
