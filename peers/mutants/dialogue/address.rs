//! Taking the address of a dialogue's server. Which one is left to the caller.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use harness_peer_rust::Endpoint;
use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use crate::bind::BindError;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 128;

/// Whether the port of a server that has just ended can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reuse {
    /// At once: SO_REUSEADDR.
    Yes,
    /// When the last of its connections is forgotten, after a minute.
    No,
}

/// Listens for connections, and says where.
pub(super) fn listen(
    address: SocketAddr,
    reuse: Reuse,
) -> Result<(TcpListener, Endpoint), BindError> {
    let listen = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_reuse_address(reuse == Reuse::Yes)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(socket.into())?;
        let endpoint = Endpoint::Tcp(listener.local_addr()?);
        Ok((listener, endpoint))
    };
    listen().map_err(|error| refused(Endpoint::Tcp(address), error))
}

/// Takes a socket for datagrams, and says where. Without SO_REUSEADDR: there it would let two
/// servers share a port without an error.
pub(super) fn receive(address: SocketAddr) -> Result<(UdpSocket, Endpoint), BindError> {
    let receive = || {
        let socket = std::net::UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket)?;
        let endpoint = Endpoint::Udp(socket.local_addr()?);
        Ok((socket, endpoint))
    };
    receive().map_err(|error| refused(Endpoint::Udp(address), error))
}

fn refused(endpoint: Endpoint, source: io::Error) -> BindError {
    match source.kind() {
        ErrorKind::AddrInUse => BindError::Taken { endpoint },
        _ => BindError::Refused { endpoint, source },
    }
}
