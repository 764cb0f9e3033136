//! The words that every module shares: transports, behaviours, traits, how a connection can end,
//! and the kinds of error. What a scenario does with them is the business of its siblings.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gives an enum of words its table: every word, how it is written, and how it is read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $meaning:literal])* $word:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[doc = $meaning])* #[serde(rename = $text)] $word),+
        }

        impl $name {
            /// Every word, in the order in which tables show them.
            pub const ALL: &'static [$name] = &[$($name::$word),+];

            /// The word as scenarios, manifests and reports write it.
            pub const fn text(self) -> &'static str {
                match self { $($name::$word => $text),+ }
            }

            /// What the word means, in a sentence, as editors show it.
            pub fn meaning(self) -> &'static str {
                match self { $($name::$word => concat!($($meaning),*).trim_start()),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.text())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.text() == text).ok_or_else(|| UnknownWord {
                    word: text.to_owned(),
                    known: Self::ALL.iter().map(|word| word.text()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

/// A word that its table does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown word `{word}`; one of: {known}")]
pub struct UnknownWord {
    /// The word as it was written.
    pub word: String,
    /// The words that the table has, joined by commas.
    pub known: String,
}

words! {
    /// What carries the bytes between a client and a server.
    Transport {
        /// A stream over TCP on a loopback address (RFC 9293).
        Tcp = "tcp",
        /// Datagrams over UDP on a loopback address (RFC 768).
        Udp = "udp",
        /// A stream over a Unix socket with a path.
        Unix = "unix",
    }
}

impl Transport {
    /// Whether bytes arrive as one ordered stream, without borders between messages.
    pub const fn is_stream(self) -> bool {
        matches!(self, Transport::Tcp | Transport::Unix)
    }
}

words! {
    /// A declared fact in which servers legitimately differ.
    Trait {
        /// Whether a broadcast reaches the client that said it.
        Sender = "sender",
        /// What a server does with bytes that are no valid UTF-8.
        Text = "text",
        /// The unit in which a server handles what it reads.
        Framing = "framing",
        /// Whether all receivers hear several senders in one order.
        Order = "order",
        /// What a server does when a client has no more to say but still listens.
        HalfClose = "half_close",
        /// What a server does with a client that does not read.
        SlowReader = "slow_reader",
        /// How many clients a server serves at once.
        Concurrency = "concurrency",
        /// How the word that ends a dialogue is recognised.
        Terminator = "terminator",
        /// The most bytes of a datagram that a server handles; 65507 is no limit of its own.
        DatagramLimit = "datagram_limit",
        /// Whether a TCP server can listen again at once on the port of one that just ended.
        ReuseAddress = "reuse_address",
    }
}

impl Trait {
    /// The values that the trait can have; none for the one whose value is a number.
    pub const fn values(self) -> &'static [&'static str] {
        match self {
            Trait::Sender => &["included", "excluded"],
            Trait::Text => &["transparent", "replace", "strict"],
            Trait::Framing => &["none", "line", "message"],
            Trait::Order => &["total", "per_sender"],
            Trait::HalfClose => &["flush_and_end", "keeps_open", "ignored"],
            Trait::SlowReader => &["drop", "buffer", "block"],
            Trait::Concurrency => &["many", "one"],
            Trait::Terminator => &[
                "none",
                "exact",
                "trimmed",
                "ignore_case",
                "trimmed_ignore_case",
            ],
            Trait::DatagramLimit => &[],
            Trait::ReuseAddress => &["yes", "no"],
        }
    }
}

words! {
    /// The kinds of error that a connection can meet, one vocabulary in every language.
    ErrorKind {
        /// Nobody listens there.
        Refused = "refused",
        /// The other side aborted the connection.
        Reset = "reset",
        /// A datagram is larger than the transport can carry.
        TooLarge = "too_large",
        /// Anything else; the text beside it says what.
        Other = "other",
    }
}

words! {
    /// How a connection ended, as the side that heard it tells.
    End {
        /// The other side has no more to say (a FIN over TCP).
        End = "end",
        /// The other side aborted (a RST over TCP).
        Reset = "reset",
        /// The connection was never made.
        Refused = "refused",
        /// Our own side closed it.
        Closed = "closed",
        /// An error of another kind ended it.
        Failed = "failed",
    }
}

/// What a server does with what it hears: `echo`, `broadcast`, or the name of a dialogue.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Behaviour(pub String);

impl Behaviour {
    /// Each client hears its own bytes again.
    pub const ECHO: &'static str = "echo";
    /// Each client hears what any client says.
    pub const BROADCAST: &'static str = "broadcast";

    /// Whether this is `echo`.
    pub fn is_echo(&self) -> bool {
        self.0 == Self::ECHO
    }

    /// Whether this is `broadcast`.
    pub fn is_broadcast(&self) -> bool {
        self.0 == Self::BROADCAST
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
