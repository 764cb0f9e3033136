//! UDP (RFC 768): a socket that is bound, connected, and has sent nothing.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// Binds to loopback and connects to a server's address: what comes from another address is
/// never delivered.
pub(super) async fn connect(address: SocketAddr, buffer: Option<u32>) -> io::Result<UdpSocket> {
    let ours: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::LOCALHOST, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::LOCALHOST, 0).into(),
    };
    let socket = UdpSocket::bind(ours).await?;
    if let Some(bytes) = buffer {
        SockRef::from(&socket).set_recv_buffer_size(bytes as usize)?;
    }
    socket.connect(address).await?;
    Ok(socket)
}

/// Resolves with the next error of a socket, such as that nobody listens where a datagram went (an
/// ICMP message, RFC 1122 section 4.1.3.3): it makes a socket neither readable nor writable.
pub(super) async fn error(socket: &UdpSocket) -> io::Error {
    let taken = socket.async_io(Interest::ERROR, || {
        socket
            .take_error()?
            .ok_or_else(|| io::ErrorKind::WouldBlock.into())
    });
    match taken.await {
        Ok(error) | Err(error) => error,
    }
}
