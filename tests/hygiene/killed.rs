//! A run that is killed, and with it all chance to end anything: its guards do.

use std::time::{Duration, Instant};

use harness::host::Signal;
use harness::host::deadline::quiet;

use crate::long_run;
use crate::marked::Mark;

const ROUNDS: u32 = 150;

/// The moments of the kills lie within this time from the start of a run: it has loaded its files
/// by then, and played some cases.
const MOMENTS: Duration = Duration::from_millis(60);

/// What is left of a killed run is gone after this time, on a machine that does nothing else.
const SOON: Duration = Duration::from_millis(100);

/// Lets time pass, so that a run is killed at one moment or another: nothing is awaited.
fn pass(span: Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(quiet(span));
}

#[test]
fn nothing_is_left_of_a_killed_run() {
    let place = long_run::place();
    let mut late = 0;
    let mut longest = Duration::ZERO;
    for round in 0..ROUNDS {
        let mark = Mark::new();
        let mut running = long_run::start(&mark, &place);
        // An order that looks random and is the same every time.
        pass(MOMENTS * (round * 67 % ROUNDS) / ROUNDS);
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
