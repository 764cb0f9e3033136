//! The dialogue `reset-on-word`, as its clients see it.

use super::*;

fn reset_on_word() -> Service {
    Service::ResetOnWord(SocketAddr::from(([127, 0, 0, 1], 0)))
}

#[tokio::test]
async fn a_word_resets_the_connection_it_came_on_and_no_other() {
    with_server(reset_on_word(), async |endpoint| {
        let (mut alice, mut bob) = (connect(&endpoint).await, connect(&endpoint).await);
        say(&mut bob, b"re").await;
        say(&mut alice, b"please reset").await;
        check_reset(&mut alice).await;
        say(&mut bob, b"set").await;
        check_reset(&mut bob).await;
        let mut carol = connect(&endpoint).await;
        say(&mut carol, b"reset").await;
        check_reset(&mut carol).await;
    })
    .await;
}

/// Clients of the same server make sure that it has read a piece before the next one is said.
#[tokio::test]
async fn a_word_may_come_in_several_reads() {
    with_server(reset_on_word(), async |endpoint| {
        for (word, resets) in [("reset", true), ("end", false)] {
            let mut alice = connect(&endpoint).await;
            for letter in word.as_bytes() {
                say(&mut alice, &[*letter]).await;
                let mut fence = connect(&endpoint).await;
                say(&mut fence, b"end").await;
                check_ended(&mut fence).await;
            }
            if resets {
                check_reset(&mut alice).await;
            } else {
                check_ended(&mut alice).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_end_stays_orderly_when_more_is_said() {
    with_server(reset_on_word(), async |endpoint| {
        let mut alice = connect(&endpoint).await;
        say(&mut alice, b"end of it").await;
        check_ended(&mut alice).await;
        say(&mut alice, &long(MIB)).await;
        alice.shutdown().await.expect("half-closed in good order");
        check_ended(&mut alice).await;
    })
    .await;
}

#[tokio::test]
async fn who_says_no_more_is_ended_and_has_heard_nothing() {
    with_server(reset_on_word(), async |endpoint| {
        let mut alice = connect(&endpoint).await;
        say(&mut alice, b"hello, en").await;
        alice.shutdown().await.expect("half-closed");
        check_ended(&mut alice).await;
    })
    .await;
}
