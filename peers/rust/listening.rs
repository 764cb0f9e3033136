//! Taking an address, and serving it: the two ends of a server's life.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;

use socket2::{Domain, SockAddr, Socket, Type};
use thiserror::Error;
use tokio::net::{TcpListener, UdpSocket, UnixListener};

use crate::datagrams;
use crate::room::{self, Audience};
use crate::settings::{Endpoint, Settings};
use crate::socket::Listener;

/// Connections that may wait to be accepted: hundreds of clients come at the same moment.
const BACKLOG: i32 = 1024;

/// Why there is no server.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("cannot listen on {endpoint}: {}", reason(source))]
    Listen {
        /// The address, as it was asked for.
        endpoint: Endpoint,
        /// What the kernel said.
        source: io::Error,
    },
}

/// A server that has its address and listens: whoever connects from now on is served.
#[derive(Debug)]
pub struct Listening {
    endpoint: Endpoint,
    settings: Settings,
    bound: Bound,
}

#[derive(Debug)]
enum Bound {
    Stream(Listener),
    /// The path is declared behind the listener so that it goes last.
    Path(Listener, OwnPath),
    Datagrams(UdpSocket),
}

/// A path that this server has made, and removes when it is dropped.
#[derive(Debug)]
struct OwnPath(PathBuf);

impl Drop for OwnPath {
    fn drop(&mut self) {
        // Someone may have removed it before; then it is as it should be.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Listening {
    /// Binds and listens. To be called within a tokio runtime.
    ///
    /// TCP sets `SO_REUSEADDR`, so that the port of a server that has just ended can be had again.
    /// UDP does not: there it would let two servers share one port without an error. A path that
    /// exists is refused, whether anyone listens on it or not.
    ///
    /// # Errors
    /// [`ServeError::Listen`] with what the kernel said.
    pub fn bind(settings: Settings) -> Result<Self, ServeError> {
        let bound = match &settings.endpoint {
            Endpoint::Tcp(address) => bind_tcp(*address),
            Endpoint::Udp(address) => bind_udp(*address),
            Endpoint::Unix(path) => bind_unix(path.clone()),
        };
        match bound {
            Ok((endpoint, bound)) => Ok(Self {
                endpoint,
                settings,
                bound,
            }),
            Err(source) => Err(ServeError::Listen {
                endpoint: settings.endpoint,
                source,
            }),
        }
    }

    /// Where it listens, with the port that the kernel chose. The ready line of the contract is
    /// `listening ` and this.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Serves until `shutdown` is ready, then closes every connection as it stands and removes
    /// the path of a Unix socket.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let audience = Audience::of(&self.settings);
        let stall = self.settings.stall.duration();
        match self.bound {
            Bound::Stream(listener) => room::serve(listener, audience, stall, shutdown).await,
            Bound::Path(listener, _own_path) => {
                room::serve(listener, audience, stall, shutdown).await;
            }
            Bound::Datagrams(socket) => tokio::select! {
                () = shutdown => {}
                never = datagrams::relay(&socket, audience) => match never {},
            },
        }
    }
}

fn bind_tcp(address: SocketAddr) -> io::Result<(Endpoint, Bound)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    listen(&socket, &address.into())?;
    let listener = TcpListener::from_std(socket.into())?;
    let endpoint = Endpoint::Tcp(listener.local_addr()?);
    Ok((endpoint, Bound::Stream(Listener::Tcp(listener))))
}

fn bind_unix(path: PathBuf) -> io::Result<(Endpoint, Bound)> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    listen(&socket, &SockAddr::unix(&path)?)?;
    let own_path = OwnPath(path.clone());
    let listener = Listener::Unix(UnixListener::from_std(socket.into())?);
    Ok((Endpoint::Unix(path), Bound::Path(listener, own_path)))
}

fn listen(socket: &Socket, address: &SockAddr) -> io::Result<()> {
    socket.bind(address)?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)
}

fn bind_udp(address: SocketAddr) -> io::Result<(Endpoint, Bound)> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    let socket = UdpSocket::from_std(socket)?;
    let endpoint = Endpoint::Udp(socket.local_addr()?);
    Ok((endpoint, Bound::Datagrams(socket)))
}

/// The name by which every language's documentation calls the error, and what to do.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "EADDRINUSE, it is taken: choose another".to_owned(),
        ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL, this machine has no such address".to_owned(),
        ErrorKind::PermissionDenied => "EACCES, not permitted: choose another".to_owned(),
        ErrorKind::NotFound => "ENOENT, the folder of the path does not exist: make it".to_owned(),
        _ => error.to_string(),
    }
}
