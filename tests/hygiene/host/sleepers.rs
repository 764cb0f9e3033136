//! Sleepers, by which a test knows its own processes: each sleeps for a number of seconds that no
//! other test has.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use harness::host::Process;

use crate::until;

/// The seconds for which the sleepers of one test sleep.
pub struct Sleepers(pub String);

impl Sleepers {
    pub fn new() -> Sleepers {
        static NUMBERS: AtomicU32 = AtomicU32::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Sleepers(format!("600.{:010}{number:04}", std::process::id()))
    }

    /// Those of the whole machine.
    pub fn living(&self) -> BTreeSet<i32> {
        let names = std::fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name());
        names
            .filter_map(|name| name.to_str()?.parse().ok())
            .filter(|&pid| self.is(pid))
            .collect()
    }

    fn is(&self, pid: i32) -> bool {
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        words == format!("sleep\0{}\0", self.0).into_bytes()
    }

    /// Waits until so many descend from a process's guard.
    pub async fn until_below(&self, process: &Process, count: usize) {
        let below = || {
            process
                .tree()
                .iter()
                .filter(|pid| self.is(pid.as_raw_pid()))
                .count()
        };
        until("the sleepers", || (below() >= count).then_some(())).await;
    }

    /// Waits, outside of any runtime, until the machine has so many.
    pub fn until_there_are(&self, count: usize) {
        let there_are = || (self.living().len() >= count).then_some(());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(until("the sleepers", there_are));
    }

    /// Waits until none lives.
    pub async fn until_gone(&self) {
        until("the sleepers to be gone", || {
            self.living().is_empty().then_some(())
        })
        .await;
    }
}
