//! What the server is told to do, as types that admit nothing it could not do.
//!
//! The words of a command line become these types here; which of them go together is told in
//! `service`, and which flag holds which word, and the exit code of a wrong one, are left to the
//! caller.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// The longest path of a Unix socket, in bytes: Linux takes 107, other systems fewer.
const PATH_LIMIT: usize = 99;

/// The longest stall time in seconds: a day, far from where adding it to a clock could overflow.
const STALL_LIMIT: u64 = 24 * 60 * 60;

/// All that a relay of bytes has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What is done with what is heard.
    pub behaviour: Behaviour,
    /// Where to listen, and over which transport.
    pub endpoint: Endpoint,
    /// Whether a client hears its own words; echo does not ask.
    pub sender: Sender,
    /// How long a client may refuse what it is owed; datagrams do not ask.
    pub stall: Stall,
}

/// What the server does with what it hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Each client gets back what it says.
    Echo,
    /// What any client says goes to every client.
    Broadcast,
}

/// Whether a broadcast goes to the client that said it, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sender {
    /// The sender hears itself.
    #[default]
    Included,
    /// Only the others hear it.
    Excluded,
}

/// How bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A byte stream over IP (RFC 9293).
    Tcp,
    /// Datagrams over IP (RFC 768).
    Udp,
    /// A byte stream over a path in the file system.
    Unix,
}

/// A transport with an address of its kind. The IP addresses are loopback ones.
///
/// Shown as in the ready line: `tcp 127.0.0.1 4000`, `udp ::1 4000`, `unix /run/room`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// TCP; port 0 lets the kernel choose.
    Tcp(SocketAddr),
    /// UDP; port 0 lets the kernel choose.
    Udp(SocketAddr),
    /// A Unix stream socket at this path.
    Unix(PathBuf),
}

/// How long a client with more than 1 MiB owed to it may take no byte before it is reset.
/// More than zero, at most a day; two seconds unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stall(Duration);

/// A word that the settings do not know, or words that do not go together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// A word outside a closed list.
    #[error("unknown {what} `{word}`: use {choices}")]
    UnknownWord {
        /// What the word should have named.
        what: &'static str,
        /// The word as given.
        word: String,
        /// The words that are known.
        choices: &'static str,
    },
    /// No IP address with a port.
    #[error("`{0}` is no address: write 127.0.0.1:PORT or [::1]:PORT, port 0 for any")]
    NotAnAddress(String),
    /// An address that other machines could reach.
    #[error("{0} is no loopback address: use 127.0.0.1 or [::1], this server is for tests only")]
    NotLoopback(SocketAddr),
    /// An empty path, one that is too long, or one with a zero byte.
    #[error("`{0}` cannot be a unix socket: use a path of 1 to {PATH_LIMIT} bytes")]
    BadPath(String),
    /// A stall time that is none.
    #[error("`{0}` is no stall time: use seconds, more than 0 and at most {STALL_LIMIT}")]
    BadStall(String),
    /// Text that is to be replaced where it cannot be.
    #[error(
        "text is replaced only in an echo over tcp or unix: ask for that, or for transparent text"
    )]
    NoReplacing,
    /// The dialogue about resets over a transport that has none.
    #[error("reset-on-word needs resets, and only tcp has them: use it over tcp")]
    NoReset,
}

impl FromStr for Behaviour {
    type Err = SettingsError;

    fn from_str(word: &str) -> Result<Self, SettingsError> {
        match word {
            "echo" => Ok(Self::Echo),
            "broadcast" => Ok(Self::Broadcast),
            _ => Err(unknown("behaviour", word, "echo or broadcast")),
        }
    }
}

impl FromStr for Sender {
    type Err = SettingsError;

    fn from_str(word: &str) -> Result<Self, SettingsError> {
        match word {
            "included" => Ok(Self::Included),
            "excluded" => Ok(Self::Excluded),
            _ => Err(unknown("sender", word, "included or excluded")),
        }
    }
}

impl FromStr for Transport {
    type Err = SettingsError;

    fn from_str(word: &str) -> Result<Self, SettingsError> {
        match word {
            "tcp" => Ok(Self::Tcp),
            "udp" => Ok(Self::Udp),
            "unix" => Ok(Self::Unix),
            _ => Err(unknown("transport", word, "tcp, udp or unix")),
        }
    }
}

