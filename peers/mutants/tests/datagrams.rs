//! The UDP server, without a flaw and with those that act at its sockets.

use tokio::net::UdpSocket;

use super::*;

fn udp(behaviour: Behaviour) -> Settings {
    at(behaviour, Transport::Udp, "127.0.0.1:0")
}

async fn socket(endpoint: &Endpoint) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(ip(endpoint)).await.unwrap();
    socket
}

async fn next(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).await.unwrap();
    buffer.truncate(length);
    buffer
}

#[tokio::test]
async fn a_datagram_of_any_size_comes_back_as_it_was() {
    let ended = play(udp(Behaviour::Echo), Flaw::None, async |endpoint| {
        let alice = socket(&endpoint).await;
        for size in [0, 1, 1472, 1473, 65_507] {
            alice.send(&vec![b'x'; size]).await.unwrap();
            assert_eq!(next(&alice).await, vec![b'x'; size]);
        }
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn a_datagram_goes_to_every_address_heard_from_also_when_one_is_gone() {
    let ended = play(udp(Behaviour::Broadcast), Flaw::None, async |endpoint| {
        let (alice, bob) = (socket(&endpoint).await, socket(&endpoint).await);
        alice.send(b"1").await.unwrap();
        assert_eq!(next(&alice).await, b"1");
        bob.send(b"2").await.unwrap();
        assert_eq!(
            (next(&alice).await, next(&bob).await),
            (b"2".to_vec(), b"2".to_vec())
        );
        drop(bob);
        for _ in 0..3 {
            alice.send(b"3").await.unwrap();
            assert_eq!(next(&alice).await, b"3");
        }
    });
    ended.await.unwrap();
}

/// What comes first when two datagrams were sent at once.
async fn first_of_two(flaw: Flaw) -> Option<Vec<u8>> {
    let mut first = None;
    let ended = play(udp(Behaviour::Echo), flaw, async |endpoint| {
        let alice = socket(&endpoint).await;
        alice.send(b"one").await.unwrap();
        alice.send(b"two").await.unwrap();
        first = timeout(Duration::from_millis(200), next(&alice)).await.ok();
    });
    ended.await.unwrap();
    first
}

#[tokio::test]
async fn datagrams_find_their_flaws() {
    assert_eq!(first_of_two(Flaw::None).await.as_deref(), Some(&b"one"[..]));
    assert_eq!(
        first_of_two(Flaw::MergesDatagrams).await.as_deref(),
        Some(&b"onetwo"[..])
    );
    assert_eq!(first_of_two(Flaw::AnswersFromAnotherPort).await, None);
}
