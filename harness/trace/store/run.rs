//! `run.json`: the plan of a run and what judging it needs besides the traces.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::bytes::Payload;
use super::manifest::{StoredClient, StoredKnown, StoredOffer};
use super::{Flaw, VERSION, check_head, pretty};
use crate::peer::manifest::{ClientOffer, Known, Offer};
use crate::plan::{Case, Client, Plan, Playable, Scope};
use crate::scenario::Scenario;
use crate::scenario::words::Transport;

/// What `run.json` is.
const FORMAT: &str = "harness run";

/// The plan of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The version of the harness that wrote it; for people.
    pub harness: String,
    /// How it was to be judged.
    pub terms: Terms,
    /// The peers that there were.
    pub peers: Vec<Peer>,
    /// The scenarios of the cases, in the order of the plan.
    pub scenarios: Vec<Text>,
    offers: Vec<StoredOffer>,
    clients: Vec<StoredClient>,
    known: Vec<StoredKnown>,
    cases: Vec<StoredCase>,
}

/// How a run was to be judged and reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Whether skipped cases fail it.
    pub strict: bool,
    /// How often each case stands in the plan.
    pub repeat: usize,
    /// How much of the full plan it is.
    #[serde(with = "ScopeWords")]
    pub scope: Scope,
    /// The options that playing a case again must have too.
    pub options: Vec<String>,
    /// Of each server that was typed as a program the options that name it again.
    pub programs: BTreeMap<String, Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Scope", rename_all = "snake_case")]
enum ScopeWords {
    Full,
    SomeScenarios,
    Selection,
}

/// A peer, as reports name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// The programs of its toolchain and their versions.
    pub versions: Vec<(String, String)>,
}

