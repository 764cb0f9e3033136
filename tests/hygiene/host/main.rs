//! What the operating system is asked and told, against real programs: guards whose peers try to
//! get away, and what the kernel knows of sockets. A program of its own, beside the other tests of
//! hygiene: what a lost guard leaves behind is known by being a child of the process that plays.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use harness::host::deadline::{Looks, within};
use harness::host::limits::OpenFiles;
use harness::host::{Command, Launcher};

#[path = "../../support/program.rs"]
mod program;

mod sleepers;

mod escapes;
mod guards;
mod panics;
mod processes;

mod connections;
mod listeners;

/// The built program, which becomes the guards.
const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// Longer than anything takes that comes at all, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// One launcher at a time: a second one's processes would be strangers to it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Plays a test with a launcher, which ends whatever the test leaves.
fn play<T>(test: impl AsyncFnOnce(Launcher) -> T) -> T {
    play_with(PathBuf::from(HARNESS), test)
}

fn play_with<T>(guard: PathBuf, test: impl AsyncFnOnce(Launcher) -> T) -> T {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let open_files = OpenFiles {
            found: Some(1024),
            raised: None,
        };
        let launcher = Launcher::new(guard, open_files).unwrap();
        let result = within(PATIENCE, test(launcher.clone()))
            .await
            .expect("a test takes too long");
        launcher.finish().await.unwrap();
        result
    })
}

/// Looks until something is seen.
async fn until<T>(awaited: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
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
}

fn command(words: &[&str]) -> Command {
    Command {
        words: words.iter().map(Into::into).collect(),
        env: vec![],
        cwd: "/".into(),
    }
}

fn shell(script: &str) -> Command {
    command(&["sh", "-c", script])
}
