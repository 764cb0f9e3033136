//! A panic of ours: nothing is left of what ran when everything is dropped by it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use harness::host::Launcher;
use tokio::task::LocalSet;

use crate::sleepers::Sleepers;
use crate::{play, shell};

/// Panics while two processes run with all that they started, one of them held by a task.
async fn panic_beside_processes(launcher: Launcher, sleepers: &Sleepers) {
    let command = shell(&format!("setsid -f sleep {0}; sleep {0}", sleepers.0));
    let held_here = launcher.start(&command).await.unwrap();
    let held_by_task = launcher.start(&command).await.unwrap();
    for process in [&held_here, &held_by_task] {
        sleepers.until_below(process, 2).await;
    }
    tokio::task::spawn_local(async move { held_by_task.ended().await });
    panic!("a fault of ours, while {} runs", held_here.pid());
}

#[test]
fn nothing_is_left_after_a_panic() {
    let sleepers = Sleepers::new();
    let panicking = || {
        play(async |launcher| {
            LocalSet::new()
                .run_until(panic_beside_processes(launcher, &sleepers))
                .await;
        });
    };
    assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
    play(async |_| sleepers.until_gone().await);
}