/// A scenario's text, which lies in `scenarios/NAME.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The scenario's name.
    pub name: String,
    /// The file that it was read from, as reports show it.
    pub shown: String,
    /// The files that its payloads name.
    pub files: BTreeMap<String, Payload>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCase {
    /// Scenario, transport, server and client.
    id: String,
    playable: StoredPlayable,
    /// The client program, a place in the list of clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<usize>,
    /// Places in the list of known divergences.
    known: Vec<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StoredPlayable {
    /// A place in the list of offers.
    By(usize),
    Unsupported {
        reason: String,
    },
    Skipped {
        reason: String,
        mend: String,
    },
    Broken {
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    run: Run,
}

impl Run {
    /// What is written of a plan.
    pub fn of(plan: &Plan, terms: Terms, peers: Vec<Peer>, scenarios: Vec<Text>) -> Run {
        let mut offers: Vec<Rc<Offer>> = Vec::new();
        let mut clients: Vec<Rc<ClientOffer>> = Vec::new();
        let mut known: Vec<Rc<Known>> = Vec::new();
        let cases = plan.cases.iter().map(|case| StoredCase {
            id: case.id.clone(),
            playable: match &case.playable {
                Playable::By(offer) => StoredPlayable::By(place(&mut offers, offer)),
                Playable::Unsupported { reason } => StoredPlayable::Unsupported {
                    reason: reason.clone(),
                },
                Playable::Skipped { reason, mend } => StoredPlayable::Skipped {
                    reason: reason.clone(),
                    mend: mend.clone(),
                },
                Playable::Broken { reason } => StoredPlayable::Broken {
                    reason: reason.clone(),
                },
            },
            client: match &case.client {
                Client::BuiltIn => None,
                Client::Program(offer) => Some(place(&mut clients, offer)),
            },
            known: case.known.iter().map(|it| place(&mut known, it)).collect(),
        });
        Run {
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            terms,
            peers,
            scenarios,
            cases: cases.collect(),
            offers: offers
                .iter()
                .map(|it| StoredOffer(it.as_ref().clone()))
                .collect(),
            clients: clients
                .iter()
                .map(|it| StoredClient(it.as_ref().clone()))
                .collect(),
            known: known
                .iter()
                .map(|it| StoredKnown(it.as_ref().clone()))
                .collect(),
        }
    }

    /// The text of `run.json`.
    pub fn to_json(&self) -> String {
        pretty(&File {
            format: FORMAT.to_owned(),
            version: VERSION,
            run: self.clone(),
        })
    }

    /// Reads `run.json`. The names of its scenarios are sound names of files.
    ///
    /// # Errors
    /// With what is wrong in it.
    pub fn of_json(text: &str) -> Result<Run, Flaw> {
        check_head(text, FORMAT)?;
        let file: File = serde_json::from_str(text).map_err(|error| Flaw::of_json(1, &error))?;
        for scenario in &file.run.scenarios {
            if !is_name(&scenario.name) {
                let what = format!(
                    "`{}` is no name of a scenario",
                    scenario.name.escape_debug()
                );
                return Err(Flaw::at(1, what));
            }
        }
        Ok(file.run)
    }

    /// The plan again, with these scenarios by their names.
    ///
    /// # Errors
    /// A fragment that says which case cannot be, and why.
    pub fn plan(&self, scenarios: &BTreeMap<String, Rc<Scenario>>) -> Result<Plan, String> {
        let offers: Vec<Rc<Offer>> = self.offers.iter().map(|it| Rc::new(it.0.clone())).collect();
        let known: Vec<Rc<Known>> = self.known.iter().map(|it| Rc::new(it.0.clone())).collect();
        let clients = self.clients.iter().map(|it| Rc::new(it.0.clone()));
        let lists = Lists {
            offers,
            clients: clients.collect(),
            known,
        };
        let cases = self.cases.iter().map(|stored| {
            case(stored, scenarios, &lists)
                .map_err(|what| format!("the case `{}`: {what}", stored.id.escape_debug()))
        });
        Ok(Plan {
            cases: cases.collect::<Result<_, _>>()?,
        })
    }
}

/// The place of something in a list, to which it is added where it is not in it.
fn place<T: PartialEq>(list: &mut Vec<Rc<T>>, it: &Rc<T>) -> usize {
    let found = list.iter().position(|other| other == it);
    found.unwrap_or_else(|| {
        list.push(Rc::clone(it));
        list.len() - 1
    })
}

/// What the cases name by places.
struct Lists {
    offers: Vec<Rc<Offer>>,
    clients: Vec<Rc<ClientOffer>>,
    known: Vec<Rc<Known>>,
}

fn case(
    stored: &StoredCase,
    scenarios: &BTreeMap<String, Rc<Scenario>>,
    lists: &Lists,
) -> Result<Case, String> {
    let parts: Vec<&str> = stored.id.split('/').collect();
    let &[scenario, transport, server, client] = parts.as_slice() else {
        return Err(String::from("an id has four parts"));
    };
    let transport: Transport = transport.parse().map_err(|error| format!("{error}"))?;
    if !is_name(server) {
        return Err(String::from("the third part is no name of a peer"));
    }
    let played_by = match stored.client.map(|place| lists.clients.get(place)) {
        None => Client::BuiltIn,
        Some(Some(offer)) => Client::Program(Rc::clone(offer)),
        Some(None) => return Err(String::from("no such client is stored")),
    };
    let name = played_by.to_string();
    if client != name {
        return Err(format!("the last part is not `{}`", name.escape_debug()));
    }
    let known = stored.known.iter().map(|place| lists.known.get(*place));
    let known = known.map(Option::<&Rc<Known>>::cloned);
    Ok(Case {
        id: stored.id.clone(),
        scenario: scenarios
            .get(scenario)
            .cloned()
            .ok_or("no such scenario is stored")?,
        transport,
        server: server.to_owned(),
        client: played_by,
        playable: playable(&stored.playable, &lists.offers).ok_or("no such offer is stored")?,
        known: known
            .collect::<Option<_>>()
            .ok_or("no such known divergence is stored")?,
    })
}

fn playable(stored: &StoredPlayable, offers: &[Rc<Offer>]) -> Option<Playable> {
    Some(match stored.clone() {
        StoredPlayable::By(place) => Playable::By(Rc::clone(offers.get(place)?)),
        StoredPlayable::Unsupported { reason } => Playable::Unsupported { reason },
        StoredPlayable::Skipped { reason, mend } => Playable::Skipped { reason, mend },
        StoredPlayable::Broken { reason } => Playable::Broken { reason },
    })
}

/// Whether a text is the name of a scenario or of a peer, and so a sound part of a path.
fn is_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'))
}

/// The files of a plan's cases, inside the folder of the traces, in the order of the plan.
pub fn files(plan: &Plan) -> Vec<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let file = |case: &'_ Case, times: usize| match times {
        1 => format!("cases/{}.jsonl", case.id),
        times => format!("cases/{}#{times}.jsonl", case.id),
    };
    let mut files = Vec::with_capacity(plan.cases.len());
    for case in &plan.cases {
        let times = times.entry(case.id.as_str()).or_default();
        *times += 1;
        files.push(file(case, *times));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::store::sample;

    fn scenarios() -> BTreeMap<String, Rc<Scenario>> {
        let scenario = sample::scenario(sample::TEXT);
        BTreeMap::from([(scenario.name.clone(), Rc::new(scenario))])
    }

    fn run() -> Run {
        let mut plan = Plan {
            cases: vec![sample::case(), sample::case(), sample::case()],
        };
        plan.cases[2].id = String::from("talk/unix/c/built-in");
        plan.cases[2].transport = Transport::Unix;
        plan.cases[2].server = String::from("c");
        plan.cases[2].known = Vec::new();
        plan.cases[2].playable = Playable::Skipped {
            reason: String::from("no cc"),
            mend: String::from("apt-get install gcc"),
        };
        let terms = Terms {
            strict: true,
            repeat: 2,
            scope: Scope::SomeScenarios,
            options: vec![String::from("--timeout"), String::from("1ms")],
            programs: BTreeMap::new(),
        };
        Run::of(&plan, terms, Vec::new(), Vec::new())
    }

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let run = run();
        let text = run.to_json();
        let again = Run::of_json(&text).unwrap();
        assert_eq!(again.to_json(), text);
        let plan = again.plan(&scenarios()).unwrap();
        let case = sample::case();
        assert_eq!(plan.cases[1].playable, case.playable);
        assert_eq!(plan.cases[1].known, case.known);
        assert_eq!(plan.cases[2].transport, Transport::Unix);
        assert!(
            matches!(&plan.cases[2].playable, Playable::Skipped { mend, .. } if mend == "apt-get install gcc")
        );
        assert_eq!(
            files(&plan),
            [
                "cases/talk/tcp/rust/built-in.jsonl",
                "cases/talk/tcp/rust/built-in#2.jsonl",
                "cases/talk/unix/c/built-in.jsonl"
            ]
        );
    }

    fn check(from: &str, to: &str, expected: &str) {
        let text = run().to_json();
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        let found = Run::of_json(&changed)
            .map_err(|flaw| flaw.to_string())
            .and_then(|run| run.plan(&scenarios()));
        let told = found.expect_err("it is no plan");
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn what_leads_out_or_fits_nothing_is_refused() {
        check("talk/tcp/rust/", "talk/tcp/../", "no name of a peer");
        check("talk/tcp/rust/", "../tcp/rust/", "no such scenario");
        check("talk/tcp/rust/", "talk/quic/rust/", "unknown word `quic`");
        check("talk/tcp/rust/", "talk/tcp/x/rust/", "four parts");
        check("/built-in", "/telnet", "not `built-in`");
        check("\"by\": 0", "\"by\": 7", "no such offer");
        check("\"strict\"", "\"strikt\"", "unknown field `strikt`");
        check("\"version\": 1", "\"version\": 9", "version 9");
    }
}
