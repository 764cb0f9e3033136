//! The built-in client's sockets: one file per transport, and the connection that reads all the
//! time and writes what is queued.
//!
//! It moves bytes and knows nothing of scenarios: what arrives is handed to an [`Ear`]. What the
//! bytes mean is `exec`'s business.

mod connection;
mod socket;
mod tcp;
mod udp;
mod unix;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use connection::{Connection, Ear, Scratch, Word};
pub use socket::Socket;

use crate::scenario::words::{End, ErrorKind};

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// TCP, on a loopback address.
    Tcp(SocketAddr),
    /// UDP, on a loopback address.
    Udp(SocketAddr),
    /// A Unix socket at a path.
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(address) | Address::Udp(address) => address.fmt(f),
            Address::Unix(path) => path.display().fmt(f),
        }
    }
}

/// How a connection was over, in the words of scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// How it ended.
    pub end: End,
    /// The kind of error, where it was one.
    pub error: Option<ErrorKind>,
    /// What the system said.
    pub text: String,
}

impl Ending {
    /// The other side has no more to say.
    pub fn ended() -> Ending {
        Ending {
            end: End::End,
            error: None,
            text: String::from("end of stream"),
        }
    }

    /// An error of the system, in the one vocabulary of all languages.
    pub fn failed(error: &std::io::Error) -> Ending {
        use rustix::io::Errno;
        let (end, kind) = match Errno::from_io_error(error) {
            Some(Errno::CONNREFUSED | Errno::NOENT) => (End::Refused, ErrorKind::Refused),
            Some(Errno::CONNRESET | Errno::PIPE | Errno::CONNABORTED) => {
                (End::Reset, ErrorKind::Reset)
            }
            Some(Errno::MSGSIZE) => (End::Failed, ErrorKind::TooLarge),
            _ if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                (End::Refused, ErrorKind::Refused)
            }
            _ => (End::Failed, ErrorKind::Other),
        };
        Ending {
            end,
            error: Some(kind),
            text: error.to_string(),
        }
    }
}
