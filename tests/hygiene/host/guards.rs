//! Guards that a test starts itself, or that something else has ended.

use std::fs;
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::sync::PoisonError;

use harness::host::Status;
use rustix::net::{
    AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
    send, sendmsg, socketpair,
};

use crate::program::program;
use crate::sleepers::Sleepers;
use crate::{HARNESS, ONE_AT_A_TIME, play_with, shell};

#[test]
fn a_guard_started_by_hand_says_so() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let output = program(&[HARNESS, "guard"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        complaint.contains("started by the harness itself"),
        "{complaint}"
    );
}

/// Orders a guard to start something, as a launcher does.
fn order(socket: &OwnedFd, order: &str, streams: &[BorrowedFd<'_>]) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(streams)));
    let words = [IoSlice::new(order.as_bytes())];
    sendmsg(socket, &words, &mut control, SendFlags::empty()).unwrap();
}

#[test]
fn a_guard_that_fails_ends_its_tree_as_well() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (flags, kind) = (SocketFlags::CLOEXEC, SocketType::SEQPACKET);
    let (ours, theirs) = socketpair(AddressFamily::UNIX, kind, flags, None).unwrap();
    let mut guard = program(&[HARNESS, "guard"]);
    let guard = guard.stdin(Stdio::from(theirs)).stderr(Stdio::null());
    let mut guard = guard.spawn().unwrap();
    let sleepers = Sleepers::new();
    let script = format!("setsid -f sleep {0}; exec sleep {0}", sleepers.0);
    let null = fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
        .unwrap();
    let start = format!("start\x001024\0/\x003\0sh\0-c\0{script}\0");
    order(&ours, &start, &[null.as_fd(); 3]);
    sleepers.until_there_are(2);
    send(&ours, b"nonsense", SendFlags::empty()).unwrap();
    assert_eq!(guard.wait().unwrap().code(), Some(2));
    assert!(sleepers.living().is_empty());
}

#[test]
fn a_guard_that_is_lost_before_it_starts_anything_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let guard = folder.path().join("guard");
    // Dies of the first Ctrl-C that reaches its group, and then never again.
    let script = format!(
        "#!/bin/sh\ncd {:?} && mkdir interrupted 2>/dev/null && kill -INT $$\nexec {HARNESS} guard\n",
        folder.path()
    );
    fs::write(&guard, script).unwrap();
    fs::set_permissions(&guard, fs::Permissions::from_mode(0o700)).unwrap();
    play_with(guard, async |launcher| {
        let process = launcher.start(&shell("exit 7")).await.unwrap();
        assert!(folder.path().join("interrupted").exists());
        assert_eq!(process.ended().await.unwrap().status, Status::Code(7));
        process.kill().await.unwrap();
        // The one that was lost is waited for without complaint, as is the other.
        launcher.finish().await.unwrap();
    });
}
