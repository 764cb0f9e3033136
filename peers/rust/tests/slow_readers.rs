//! Clients that do not take what they are owed.

use tokio::net::UnixStream;

use super::*;

const LONG: usize = 16 * MIB;

async fn check_reset_midway(stalled: &mut TcpStream) {
    let mut rest = Vec::new();
    let error = stalled
        .read_to_end(&mut rest)
        .await
        .expect_err("a reset, and no end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(rest.len() < LONG, "what was queued is thrown away");
}

#[tokio::test]
async fn a_stalled_reader_is_reset_and_the_others_hear_all() {
    let settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let mut members = join(&endpoint, 2).await;
        let mut stalled = connect_narrow(&endpoint).await;
        say(&mut stalled, b"here").await;
        for member in &mut members {
            check_heard(member, b"here").await;
        }
        let words = long(LONG);
        let mut bob = members.pop().expect("two are there");
        let (mut ear, mut mouth) = members.pop().expect("one is there").into_split();
        let speak = async { mouth.write_all(&words).await.expect("the server reads") };
        tokio::join!(
            speak,
            check_heard(&mut ear, &words),
            check_heard(&mut bob, &words)
        );
        check_reset_midway(&mut stalled).await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_never_reads_its_echo_is_reset() {
    let settings = settings(Behaviour::Echo, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let mut alice = connect_narrow(&endpoint).await;
        check_reset_while_speaking(&mut alice).await;
        let mut bob = connect(&endpoint).await;
        say(&mut bob, b"hello").await;
        check_heard(&mut bob, b"hello").await;
    })
    .await;
}

async fn check_reset_while_speaking(stalled: &mut (impl AsyncWriteExt + Unpin)) {
    let error = stalled
        .write_all(&long(LONG))
        .await
        .expect_err("the server stops reading");
    assert!(
        matches!(
            error.kind(),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_reader_that_goes_on_reading_is_never_dropped() {
    let settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let mut members = join(&endpoint, 3).await;
        let words = long(LONG);
        let (mut ear, mut mouth) = members.remove(0).into_split();
        let [bob, carol] = &mut members[..] else {
            panic!("two are left")
        };
        let speak = async { mouth.write_all(&words).await.expect("the server reads") };
        let alice = check_heard(&mut ear, &words);
        tokio::join!(
            speak,
            alice,
            check_heard(bob, &words),
            check_heard(carol, &words)
        );
    })
    .await;
}

/// Over unix, where the kernel takes less than what is owed here. That the stall time has passed
/// is shown by another, who is reset after it.
#[tokio::test]
async fn a_silent_reader_below_the_mark_keeps_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("room");
    let mut settings = settings(Behaviour::Echo, Sender::Included, Transport::Tcp);
    settings.endpoint = Endpoint::Unix(path.clone());
    with_server(settings, async |_| {
        let mut silent = UnixStream::connect(&path)
            .await
            .expect("the server listens");
        let words = long(MIB - 1);
        silent.write_all(&words).await.expect("the server reads");
        let mut stalled = UnixStream::connect(&path)
            .await
            .expect("the server listens");
        check_reset_while_speaking(&mut stalled).await;
        check_heard(&mut silent, &words).await;
        silent.shutdown().await.expect("half-closed");
        check_ended(&mut silent).await;
    })
    .await;
}
