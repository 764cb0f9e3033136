//! Whether the servers of one scenario, transport and client agree with one another. What each of
//! them did is the trace's table; what a disagreement means for a verdict is `verdict`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Excerpt, Failure, Judged, Kind};
use crate::plan::{Case, Plan};
use crate::scenario::words::{Trait, Transport};
use crate::scenario::{Scenario, Step};
use crate::source::Span;
use crate::trace::{Cell, Ending, Place, Table};

/// Whether the servers of a plan are compared with one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compare {
    /// Each with the others.
    #[default]
    Servers,
    /// None: those of the plan are flawed each in its own way.
    Nothing,
}

/// The comparison of the servers of one scenario, transport and client.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// What was played.
    pub scenario: Rc<Scenario>,
    /// Over what.
    pub transport: Transport,
    /// What played the actors.
    pub client: String,
    /// The values that the compared servers have of the traits that the scenario requires.
    pub traits: BTreeMap<Trait, String>,
    /// Which repetition of the plan it is, from 0.
    pub round: usize,
    /// Servers with equal tables; first the one that the others are measured by. Never empty.
    pub clusters: Vec<Cluster>,
}

/// Servers whose tables are equal.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// In the order of the plan; never empty.
    pub members: Vec<Member>,
    /// What each of them did.
    pub table: Rc<Table>,
    /// Where it first differs from the first cluster; `None` for the first itself.
    pub difference: Option<Difference>,
}

/// A server in a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The peer.
    pub server: String,
    /// Its case, an index into [`Plan::cases`].
    pub place: usize,
    /// Whether it met every expectation: only such servers are judged by one another.
    pub met: bool,
}

/// Where two tables first differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The cell.
    pub place: Place,
    /// What the cell holds in the first cluster.
    pub reference: Cell,
    /// What it holds here.
    pub own: Cell,
    /// The first byte that differs.
    pub at: usize,
}

impl Agreement {
    /// Whether at least two servers met every expectation, so that they could be compared.
    pub fn is_judged(&self) -> bool {
        self.clusters.iter().map(Cluster::met).sum::<usize>() > 1
    }

    /// Whether all that met every expectation did the same.
    pub fn holds(&self) -> bool {
        self.clusters.iter().skip(1).all(|it| it.met() == 0)
    }

    /// The server that the others are measured by.
    pub fn reference(&self) -> &str {
        let first = &self.clusters[0];
        let met = first.members.iter().find(|member| member.met);
        &met.unwrap_or(&first.members[0]).server
    }

    /// Whether it compares the same servers as another, in another repetition.
    pub fn repeats(&self, other: &Agreement) -> bool {
        self.scenario.name == other.scenario.name
            && self.transport == other.transport
            && self.client == other.client
            && self.traits == other.traits
    }

    /// The step in which a difference lies; `None` for the end of the case.
    pub fn step(&self, place: Place) -> Option<&Step> {
        self.scenario
            .every_step()
            .find(|step| step.index == place.step)
    }

    /// `alice at step 4`, without words of times, ports and paths.
    pub fn told(&self, place: Place) -> String {
        let who = match place.actor {
            Some(actor) => &self.scenario.actor(actor).name,
            None => "the server",
        };
        match self.step(place) {
            Some(step) => format!("{who} at step {}", step.number),
            None => format!("{who} at the end of the case"),
        }
    }

    /// The cases, by their places in the plan, that are judged by one another.
    pub(super) fn judged_places(&self) -> impl Iterator<Item = usize> {
        let members = self.clusters.iter().flat_map(|it| &it.members);
        members.filter(|member| member.met).map(|it| it.place)
    }

    /// The failures of those that are judged and do not do as the first cluster does, each with
    /// the place of its case in the plan.
    pub(super) fn failures(&self) -> Vec<(usize, Failure)> {
        let mut failures = Vec::new();
        for cluster in &self.clusters {
            let Some(difference) = &cluster.difference else {
                continue;
            };
            let judged = cluster.members.iter().filter(|member| member.met);
            failures.extend(judged.map(|member| (member.place, self.failure(difference))));
        }
        failures
    }

    fn failure(&self, difference: &Difference) -> Failure {
        let Difference {
            place,
            reference,
            own,
            at,
        } = difference;
        let end = self.scenario.source.text().len();
        let step = self.step(*place);
        let differs_in_bytes = reference.bytes() != own.bytes();
        let excerpt = |cell: &Cell| differs_in_bytes.then(|| Excerpt::around(cell.bytes(), *at));
        let message = format!(
            "{}: {}, where {} hears {} ({})",
            self.told(*place),
            in_hex(own, *at),
            self.reference(),
            in_hex(reference, *at),
            Kind::Disagrees
        );
        Failure {
            kind: Kind::Disagrees,
            step: step.map(|step| step.number),
            span: step.map_or(Span::new(end, end), |step| step.span),
            actor: place
                .actor
                .map(|actor| self.scenario.actor(actor).name.clone()),
            message,
            waited: None,
            expected: excerpt(reference),
            heard: excerpt(own),
            first_difference: differs_in_bytes.then_some(*at),
        }
    }
}

