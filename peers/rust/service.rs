//! What the server can be asked to be: which behaviour goes with which transport and which text.
//!
//! The words themselves, but for those that are only here, are read in `settings`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use crate::settings::{Behaviour, Endpoint, Sender, Settings, SettingsError, Stall, unknown};

/// A behaviour with all that it has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// Echo or broadcast, in which every byte is passed on as it came.
    Relay(Settings),
    /// Echo of text: UTF-8 is decoded and encoded again, malformed input replaced by U+FFFD.
    TextEcho(Place, Stall),
    /// Silence, until a client asks for a reset of its connection or for an end of it.
    ResetOnWord(SocketAddr),
}

/// An address of a byte stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// TCP, on a loopback address; port 0 lets the kernel choose.
    Tcp(SocketAddr),
    /// A Unix stream socket at this path.
    Unix(PathBuf),
}

/// What the server is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// `echo` or `broadcast`.
    Relay(Behaviour),
    /// `reset-on-word`.
    ResetOnWord,
}

/// What becomes of text on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Text {
    /// Nothing: bytes are passed on, whatever they stand for.
    #[default]
    Transparent,
    /// What is no UTF-8 is replaced by U+FFFD, and a character is passed on when it is whole.
    Replace,
}

impl Service {
    /// What `name` asks for at `endpoint`. Only a broadcast asks for `sender`, and only who owes
    /// something over a stream for `stall`.
    ///
    /// # Errors
    /// [`SettingsError::NoReplacing`] and [`SettingsError::NoReset`] where these do not go together.
    pub fn new(
        name: Name,
        endpoint: Endpoint,
        sender: Sender,
        text: Text,
        stall: Stall,
    ) -> Result<Self, SettingsError> {
        match (name, text, endpoint) {
            (Name::Relay(behaviour), Text::Transparent, endpoint) => Ok(Self::Relay(Settings {
                behaviour,
                endpoint,
                sender,
                stall,
            })),
            (Name::Relay(Behaviour::Echo), Text::Replace, Endpoint::Tcp(address)) => {
                Ok(Self::TextEcho(Place::Tcp(address), stall))
            }
            (Name::Relay(Behaviour::Echo), Text::Replace, Endpoint::Unix(path)) => {
                Ok(Self::TextEcho(Place::Unix(path), stall))
            }
            (_, Text::Replace, _) => Err(SettingsError::NoReplacing),
            (Name::ResetOnWord, Text::Transparent, Endpoint::Tcp(address)) => {
                Ok(Self::ResetOnWord(address))
            }
            (Name::ResetOnWord, Text::Transparent, _) => Err(SettingsError::NoReset),
        }
    }

    /// Where it is to listen.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        match self {
            Self::Relay(settings) => settings.endpoint.clone(),
            Self::TextEcho(Place::Tcp(address), _) | Self::ResetOnWord(address) => {
                Endpoint::Tcp(*address)
            }
            Self::TextEcho(Place::Unix(path), _) => Endpoint::Unix(path.clone()),
        }
    }
}

impl From<Settings> for Service {
    fn from(settings: Settings) -> Self {
        Self::Relay(settings)
    }
}

impl FromStr for Name {
    type Err = SettingsError;

    fn from_str(word: &str) -> Result<Self, SettingsError> {
        if word == "reset-on-word" {
            return Ok(Self::ResetOnWord);
        }
        let relay = word.parse().map(Self::Relay);
        relay.map_err(|_| unknown("behaviour", word, "echo, broadcast or reset-on-word"))
    }
}

impl FromStr for Text {
    type Err = SettingsError;

    fn from_str(word: &str) -> Result<Self, SettingsError> {
        match word {
            "transparent" => Ok(Self::Transparent),
            "replace" => Ok(Self::Replace),
            _ => Err(unknown("text", word, "transparent or replace")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Transport;

    /// What these words of a command line ask for.
    fn asked(name: &str, over: Transport, text: &str) -> Result<Service, SettingsError> {
        let address = match over {
            Transport::Unix => "rooms/one",
            Transport::Tcp | Transport::Udp => "127.0.0.1:0",
        };
        let endpoint = Endpoint::parse(over, address)?;
        let (sender, stall) = (Sender::default(), Stall::default());
        Service::new(name.parse()?, endpoint, sender, text.parse()?, stall)
    }

    fn check(name: &str, over: Transport, text: &str, expected: &str) {
        let told = match asked(name, over, text) {
            Ok(Service::Relay(_)) => "relay".to_owned(),
            Ok(Service::TextEcho(..)) => "text echo".to_owned(),
            Ok(Service::ResetOnWord(_)) => "reset on word".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected, "{name} {over:?} {text}");
    }

    #[test]
    fn a_service_is_only_what_there_is() {
        let no_replacing = "text is replaced only in an echo over tcp or unix: ask for that, or for transparent text";
        check("echo", Transport::Udp, "transparent", "relay");
        check("broadcast", Transport::Unix, "transparent", "relay");
        check("echo", Transport::Tcp, "replace", "text echo");
        check("echo", Transport::Unix, "replace", "text echo");
        check("echo", Transport::Udp, "replace", no_replacing);
        check("broadcast", Transport::Tcp, "replace", no_replacing);
        check(
            "reset-on-word",
            Transport::Tcp,
            "transparent",
            "reset on word",
        );
        check("reset-on-word", Transport::Tcp, "replace", no_replacing);
        let no_reset = "reset-on-word needs resets, and only tcp has them: use it over tcp";
        check("reset-on-word", Transport::Unix, "transparent", no_reset);
        check("reset-on-word", Transport::Udp, "transparent", no_reset);
    }

    #[test]
    fn an_unknown_word_is_told_the_words_that_there_are() {
        let names = "unknown behaviour `ech`: use echo, broadcast or reset-on-word";
        check("ech", Transport::Tcp, "transparent", names);
        let texts = "unknown text `strict`: use transparent or replace";
        check("echo", Transport::Tcp, "strict", texts);
    }

    #[test]
    fn a_service_knows_where_it_is_to_listen() {
        for (name, over, text) in [
            ("echo", Transport::Udp, "transparent"),
            ("echo", Transport::Unix, "replace"),
            ("echo", Transport::Tcp, "replace"),
            ("reset-on-word", Transport::Tcp, "transparent"),
        ] {
            let endpoint = asked(name, over, text).map(|service| service.endpoint());
            let expected = match over {
                Transport::Tcp => "tcp 127.0.0.1 0",
                Transport::Udp => "udp 127.0.0.1 0",
                Transport::Unix => "unix rooms/one",
            };
            assert_eq!(endpoint.map(|one| one.to_string()), Ok(expected.to_owned()));
        }
    }
}
