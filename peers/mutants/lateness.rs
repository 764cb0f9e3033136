//! The one place where time is let pass: a flaw that is to be late cannot wait for an event.
//! How late each flaw is stands beside what it delays.

use std::time::Duration;

/// Lets this much time pass.
#[expect(clippy::disallowed_methods, reason = "being late is the flaw")]
pub(crate) async fn let_pass(time: Duration) {
    tokio::time::sleep(time).await;
}
