//! What the kernel is asked of one connection, against connections of our own.

use std::fmt::Debug;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Instant;

use harness::host::connections::inode_of;
use harness::host::sockets::TcpState;
use harness::host::{Kernel, Read};

use crate::PATIENCE;

/// Looks until the answer is `expected`; what the kernel does on loopback takes no time, but the
/// machine may be busy.
fn comes_to<T: PartialEq + Debug>(expected: T, mut look: impl FnMut() -> T) {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = look();
        if found == expected {
            return;
        }
        assert!(Instant::now() < until, "stays {found:?}, not {expected:?}");
        std::thread::yield_now();
    }
}

/// A TCP connection of which only one end is ours yet.
struct Pair {
    kernel: Kernel,
    listener: TcpListener,
    client: TcpStream,
    ours: SocketAddr,
    server: SocketAddr,
}

impl Pair {
    fn on(bound: &str, reached: &str) -> Pair {
        let listener = TcpListener::bind((bound, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = SocketAddr::new(reached.parse().unwrap(), port);
        let client = TcpStream::connect(server).unwrap();
        let ours = client.local_addr().unwrap();
        Pair {
            kernel: Kernel::open().unwrap(),
            listener,
            client,
            ours,
            server,
        }
    }

    fn has_read(&self, owed: u64) -> Read {
        self.kernel
            .has_read_tcp(self.ours, self.server, owed)
            .unwrap()
    }
}

#[test]
fn tcp_is_read_when_all_came_and_none_waits() {
    for (bound, reached) in [
        ("127.0.0.1", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("::1", "::1"),
    ] {
        let mut pair = Pair::on(bound, reached);
        pair.client.write_all(b"hello").unwrap();
        assert_eq!(pair.kernel.accept_queue_tcp(pair.server).unwrap(), 1);
        let (mut served, _) = pair.listener.accept().unwrap();
        assert_eq!(pair.kernel.accept_queue_tcp(pair.server).unwrap(), 0);
        comes_to(Read::NotYet, || pair.has_read(5));
        served.read_exact(&mut [0; 4]).unwrap();
        assert_eq!(pair.has_read(5), Read::NotYet);
        served.read_exact(&mut [0; 1]).unwrap();
        comes_to(Read::Yes, || pair.has_read(5));
        assert_eq!(pair.has_read(6), Read::NotYet);
        assert_eq!(
            pair.kernel.owed_by(pair.ours, pair.server).unwrap(),
            Some(5)
        );
        pair.client.shutdown(Shutdown::Write).unwrap();
        comes_to(Some(6), || {
            pair.kernel.owed_by(pair.ours, pair.server).unwrap()
        });
        assert_eq!(pair.has_read(6), Read::NotYet);
        assert_eq!(served.read(&mut [0; 1]).unwrap(), 0);
        comes_to(Read::Yes, || pair.has_read(6));
        let end = pair
            .kernel
            .tcp_end(pair.server, pair.ours)
            .unwrap()
            .unwrap();
        assert_eq!(
            (end.state, end.inode),
            (TcpState::OtherEnded, Some(inode_of(&served).unwrap()))
        );
    }
}

#[test]
fn bytes_on_their_way_are_never_taken_for_read() {
    const SIZE: usize = 3_000_000;
    let pair = Pair::on("127.0.0.1", "127.0.0.1");
    let (mut served, _) = pair.listener.accept().unwrap();
    let mut writer = pair.client.try_clone().unwrap();
    let writing = std::thread::spawn(move || writer.write_all(&vec![7; SIZE]).unwrap());
    let (mut read, mut room) = (0, vec![0; 65_536]);
    while read < SIZE {
        // Often the queue of the end that reads is empty now, and more is on its way.
        assert_eq!(
            pair.has_read(SIZE as u64),
            Read::NotYet,
            "after {read} bytes"
        );
        read += served.read(&mut room).unwrap();
    }
    comes_to(Read::Yes, || pair.has_read(SIZE as u64));
    writing.join().unwrap();
}

#[test]
fn a_gone_tcp_connection_is_not_taken_for_its_listener() {
    let pair = Pair::on("127.0.0.1", "127.0.0.1");
    let (mut served, _) = pair.listener.accept().unwrap();
    assert!(!pair.kernel.gone_tcp(pair.ours, pair.server).unwrap());
    pair.client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(served.read(&mut [0; 1]).unwrap(), 0);
    assert!(!pair.kernel.gone_tcp(pair.ours, pair.server).unwrap());
    drop(served);
    comes_to(true, || {
        pair.kernel.gone_tcp(pair.ours, pair.server).unwrap()
    });
    comes_to(Read::Gone, || pair.has_read(1));
    assert!(pair.kernel.clients_of(pair.server).unwrap().is_empty());
}

#[test]
fn clients_are_found_by_the_port_of_their_server() {
    let pair = Pair::on("127.0.0.1", "127.0.0.1");
    let second = TcpStream::connect(pair.server).unwrap();
    let mut expected = [&pair.client, &second]
        .map(|client| (client.local_addr().unwrap(), inode_of(client).unwrap()));
    expected.sort_unstable();
    assert_eq!(pair.kernel.clients_of(pair.server).unwrap(), expected);
}

#[test]
fn unix_is_read_when_our_queue_is_empty() {
    let kernel = Kernel::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let mut client = UnixStream::connect(&path).unwrap();
    let inode = inode_of(&client).unwrap();
    assert_eq!(kernel.has_read_unix(inode).unwrap(), Read::NotYet);
    client.write_all(b"hello").unwrap();
    assert_eq!(
        kernel
            .unix_end(inode_of(&listener).unwrap())
            .unwrap()
            .unwrap()
            .unread,
        1
    );
    let (mut served, _) = listener.accept().unwrap();
    assert_eq!(kernel.has_read_unix(inode).unwrap(), Read::NotYet);
    served.read_exact(&mut [0; 3]).unwrap();
    assert_eq!(kernel.has_read_unix(inode).unwrap(), Read::NotYet);
    served.read_exact(&mut [0; 2]).unwrap();
    assert_eq!(kernel.has_read_unix(inode).unwrap(), Read::Yes);
    let end = kernel.unix_end(inode).unwrap().unwrap();
    assert_eq!(end.peer, Some(inode_of(&served).unwrap()));
    let peer = end.peer.unwrap();
    assert!(kernel.unix_end(peer).unwrap().is_some());
    drop(served);
    comes_to(None, || kernel.unix_end(peer).unwrap());
    assert_eq!(kernel.has_read_unix(inode).unwrap(), Read::Gone);
}

#[test]
fn udp_is_read_when_none_waits_and_none_was_dropped() {
    let kernel = Kernel::open().unwrap();
    for (bound, reached) in [
        ("127.0.0.1", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("::1", "::1"),
    ] {
        let server = UdpSocket::bind((bound, 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        let asked = SocketAddr::new(reached.parse().unwrap(), port);
        let client = UdpSocket::bind((reached, 0)).unwrap();
        let ours = client.local_addr().unwrap();
        client.connect(asked).unwrap();
        let found = kernel.udp(asked, ours).unwrap().unwrap();
        assert_eq!(found.inode, inode_of(&server).unwrap());
        assert_eq!(
            kernel.has_read_udp(ours, asked, found.drops).unwrap(),
            Read::Yes
        );
        client.send(b"one").unwrap();
        client.send(b"").unwrap();
        assert_eq!(
            kernel.has_read_udp(ours, asked, found.drops).unwrap(),
            Read::NotYet
        );
        let waiting = kernel.udp(asked, ours).unwrap().unwrap().waiting_at_most();
        assert!((2..=4).contains(&waiting), "{waiting}");
        server.recv(&mut [0; 8]).unwrap();
        assert_eq!(
            kernel.has_read_udp(ours, asked, found.drops).unwrap(),
            Read::NotYet
        );
        server.recv(&mut [0; 8]).unwrap();
        assert_eq!(
            kernel.has_read_udp(ours, asked, found.drops).unwrap(),
            Read::Yes
        );
        for _ in 0..2_000 {
            client.send(&[0; 1_000]).unwrap();
        }
        assert_eq!(
            kernel.has_read_udp(ours, asked, found.drops).unwrap(),
            Read::Dropped
        );
        drop(server);
        // A process that another test is just starting holds a copy until it executes its program.
        comes_to(Read::Gone, || {
            kernel.has_read_udp(ours, asked, found.drops).unwrap()
        });
    }
}
