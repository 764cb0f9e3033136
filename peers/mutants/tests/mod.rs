//! The server on real sockets of loopback, without a flaw and with those that act at the rim.
//!
//! Server and clients share the test's one thread; each test has a deadline and no pauses.

mod datagrams;
mod dialogues;
mod flawless;
mod line_client;
mod rim;
mod variants;

use std::net::SocketAddr;
use std::time::Duration;

use harness_peer_rust::{Endpoint, Transport};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::{Behaviour, Failure, Flaw, Settings, Traits, serve};

/// Far more than any test takes on a loaded machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// The line of 16 bytes of which long messages are made.
const LINE: &[u8; 16] = b"0123456789abcde\n";

trait Duplex: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

type Client = Box<dyn Duplex>;

fn at(behaviour: Behaviour, transport: Transport, address: &str) -> Settings {
    let endpoint = Endpoint::parse(transport, address).unwrap();
    Settings {
        behaviour,
        endpoint,
        traits: Traits::default(),
        stall: "0.3".parse().unwrap(),
    }
}

fn tcp(behaviour: Behaviour) -> Settings {
    at(behaviour, Transport::Tcp, "127.0.0.1:0")
}

/// Plays `body` against a server, which is told to stop when `body` has ended; how it ended.
async fn play(
    settings: Settings,
    flaw: Flaw,
    body: impl AsyncFnOnce(Endpoint),
) -> Result<(), Failure> {
    let (told, endpoint) = oneshot::channel();
    let on_listening = |endpoint: &Endpoint| told.send(endpoint.clone()).unwrap();
    let shutdown = async { body(endpoint.await.unwrap()).await };
    timeout(DEADLINE, serve(settings, flaw, shutdown, on_listening))
        .await
        .unwrap()
}

fn ip(endpoint: &Endpoint) -> SocketAddr {
    match endpoint {
        Endpoint::Tcp(address) | Endpoint::Udp(address) => *address,
        Endpoint::Unix(path) => panic!("{} is no IP address", path.display()),
    }
}

async fn connect(endpoint: &Endpoint) -> Client {
    match endpoint {
        Endpoint::Unix(path) => Box::new(UnixStream::connect(path).await.unwrap()),
        _ => Box::new(TcpStream::connect(ip(endpoint)).await.unwrap()),
    }
}

/// A client whose kernel takes next to nothing for it.
async fn connect_narrow(endpoint: &Endpoint) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(ip(endpoint)).await.unwrap()
}

/// Says a word that the newest and all the others hear, which proves that all are members.
async fn meet(newest: &mut (impl Duplex + ?Sized), others: &mut [Client]) {
    newest.write_all(b"here\n").await.unwrap();
    check_heard(newest, b"here\n").await;
    for other in others {
        check_heard(other, b"here\n").await;
    }
}

/// A room of so many members.
async fn join(endpoint: &Endpoint, count: usize) -> Vec<Client> {
    let mut members = Vec::new();
    for _ in 0..count {
        let mut newest = connect(endpoint).await;
        meet(&mut newest, &mut members).await;
        members.push(newest);
    }
    members
}

/// The next that `client` hears is `expected`.
async fn check_heard(client: &mut (impl AsyncRead + Unpin + ?Sized), expected: &[u8]) {
    let mut heard = vec![0; expected.len()];
    client.read_exact(&mut heard).await.unwrap();
    let difference = heard
        .iter()
        .zip(expected)
        .position(|(one, other)| one != other);
    assert_eq!(difference, None, "the first byte that differs");
}

/// The next that `client` hears is the end.
async fn check_ended(client: &mut (impl AsyncRead + Unpin + ?Sized)) {
    assert_eq!(
        client.read(&mut [0]).await.unwrap(),
        0,
        "nothing before the end"
    );
}
