//! Flaws that act where the sockets are: each is seen to do what its name says.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// A client that half-closes right after its words: what it hears before the end.
async fn last_words(flaw: Flaw) -> Option<Vec<u8>> {
    let mut heard = None;
    let ended = play(tcp(Behaviour::Echo), flaw, async |endpoint| {
        let mut client = connect(&endpoint).await;
        client.write_all(b"last words").await.unwrap();
        client.shutdown().await.unwrap();
        let mut all = Vec::new();
        let reading = client.read_to_end(&mut all);
        if timeout(Duration::from_millis(200), reading).await.is_ok() {
            heard = Some(all);
        }
    });
    ended.await.unwrap();
    heard
}

#[tokio::test]
async fn a_half_close_finds_its_flaws() {
    assert_eq!(
        last_words(Flaw::None).await.as_deref(),
        Some(&b"last words"[..])
    );
    assert_eq!(
        last_words(Flaw::LosesLastBatch).await.as_deref(),
        Some(&b""[..])
    );
    assert_eq!(last_words(Flaw::KeepsOpen).await, None);
}

/// One of three members ends in this way, then another talks: how the server ends.
async fn after_the_end_of_one(flaw: Flaw, reset: bool) -> Result<(), Failure> {
    play(tcp(Behaviour::Broadcast), flaw, async |endpoint| {
        let mut members = join(&endpoint, 2).await;
        let mut leaver = connect_narrow(&endpoint).await;
        meet(&mut leaver, &mut members).await;
        if reset {
            leaver.set_zero_linger().unwrap();
        }
        drop(leaver);
        for _ in 0..5 {
            // Fails where the server is gone, which is what is asked.
            let _ = members[0].write_all(b"still here").await;
            let _ = members[0].read_exact(&mut [0; 10]).await;
        }
        let _ = members[1].read_exact(&mut [0; 50]).await;
    })
    .await
}

#[tokio::test]
async fn the_end_of_a_client_finds_its_flaws() {
    for (flaw, reset, dies) in [
        (Flaw::None, false, false),
        (Flaw::None, true, false),
        (Flaw::DiesOnReset, false, false),
        (Flaw::DiesOnReset, true, true),
        (Flaw::DiesAfterLeaver, false, true),
        (Flaw::WritesToTheClosed, false, true),
    ] {
        let ended = after_the_end_of_one(flaw, reset).await;
        assert_eq!(
            matches!(ended, Err(Failure::Died)),
            dies,
            "{flaw:?}: {ended:?}"
        );
    }
}

/// Says less than 1 MiB while one of three reads nothing, who then reads on.
pub(super) async fn pause_reading(endpoint: &Endpoint) -> io::Result<()> {
    let mut members = join(endpoint, 2).await;
    let mut paused = connect(endpoint).await;
    meet(&mut paused, &mut members).await;
    let long = LINE.repeat(60_000);
    let mut listener = members.remove(1);
    let (mut heard, mut said) = tokio::io::split(members.remove(0));
    let saying = async { said.write_all(&long).await };
    let hearing = async { heard.read_exact(&mut vec![0; long.len()]).await };
    tokio::try_join!(saying, hearing)?;
    listener.read_exact(&mut vec![0; long.len()]).await?;
    paused.read_exact(&mut vec![0; long.len()]).await?;
    Ok(())
}

#[tokio::test]
async fn a_pause_finds_its_flaws() {
    // Over TCP the kernel keeps megabytes for one that does not read.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("room");
    for flaw in [Flaw::DropsTooSoon, Flaw::LosesWhatDoesNotFit] {
        let settings = at(
            Behaviour::Broadcast,
            Transport::Unix,
            &path.to_string_lossy(),
        );
        let ended = play(settings, flaw, async |endpoint| {
            let pausing = timeout(Duration::from_millis(500), pause_reading(&endpoint));
            assert!(!matches!(pausing.await, Ok(Ok(()))), "{flaw:?}");
        });
        ended.await.unwrap();
    }
}

#[tokio::test]
async fn stopping_finds_its_flaws() {
    let stopped = play(tcp(Behaviour::Echo), Flaw::FailsOnStop, async |_| {}).await;
    assert_eq!(stopped.unwrap_err().exit_code(), 1);
    let stopping = play(tcp(Behaviour::Echo), Flaw::IgnoresStop, async |_| {});
    assert!(timeout(Duration::from_millis(100), stopping).await.is_err());
}

/// What a second server on the port of another tells, and its exit code.
async fn on_a_taken_port(transport: Transport, flaw: Flaw) -> Option<(String, u8)> {
    let settings = |address: &str| at(Behaviour::Echo, transport, address);
    let mut told = None;
    let first = play(settings("127.0.0.1:0"), Flaw::None, async |endpoint| {
        let second = settings(&ip(&endpoint).to_string());
        let failure = play(second, flaw, async |_| {}).await.err();
        told = failure.map(|failure| (failure.to_string(), failure.exit_code()));
    });
    first.await.unwrap();
    told
}

#[tokio::test]
async fn a_taken_port_finds_its_flaws() {
    for transport in [Transport::Tcp, Transport::Udp] {
        let (told, code) = on_a_taken_port(transport, Flaw::None).await.unwrap();
        assert!(told.contains("EADDRINUSE") && code == 1, "{told}");
        let (told, code) = on_a_taken_port(transport, Flaw::HidesTakenPort)
            .await
            .unwrap();
        assert!(!told.contains("EADDRINUSE") && code == 1, "{told}");
        let (_, code) = on_a_taken_port(transport, Flaw::SucceedsWithoutPort)
            .await
            .unwrap();
        assert_eq!(code, 0);
        assert_eq!(
            on_a_taken_port(transport, Flaw::TakesAnotherPort).await,
            None
        );
    }
}

#[tokio::test]
async fn a_number_of_connections_is_too_many_for_some() {
    let ended = play(
        tcp(Behaviour::Echo),
        Flaw::StopsAccepting,
        async |endpoint| {
            for _ in 0..250 {
                join(&endpoint, 1).await;
            }
            let more = timeout(Duration::from_millis(100), join(&endpoint, 1));
            assert!(more.await.is_err());
        },
    );
    ended.await.unwrap();
    let ended = play(tcp(Behaviour::Echo), Flaw::ServesTooFew, async |endpoint| {
        let mut served = Vec::new();
        for _ in 0..150 {
            served.extend(join(&endpoint, 1).await);
        }
        assert!(
            timeout(Duration::from_millis(100), join(&endpoint, 1))
                .await
                .is_err()
        );
        served.clear();
        join(&endpoint, 1).await;
    });
    ended.await.unwrap();
}