pub(crate) fn unknown(what: &'static str, word: &str, choices: &'static str) -> SettingsError {
    SettingsError::UnknownWord {
        what,
        word: word.to_owned(),
        choices,
    }
}

impl Endpoint {
    /// Reads `address` as one of `transport`: an IP address with a port, or a path.
    ///
    /// # Errors
    /// [`SettingsError`] where it is no address of that kind, or not a loopback one.
    pub fn parse(transport: Transport, address: &str) -> Result<Self, SettingsError> {
        match transport {
            Transport::Tcp => loopback(address).map(Self::Tcp),
            Transport::Udp => loopback(address).map(Self::Udp),
            Transport::Unix => {
                if address.is_empty() || address.len() > PATH_LIMIT || address.contains('\0') {
                    return Err(SettingsError::BadPath(address.to_owned()));
                }
                Ok(Self::Unix(PathBuf::from(address)))
            }
        }
    }
}

fn loopback(address: &str) -> Result<SocketAddr, SettingsError> {
    let parsed: SocketAddr = address
        .parse()
        .map_err(|_| SettingsError::NotAnAddress(address.to_owned()))?;
    if parsed.ip().is_loopback() {
        Ok(parsed)
    } else {
        Err(SettingsError::NotLoopback(parsed))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(formatter, "tcp {} {}", address.ip(), address.port()),
            Self::Udp(address) => write!(formatter, "udp {} {}", address.ip(), address.port()),
            Self::Unix(path) => write!(formatter, "unix {}", path.display()),
        }
    }
}

impl Stall {
    /// The stall time itself.
    #[must_use]
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl Default for Stall {
    fn default() -> Self {
        Self(Duration::from_secs(2))
    }
}

impl FromStr for Stall {
    type Err = SettingsError;

    /// Reads a decimal number of seconds.
    fn from_str(word: &str) -> Result<Self, SettingsError> {
        word.parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|stall| !stall.is_zero() && *stall <= Duration::from_secs(STALL_LIMIT))
            .map(Self)
            .ok_or_else(|| SettingsError::BadStall(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(transport: Transport, address: &str, expected: &str) {
        let told = match Endpoint::parse(transport, address) {
            Ok(endpoint) => endpoint.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn an_endpoint_is_a_loopback_address_or_a_short_path() {
        check(Transport::Tcp, "127.0.0.1:0", "tcp 127.0.0.1 0");
        check(Transport::Udp, "[::1]:4000", "udp ::1 4000");
        check(Transport::Unix, "rooms/one", "unix rooms/one");
        check(
            Transport::Tcp,
            "0.0.0.0:80",
            "0.0.0.0:80 is no loopback address: use 127.0.0.1 or [::1], this server is for tests only",
        );
        check(
            Transport::Udp,
            "localhost:80",
            "`localhost:80` is no address: write 127.0.0.1:PORT or [::1]:PORT, port 0 for any",
        );
        check(
            Transport::Unix,
            "",
            "`` cannot be a unix socket: use a path of 1 to 99 bytes",
        );
        let long = "a".repeat(100);
        check(
            Transport::Unix,
            &long,
            &format!("`{long}` cannot be a unix socket: use a path of 1 to 99 bytes"),
        );
    }

    #[test]
    fn a_stall_time_is_a_positive_number_of_seconds() {
        assert_eq!(
            "1".parse::<Stall>().map(Stall::duration),
            Ok(Duration::from_secs(1))
        );
        assert_eq!(
            "0.25".parse::<Stall>().map(Stall::duration),
            Ok(Duration::from_millis(250))
        );
        for wrong in ["", "0", "-1", "nan", "inf", "1e9", "two"] {
            assert_eq!(
                wrong.parse::<Stall>(),
                Err(SettingsError::BadStall(wrong.to_owned()))
            );
        }
    }

    #[test]
    fn a_word_outside_its_list_is_told_the_list() {
        assert_eq!("echo".parse(), Ok(Behaviour::Echo));
        assert_eq!("excluded".parse(), Ok(Sender::Excluded));
        let error = "tpc".parse::<Transport>().expect_err("no such transport");
        assert_eq!(
            error.to_string(),
            "unknown transport `tpc`: use tcp, udp or unix"
        );
    }
}
