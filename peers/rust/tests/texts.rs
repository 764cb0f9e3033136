//! An echo of text: what is no UTF-8 is replaced, and a character comes when it is whole.

use super::*;
use crate::Place;

fn text_echo(place: Place) -> Service {
    Service::TextEcho(place, "0.3".parse().expect("a stall time"))
}

fn over_tcp() -> Service {
    text_echo(Place::Tcp(SocketAddr::from(([127, 0, 0, 1], 0))))
}

#[tokio::test]
async fn each_client_has_a_decoder_of_its_own() {
    with_server(over_tcp(), async |endpoint| {
        let (mut alice, mut bob) = (connect(&endpoint).await, connect(&endpoint).await);
        say(&mut alice, b"a\xe4").await;
        check_heard(&mut alice, b"a").await;
        say(&mut bob, b"\xbd1").await;
        check_heard(&mut bob, "\u{fffd}1".as_bytes()).await;
        say(&mut alice, b"\xbd\xa0").await;
        check_heard(&mut alice, "你".as_bytes()).await;
    })
    .await;
}

#[tokio::test]
async fn an_unfinished_character_is_replaced_before_the_end() {
    with_server(over_tcp(), async |endpoint| {
        let mut alice = connect(&endpoint).await;
        say(&mut alice, b"abc\xe4\xbd").await;
        alice.shutdown().await.expect("half-closed");
        check_heard(&mut alice, "abc\u{fffd}".as_bytes()).await;
        check_ended(&mut alice).await;
    })
    .await;
}

/// The text is three times as long as what was said, and comes whole behind a half-close.
#[tokio::test]
async fn a_long_malformed_text_is_replaced_to_its_last_byte() {
    with_server(over_tcp(), async |endpoint| {
        let said = vec![0xff; 2 * MIB + 1];
        let (mut ear, mut mouth) = connect(&endpoint).await.into_split();
        let speak = async {
            mouth.write_all(&said).await.expect("the server reads");
            mouth.shutdown().await.expect("half-closed");
        };
        let hear = async {
            check_heard(&mut ear, "\u{fffd}".repeat(said.len()).as_bytes()).await;
            check_ended(&mut ear).await;
        };
        tokio::join!(speak, hear);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_resets_in_the_middle_of_a_character_is_forgotten() {
    with_server(over_tcp(), async |endpoint| {
        let mut alice = connect(&endpoint).await;
        say(&mut alice, b"abc\xe4").await;
        check_heard(&mut alice, b"abc").await;
        alice.set_zero_linger().expect("a tcp socket has it");
        drop(alice);
        let mut bob = connect(&endpoint).await;
        say(&mut bob, b"\xbd\xa0").await;
        check_heard(&mut bob, "\u{fffd}\u{fffd}".as_bytes()).await;
    })
    .await;
}

#[tokio::test]
async fn a_unix_echo_of_text_is_like_any_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("room");
    with_server(text_echo(Place::Unix(path.clone())), async |_| {
        let mut alice = tokio::net::UnixStream::connect(&path)
            .await
            .expect("the server listens");
        let said = b"\xef\xbb\xbf\xed\xa0\x80\xf0\x9f";
        alice.write_all(said).await.expect("the server reads");
        let surrogate = "\u{feff}\u{fffd}\u{fffd}\u{fffd}";
        check_heard(&mut alice, surrogate.as_bytes()).await;
        alice.shutdown().await.expect("half-closed");
        check_heard(&mut alice, "\u{fffd}".as_bytes()).await;
        check_ended(&mut alice).await;
    })
    .await;
    assert!(!path.exists(), "the path is gone");
}
