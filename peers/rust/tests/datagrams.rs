//! The same behaviours over UDP.

use tokio::net::UdpSocket;

use super::*;

async fn client(endpoint: &Endpoint) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    socket
        .connect(ip(endpoint))
        .await
        .expect("an address to send to");
    socket
}

async fn check_received(socket: &UdpSocket, expected: &[u8]) {
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).await.expect("the server goes on");
    assert_eq!(length, expected.len());
    assert!(buffer.starts_with(expected), "the bytes of the datagram");
}

#[tokio::test]
async fn each_datagram_goes_back_whole_whatever_its_size() {
    let settings = settings(Behaviour::Echo, Sender::Included, Transport::Udp);
    with_server(settings, async |endpoint| {
        let (alice, bob) = (client(&endpoint).await, client(&endpoint).await);
        for size in [0, 1, 1472, 65_507] {
            let datagram = long(size);
            alice.send(&datagram).await.expect("sent");
            check_received(&alice, &datagram).await;
        }
        bob.send(b"mine").await.expect("sent");
        check_received(&bob, b"mine").await;
    })
    .await;
}

#[tokio::test]
async fn a_datagram_goes_to_all_who_were_heard_from_and_the_dead_harm_nobody() {
    let settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Udp);
    with_server(settings, async |endpoint| {
        let (alice, bob, dead) = (
            client(&endpoint).await,
            client(&endpoint).await,
            client(&endpoint).await,
        );
        alice.send(b"a").await.expect("sent");
        check_received(&alice, b"a").await;
        dead.send(b"d").await.expect("sent");
        check_received(&dead, b"d").await;
        drop(dead);
        check_received(&alice, b"d").await;
        for datagram in [&b"one"[..], b"", b"three"] {
            bob.send(datagram).await.expect("sent");
            check_received(&bob, datagram).await;
            check_received(&alice, datagram).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_excluded_sender_gets_no_datagram_of_its_own() {
    let settings = settings(Behaviour::Broadcast, Sender::Excluded, Transport::Udp);
    with_server(settings, async |endpoint| {
        let (alice, bob) = (client(&endpoint).await, client(&endpoint).await);
        alice.send(b"a").await.expect("sent");
        bob.send(b"b").await.expect("sent");
        check_received(&alice, b"b").await;
        alice.send(b"c").await.expect("sent");
        check_received(&bob, b"c").await;
    })
    .await;
}

/// `SO_REUSEADDR` would let two servers share one port, each hearing a part, without an error.
#[tokio::test]
async fn a_port_is_not_shared_even_with_one_who_would() {
    let shared = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket");
    shared.set_reuse_address(true).expect("a udp socket has it");
    shared
        .bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
        .expect("a port is free");
    let address = shared
        .local_addr()
        .expect("it is bound")
        .as_socket()
        .expect("an IP address");
    let mut settings = settings(Behaviour::Echo, Sender::Included, Transport::Udp);
    settings.endpoint = Endpoint::Udp(address);
    let error = Listening::bind(settings).expect_err("the port is taken");
    assert!(
        error
            .to_string()
            .ends_with("EADDRINUSE, it is taken: choose another"),
        "{error}"
    );
}
