//! Offers and known divergences as they stand in `run.json`: what a manifest says, so that judging
//! needs no peer. The types are kept equal to those of the manifest by the compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::peer::manifest::{ClientOffer, Known, Offer, Port, Role, Speech};
use crate::scenario::words::{Behaviour, Trait, Transport};

/// An offer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredOffer(#[serde(with = "OfferFields")] pub Offer);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Offer", deny_unknown_fields)]
struct OfferFields {
    peer: String,
    place: usize,
    behaviour: Behaviour,
    transport: Transport,
    run: Vec<String>,
    traits: BTreeMap<Trait, String>,
    #[serde(with = "PortWords")]
    port: Port,
    listens: Option<Transport>,
    reuse: bool,
    env: BTreeMap<String, String>,
    cwd: Option<PathBuf>,
}

/// A client program.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredClient(#[serde(with = "ClientFields")] pub ClientOffer);

#[derive(Serialize, Deserialize)]
#[serde(remote = "ClientOffer", deny_unknown_fields)]
struct ClientFields {
    peer: String,
    behaviour: Behaviour,
    transport: Transport,
    run: Vec<String>,
    speaks: Speech,
    env: BTreeMap<String, String>,
    cwd: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Port", rename_all = "snake_case")]
enum PortWords {
    Any,
    Leased,
    Fixed(u16),
}

/// A known divergence.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredKnown(#[serde(with = "KnownFields")] pub Known);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Known", deny_unknown_fields)]
struct KnownFields {
    peer: String,
    scenario: String,
    over: BTreeSet<Transport>,
    role: Role,
    message: String,
    reason: String,
    link: Option<String>,
    line: usize,
}
