//! What is shown while a run goes on: a live line on a terminal, plain lines elsewhere.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::peer::Progress as Preparing;

/// Draws how far a run has come. It alone writes to the terminal while the run goes on.
pub struct Display {
    bar: Option<ProgressBar>,
    failures: Failures,
    counts: Cell<Counts>,
    running: RefCell<BTreeSet<String>>,
    last_line: Cell<Instant>,
}

/// What plain lines say of cases that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failures {
    /// Each by its id, at once.
    Named,
    /// Only how many: they are meant to fail.
    Counted,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    all: usize,
    done: usize,
    failed: usize,
}

impl Display {
    /// A display on the terminal, if stderr is one; else of plain lines.
    pub fn new() -> Display {
        Display::telling(Failures::Named)
    }

    /// A display for cases that are meant to fail: they are counted and not named.
    pub fn of_counts() -> Display {
        Display::telling(Failures::Counted)
    }

    fn telling(failures: Failures) -> Display {
        let bar = super::print::stderr_is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            bar.set_style(
                ProgressStyle::with_template("{spinner} {msg}").expect("a fixed template"),
            );
            bar
        });
        Display {
            bar,
            failures,
            counts: Cell::default(),
            running: RefCell::default(),
            last_line: Cell::new(Instant::now()),
        }
    }

    /// Shows what is told while peers are made ready.
    pub async fn show_preparing(&self, mut told: UnboundedReceiver<Preparing>) {
        while let Some(preparing) = told.recv().await {
            match preparing {
                Preparing::Waiting { peer } => self.say(&format!("{peer}: another run builds it")),
                Preparing::Fetching { peer, command } => self.say(&format!("{peer}: {command}")),
                Preparing::Building { peer, command } => self.say(&format!("{peer}: {command}")),
                Preparing::Built { peer } => self.say(&format!("{peer}: built")),
                Preparing::Prepared { .. } => {}
            }
        }
    }

    /// So many cases are going to be played.
    pub fn begin(&self, all: usize) {
        self.counts.set(Counts {
            all,
            ..Counts::default()
        });
        self.last_line.set(Instant::now());
    }

    /// A case is being played.
    pub fn case_started(&self, id: &str) {
        self.running.borrow_mut().insert(id.to_owned());
        self.draw();
    }

    /// A case has been played.
    pub fn case_finished(&self, id: &str, failed: bool) {
        self.running.borrow_mut().remove(id);
        let mut counts = self.counts.get();
        counts.done += 1;
        counts.failed += usize::from(failed);
        self.counts.set(counts);
        if failed && self.bar.is_none() && self.failures == Failures::Named {
            super::print::note(&format!("failed: {id}"));
        }
        self.draw();
    }

    /// Takes the live line away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message("");
            bar.finish_and_clear();
        }
        self.running.borrow_mut().clear();
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(text.to_owned());
                bar.tick();
            }
            None => super::print::note(text),
        }
    }

    fn draw(&self) {
        let Counts { all, done, failed } = self.counts.get();
        let running = self.running.borrow();
        let first = running
            .first()
            .map_or(String::new(), |id| format!(": {id}"));
        let line = format!(
            "{done} of {all} cases, {failed} failed, {} running{first}",
            running.len()
        );
        match &self.bar {
            Some(bar) => {
                bar.set_message(line);
                bar.tick();
            }
            None if self.last_line.get().elapsed() > BETWEEN_LINES => {
                super::print::note(&line);
                self.last_line.set(Instant::now());
            }
            None => {}
        }
    }
}

/// How often a run that is not on a terminal says how far it has come.
const BETWEEN_LINES: Duration = Duration::from_secs(2);
