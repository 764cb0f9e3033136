//! How clients leave, and what they are still given.

use super::*;

#[tokio::test]
async fn a_client_that_half_closes_gets_all_it_is_owed_and_then_the_end() {
    let settings = settings(Behaviour::Echo, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let words = long(8 * MIB);
        let (mut ear, mut mouth) = connect(&endpoint).await.into_split();
        let speak = async {
            mouth.write_all(&words).await.expect("the server reads");
            mouth.shutdown().await.expect("half-closed");
        };
        let hear = async {
            check_heard(&mut ear, &words).await;
            check_ended(&mut ear).await;
        };
        tokio::join!(speak, hear);
    })
    .await;
}

/// What waits for bob is more than his kernel takes, so that the server has still to flush some
/// of it when it reads his end.
#[tokio::test]
async fn who_has_half_closed_hears_what_came_before_and_nothing_after() {
    let settings = settings(Behaviour::Broadcast, Sender::Excluded, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let mut bob = connect_narrow(&endpoint).await;
        let (mut alice, mut carol) = (connect(&endpoint).await, connect(&endpoint).await);
        say(&mut carol, b"here").await;
        check_heard(&mut alice, b"here").await;
        let before = long(MIB);
        tokio::join!(say(&mut alice, &before), check_heard(&mut carol, &before));
        say(&mut bob, b"last words").await;
        bob.shutdown().await.expect("half-closed");
        check_heard(&mut carol, b"last words").await;
        check_heard(&mut alice, b"last words").await;
        // All that the server does after reading bob's end comes after it has read this.
        say(&mut carol, b"fence").await;
        check_heard(&mut alice, b"fence").await;
        say(&mut alice, b"after").await;
        check_heard(&mut carol, b"after").await;
        check_heard(&mut bob, b"here").await;
        check_heard(&mut bob, &before).await;
        let mut rest = Vec::new();
        bob.read_to_end(&mut rest).await.expect("an orderly end");
        assert!(
            rest.is_empty() || rest == b"fence",
            "only what was said before his end was read"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reset_takes_one_client_and_nothing_else() {
    let settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let mut members = join(&endpoint, 3).await;
        let bob = members.remove(1);
        bob.set_zero_linger().expect("a tcp socket has it");
        drop(bob);
        for words in [b"one", b"two"] {
            say(&mut members[0], words).await;
            for member in &mut members {
                check_heard(member, words).await;
            }
        }
        members.push(connect(&endpoint).await);
        greet(&mut members).await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_resets_in_the_middle_of_its_echo_is_forgotten() {
    let settings = settings(Behaviour::Echo, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let mut alice = connect_narrow(&endpoint).await;
        say(&mut alice, &long(MIB)).await;
        alice.set_zero_linger().expect("a tcp socket has it");
        drop(alice);
        let mut bob = connect(&endpoint).await;
        say(&mut bob, b"hello").await;
        check_heard(&mut bob, b"hello").await;
    })
    .await;
}

/// The server's side ended first, so its port has connections in `TIME_WAIT`.
#[tokio::test]
async fn shutdown_ends_every_connection_and_frees_the_port() {
    let mut settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Tcp);
    let mut left = Vec::new();
    with_server(settings.clone(), async |endpoint| {
        left = join(&endpoint, 3).await;
        settings.endpoint = endpoint;
    })
    .await;
    for mut client in left {
        check_ended(&mut client).await;
    }
    Listening::bind(settings).expect("the port can be had again");
}
