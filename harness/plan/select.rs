//! Lays out the cases of a run, and says beforehand which peers they need.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::product::{Combination, combine};
use super::{Case, Client, Pattern, Plan, Playable, presume};
use crate::peer::manifest::{Known, Manifest, Offer, Role};
use crate::peer::{Peer, Ready, State};
use crate::scenario::Scenario;
use crate::scenario::words::Transport;

/// What of the full product a run is asked to play. Empty lists ask for everything.
#[derive(Debug, Default)]
pub struct Selection {
    /// Names of peers as servers.
    pub servers: Vec<String>,
    /// What plays the actors.
    pub clients: Vec<String>,
    /// Transports.
    pub over: Vec<Transport>,
    /// Globs on case ids, any of which must match.
    pub only: Vec<Pattern>,
    /// Globs on case ids, none of which may match.
    pub skip: Vec<Pattern>,
}

impl Selection {
    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.servers.is_empty()
            && self.clients.is_empty()
            && self.over.is_empty()
            && self.only.is_empty()
            && self.skip.is_empty()
    }
}

/// A selection that does not fit the scenarios and peers at hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// A pattern that matches no case.
    #[error("`--{option} {pattern}` matches no case; `harness list` shows them")]
    Unmatched {
        /// The option's name.
        option: &'static str,
        /// The pattern as it was typed.
        pattern: String,
    },
    /// A server that no manifest describes.
    #[error("no peer is called `{name}`; there are: {known}")]
    UnknownServer {
        /// The name as it was typed.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A client that there is not.
    #[error("no client is called `{name}`; there are: {known}")]
    UnknownClient {
        /// The name as it was typed.
        name: String,
        /// The names that there are.
        known: String,
    },
}

/// The peers whose toolchains and builds the selected cases need.
pub type Needed = BTreeSet<String>;

/// Names the peers that some selected case would be played on.
///
/// # Errors
/// When the selection does not fit: see [`SelectionError`].
pub fn needed(
    scenarios: &[Rc<Scenario>],
    manifests: &[Rc<Manifest>],
    selection: &Selection,
) -> Result<Needed, SelectionError> {
    check_names(manifests, selection)?;
    let combinations = combine(scenarios, manifests, selection)?;
    let mut needed = Needed::new();
    for it in combinations {
        if find_offer(it.manifest, it.scenario, it.transport).is_ok() && !it.lacks_client() {
            needed.insert(it.manifest.name.clone());
            needed.extend(it.client.map(|(manifest, _)| manifest.name.clone()));
        }
    }
    Ok(needed)
}

/// Lays out the plan: every selected combination, each with the offer that plays it or the reason
/// why it is not played. `peers` are those that [`needed`] named, prepared.
///
/// # Errors
/// When the selection does not fit: see [`SelectionError`].
pub fn lay_out(
    scenarios: &[Rc<Scenario>],
    manifests: &[Rc<Manifest>],
    peers: &[Rc<Peer>],
    selection: &Selection,
) -> Result<Plan, SelectionError> {
    let combinations = combine(scenarios, manifests, selection)?;
    let cases = combinations.into_iter().map(|it| Case {
        playable: playable(&it, peers),
        known: known(&it),
        client: it.played_by(),
        id: it.id,
        scenario: Rc::clone(it.scenario),
        transport: it.transport,
        server: it.manifest.name.clone(),
    });
    Ok(Plan {
        cases: cases.collect(),
    })
}

/// Every peer, taken to be ready: for plans of which nothing is started.
pub fn all_ready(manifests: &[Rc<Manifest>]) -> Vec<Rc<Peer>> {
    let ready = |manifest: &Rc<Manifest>| {
        let state = State::Ready(Ready::default());
        Rc::new(Peer {
            manifest: Rc::clone(manifest),
            state,
        })
    };
    manifests.iter().map(ready).collect()
}

/// The known divergences that name no case of the full plan, each as one line that says so.
pub fn idle_entries(scenarios: &[Rc<Scenario>], manifests: &[Rc<Manifest>]) -> Vec<String> {
    let everything = Selection::default();
    let peers = all_ready(manifests);
    let plan = lay_out(scenarios, manifests, &peers, &everything);
    let cases = plan.map(|plan| plan.cases).unwrap_or_default();
    let names_a_case = |entry: &Rc<Known>| {
        cases
            .iter()
            .any(|case| case.offer().is_some() && case.known.contains(entry))
    };
    let mut idle = Vec::new();
    for manifest in manifests {
        for entry in manifest.known.iter().filter(|entry| !names_a_case(entry)) {
            idle.push(format!(
                "{}:{}: the known divergence for `{}` names no case that {} plays",
                manifest.file, entry.line, entry.scenario, manifest.name
            ));
        }
    }
    idle
}

