//! What the kernel says of one connection: has the server read, has it closed, is it gone. Asked
//! by exact address or inode. It knows nothing of what was said, nor when to look again.
//!
//! An answer proves what left the kernel, never what a program did with it.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{
    AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP, TCP_LISTEN,
};
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags,
};
use netlink_packet_sock_diag::unix;
use rustix::fs::fstat;

use super::netlink::Netlink;
use super::sockets::{TcpEnd, TcpState, UdpSocket, UnixEnd};

/// No particular socket among those that answer: a cookie of zeros would name one.
const ANY_COOKIE: [u8; 8] = [0xff; 8];

/// How long five bytes may take from one socket of ours to another.
const CHECK: Duration = Duration::from_millis(500);

/// What the kernel tells of sockets: one channel to it, to be kept for a run.
#[derive(Debug)]
pub struct Kernel {
    pub(super) netlink: Netlink,
}

/// Why the kernel cannot be asked. Then `has_read`, `leave` and the discovery of listeners are
/// unsupported; all else works.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// There is no such channel, or it is filtered (as in some containers).
    #[error("the kernel cannot be asked about sockets (NETLINK_SOCK_DIAG): {0}")]
    NoAnswer(#[from] io::Error),
    /// This kernel counts differently from those that were tried.
    #[error("the kernel tells of a connection of our own what is not so: {0:?}")]
    Differs(Option<TcpEnd>),
}

/// Whether the other side has read what was sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// All has left the kernel for the program.
    Yes,
    /// Something is on its way, or waits in a queue; look again.
    NotYet,
    /// Its socket is gone, or closed with its descriptor: nothing shows what it had read.
    Gone,
    /// Datagrams were dropped because its buffer was full: it can never read all.
    Dropped,
}

impl Kernel {
    /// Opens the channel, and checks it by a connection of our own.
    ///
    /// # Errors
    /// [`KernelError`], when the kernel does not answer or counts differently.
    pub fn open() -> Result<Kernel, KernelError> {
        let kernel = Kernel {
            netlink: Netlink::open()?,
        };
        kernel.check_itself()?;
        Ok(kernel)
    }

