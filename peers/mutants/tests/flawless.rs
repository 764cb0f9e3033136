//! Without a flaw the server keeps every rule that the project's servers keep.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWriteExt, split};

use super::*;
use crate::tests::rim::pause_reading;

/// Plays `body` over both stream transports against a server that must serve to its end.
async fn check(behaviour: Behaviour, body: impl AsyncFn(Endpoint)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("room");
    let unix = at(behaviour, Transport::Unix, &path.to_string_lossy());
    for settings in [
        tcp(behaviour),
        at(behaviour, Transport::Tcp, "[::1]:0"),
        unix,
    ] {
        play(settings, Flaw::None, &body).await.unwrap();
    }
    assert!(!path.exists(), "the server removes its path");
}

#[tokio::test]
async fn an_echo_that_is_on_its_way_at_a_half_close_arrives_and_ends() {
    check(Behaviour::Echo, async |endpoint| {
        let long = LINE.repeat(524_288);
        let (mut heard, mut said) = split(connect(&endpoint).await);
        let saying = async {
            said.write_all(&long).await.unwrap();
            said.shutdown().await.unwrap();
        };
        tokio::join!(saying, async {
            check_heard(&mut heard, &long).await;
            check_ended(&mut heard).await;
        });
    })
    .await;
}

#[tokio::test]
async fn two_hundred_members_hear_one_word_and_those_who_left_do_not_matter() {
    check(Behaviour::Broadcast, async |endpoint| {
        let mut members = join(&endpoint, 200).await;
        for _ in 0..50 {
            let mut leaver = members.swap_remove(0);
            leaver.shutdown().await.unwrap();
            check_ended(&mut leaver).await;
        }
        members[0].write_all(b"hello").await.unwrap();
        for member in &mut members {
            check_heard(member, b"hello").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_reset_client_takes_nobody_along() {
    let ended = play(tcp(Behaviour::Broadcast), Flaw::None, async |endpoint| {
        let mut members = join(&endpoint, 2).await;
        let mut crasher = connect_narrow(&endpoint).await;
        meet(&mut crasher, &mut members).await;
        crasher.set_zero_linger().unwrap();
        drop(crasher);
        for _ in 0..10 {
            members[0].write_all(b"still here").await.unwrap();
            check_heard(&mut members[0], b"still here").await;
            check_heard(&mut members[1], b"still here").await;
        }
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn a_stalled_reader_is_reset_and_the_others_hear_everything() {
    let ended = play(tcp(Behaviour::Broadcast), Flaw::None, async |endpoint| {
        let mut members = join(&endpoint, 2).await;
        let mut stalled = connect_narrow(&endpoint).await;
        meet(&mut stalled, &mut members).await;
        let long = LINE.repeat(1_048_576);
        let mut listener = members.remove(1);
        let (mut heard, mut said) = split(members.remove(0));
        let saying = async { said.write_all(&long).await.unwrap() };
        tokio::join!(
            saying,
            check_heard(&mut heard, &long),
            check_heard(&mut listener, &long)
        );
        let end = stalled.read_to_end(&mut Vec::new()).await;
        assert_eq!(
            end.map_err(|error| error.kind()),
            Err(ErrorKind::ConnectionReset)
        );
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn a_reader_that_pauses_misses_nothing() {
    check(Behaviour::Broadcast, async |endpoint| {
        pause_reading(&endpoint).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_server_can_have_the_port_of_one_that_ended_with_clients_and_no_other() {
    let mut first = None;
    let mut client = None;
    let ended = play(tcp(Behaviour::Echo), Flaw::None, async |endpoint| {
        client = Some(join(&endpoint, 1).await);
        let second = Settings {
            endpoint: endpoint.clone(),
            ..tcp(Behaviour::Echo)
        };
        let refused = play(second, Flaw::None, async |_| {}).await.unwrap_err();
        assert!(refused.to_string().contains("EADDRINUSE"), "{refused}");
        assert_eq!(refused.exit_code(), 1);
        first = Some(endpoint);
    });
    ended.await.unwrap();
    check_ended(&mut client.unwrap()[0]).await;
    let again = Settings {
        endpoint: first.unwrap(),
        ..tcp(Behaviour::Echo)
    };
    play(again, Flaw::None, async |_| {}).await.unwrap();
}
