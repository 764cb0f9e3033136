//! The product of scenarios, transports, servers and clients, and what of it is selected.

use std::rc::Rc;

use super::select::{Selection, SelectionError};
use super::{Client, Pattern};
use crate::peer::manifest::{ClientOffer, Manifest};
use crate::scenario::Scenario;
use crate::scenario::words::Transport;

/// One cell of the product of scenarios, transports, servers and clients.
pub(super) struct Combination<'a> {
    pub id: String,
    pub scenario: &'a Rc<Scenario>,
    pub transport: Transport,
    pub manifest: &'a Manifest,
    /// The client program, where one plays.
    pub client: Option<(&'a Manifest, &'a Rc<ClientOffer>)>,
}

impl Combination<'_> {
    /// Whether the scenario is about a client program that no peer offers.
    pub fn lacks_client(&self) -> bool {
        self.scenario.client.is_some() && self.client.is_none()
    }

    pub fn played_by(&self) -> Client {
        match self.client {
            Some((_, offer)) => Client::Program(Rc::clone(offer)),
            None => Client::BuiltIn,
        }
    }
}

/// The client programs that play a scenario over a transport; one `None` where none is asked for,
/// and where none is to be had.
fn clients<'a>(
    scenario: &Scenario,
    transport: Transport,
    manifests: &'a [Rc<Manifest>],
) -> Vec<Option<(&'a Manifest, &'a Rc<ClientOffer>)>> {
    let Some(behaviour) = &scenario.client else {
        return vec![None];
    };
    let fits =
        |offer: &&Rc<ClientOffer>| offer.behaviour == *behaviour && offer.transport == transport;
    let offers = manifests.iter().filter_map(|manifest| {
        let offer = manifest.clients.iter().find(fits)?;
        Some(Some((manifest.as_ref(), offer)))
    });
    let offers: Vec<_> = offers.collect();
    match offers.is_empty() {
        true => vec![None],
        false => offers,
    }
}

pub(super) fn combine<'a>(
    scenarios: &'a [Rc<Scenario>],
    manifests: &'a [Rc<Manifest>],
    selection: &Selection,
) -> Result<Vec<Combination<'a>>, SelectionError> {
    let mut all = Vec::new();
    for scenario in scenarios {
        for transport in &scenario.over {
            let clients = clients(scenario, *transport, manifests);
            let servers = manifests.iter().filter(|it| !it.servers.is_empty());
            for manifest in servers {
                all.extend(clients.iter().map(|client| {
                    let mut it = Combination {
                        id: String::new(),
                        scenario,
                        transport: *transport,
                        manifest,
                        client: *client,
                    };
                    let (server, client) = (&manifest.name, it.played_by());
                    it.id = format!("{}/{transport}/{server}/{client}", scenario.name);
                    it
                }));
            }
        }
    }
    for (option, patterns) in [("only", &selection.only), ("skip", &selection.skip)] {
        let unmatched = |pattern: &&Pattern| !all.iter().any(|it| pattern.matches(&it.id));
        if let Some(pattern) = patterns.iter().find(unmatched) {
            return Err(SelectionError::Unmatched {
                option,
                pattern: pattern.to_string(),
            });
        }
    }
    all.retain(|it| selected(it, selection));
    Ok(all)
}

fn selected(it: &Combination<'_>, selection: &Selection) -> bool {
    (selection.servers.is_empty() || selection.servers.contains(&it.manifest.name))
        && (selection.over.is_empty() || selection.over.contains(&it.transport))
        && (selection.clients.is_empty() || selection.clients.contains(&it.played_by().to_string()))
        && (selection.only.is_empty() || selection.only.iter().any(|only| only.matches(&it.id)))
        && !selection.skip.iter().any(|skip| skip.matches(&it.id))
}
