//! What a process gets, and what is heard of it, with no intent to get away.

use std::io::ErrorKind;
use std::time::Duration;

use harness::host::{Command, Exit, Process, Signal, StartError, Status};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::program::program;
use crate::sleepers::Sleepers;
use crate::{command, play, shell};

/// Everything that a process says on stdout.
async fn all_of(process: &mut Process) -> String {
    let mut heard = String::new();
    process
        .take_stdout()
        .unwrap()
        .read_to_string(&mut heard)
        .await
        .unwrap();
    heard
}

#[test]
fn words_variables_folder_and_streams_reach_the_program() {
    play(async |launcher| {
        let mut command = shell("pwd; echo \"$GREETING\"; cat; echo to stderr >&2; exit 3");
        command.env.push(("GREETING".into(), "hello 你好".into()));
        command.cwd = "/usr".into();
        let mut process = launcher.start(&command).await.unwrap();
        let mut stdin = process.take_stdin().unwrap();
        stdin.write_all(b"said\n").await.unwrap();
        drop(stdin);
        assert_eq!(all_of(&mut process).await, "/usr\nhello 你好\nsaid\n");
        let mut complaint = String::new();
        process
            .take_stderr()
            .unwrap()
            .read_to_string(&mut complaint)
            .await
            .unwrap();
        assert_eq!(complaint, "to stderr\n");
        assert_eq!(process.ended().await.unwrap().status, Status::Code(3));
        assert_eq!(process.exit().unwrap().status, Status::Code(3));
        let gone = process.kill().await.unwrap();
        assert_eq!(gone.forced, 0);
        assert_eq!(process.kill().await.unwrap(), gone);
    });
}

#[test]
fn a_program_that_cannot_run_says_why() {
    play(async |launcher| {
        let refused = async |command: Command| match launcher.start(&command).await {
            Err(StartError::Refused { source, .. }) => source.kind(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            refused(command(&["no-such-program-here"])).await,
            ErrorKind::NotFound
        );
        assert_eq!(
            refused(command(&["/etc/passwd"])).await,
            ErrorKind::PermissionDenied
        );
        assert_eq!(refused(command(&[])).await, ErrorKind::InvalidInput);
        let long = "x".repeat(400_000);
        let error = launcher
            .start(&command(&["true", &long]))
            .await
            .unwrap_err();
        assert!(matches!(error, StartError::Guard { .. }), "{error:?}");
    });
}

#[test]
fn the_end_is_heard_by_all_who_wait() {
    play(async |launcher| {
        let process = launcher.start(&command(&["sleep", "600"])).await.unwrap();
        assert_eq!(process.exit(), None);
        let (one, two, ()) = tokio::join!(process.ended(), process.ended(), async {
            process.signal(Signal::TERM).unwrap();
        });
        assert_eq!(one.unwrap().status, Status::Signal(15));
        assert_eq!(one, two);
        // To one that has ended it does nothing.
        process.signal(Signal::KILL).unwrap();
        assert_eq!(process.kill().await.unwrap().forced, 0);
    });
}

#[test]
fn cpu_is_told() {
    play(async |launcher| {
        let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        let process = launcher.start(&shell(work)).await.unwrap();
        let Exit { status, cpu } = process.ended().await.unwrap();
        assert_eq!(status, Status::Code(0));
        assert!(cpu >= Duration::from_millis(20), "{cpu:?}");
        assert!(process.kill().await.unwrap().cpu >= cpu);
    });
}

#[test]
fn a_peer_gets_the_limit_of_open_files_that_was_found() {
    play(async |launcher| {
        let mut process = launcher.start(&shell("ulimit -Sn")).await.unwrap();
        assert_eq!(all_of(&mut process).await, "1024\n");
    });
}

#[test]
fn a_peer_has_no_descriptor_that_a_plain_child_has_not() {
    play(async |launcher| {
        let words = ["ls", "/proc/self/fd"];
        let plain = program(&words).output().unwrap();
        let mut process = launcher.start(&command(&words)).await.unwrap();
        assert_eq!(
            all_of(&mut process).await,
            String::from_utf8_lossy(&plain.stdout)
        );
    });
}

#[test]
fn finish_ends_what_still_lives() {
    play(async |launcher| {
        let sleepers = Sleepers::new();
        let first = launcher
            .start(&command(&["sleep", &sleepers.0]))
            .await
            .unwrap();
        let second = launcher
            .start(&command(&["sleep", &sleepers.0]))
            .await
            .unwrap();
        launcher.finish().await.unwrap();
        assert!(sleepers.living().is_empty());
        assert_eq!(first.exit().unwrap().status, Status::Signal(9));
        assert_eq!(second.ended().await.unwrap().status, Status::Signal(9));
    });
}
