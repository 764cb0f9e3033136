//! What a server of this crate is told to do, as types that admit nothing it could not do.
//!
//! The words of a command line become these types here; which flag holds which word is left to
//! the caller. Addresses and the stall time are read as the Rust peer reads them.

use std::fmt;
use std::str::FromStr;

use harness_peer_rust::{Endpoint, Stall};

/// A word outside a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{word}`: use {known}")]
pub struct UnknownWord {
    /// What the word should have named.
    pub what: &'static str,
    /// The word as given.
    pub word: String,
    /// The words that are known, joined by commas.
    pub known: String,
}

/// Gives an enum of words its table: every word, how it is written, and how it is read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal {
        $($(#[$meaning:meta])* $word:ident = $text:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$meaning])* $word),+
        }

        impl $name {
            /// Every word; the first is the one that holds where nothing is said.
            pub const ALL: &'static [$name] = &[$($name::$word),+];

            /// The word as command lines and manifests write it.
            pub const fn text(self) -> &'static str {
                match self { $($name::$word => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.text())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                let mut words = Self::ALL.iter().copied();
                words.find(|it| it.text() == word).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|it| it.text()).collect();
                    UnknownWord { what: $what, word: word.to_owned(), known: known.join(", ") }
                })
            }
        }
    };
}

words! {
    /// What the server does with what it hears.
    Behaviour, "behaviour" {
        /// Each client gets back what it says.
        Echo = "echo",
        /// What any client says goes to every client.
        Broadcast = "broadcast",
    }
}

words! {
    /// Whether a broadcast goes to the client that said it, too; echo does not ask.
    Sender, "sender" {
        /// The sender hears itself.
        Included = "included",
        /// Only the others hear it.
        Excluded = "excluded",
    }
}

words! {
    /// What becomes of bytes that are no UTF-8.
    Text, "text" {
        /// They pass as they are.
        Transparent = "transparent",
        /// They are replaced (Unicode standard, section 3.9: one U+FFFD for each maximal subpart);
        /// a character that has begun waits until it is whole or its client has ended.
        Replace = "replace",
        /// Each read is decoded alone, and one that does not decode ends its connection.
        Strict = "strict",
    }
}

words! {
    /// What is done with a client that does not take what it is owed; datagrams do not ask.
    SlowReader, "slow_reader" {
        /// While more than 1 MiB waits for it nobody is read from, and after the stall time it is
        /// reset.
        Drop = "drop",
        /// Everything is kept for it.
        Buffer = "buffer",
        /// While anything waits for it nobody is read from, as with a write that blocks.
        Block = "block",
    }
}

words! {
    /// How many clients are served at once; datagrams do not ask.
    Concurrency, "concurrency" {
        /// All of them.
        Many = "many",
        /// One; the next when it has gone.
        One = "one",
    }
}

/// The facts in which servers legitimately differ, as one server has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Traits {
    /// Whether a broadcast reaches its sender.
    pub sender: Sender,
    /// What becomes of bytes that are no UTF-8.
    pub text: Text,
    /// What is done with a client that does not take what it is owed.
    pub slow_reader: SlowReader,
    /// How many clients are served at once.
    pub concurrency: Concurrency,
}

/// All that a server has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What is done with what is heard.
    pub behaviour: Behaviour,
    /// Where to listen, and over which transport.
    pub endpoint: Endpoint,
    /// In which of the legitimate ways.
    pub traits: Traits,
    /// How long a client may refuse what it is owed; only `slow_reader: drop` asks.
    pub stall: Stall,
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            sender: Sender::Included,
            text: Text::Transparent,
            slow_reader: SlowReader::Drop,
            concurrency: Concurrency::Many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for text in Text::ALL {
            assert_eq!(text.text().parse(), Ok(*text));
        }
        let error = "keep".parse::<SlowReader>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown slow_reader `keep`: use drop, buffer, block"
        );
    }
}
