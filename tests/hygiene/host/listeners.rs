//! Where a process's tree listens, whoever in it does.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::path::PathBuf;

use harness::host::{Kernel, Listener, ListenerAddress};
use harness::scenario::words::Transport;

use crate::{command, play, until};

/// One process listens over TCP; a grandchild in a session of its own on one port in both
/// families, and over UDP and Unix.
const SCRIPT: &str = r"
use IO::Socket::INET; use IO::Socket::IP; use IO::Socket::UNIX; use POSIX ();
my $one = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die $!;
if (fork) { sleep 600; exit }
POSIX::setsid();
if (fork) { exit }
my $six = IO::Socket::IP->new(LocalHost => '::', LocalPort => 0, V6Only => 1, Listen => 1) or die $!;
my $four = IO::Socket::INET->new(LocalAddr => '0.0.0.0:' . $six->sockport, Listen => 1) or die $!;
my $datagrams = IO::Socket::IP->new(LocalHost => '0.0.0.0', LocalPort => 0, Proto => 'udp') or die $!;
my $path = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die $!;
sleep 600;
";

/// The one listener that there is.
fn only(listeners: &[Listener]) -> &Listener {
    let [one] = listeners else {
        panic!("{listeners:?}")
    };
    one
}

#[test]
fn listeners_are_found_wherever_they_went() {
    play(async |launcher| {
        let kernel = Kernel::open().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("socket");
        let words = ["perl", "-we", SCRIPT, path.to_str().unwrap()];
        let process = launcher.start(&command(&words)).await.unwrap();
        let over = |transport, leased| {
            kernel
                .listeners(process.guard_pid(), transport, leased)
                .unwrap()
        };
        // The last that it opens.
        let unix = until("a listener", || {
            Some(over(Transport::Unix, None)).filter(|found| !found.is_empty())
        });
        assert_eq!(only(&unix.await).address, ListenerAddress::Path(path));
        let tcp = over(Transport::Tcp, None);
        let sockets: BTreeSet<usize> = tcp.iter().map(|listener| listener.inodes.len()).collect();
        assert_eq!((tcp.len(), sockets), (2, BTreeSet::from([1, 2])), "{tcp:?}");
        for listener in &tcp {
            let ListenerAddress::Ip(address) = listener.address else {
                panic!("{listener:?}")
            };
            TcpStream::connect(address).unwrap();
            assert_eq!(only(&over(Transport::Tcp, Some(address.port()))), listener);
        }
        assert_eq!(over(Transport::Tcp, Some(9)), []);
        let udp = over(Transport::Udp, None);
        let reached = &only(&udp).address;
        assert!(
            matches!(reached, ListenerAddress::Ip(ip) if ip.ip().is_loopback()),
            "{reached:?}"
        );
    });
}
