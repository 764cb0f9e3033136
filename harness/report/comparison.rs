//! Comparisons of servers, as the JSON report has them. They are part of its format: `document`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::document::Bytes;
use crate::oracle::{self, Excerpt};
use crate::scenario::words::{Trait, Transport};
use crate::trace::Cell;

/// The comparison of the servers of one scenario, transport and client.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Agreement<'a> {
    /// The scenario's name.
    scenario: &'a str,
    /// What carried the bytes.
    transport: Transport,
    /// What played the actors.
    client: &'a str,
    /// The values that the servers have of the traits that the scenario requires.
    traits: &'a BTreeMap<Trait, String>,
    /// Whether at least two servers met every expectation, so that they could be compared.
    judged: bool,
    /// Whether all that met every expectation did the same.
    holds: bool,
    /// Servers that did the same; first those that the others are measured by.
    clusters: Vec<Cluster<'a>>,
}

/// Servers that did the same.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cluster<'a> {
    /// The servers, in the order of the plan.
    servers: Vec<&'a str>,
    /// Those of them that broke an expectation, and so are not judged by the others.
    failed: Vec<&'a str>,
    /// Where they first differ from the first cluster; null for that one.
    first_difference: Option<Difference<'a>>,
}

/// Where two servers first differ.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Difference<'a> {
    /// The step's number, from 1; null at the end of the case.
    step: Option<usize>,
    /// The actor; null for the server's process.
    actor: Option<&'a str>,
    /// The first byte that differs, from 0.
    at: usize,
    /// What the first cluster did.
    reference: Did,
    /// What these did.
    own: Did,
}

/// What a step came to.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Did {
    /// What was heard, around the first byte that differs; null where nothing was to be heard.
    heard: Option<Bytes>,
    /// How it ended, in words; null where the scenario says that it may differ.
    ended: Option<String>,
}

impl<'a> Agreement<'a> {
    pub(super) fn of(agreement: &'a oracle::Agreement) -> Agreement<'a> {
        let clusters = agreement.clusters.iter();
        Agreement {
            scenario: &agreement.scenario.name,
            transport: agreement.transport,
            client: &agreement.client,
            traits: &agreement.traits,
            judged: agreement.is_judged(),
            holds: agreement.holds(),
            clusters: clusters.map(|it| Cluster::of(agreement, it)).collect(),
        }
    }
}

impl<'a> Cluster<'a> {
    fn of(agreement: &'a oracle::Agreement, cluster: &'a oracle::Cluster) -> Cluster<'a> {
        let members = cluster.members.iter();
        let failed = members.clone().filter(|member| !member.met);
        let difference = cluster.difference.as_ref();
        Cluster {
            servers: members.map(|member| member.server.as_str()).collect(),
            failed: failed.map(|member| member.server.as_str()).collect(),
            first_difference: difference.map(|it| Difference::of(agreement, it)),
        }
    }
}

impl<'a> Difference<'a> {
    fn of(agreement: &'a oracle::Agreement, difference: &oracle::Difference) -> Difference<'a> {
        let place = difference.place;
        let actor = place.actor.map(|actor| agreement.scenario.actor(actor));
        Difference {
            step: agreement.step(place).map(|step| step.number),
            actor: actor.map(|actor| actor.name.as_str()),
            at: difference.at,
            reference: Did::of(&difference.reference, difference.at),
            own: Did::of(&difference.own, difference.at),
        }
    }
}

impl Did {
    fn of(cell: &Cell, at: usize) -> Did {
        let heard = match cell {
            Cell::Heard(heard, _) => Some(Bytes::of(&Excerpt::around(heard.bytes(), at))),
            Cell::Hole | Cell::Ended(_) => None,
        };
        Did {
            heard,
            ended: cell.ending().map(|ending| ending.to_string()),
        }
    }
}
