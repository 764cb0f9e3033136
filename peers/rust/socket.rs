//! Stream sockets of both kinds as one: TCP and Unix differ here and nowhere else.

use std::io::{self, ErrorKind, IoSlice};
use std::net::Shutdown;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// How long not to accept when that failed: no event tells that descriptors or memory are to be
/// had again, and the socket stays ready, so that trying on would take all of a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A listening stream socket.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A connected stream socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    /// The next client that comes, however often accepting fails before.
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing tells when descriptors are free again"
    )]
    pub(crate) async fn next_client(&self) -> Socket {
        loop {
            match self.accept().await {
                Ok(socket) => return socket,
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    async fn accept(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Without it small answers wait for a delayed ACK: 40 ms (RFC 9293 section 3.7.4).
                stream.set_nodelay(true)?;
                Ok(Socket::Tcp(stream))
            }
            Self::Unix(listener) => Ok(Socket::Unix(listener.accept().await?.0)),
        }
    }
}

impl Socket {
    pub(crate) async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.readable().await,
            Self::Unix(stream) => stream.readable().await,
        }
    }

    pub(crate) async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.writable().await,
            Self::Unix(stream) => stream.writable().await,
        }
    }

    pub(crate) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read(buffer),
            Self::Unix(stream) => stream.try_read(buffer),
        }
    }

    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(bytes),
            Self::Unix(stream) => stream.try_write(bytes),
        }
    }

    pub(crate) fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write_vectored(slices),
            Self::Unix(stream) => stream.try_write_vectored(slices),
        }
    }

    /// Says that no more comes from here; what the other side says can still be read.
    pub(crate) fn half_close(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream).shutdown(Shutdown::Write),
            Self::Unix(stream) => SockRef::from(stream).shutdown(Shutdown::Write),
        }
    }

    /// Makes the coming close an abort that throws away what is unsent: over TCP a reset
    /// (RFC 9293 section 3.10.5). A Unix socket has none and is just closed.
    pub(crate) fn abort_at_close(&self) {
        if let Self::Tcp(stream) = self {
            // Fails only where the connection is gone already, and then there is none to reset.
            let _ = stream.set_zero_linger();
        }
    }
}
