//! `harness selftest`: servers with one flaw each, which the scenarios made for them must catch.
//!
//! The flawless server goes first under the same deadline: a scenario that fails it proves nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use harness_mutants::{self as mutants, Mutant};
use tokio::task::LocalSet;

use super::args::{self, Chosen};
use super::company::Company;
use super::exit::{Exit, Problem};
use super::load::{Loaded, load};
use super::play::{Manner, Playing};
use super::progress::Display;
use super::results::Journal;
use super::session::Session;
use crate::exec::Settings;
use crate::oracle::{Ruling, Verdict};
use crate::peer::manifest::Manifest;
use crate::peer::{self, Peer, Ready, State};
use crate::plan::{self, Plan, Scope, Selection};
use crate::report::EndedBy;
use crate::source::Source;

/// The server without a flaw.
const FLAWLESS: &str = "none";

/// Plays the flawless server and then every mutant.
///
/// # Errors
/// When the scenarios are wrong, or the machine does not let us.
pub fn selftest(session: &Session, typed: &args::Selftest) -> Result<Exit, Problem> {
    let chosen = Chosen {
        paths: typed.paths.clone(),
        ..Chosen::default()
    };
    let loaded = load(session, &chosen)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    LocalSet::new().block_on(&runtime.map_err(Problem::fault)?, async {
        let company = Company::open(session, &loaded)?;
        let tested = play_all(&company, &loaded).await;
        company.dismiss().await?;
        tested
    })
}

async fn play_all(company: &Company<'_>, loaded: &Loaded) -> Result<Exit, Problem> {
    let everything = &loaded.scenarios;
    let flawless = manifest(
        FLAWLESS,
        &all_senders(),
        &all_transports(),
        &all_behaviours(),
    )?;
    let plan = lay_out(company, everything, &[flawless], |_, _| true)?;
    let wrong: Vec<String> = match play(company, &plan).await? {
        Rulings::Interrupted => return Ok(Exit::Interrupted),
        Rulings::All(rulings) => failing(&plan, &rulings).map(|(_, line)| line).collect(),
    };
    if !wrong.is_empty() {
        super::print::result(&format!(
            "the flawless server fails, so nothing is proved:\n{}",
            wrong.concat()
        ));
        return Ok(Exit::Failed);
    }
    let manifests: Vec<Rc<Manifest>> = mutants::all()
        .iter()
        .map(of_mutant)
        .collect::<Result<_, _>>()?;
    let made_for = |scenario: &str, server: &str| {
        mutants::named(server).is_some_and(|mutant| mutant.made_for.contains(&scenario))
    };
    let plan = lay_out(company, everything, &manifests, made_for)?;
    match play(company, &plan).await? {
        Rulings::Interrupted => Ok(Exit::Interrupted),
        Rulings::All(rulings) => Ok(tell(loaded, &plan, &rulings)),
    }
}

/// Lays out the cases that a choice of scenario and server leaves.
fn lay_out(
    company: &Company<'_>,
    scenarios: &[Rc<crate::scenario::Scenario>],
    manifests: &[Rc<Manifest>],
    chosen: impl Fn(&str, &str) -> bool,
) -> Result<Plan, Problem> {
    let peers: Vec<Rc<Peer>> = manifests
        .iter()
        .map(|manifest| {
            let state = State::Ready(Ready::default());
            Rc::new(Peer {
                manifest: Rc::clone(manifest),
                state,
            })
        })
        .collect();
    let mut plan = plan::lay_out(scenarios, manifests, &peers, &Selection::default())
        .map_err(Problem::usage)?;
    plan.cases
        .retain(|case| case.offer().is_some() && chosen(&case.scenario.name, &case.server));
    company.play_with(peers);
    Ok(plan)
}

async fn play(company: &Company<'_>, plan: &Plan) -> Result<Rulings, Problem> {
    let settings = Settings {
        jobs: AT_ONCE,
        cores: company.cores(),
        timeout: DEADLINE,
        fresh: false,
        connections: company.connections(),
    };
    let playing = Playing::new(company, plan, settings, Manner::default())?;
    let outcome = playing
        .play(&Display::of_counts(), &Journal::none(), Scope::Selection)
        .await;
    match outcome.ended_by {
        None => Ok(Rulings::All(outcome.rulings)),
        Some(EndedBy::Interrupt) => Ok(Rulings::Interrupted),
        Some(EndedBy::Fault(fault)) => Err(Problem::fault(fault)),
    }
}

/// What a plan came to.
enum Rulings {
    All(Vec<Option<Ruling>>),
    Interrupted,
}

/// The cases that were found wanting, each with a line that says why.
fn failing<'a>(
    plan: &'a Plan,
    rulings: &'a [Option<Ruling>],
) -> impl Iterator<Item = (&'a plan::Case, String)> {
    plan.cases.iter().zip(rulings).filter_map(|(case, ruling)| {
        let ruling = ruling
            .as_ref()
            .filter(|ruling| ruling.verdict != Verdict::Pass)?;
        let first = ruling
            .failures
            .first()
            .map(|failure| failure.message.clone());
        let why = first.or_else(|| ruling.reason.clone()).unwrap_or_default();
        Some((case, format!("{} {}: {why}\n", case.id, ruling.verdict)))
    })
}

