//! A peer as its manifest describes it. Reading the YAML is `read`; what the machine has of the
//! toolchain is `toolchain`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::program::Program;
use crate::scenario::words::{Behaviour, Trait, Transport};

/// One peer: an implementation in a folder of its own.
#[derive(Debug)]
pub struct Manifest {
    /// The folder's name; unique in a run.
    pub name: String,
    /// The language, as people write it.
    pub language: String,
    /// One line about the program.
    pub about: String,
    /// The manifest's file as messages show it.
    pub file: String,
    /// Where the peer's files are; `None` for the Rust peer, which is the binary itself. A program
    /// that was typed runs in the working folder.
    pub folder: Option<PathBuf>,
    /// The program, where one was typed in place of a manifest.
    pub program: Option<Program>,
    /// The programs that must be there.
    pub toolchain: Vec<Tool>,
    /// Commands that bring what the build needs from the network.
    pub fetch: Vec<Vec<String>>,
    /// Commands that build it, offline.
    pub build: Vec<Vec<String>>,
    /// What it offers as a server, one offer for each behaviour and transport of each entry, in
    /// the manifest's order.
    pub servers: Vec<Rc<Offer>>,
    /// What it offers as a client, one offer for each behaviour and transport of each entry, in
    /// the manifest's order.
    pub clients: Vec<Rc<ClientOffer>>,
    /// The divergences that are known.
    pub known: Vec<Rc<Known>>,
}

/// A program that a peer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The program's name.
    pub program: String,
    /// Words that make it print its version.
    pub version: Vec<String>,
    /// The least version that will do, as numbers with dots.
    pub at_least: Option<String>,
    /// The command that installs it.
    pub install: String,
}

/// One behaviour over one transport, with its traits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The peer that makes the offer.
    pub peer: String,
    /// Its place among the peer's offers, from 0: it names the offer in the pool. Offers that the
    /// same process can play have one place.
    pub place: usize,
    /// What it does.
    pub behaviour: Behaviour,
    /// Over what.
    pub transport: Transport,
    /// The words of the command; words in braces not yet filled in.
    pub run: Vec<String>,
    /// Every trait that it has.
    pub traits: BTreeMap<Trait, String>,
    /// How it comes by its port.
    pub port: Port,
    /// Which of several listening sockets is meant.
    pub listens: Option<Transport>,
    /// Whether a process may serve more than one case.
    pub reuse: bool,
    /// Variables added to the environment.
    pub env: BTreeMap<String, String>,
    /// The working folder inside the peer's folder, where it is not the peer's folder itself.
    pub cwd: Option<PathBuf>,
}

/// A client program over one transport.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientOffer {
    /// The peer that makes the offer.
    pub peer: String,
    /// What the program does: scenarios about that behaviour are played by it.
    pub behaviour: Behaviour,
    /// Over what.
    pub transport: Transport,
    /// The words of the command; words in braces, which tell where the server listens, not yet
    /// filled in.
    pub run: Vec<String>,
    /// How it is told what to say.
    pub speaks: Speech,
    /// Variables added to the environment.
    pub env: BTreeMap<String, String>,
    /// The working folder inside the peer's folder, where it is not the peer's folder itself.
    pub cwd: Option<PathBuf>,
}

/// How a client program is told what to say. What it hears is what it writes to stdout.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Speech {
    /// Its stdin is what it says.
    Stdio,
    /// Each line of its stdin, without the LF, is something that it says.
    Lines,
}

/// How a server comes by its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// It takes 0 and tells, or the kernel tells, which it got.
    Any,
    /// It must be told a number that is free.
    Leased,
    /// It takes this one and no other.
    Fixed(u16),
}

/// The side that a peer plays.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The server of the room.
    Server,
    /// A client in it.
    Client,
}

/// A divergence that is known, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The peer whose manifest records it.
    pub peer: String,
    /// A glob on scenario names.
    pub scenario: String,
    /// Over which transports; empty for any.
    pub over: BTreeSet<Transport>,
    /// The side that the peer plays when it happens.
    pub role: Role,
    /// The failure's one line; `*` stands for any run of characters.
    pub message: String,
    /// One sentence that a reader can check.
    pub reason: String,
    /// Where more is said.
    pub link: Option<String>,
    /// The line of the entry in its manifest, from 1.
    pub line: usize,
}

impl Offer {
    /// The value of a trait, where the offer has it.
    pub fn value(&self, name: Trait) -> Option<&str> {
        self.traits.get(&name).map(String::as_str)
    }

    /// Whether a trait has this value.
    pub fn is(&self, name: Trait, value: &str) -> bool {
        self.value(name) == Some(value)
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({} over {})",
            self.peer, self.behaviour, self.transport
        )
    }
}
