//! The CPU time of this process.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What all threads of the harness have spent so far, in user and system mode.
pub fn cpu_time() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(spent.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(spent.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}
