//! Time: deadlines, the pace of looks at what has no event, and the declared waits of scenarios.
//! The only file in which a timer stands; what is waited for, and what its end means, is the
//! caller's to say.

use std::future::Future;
use std::time::{Duration, Instant};

/// Looks at a connection in the kernel only yield for this long: what a server does with a few
/// bytes is mostly done by then, and a timer of tokio's takes at least 1 ms.
const YIELDING: Duration = Duration::from_micros(300);

/// A deadline passed before what was waited for came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the deadline passed")]
pub struct Elapsed;

/// Awaits `future` for at most `limit`.
///
/// # Errors
/// [`Elapsed`] when the limit passed first.
pub async fn within<F: Future>(limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    tokio::time::timeout(limit, future)
        .await
        .map_err(|_| Elapsed)
}

/// Awaits `future` until `instant` at the latest; one that is ready is taken even after it.
///
/// # Errors
/// [`Elapsed`] when the instant passed first.
pub async fn until<F: Future>(instant: Instant, future: F) -> Result<F::Output, Elapsed> {
    tokio::time::timeout_at(instant.into(), future)
        .await
        .map_err(|_| Elapsed)
}

/// Lets `span` pass: a wait that a scenario declares, such as the one of `expect_nothing`.
#[expect(clippy::disallowed_methods, reason = "the one place of timers")]
pub async fn quiet(span: Duration) {
    tokio::time::sleep(span).await;
}

/// The pace of looks at something that tells of no event.
///
/// Look first, then await [`Looks::next`], and look again; a deadline stands around the loop.
#[derive(Debug)]
pub struct Looks {
    /// Until when a look only lets others run.
    yielding_until: Instant,
    pause: Duration,
    longest: Duration,
}

impl Looks {
    /// Looks at a starting process: after 1, 2, 4 … 50 ms.
    pub fn at_process() -> Self {
        Looks::new(Duration::ZERO, Duration::from_millis(50))
    }

    /// Looks at a connection in the kernel: yielding for 0.3 ms, then after 1, 2, 4 … 20 ms.
    pub fn at_connection() -> Self {
        Looks::new(YIELDING, Duration::from_millis(20))
    }

    fn new(yielding: Duration, longest: Duration) -> Self {
        let yielding_until = Instant::now() + yielding;
        Looks {
            yielding_until,
            pause: Duration::from_millis(1),
            longest,
        }
    }

    /// Resolves when it is time for the next look.
    #[expect(clippy::disallowed_methods, reason = "the one place of timers")]
    pub async fn next(&mut self) {
        if Instant::now() < self.yielding_until {
            // The first lets the tasks and the events of this thread run, the second the server.
            tokio::task::yield_now().await;
            std::thread::yield_now();
        } else {
            tokio::time::sleep(self.pause).await;
            self.pause = (self.pause * 2).min(self.longest);
        }
    }
}

/// A steady beat, for what is said again until it is answered.
#[derive(Debug)]
pub struct Beat(tokio::time::Interval);

impl Beat {
    /// A beat whose first stroke is one `period` from now; a late one delays those after it.
    ///
    /// # Panics
    /// When `period` is zero.
    pub fn every(period: Duration) -> Self {
        let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Beat(interval)
    }

    /// Resolves at the next stroke.
    pub async fn next(&mut self) {
        self.0.tick().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mut looks: Looks, expected: &[u64]) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let pauses: Vec<u64> = runtime.block_on(async {
            let mut pauses = Vec::new();
            for _ in expected {
                pauses.push(looks.pause.as_millis() as u64);
                looks.next().await;
            }
            pauses
        });
        assert_eq!(pauses, expected);
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        check(Looks::at_process(), &[1, 2, 4, 8, 16, 32, 50, 50]);
    }

    #[test]
    fn a_look_at_a_connection_begins_by_yielding() {
        let looks = Looks::new(Duration::from_secs(60), Duration::from_millis(20));
        check(looks, &[1, 1, 1, 1]);
    }

    #[test]
    fn a_deadline_passes_and_a_ready_future_is_taken() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let never = std::future::pending::<()>();
            assert_eq!(within(Duration::from_millis(1), never).await, Err(Elapsed));
            assert_eq!(until(Instant::now(), std::future::ready(5)).await, Ok(5));
        });
    }
}
