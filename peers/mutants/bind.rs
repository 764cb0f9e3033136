//! Taking an address, with the flaws that concern a taken one.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;

use harness_peer_rust::Endpoint;
use socket2::{Domain, SockAddr, Type};
use tokio::net::{TcpListener, UdpSocket, UnixListener};

use crate::flaw::Flaw;
use crate::stream::Listener;

/// Connections that may wait to be accepted: hundreds of clients come at the same moment.
const BACKLOG: i32 = 1024;

/// A socket that has its address.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) socket: Socket,
    /// The address that it has.
    pub(crate) endpoint: Endpoint,
    /// The path that goes when the server goes.
    _path: Option<OwnPath>,
}

/// What can be listened on.
#[derive(Debug)]
pub(crate) enum Socket {
    Stream(Listener),
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

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is taken.
    #[error("cannot listen on {endpoint}: EADDRINUSE, it is taken: choose another")]
    Taken {
        /// The address, as it was asked for.
        endpoint: Endpoint,
    },
    /// The address is taken, and the flaw does not tell.
    #[error("there will be no server today")]
    TakenSecretly,
    /// The address is taken, and the flaw sees no failure in it.
    #[error("cannot listen on {endpoint}: EADDRINUSE, and so be it")]
    TakenWell {
        /// The address, as it was asked for.
        endpoint: Endpoint,
    },
    /// The address cannot be had for another reason.
    #[error("cannot listen on {endpoint}: {source}")]
    Refused {
        /// The address, as it was asked for.
        endpoint: Endpoint,
        /// What the kernel said.
        source: io::Error,
    },
}

impl BindError {
    /// The status that the process must exit with.
    pub fn exit_code(&self) -> u8 {
        match self {
            BindError::TakenWell { .. } => 0,
            BindError::Taken { .. } | BindError::TakenSecretly | BindError::Refused { .. } => 1,
        }
    }

    fn new(endpoint: Endpoint, source: io::Error, flaw: Flaw) -> Self {
        match (source.kind(), flaw) {
            (ErrorKind::AddrInUse, Flaw::HidesTakenPort) => BindError::TakenSecretly,
            (ErrorKind::AddrInUse, Flaw::SucceedsWithoutPort) => BindError::TakenWell { endpoint },
            (ErrorKind::AddrInUse, _) => BindError::Taken { endpoint },
            _ => BindError::Refused { endpoint, source },
        }
    }
}

/// Takes this address. A path that exists is refused, whether anyone listens on it or not.
pub(crate) fn bind(endpoint: &Endpoint, flaw: Flaw) -> Result<Bound, BindError> {
    match take(endpoint, flaw) {
        Err(error) if error.kind() == ErrorKind::AddrInUse && flaw == Flaw::TakesAnotherPort => {
            take(&with_any_port(endpoint), flaw)
        }
        taken => taken,
    }
    .map_err(|error| BindError::new(endpoint.clone(), error, flaw))
}

/// A UDP socket beside this one, on a port of its own.
pub(crate) fn another_port(socket: &UdpSocket) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(socket.local_addr()?.ip(), 0);
    UdpSocket::from_std(std::net::UdpSocket::bind(address).and_then(without_blocking)?)
}

fn with_any_port(endpoint: &Endpoint) -> Endpoint {
    match endpoint {
        Endpoint::Tcp(address) => Endpoint::Tcp(SocketAddr::new(address.ip(), 0)),
        Endpoint::Udp(address) => Endpoint::Udp(SocketAddr::new(address.ip(), 0)),
        Endpoint::Unix(path) => Endpoint::Unix(path.clone()),
    }
}

fn take(endpoint: &Endpoint, flaw: Flaw) -> io::Result<Bound> {
    match endpoint {
        Endpoint::Tcp(address) => {
            let socket = stream_socket(Domain::for_address(*address))?;
            // Without it the port of a server that has just ended cannot be had for a minute.
            socket.set_reuse_address(flaw != Flaw::DoesNotReuseAddress)?;
            socket.bind(&(*address).into())?;
            socket.listen(BACKLOG)?;
            let listener = TcpListener::from_std(socket.into())?;
            let endpoint = Endpoint::Tcp(listener.local_addr()?);
            Ok(Bound {
                socket: Socket::Stream(Listener::Tcp(listener)),
                endpoint,
                _path: None,
            })
        }
        Endpoint::Unix(path) => {
            let socket = stream_socket(Domain::UNIX)?;
            socket.bind(&SockAddr::unix(path)?)?;
            let own = Some(OwnPath(path.clone()));
            socket.listen(BACKLOG)?;
            let listener = Listener::Unix(UnixListener::from_std(socket.into())?);
            let socket = Socket::Stream(listener);
            Ok(Bound {
                socket,
                endpoint: endpoint.clone(),
                _path: own,
            })
        }
        Endpoint::Udp(address) => {
            // Without SO_REUSEADDR: there it would let two servers share a port without an error.
            let socket = std::net::UdpSocket::bind(address).and_then(without_blocking)?;
            let socket = UdpSocket::from_std(socket)?;
            let endpoint = Endpoint::Udp(socket.local_addr()?);
            Ok(Bound {
                socket: Socket::Datagrams(socket),
                endpoint,
                _path: None,
            })
        }
    }
}

fn stream_socket(domain: Domain) -> io::Result<socket2::Socket> {
    let socket = socket2::Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn without_blocking(socket: std::net::UdpSocket) -> io::Result<std::net::UdpSocket> {
    socket.set_nonblocking(true)?;
    Ok(socket)
}