impl Cluster {
    /// How many of it met every expectation.
    fn met(&self) -> usize {
        self.members.iter().filter(|member| member.met).count()
    }

    /// What makes a cluster the one that the others are measured by: `rust`, else being the
    /// largest, else the name.
    fn rank(&self) -> (Reverse<bool>, Reverse<usize>, Option<String>) {
        let met = || self.members.iter().filter(|member| member.met);
        let has_rust = met().any(|member| member.server == RUST);
        let name = self.members.iter().map(|it| it.server.clone()).min();
        (Reverse(has_rust), Reverse(met().count()), name)
    }
}

impl Difference {
    /// Where a table first differs from the one that it is measured by.
    pub fn between(reference: &Table, own: &Table) -> Option<Difference> {
        let place = reference.first_difference(own)?;
        // A case that was not played to its end has fewer cells.
        let cell = |table: &Table| table.cell(place).cloned().unwrap_or(Cell::Hole);
        let (reference, own) = (cell(reference), cell(own));
        let mut pairs = reference.bytes().iter().zip(own.bytes());
        let common = reference.bytes().len().min(own.bytes().len());
        Some(Difference {
            place,
            at: pairs.position(|(one, two)| one != two).unwrap_or(common),
            reference,
            own,
        })
    }
}

/// Compares the servers of every scenario, transport and client of a plan, each repetition of the
/// plan by itself.
pub(super) fn compare(plan: &Plan, judged: &[Option<Judged>]) -> Vec<Agreement> {
    let mut agreements: Vec<Agreement> = Vec::new();
    let mut rounds: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, (case, judged)) in plan.cases.iter().zip(judged).enumerate() {
        let round = rounds.entry(&case.id).or_default();
        if let Some((table, met)) = judged.as_ref().and_then(Judged::compared) {
            let server = case.server.clone();
            let member = Member { server, place, met };
            add(&mut agreements, ground(case, *round), member, table);
        }
        *round += 1;
    }
    agreements.iter_mut().for_each(measure);
    agreements
}

/// What a case is compared on, with nobody in it yet.
fn ground(case: &Case, round: usize) -> Agreement {
    let value = |name: &Trait| {
        let value = case.offer().and_then(|offer| offer.value(*name));
        (*name, value.unwrap_or_default().to_owned())
    };
    Agreement {
        scenario: Rc::clone(&case.scenario),
        transport: case.transport,
        client: case.client.to_string(),
        traits: case.scenario.requires.keys().map(value).collect(),
        round,
        clusters: Vec::new(),
    }
}

/// Puts a server where those are that it is compared with, and did the same.
fn add(agreements: &mut Vec<Agreement>, ground: Agreement, member: Member, table: Rc<Table>) {
    // The cases of one comparison lie close together in the plan.
    let same = |it: &Agreement| it.round == ground.round && it.repeats(&ground);
    let place = agreements.iter().rposition(same).unwrap_or_else(|| {
        agreements.push(ground);
        agreements.len() - 1
    });
    let clusters = &mut agreements[place].clusters;
    match clusters.iter_mut().find(|cluster| cluster.table == table) {
        Some(cluster) => cluster.members.push(member),
        None => clusters.push(Cluster {
            members: vec![member],
            table,
            difference: None,
        }),
    }
}

/// Finds the cluster that the others are measured by, and where each differs from it.
fn measure(agreement: &mut Agreement) {
    agreement.clusters.sort_by_cached_key(Cluster::rank);
    if let [first, others @ ..] = agreement.clusters.as_mut_slice() {
        for cluster in others {
            cluster.difference = Difference::between(&first.table, &cluster.table);
        }
    }
}

/// A cell in a line that holds for every run: its bytes around the first that differs.
fn in_hex(cell: &Cell, at: usize) -> String {
    let Cell::Heard(heard, ending) = cell else {
        return match cell.ending() {
            Some(ending) => ending.to_string(),
            None => String::from("what may differ"),
        };
    };
    let bytes = heard.bytes();
    let start = at.saturating_sub(BEFORE).min(bytes.len());
    let end = bytes.len().min(start + WHOLE);
    let mut words: Vec<String> = bytes[start..end]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if start > 0 {
        words.insert(0, String::from("…"));
    }
    if end < bytes.len() {
        words.push(String::from("…"));
    }
    let hex = match words.is_empty() {
        true => String::from("nothing"),
        false => words.join(" "),
    };
    match ending {
        Ending::Met => hex,
        other => format!("{hex}, then {other}"),
    }
}

/// The server that the others are measured by, wherever it is judged.
const RUST: &str = "rust";

/// So many bytes before the first that differs are told.
const BEFORE: usize = 8;

/// So many bytes are told at most.
const WHOLE: usize = 16;
