//! One connected socket of any transport, and what can be done to it without waiting.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpStream, UdpSocket, UnixStream};

use super::{Address, tcp, udp, unix};

/// A connected socket.
#[derive(Debug)]
pub enum Socket {
    /// A stream over TCP.
    Tcp(TcpStream),
    /// Datagrams over UDP; shared with the wait for an error.
    Udp(Rc<UdpSocket>),
    /// A stream over a Unix socket.
    Unix(UnixStream),
}

impl Socket {
    /// Connects; `buffer` is the size of the kernel's receive buffer in bytes, where it matters.
    ///
    /// # Errors
    /// What the system says, as it says it.
    pub async fn connect(address: &Address, buffer: Option<u32>) -> io::Result<Socket> {
        match address {
            Address::Tcp(address) => tcp::connect(*address, buffer).await.map(Socket::Tcp),
            Address::Udp(address) => udp::connect(*address, buffer)
                .await
                .map(Rc::new)
                .map(Socket::Udp),
            Address::Unix(path) => unix::connect(path, buffer).await.map(Socket::Unix),
        }
    }

    /// Our own address; none over Unix sockets.
    pub fn local(&self) -> Option<SocketAddr> {
        match self {
            Socket::Tcp(stream) => stream.local_addr().ok(),
            Socket::Udp(socket) => socket.local_addr().ok(),
            Socket::Unix(_) => None,
        }
    }

    /// Whether what arrives are messages with borders.
    pub fn has_messages(&self) -> bool {
        matches!(self, Socket::Udp(_))
    }

    /// No more to say; what was written before still arrives.
    pub(super) fn finish(&self) -> io::Result<()> {
        SockRef::from(self).shutdown(Shutdown::Write)
    }

    /// Aborts at once; over TCP the server sees a RST.
    pub(super) fn abort(self) -> io::Result<()> {
        match self {
            Socket::Tcp(stream) => tcp::abort(stream),
            Socket::Udp(_) | Socket::Unix(_) => Ok(()),
        }
    }

    /// Reads once. A read that does not fill the buffer leaves nothing behind, and tokio does not
    /// ask the kernel again before the next event.
    pub(super) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Socket::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Socket::Udp(socket) => socket.poll_recv(context, buffer),
            Socket::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }

    pub(super) fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Socket::Tcp(stream) => stream.poll_write_ready(context),
            Socket::Udp(socket) => socket.poll_send_ready(context),
            Socket::Unix(stream) => stream.poll_write_ready(context),
        }
    }

    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.try_write(bytes),
            Socket::Udp(socket) => socket.try_send(bytes),
            Socket::Unix(stream) => stream.try_write(bytes),
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Socket::Tcp(stream) => stream.as_fd(),
            Socket::Udp(socket) => socket.as_fd(),
            Socket::Unix(stream) => stream.as_fd(),
        }
    }
}
