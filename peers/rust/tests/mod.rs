//! The server on real sockets of loopback, seen from its clients.
//!
//! Server and clients share the test's one thread; each test has a deadline and no pauses.

mod datagrams;
mod endings;
mod resets;
mod rooms;
mod slow_readers;
mod texts;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::{Behaviour, Endpoint, Listening, Sender, Service, Settings, Transport};

/// Far more than any test takes on a loaded machine.
const DEADLINE: Duration = Duration::from_secs(30);

const MIB: usize = 1024 * 1024;

fn settings(behaviour: Behaviour, sender: Sender, transport: Transport) -> Settings {
    let endpoint = Endpoint::parse(transport, "127.0.0.1:0").expect("a loopback address");
    let stall = "0.3".parse().expect("a stall time");
    Settings {
        behaviour,
        endpoint,
        sender,
        stall,
    }
}

/// Plays `body` against a server, which must still serve at its end.
async fn with_server(service: impl Into<Service>, body: impl AsyncFnOnce(Endpoint)) {
    let listening = Listening::bind(service).expect("the address is free");
    let endpoint = listening.endpoint().clone();
    let (stop, stopped) = oneshot::channel();
    let play = async {
        timeout(DEADLINE, body(endpoint))
            .await
            .expect("the test ends in time");
        stop.send(()).expect("the server still serves");
    };
    let shutdown = async { stopped.await.expect("the test says when") };
    tokio::join!(listening.serve(shutdown), play);
}

fn ip(endpoint: &Endpoint) -> SocketAddr {
    match endpoint {
        Endpoint::Tcp(address) | Endpoint::Udp(address) => *address,
        Endpoint::Unix(path) => panic!("{} is no IP address", path.display()),
    }
}

async fn connect(endpoint: &Endpoint) -> TcpStream {
    let stream = TcpStream::connect(ip(endpoint))
        .await
        .expect("the server listens");
    stream.set_nodelay(true).expect("a tcp socket has it");
    stream
}

/// A client whose kernel takes next to nothing for it.
async fn connect_narrow(endpoint: &Endpoint) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    socket
        .connect(ip(endpoint))
        .await
        .expect("the server listens")
}

/// Connects `count` clients of a room in which each hears itself. All are members, and none is
/// owed anything.
async fn join(endpoint: &Endpoint, count: usize) -> Vec<TcpStream> {
    let mut members = Vec::new();
    for _ in 0..count {
        members.push(connect(endpoint).await);
        greet(&mut members).await;
    }
    members
}

/// Lets the last one say a word that all hear.
async fn greet(members: &mut [TcpStream]) {
    let newest = members.last_mut().expect("somebody is there");
    newest.write_all(b"here").await.expect("the server reads");
    for member in members {
        check_heard(member, b"here").await;
    }
}

async fn say(speaker: &mut TcpStream, words: &[u8]) {
    speaker.write_all(words).await.expect("the server reads");
}

/// The next that `listener` hears is `expected`.
async fn check_heard(listener: &mut (impl AsyncReadExt + Unpin), expected: &[u8]) {
    let mut heard = vec![0; expected.len()];
    listener
        .read_exact(&mut heard)
        .await
        .expect("the server goes on");
    let first_difference = || {
        heard
            .iter()
            .zip(expected)
            .position(|(one, other)| one != other)
    };
    assert!(
        heard == expected,
        "differs at byte {:?}",
        first_difference()
    );
}

/// The next that `listener` hears is a reset.
async fn check_reset(listener: &mut TcpStream) {
    let error = listener.read_u8().await.expect_err("a reset, and no end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

/// The next that `listener` hears is the end.
async fn check_ended(listener: &mut (impl AsyncReadExt + Unpin)) {
    let mut rest = Vec::new();
    listener
        .read_to_end(&mut rest)
        .await
        .expect("an orderly end");
    assert_eq!(rest, b"", "nothing before the end");
}

/// Bytes in which every four are a number of their own, so that nothing lost, doubled or swapped
/// goes unseen.
fn long(length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 4);
    for number in 0_u32.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.truncate(length);
    bytes
}