/// The offer of a peer that plays a scenario over a transport, or what the peer lacks.
fn find_offer(
    manifest: &Manifest,
    scenario: &Scenario,
    transport: Transport,
) -> Result<Rc<Offer>, String> {
    if manifest.program.is_some() {
        return presume::find_offer(manifest, scenario, transport);
    }
    let behaves = |offer: &&Rc<Offer>| offer.behaviour == scenario.server;
    if !manifest.servers.iter().any(|offer| behaves(&offer)) {
        return Err(format!("no {} behaviour", scenario.server));
    }
    let candidates: Vec<&Rc<Offer>> = manifest
        .servers
        .iter()
        .filter(|offer| offer.transport == transport)
        .filter(behaves)
        .collect();
    if candidates.is_empty() {
        return Err(
            match manifest
                .servers
                .iter()
                .any(|offer| offer.transport == transport)
            {
                true => format!("no {} over {transport}", scenario.server),
                false => format!("no {transport} transport"),
            },
        );
    }
    match candidates
        .iter()
        .find(|offer| lacks(offer, scenario).is_none())
    {
        Some(offer) => Ok(Rc::clone(offer)),
        None => Err(candidates
            .iter()
            .find_map(|offer| lacks(offer, scenario))
            .expect("no candidate has everything")),
    }
}

/// The first trait that a scenario requires and an offer has not.
fn lacks(offer: &Offer, scenario: &Scenario) -> Option<String> {
    scenario.requires.iter().find_map(|(name, values)| {
        let value = offer.value(*name);
        let has = value.is_some_and(|value| values.iter().any(|wanted| wanted == value));
        (!has).then(|| match value {
            Some(value) => format!("{name} is {value}, not {}", values.join(" or ")),
            None => format!("no {name} stated"),
        })
    })
}

fn playable(it: &Combination<'_>, peers: &[Rc<Peer>]) -> Playable {
    let offer = match find_offer(it.manifest, it.scenario, it.transport) {
        Ok(offer) => offer,
        Err(reason) => return Playable::Unsupported { reason },
    };
    if let Some(behaviour) = it.scenario.client.as_ref().filter(|_| it.lacks_client()) {
        let reason = format!("no client with the behaviour {behaviour}");
        return Playable::Unsupported { reason };
    }
    let client = it
        .client
        .and_then(|(manifest, _)| Some(of_client(&manifest.name, hindrance(manifest, peers)?)));
    hindrance(it.manifest, peers)
        .or(client)
        .unwrap_or(Playable::By(offer))
}

/// What keeps a client from playing, told beside a server that it is not the fault of.
fn of_client(name: &str, hindrance: Playable) -> Playable {
    let told = |reason: String| format!("the client {name}: {reason}");
    match hindrance {
        Playable::Skipped { reason, mend } => Playable::Skipped {
            reason: told(reason),
            mend,
        },
        Playable::Broken { reason } => Playable::Broken {
            reason: told(reason),
        },
        other => other,
    }
}

/// Why a peer cannot play on this machine, if it cannot.
fn hindrance(manifest: &Manifest, peers: &[Rc<Peer>]) -> Option<Playable> {
    let peer = peers
        .iter()
        .find(|peer| peer.manifest.name == manifest.name);
    let peer = peer.expect("every peer with an offer that fits was needed, so prepared");
    match &peer.state {
        State::Ready(_) => None,
        State::Skipped { reason, mend } => Some(Playable::Skipped {
            reason: reason.clone(),
            mend: mend.clone(),
        }),
        State::Broken { reason } => Some(Playable::Broken {
            reason: reason.clone(),
        }),
    }
}

/// The known divergences of the server and of the client program that name a case.
fn known(it: &Combination<'_>) -> Vec<Rc<Known>> {
    let names_this = |known: &Known| {
        (known.over.is_empty() || known.over.contains(&it.transport))
            && known
                .scenario
                .parse()
                .is_ok_and(|glob: Pattern| glob.matches(&it.scenario.name))
    };
    let of = |manifest: &Manifest, role: Role| {
        let entries = manifest.known.iter();
        entries
            .filter(|known| known.role == role && names_this(known))
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut known = of(it.manifest, Role::Server);
    if let Some((manifest, _)) = it.client {
        known.extend(of(manifest, Role::Client));
    }
    known
}

fn check_names(manifests: &[Rc<Manifest>], selection: &Selection) -> Result<(), SelectionError> {
    let names: Vec<&str> = manifests
        .iter()
        .map(|manifest| manifest.name.as_str())
        .collect();
    if let Some(name) = selection
        .servers
        .iter()
        .find(|name| !names.contains(&name.as_str()))
    {
        return Err(SelectionError::UnknownServer {
            name: name.clone(),
            known: names.join(", "),
        });
    }
    let mut clients = vec![Client::BuiltIn.to_string()];
    let programs = manifests.iter().filter(|it| !it.clients.is_empty());
    clients.extend(programs.map(|manifest| manifest.name.clone()));
    match selection
        .clients
        .iter()
        .find(|name| !clients.contains(name))
    {
        Some(name) => Err(SelectionError::UnknownClient {
            name: name.clone(),
            known: clients.join(", "),
        }),
        None => Ok(()),
    }
}
