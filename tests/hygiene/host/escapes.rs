//! Each way of getting away, against each way in which a process is ended.

use harness::host::{Command, KillError, Signal};
use rustix::process::kill_process;

use crate::sleepers::Sleepers;
use crate::{command, play, shell};

/// A way of getting away, and how many sleepers it leaves.
struct Escape {
    how: &'static str,
    command: Command,
    size: usize,
}

fn escapes(sleepers: &Sleepers) -> Vec<Escape> {
    let one = |how, before: &str, after: &str| {
        let command = shell(&format!("{before} sleep {} {after}", sleepers.0));
        Escape {
            how,
            command,
            size: 1,
        }
    };
    let crowd = "for i in 1 2 3 4 5 6 7 8 9 10; do (setsid -f";
    vec![
        one("plain", "exec", ""),
        one("background", "", "& wait"),
        one("setsid -f", "setsid -f", ""),
        one("env -i setsid -f", "env -i setsid -f", ""),
        one("nohup", "nohup", "& exit 0"),
        one("double fork", "(setsid sh -c '", "& exit 0' &) ; sleep 600"),
        one("SIGTERM ignored", "trap '' TERM INT HUP;", "& wait"),
        one("stopped", "", "& kill -STOP $$"),
        Escape {
            size: 10,
            ..one("a crowd", crowd, "&) ; done")
        },
    ]
}

#[test]
fn nothing_gets_away_from_a_kill() {
    play(async |launcher| {
        let sleepers = Sleepers::new();
        for Escape { how, command, size } in escapes(&sleepers) {
            let process = launcher.start(&command).await.unwrap();
            sleepers.until_below(&process, size).await;
            let gone = process.kill().await.unwrap();
            assert!(gone.forced >= size, "{how}: {}", gone.forced);
            assert!(sleepers.living().is_empty(), "{how}");
        }
    });
}

#[test]
fn nothing_gets_away_from_a_dropped_process() {
    play(async |launcher| {
        let sleepers = Sleepers::new();
        for Escape { command, size, .. } in escapes(&sleepers) {
            let process = launcher.start(&command).await.unwrap();
            sleepers.until_below(&process, size).await;
            drop(process);
            sleepers.until_gone().await;
        }
    });
}

#[test]
fn a_lost_guard_is_told_and_its_tree_is_ended() {
    play(async |launcher| {
        let sleepers = Sleepers::new();
        for Escape { how, command, size } in escapes(&sleepers) {
            let process = launcher.start(&command).await.unwrap();
            sleepers.until_below(&process, size).await;
            let exited = process.exit().is_some();
            kill_process(process.guard_pid(), Signal::KILL).unwrap();
            assert_eq!(process.ended().await.is_err(), !exited, "{how}");
            let lost = process.kill().await;
            assert!(matches!(lost, Err(KillError::Lost(_))), "{how}: {lost:?}");
            assert!(sleepers.living().is_empty(), "{how}");
        }
    });
}

#[test]
fn several_lost_guards_at_once_leave_nothing() {
    play(async |launcher| {
        let sleepers = Sleepers::new();
        let two = shell(&format!("setsid -f sleep {0}; sleep {0}", sleepers.0));
        let first = launcher.start(&two).await.unwrap();
        let second = launcher.start(&two).await.unwrap();
        let spared = launcher.start(&command(&["sleep", "600"])).await.unwrap();
        for process in [&first, &second] {
            sleepers.until_below(process, 2).await;
            kill_process(process.guard_pid(), Signal::KILL).unwrap();
        }
        let (first, second) = tokio::join!(first.kill(), second.kill());
        assert!(matches!(first, Err(KillError::Lost(_))), "{first:?}");
        assert!(matches!(second, Err(KillError::Lost(_))), "{second:?}");
        assert!(sleepers.living().is_empty());
        assert_eq!(spared.exit(), None);
        assert_eq!(spared.kill().await.unwrap().forced, 1);
    });
}
