//! The entries of `clients:` to offers, one for each behaviour and transport.

use std::rc::Rc;

use super::manifest::ClientOffer;
use super::offers::{judge_behaviour, judge_braces, read_cwd, read_env};
use super::read::{Reading, present, told};
use super::syntax::{ClientEntry, Entries};
use super::words;
use crate::source::{At, Mistake};

/// Reads the client programs of a peer.
pub(super) fn read(
    reading: &mut Reading<'_>,
    clients: Option<At<Entries<ClientEntry>>>,
    peer: &str,
    has_build: bool,
) -> Vec<Rc<ClientOffer>> {
    let Some(clients) = clients else {
        return Vec::new();
    };
    if clients.value.0.as_ref().is_some_and(Vec::is_empty) {
        let message = "a list of no client programs";
        let mistake = Mistake::new(clients.span, message).help("leave `clients:` out");
        reading.mistakes.push(mistake);
    }
    let entries: Vec<_> = present(Some(clients.value)).collect();
    let offers = entries
        .into_iter()
        .flat_map(|entry| read_entry(reading, entry, peer, has_build));
    offers.map(Rc::new).collect()
}

fn read_entry(
    reading: &mut Reading<'_>,
    entry: At<ClientEntry>,
    peer: &str,
    has_build: bool,
) -> Vec<ClientOffer> {
    let At { value: entry, span } = entry;
    reading.missing(
        span,
        &[
            ("behaviour", entry.behaviour.is_none()),
            ("over", entry.over.is_none()),
            ("run", entry.run.is_none()),
            ("speaks", entry.speaks.is_none()),
        ],
    );
    let behaviours = entry.behaviour.map(|list| reading.list(list, "behaviour"));
    let behaviours = behaviours.unwrap_or_default();
    behaviours
        .iter()
        .for_each(|behaviour| judge_behaviour(reading, behaviour));
    let over = entry
        .over
        .map(|list| reading.list(list, "transport"))
        .unwrap_or_default();
    let run = entry.run.and_then(told);
    let run_span = run.as_ref().map_or(span, |run| run.span);
    let run = run
        .map(|run| reading.command(run, &words::OF_A_SERVER))
        .unwrap_or_default();
    let env = read_env(reading, entry.env);
    let filled = At::new(run.iter().chain(env.values()).collect(), run_span);
    judge_braces(reading, &filled, has_build, &over);
    let cwd = entry.cwd.and_then(|cwd| read_cwd(reading, cwd));
    let Some(speaks) = entry.speaks.and_then(|speaks| speaks.0) else {
        return Vec::new();
    };
    let pairs = behaviours
        .iter()
        .flat_map(|behaviour| over.iter().map(move |over| (behaviour, over.value)));
    pairs
        .map(|(behaviour, transport)| ClientOffer {
            peer: peer.to_owned(),
            behaviour: behaviour.value.clone(),
            transport,
            run: run.clone(),
            speaks,
            env: env.clone(),
            cwd: cwd.clone(),
        })
        .collect()
}
