//! Scenarios × peers -> cases: which offer plays each, or why it does not.
//!
//! Pure: what the machine has of each peer comes in as a value, and nothing is started here.

mod pattern;
mod presume;
mod product;
mod select;

use std::fmt;
use std::rc::Rc;

pub use pattern::{Pattern, PatternError};
pub use presume::presume;
pub use select::{Needed, Selection, SelectionError, all_ready, idle_entries, lay_out, needed};

use crate::peer::manifest::{ClientOffer, Known, Offer};
use crate::scenario::Scenario;
use crate::scenario::words::Transport;

/// The ordered list of cases of a run.
#[derive(Debug, Default)]
pub struct Plan {
    /// Scenarios in the order given, then transports, then servers with `rust` first.
    pub cases: Vec<Case>,
}

/// How much of the full plan a run covers; a narrower run never calls a known divergence stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All cases of all scenarios beside the peers.
    Full,
    /// All cases of some scenarios.
    SomeScenarios,
    /// A selection.
    Selection,
}

/// One scenario over one transport on one server with one client.
#[derive(Debug, Clone)]
pub struct Case {
    /// `broadcast/tcp/node/built-in`: stable, unique in a plan.
    pub id: String,
    /// What is played.
    pub scenario: Rc<Scenario>,
    /// Over what.
    pub transport: Transport,
    /// The peer that is the server.
    pub server: String,
    /// What plays the actors.
    pub client: Client,
    /// Whether it can be played.
    pub playable: Playable,
    /// The known divergences that name this case.
    pub known: Vec<Rc<Known>>,
}

/// Whether a case can be played, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Playable {
    /// By this offer.
    By(Rc<Offer>),
    /// The peer does not claim what the scenario needs.
    Unsupported {
        /// What it lacks, as a fragment: `no unix transport`.
        reason: String,
    },
    /// Something is missing on this machine.
    Skipped {
        /// What is missing.
        reason: String,
        /// The command that mends it.
        mend: String,
    },
    /// The peer could not be built.
    Broken {
        /// What went wrong, and the end of what the build printed.
        reason: String,
    },
}

/// What plays the actors of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    /// The harness's own sockets.
    BuiltIn,
    /// A client program plays the actors that are not built in.
    Program(Rc<ClientOffer>),
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Client::BuiltIn => f.pad("built-in"),
            Client::Program(offer) => f.pad(&offer.peer),
        }
    }
}

impl Case {
    /// The offer that plays the server, for a case that can be played.
    pub fn offer(&self) -> Option<&Rc<Offer>> {
        match &self.playable {
            Playable::By(offer) => Some(offer),
            _ => None,
        }
    }
}
