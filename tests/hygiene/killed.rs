//! A run that is ended at any moment: killed, with no chance to end anything, so that its guards
//! must, or interrupted while it is not yet ready to hear that.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use harness::host::Signal;
use harness::host::deadline::quiet;

use crate::awaited::until;
use crate::long_run;
use crate::marked::Mark;

const ROUNDS: u32 = 150;

/// Few, so that they are loaded at once; each is played often.
const SCENARIOS: usize = 3;

/// The moments lie within this time, in which a few cases are played.
const MOMENTS: Duration = Duration::from_millis(50);

/// What is left of a killed run is gone after this time, on a machine that does nothing else.
const SOON: Duration = Duration::from_millis(100);

/// Lets a run go on until one of many moments: in every third round before it has started anything,
/// or soon after; in the others while it starts one process after the other. What comes then is not
/// awaited. The moments come in an order that looks random and is the same every time.
fn until_moment(round: u32, mark: &Mark) {
    if !round.is_multiple_of(3) {
        until("a first guard", || {
            (mark.borne_by().len() > 1).then_some(())
        });
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(quiet(MOMENTS * (round * 67 % ROUNDS) / ROUNDS));
}

#[test]
fn nothing_is_left_of_a_killed_run() {
    let place = long_run::place(SCENARIOS);
    let mut late = 0;
    let mut longest = Duration::ZERO;
    for round in 0..ROUNDS {
        let mark = Mark::new();
        let mut running = long_run::start(&mark, &place, &["--repeat", "100"]);
        until_moment(round, &mark);
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
    for round in 0..ROUNDS {
        let mark = Mark::new();
        let mut running = long_run::start(&mark, &place, &["--repeat", "100"]);
        until_moment(round, &mark);
        running.signal_group(Signal::INT);
        let status = running.until_ended();
        mark.assert_gone();
        // Before the run listens to signals it has started nothing, and the signal just ends it.
        let in_order = status.code() == Some(130);
        let at_once = status.signal() == Some(Signal::INT.as_raw());
        assert!(in_order || at_once, "round {round}: {status}");
    }
}
