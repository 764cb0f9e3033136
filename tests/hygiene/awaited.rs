//! Waiting for what happens outside of the test.

use std::time::Instant;

use harness::host::deadline::Looks;

use crate::support::PATIENCE;

/// Looks, as often as the program itself looks at a starting process, until something is seen.
pub fn until<T>(awaited: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut looks = Looks::at_process();
        loop {
            if let Some(seen) = look() {
                return seen;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "waited {PATIENCE:?} for {awaited}"
            );
            looks.next().await;
        }
    })
}