    /// Five bytes on a connection that nobody accepts must show as just that.
    fn check_itself(&self) -> Result<(), KernelError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let server = listener.local_addr()?;
        let mut client = TcpStream::connect(server)?;
        client.write_all(b"hello")?;
        let expected = |end: &TcpEnd| {
            (end.state, end.inode, end.unread, end.received) == (TcpState::Open, None, 5, Some(5))
        };
        let until = Instant::now() + CHECK;
        loop {
            let end = self.tcp_end(server, client.local_addr()?)?;
            if end.as_ref().is_some_and(expected) {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(KernelError::Differs(end));
            }
            // On a busy machine the bytes can be on their way for a moment.
            std::thread::yield_now();
        }
    }

    /// One end of a TCP connection: the one at `asked`, whose other end is at `other`. `None` when
    /// the kernel has forgotten it: it ended in both directions, or was reset.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn tcp_end(&self, asked: SocketAddr, other: SocketAddr) -> io::Result<Option<TcpEnd>> {
        let request = exact(IPPROTO_TCP, ExtensionFlags::INFO, asked, other);
        let Some(answer) = self.inet(request)? else {
            return Ok(None);
        };
        // For a connection that is gone the kernel answers with the listener of its port.
        let is_it = answer.header.socket_id.destination_port == other.port()
            && answer.header.state != TCP_LISTEN;
        Ok(is_it.then(|| TcpEnd::from(&*answer)))
    }

    /// Whether the server has read all that was sent from `ours`: `owed` bytes, an end counting as
    /// one more.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn has_read_tcp(
        &self,
        ours: SocketAddr,
        server: SocketAddr,
        owed: u64,
    ) -> io::Result<Read> {
        // An empty queue is no proof while bytes are on their way, so that all have come is asked
        // first; and by a look of its own, since the numbers of one answer are not of one moment.
        match self.tcp_end(server, ours)? {
            None | Some(TcpEnd { received: None, .. }) => return Ok(Read::Gone),
            Some(end) if end.received != Some(owed) => return Ok(Read::NotYet),
            Some(_) => {}
        }
        Ok(match self.tcp_end(server, ours)? {
            None | Some(TcpEnd { received: None, .. }) => Read::Gone,
            Some(end) if end.unread == 0 => Read::Yes,
            Some(_) => Read::NotYet,
        })
    }

    /// What a client that does not tell what it sent owes to its server: the `owed` of
    /// [`Kernel::has_read_tcp`]. `None` when its connection is gone.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn owed_by(&self, client: SocketAddr, server: SocketAddr) -> io::Result<Option<u64>> {
        let Some(end) = self.tcp_end(client, server)? else {
            return Ok(None);
        };
        let counted = end
            .acknowledged
            .map(|bytes| bytes + u64::from(end.unacknowledged));
        // The beginning of the connection counts as one acknowledged byte.
        Ok(counted.map(|bytes| bytes.saturating_sub(1)))
    }

    /// Whether the server's end of a connection from `ours` is gone, or only waits for stray
    /// packets (TIME_WAIT). The server may still hold its descriptor.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn gone_tcp(&self, ours: SocketAddr, server: SocketAddr) -> io::Result<bool> {
        Ok(self
            .tcp_end(server, ours)?
            .is_none_or(|end| end.state == TcpState::Over))
    }

    /// The connections to a TCP listener that wait to be accepted; 0 when nobody listens.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn accept_queue_tcp(&self, listener: SocketAddr) -> io::Result<u32> {
        let nobody = SocketAddr::new(listener.ip(), 0);
        let request = exact(IPPROTO_TCP, ExtensionFlags::empty(), listener, nobody);
        let answer = self
            .inet(request)?
            .filter(|answer| answer.header.state == TCP_LISTEN);
        Ok(answer.map_or(0, |answer| answer.header.recv_queue))
    }

    /// The UDP socket that gets what is sent from `from` to `asked`; `None` when there is none.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn udp(&self, asked: SocketAddr, from: SocketAddr) -> io::Result<Option<UdpSocket>> {
        // Unlike TCP's, the look-up is made from the view of a packet that arrives.
        let request = exact(IPPROTO_UDP, ExtensionFlags::SKMEMINFO, from, asked);
        Ok(self.inet(request)?.map(|answer| UdpSocket::from(&*answer)))
    }

    /// Whether the server at `server` has read every datagram, of all senders; `drops` is what its
    /// [`UdpSocket`] showed before the first was sent.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn has_read_udp(
        &self,
        ours: SocketAddr,
        server: SocketAddr,
        drops: u32,
    ) -> io::Result<Read> {
        Ok(match self.udp(server, ours)? {
            None => Read::Gone,
            Some(socket) if socket.drops != drops => Read::Dropped,
            Some(socket) if socket.unread_memory == 0 => Read::Yes,
            Some(_) => Read::NotYet,
        })
    }

    /// One end of a Unix connection, or a listener, by its inode; `None` when its descriptor is
    /// closed.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn unix_end(&self, inode: u64) -> io::Result<Option<UnixEnd>> {
        // The kernel numbers sockets with 32 bits; nothing else is a socket.
        let Ok(inode) = u32::try_from(inode) else {
            return Ok(None);
        };
        let request = SockDiagMessage::UnixRequest(unix::UnixRequest {
            state_flags: unix::StateFlags::all(),
            inode,
            show_flags: unix::ShowFlags::NAME | unix::ShowFlags::PEER | unix::ShowFlags::RQLEN,
            cookie: ANY_COOKIE,
        });
        match self.netlink.look_up(request)? {
            Some(SockDiagMessage::UnixResponse(answer)) => Ok(Some(UnixEnd::from(&*answer))),
            _ => Ok(None),
        }
    }

    /// Whether the other end of a Unix connection has read all that the end with this inode wrote;
    /// ends are not counted.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn has_read_unix(&self, inode: u64) -> io::Result<Read> {
        Ok(match self.unix_end(inode)? {
            // What a closed end had not read is not counted any more.
            None
            | Some(UnixEnd {
                peer: None,
                ended: true,
                ..
            }) => Read::Gone,
            Some(UnixEnd {
                peer: Some(_),
                unread_by_peer: 0,
                ..
            }) => Read::Yes,
            Some(_) => Read::NotYet,
        })
    }

    pub(super) fn inet(&self, request: InetRequest) -> io::Result<Option<Box<InetResponse>>> {
        match self
            .netlink
            .look_up(SockDiagMessage::InetRequest(request))?
        {
            Some(SockDiagMessage::InetResponse(answer)) => Ok(Some(answer)),
            _ => Ok(None),
        }
    }
}

/// The inode of a socket of our own.
///
/// # Errors
/// When the descriptor is closed.
pub fn inode_of(socket: impl AsFd) -> io::Result<u64> {
    Ok(fstat(socket)?.st_ino)
}

/// A request about one socket. A server on `::` is asked about by the IPv4 address of its client,
/// which its own runtime may write as `::ffff:127.0.0.1`.
fn exact(
    protocol: u8,
    extensions: ExtensionFlags,
    source: SocketAddr,
    destination: SocketAddr,
) -> InetRequest {
    let (source_address, destination_address) =
        (source.ip().to_canonical(), destination.ip().to_canonical());
    InetRequest {
        family: if source_address.is_ipv4() {
            AF_INET
        } else {
            AF_INET6
        },
        protocol,
        extensions,
        states: StateFlags::all(),
        socket_id: SocketId {
            source_port: source.port(),
            destination_port: destination.port(),
            source_address,
            destination_address,
            interface_id: 0,
            cookie: ANY_COOKIE,
        },
    }
}
