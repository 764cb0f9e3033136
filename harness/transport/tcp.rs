//! TCP (RFC 9293): connecting, and aborting with a RST.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};

/// Connects to a server on a loopback address. Does not wait for the server to accept.
pub(super) async fn connect(address: SocketAddr, buffer: Option<u32>) -> io::Result<TcpStream> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    if let Some(bytes) = buffer {
        // Before the connect: the window that is offered is scaled in the handshake.
        socket.set_recv_buffer_size(bytes)?;
    }
    let stream = socket.connect(address).await?;
    // Where nobody listens on a port of the ephemeral range, the kernel may choose that very port
    // for our side and connect the socket to itself (simultaneous open, RFC 9293 section 3.5).
    if stream.local_addr()? == address {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    // With Nagle's algorithm (RFC 9293 section 3.7.4) a small write can wait 40 ms for an
    // acknowledgement that the server delays.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Aborts: the server sees a RST (RFC 9293 section 3.10.5), and what is queued is lost.
pub(super) fn abort(stream: TcpStream) -> io::Result<()> {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}
