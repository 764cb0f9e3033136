//! Taking an address, and serving it: the two ends of a server's life.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};
use thiserror::Error;
use tokio::net::{TcpListener, UdpSocket, UnixListener};

use crate::room::{self, Audience, Rules};
use crate::service::{Place, Service, Text};
use crate::settings::{Endpoint, Settings};
use crate::socket::Listener;
use crate::{datagrams, reset_on_word};

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
    bound: Bound,
}

/// The sockets of a service, and what it still has to know.
#[derive(Debug)]
enum Bound {
    /// A path is declared behind the listener so that it goes last.
    Room(Listener, Option<OwnPath>, Rules),
    Datagrams(UdpSocket, Audience),
    ResetOnWord(Listener),
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
    pub fn bind(service: impl Into<Service>) -> Result<Self, ServeError> {
        let service = service.into();
        let endpoint = service.endpoint();
        bind(service)
            .map(|(endpoint, bound)| Self { endpoint, bound })
            .map_err(|source| ServeError::Listen { endpoint, source })
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
        match self.bound {
            Bound::Room(listener, _own_path, rules) => {
                room::serve(listener, rules, shutdown).await;
            }
            Bound::ResetOnWord(listener) => reset_on_word::serve(listener, shutdown).await,
            Bound::Datagrams(socket, audience) => tokio::select! {
                () = shutdown => {}
                never = datagrams::relay(&socket, audience) => match never {},
            },
        }
    }
}

fn bind(service: Service) -> io::Result<(Endpoint, Bound)> {
    match service {
        Service::Relay(settings) => bind_relay(settings),
        Service::TextEcho(place, stall) => {
            let rules = Rules {
                audience: Audience::Speaker,
                text: Text::Replace,
                stall: stall.duration(),
            };
            bind_room(place, rules)
        }
        Service::ResetOnWord(address) => {
            let (endpoint, listener) = bind_tcp(address)?;
            Ok((endpoint, Bound::ResetOnWord(listener)))
        }
    }
}

fn bind_relay(settings: Settings) -> io::Result<(Endpoint, Bound)> {
    let rules = Rules {
        audience: Audience::of(&settings),
        text: Text::Transparent,
        stall: settings.stall.duration(),
    };
    match settings.endpoint {
        Endpoint::Tcp(address) => bind_room(Place::Tcp(address), rules),
        Endpoint::Unix(path) => bind_room(Place::Unix(path), rules),
        Endpoint::Udp(address) => {
            let (endpoint, socket) = bind_udp(address)?;
            Ok((endpoint, Bound::Datagrams(socket, rules.audience)))
        }
    }
}

fn bind_room(place: Place, rules: Rules) -> io::Result<(Endpoint, Bound)> {
    match place {
        Place::Tcp(address) => {
            let (endpoint, listener) = bind_tcp(address)?;
            Ok((endpoint, Bound::Room(listener, None, rules)))
        }
        Place::Unix(path) => {
            let (listener, own_path) = bind_unix(&path)?;
            let bound = Bound::Room(listener, Some(own_path), rules);
            Ok((Endpoint::Unix(path), bound))
        }
    }
}

fn bind_tcp(address: SocketAddr) -> io::Result<(Endpoint, Listener)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    listen(&socket, &address.into())?;
    let listener = TcpListener::from_std(socket.into())?;
    let endpoint = Endpoint::Tcp(listener.local_addr()?);
    Ok((endpoint, Listener::Tcp(listener)))
}

fn bind_unix(path: &Path) -> io::Result<(Listener, OwnPath)> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    listen(&socket, &SockAddr::unix(path)?)?;
    let own_path = OwnPath(path.to_owned());
    let listener = Listener::Unix(UnixListener::from_std(socket.into())?);
    Ok((listener, own_path))
}

fn bind_udp(address: SocketAddr) -> io::Result<(Endpoint, UdpSocket)> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    let socket = UdpSocket::from_std(socket)?;
    let endpoint = Endpoint::Udp(socket.local_addr()?);
    Ok((endpoint, socket))
}

fn listen(socket: &Socket, address: &SockAddr) -> io::Result<()> {
    socket.bind(address)?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)
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