/// Prints a line for each mutant, and what is not proved.
fn tell(loaded: &Loaded, plan: &Plan, rulings: &[Option<Ruling>]) -> Exit {
    let caught: BTreeSet<&str> = failing(plan, rulings)
        .map(|(case, _)| case.id.as_str())
        .collect();
    let mut played: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for case in &plan.cases {
        let key = (case.server.as_str(), case.scenario.name.as_str());
        // Over every transport on which the flaw shows.
        *played.entry(key).or_insert(true) &= caught.contains(case.id.as_str());
    }
    let mut text = String::new();
    let mut survived = 0;
    let mut proved: BTreeSet<&str> = BTreeSet::new();
    for mutant in mutants::all() {
        let of_it = || {
            played
                .iter()
                .filter(|((server, _), _)| *server == mutant.name)
        };
        if of_it().next().is_none() {
            continue;
        }
        let catching: Vec<&str> = of_it()
            .filter(|(_, caught)| **caught)
            .map(|((_, scenario), _)| *scenario)
            .collect();
        let missed: Vec<&str> = of_it()
            .filter(|(_, caught)| !**caught)
            .map(|((_, scenario), _)| *scenario)
            .collect();
        proved.extend(&catching);
        match catching.is_empty() {
            true => writeln!(text, "{:24} survived ({})", mutant.name, mutant.about),
            false => writeln!(text, "{:24} caught by {}", mutant.name, catching.join(", ")),
        }
        .ok();
        if !missed.is_empty() {
            survived += 1;
            writeln!(text, "{:24} was not caught by {}", "", missed.join(", ")).ok();
        }
    }
    let unproved: Vec<&str> = loaded
        .scenarios
        .iter()
        .map(|scenario| scenario.name.as_str())
        .filter(|name| !proved.contains(name))
        .collect();
    for name in &unproved {
        writeln!(text, "{name} is proved by no mutant of its own").ok();
    }
    super::print::result(&text);
    match survived == 0 && unproved.is_empty() {
        true => Exit::Well,
        false => Exit::Failed,
    }
}

fn of_mutant(mutant: &Mutant) -> Result<Rc<Manifest>, Problem> {
    let senders = words(
        mutant
            .senders
            .iter()
            .map(|it| format!("{it:?}").to_lowercase()),
    );
    let transports = words(
        mutant
            .transports
            .iter()
            .map(|it| format!("{it:?}").to_lowercase()),
    );
    let behaviours = words(
        mutant
            .behaviours
            .iter()
            .map(|it| format!("{it:?}").to_lowercase()),
    );
    manifest(mutant.name, &senders, &transports, &behaviours)
}

fn words(words: impl Iterator<Item = String>) -> Vec<String> {
    words.collect()
}

fn all_senders() -> Vec<String> {
    vec![String::from("included"), String::from("excluded")]
}

fn all_transports() -> Vec<String> {
    vec![
        String::from("tcp"),
        String::from("unix"),
        String::from("udp"),
    ]
}

fn all_behaviours() -> Vec<String> {
    vec![String::from("echo"), String::from("broadcast")]
}

/// The manifest of a mutant: it claims what the flawless server is, and lies.
fn manifest(
    flaw: &str,
    senders: &[String],
    transports: &[String],
    behaviours: &[String],
) -> Result<Rc<Manifest>, Problem> {
    let mut text = format!(
        "name: {flaw}\nlanguage: Rust\nabout: a server with one deliberate flaw\nservers:\n"
    );
    for sender in senders {
        for transport in transports {
            let traits = match transport.as_str() {
                "udp" => "framing: message, datagram_limit: 65507",
                "unix" => STREAM,
                _ => TCP,
            };
            let of_rooms = match behaviours.iter().any(|it| it == "broadcast") {
                true => format!("sender: {sender}, order: total, "),
                false => String::new(),
            };
            let behaviours = behaviours.join(", ");
            write!(
                text,
                "  - behaviour: [{behaviours}]\n    over: {transport}\n    run: [\"{{harness}}\", mutant, --flaw, {flaw}, --behaviour, \"{{behaviour}}\", --over, \"{{transport}}\", --address, \"{{address}}\", --sender, {sender}, --stall, \"0.4\"]\n    traits: {{ text: transparent, {of_rooms}{traits} }}\n"
            )
            .ok();
        }
    }
    let source = Source::new(format!("the manifest of the mutant {flaw}"), text);
    peer::read(&source, flaw, None)
        .map(Rc::new)
        .map_err(|mistakes| Problem::fault(crate::source::render(&source, &mistakes, false)))
}

const STREAM: &str =
    "framing: none, half_close: flush_and_end, slow_reader: drop, concurrency: many";
const TCP: &str = "framing: none, half_close: flush_and_end, slow_reader: drop, concurrency: many, reuse_address: yes";

/// So many cases wait at once: most mutants are found out by a deadline.
const AT_ONCE: usize = 64;

/// How long a step waits for what a mutant does not say.
const DEADLINE: Duration = Duration::from_secs(1);
