//! The entries of `servers:` to offers, one for each behaviour and transport. What a value of a
//! trait may be is `traits`' table.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::manifest::{Offer, Port};
use super::read::{Reading, present, sentence, told};
use super::syntax::{Entries, Pairs, PortEntry, ServerEntry, Text, TraitValue};
use super::{traits, words};
use crate::scenario::words::{Behaviour, Trait, Transport};
use crate::source::{At, Mistake, Span, Tried, closest};

/// The traits that an entry states, each with its place.
type Stated = BTreeMap<Trait, At<String>>;

/// Reads the offers of a peer.
pub(super) fn read(
    reading: &mut Reading<'_>,
    servers: Option<At<Entries<ServerEntry>>>,
    peer: &str,
    has_build: bool,
) -> Vec<Rc<Offer>> {
    let Some(servers) = servers else {
        return Vec::new();
    };
    if servers.value.0.as_ref().is_some_and(Vec::is_empty) {
        let message = "a peer without an offer plays nothing";
        reading.mistakes.push(Mistake::new(servers.span, message));
    }
    let entries: Vec<_> = present(Some(servers.value)).collect();
    let mut offers: Vec<Rc<Offer>> = Vec::new();
    for entry in entries {
        for offer in read_entry(reading, entry, peer, has_build) {
            offers.push(Rc::new(Offer {
                place: offers.len(),
                ..offer
            }));
        }
    }
    offers
}

/// Reads one entry; the places of its offers are not known here.
fn read_entry(
    reading: &mut Reading<'_>,
    entry: At<ServerEntry>,
    peer: &str,
    has_build: bool,
) -> Vec<Offer> {
    let At { value: entry, span } = entry;
    reading.missing(
        span,
        &[
            ("behaviour", entry.behaviour.is_none()),
            ("over", entry.over.is_none()),
            ("run", entry.run.is_none()),
            ("traits", entry.traits.is_none()),
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
    let stated = entry
        .traits
        .and_then(|traits| read_traits(reading, traits, &behaviours, &over));
    let port = read_port(reading, entry.port, &over);
    judge_listens(reading, entry.listens.as_ref(), &over);
    let run = entry.run.and_then(told);
    let run_span = run.as_ref().map_or(span, |run| run.span);
    let run = run
        .map(|run| reading.command(run, &words::OF_A_SERVER))
        .unwrap_or_default();
    let env = read_env(reading, entry.env);
    let filled: Vec<&String> = run.iter().chain(env.values()).collect();
    let command = At::new(filled, run_span);
    judge_braces(reading, &command, has_build, &over);
    judge_lease(reading, &command, port);
    let cwd = entry.cwd.and_then(|cwd| read_cwd(reading, cwd));
    let offer = |behaviour: &Behaviour, transport: Transport| Offer {
        peer: peer.to_owned(),
        place: 0,
        behaviour: behaviour.clone(),
        transport,
        run: run.clone(),
        traits: traits_of(&stated, behaviour, transport),
        port,
        listens: entry.listens.as_ref().and_then(|listens| listens.value.0),
        reuse: entry.reuse.is_none(),
        env: env.clone(),
        cwd: cwd.clone(),
    };
    behaviours
        .iter()
        .flat_map(|behaviour| over.iter().map(|over| offer(&behaviour.value, over.value)))
        .collect()
}

/// An offer has, of what its entry states, what belongs to it.
fn traits_of(
    stated: &Option<Stated>,
    behaviour: &Behaviour,
    transport: Transport,
) -> BTreeMap<Trait, String> {
    let stated = stated.iter().flatten();
    stated
        .filter(|(name, _)| traits::has(**name, behaviour, transport))
        .map(|(name, value)| (*name, value.value.clone()))
        .collect()
}

pub(super) fn judge_behaviour(reading: &mut Reading<'_>, behaviour: &At<Behaviour>) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    let name = &behaviour.value.0;
    if name.is_empty() || !name.chars().all(allowed) {
        let message = format!("`{name}` is no name of a behaviour");
        let help =
            "`echo`, `broadcast`, or the name of a dialogue, of small letters, digits, `-` and `_`";
        reading
            .mistakes
            .push(Mistake::new(behaviour.span, message).help(help));
    }
}

/// The traits of an entry: of known names and values, each belonging to one of its offers, and
/// none lacking. `None` where so much is wrong that nothing more can be said.
fn read_traits(
    reading: &mut Reading<'_>,
    traits: At<Tried<Pairs<Trait, TraitValue>>>,
    behaviours: &[At<Behaviour>],
    over: &[At<Transport>],
) -> Option<Stated> {
    let span = traits.span;
    let mut stated = Stated::new();
    let mut all_known = true;
    for (name, value) in traits.value.0?.0 {
        let Some(name) = told(name) else {
            all_known = false;
            continue;
        };
        let value = told(value).map(|value| value.map(|value| value.0));
        if let Some(value) = &value {
            reading
                .mistakes
                .extend(traits::judge(name.value, value, value.span));
        }
        let is_owned = pairs(behaviours, over).any(|(b, t)| traits::has(name.value, b, t));
        if !is_owned && !behaviours.is_empty() && !over.is_empty() {
            let message = format!("no offer of this entry has the trait `{}`", name.value);
            let help = format!("it belongs to {}", traits::owners(name.value));
            reading
                .mistakes
                .push(Mistake::new(name.span, message).help(help));
        }
        stated.insert(
            name.value,
            value.unwrap_or(At::new(String::new(), name.span)),
        );
    }
    if all_known {
        judge_lacking(reading, &stated, span, behaviours, over);
    }
    judge_framing(reading, &stated, over);
    Some(stated)
}

/// Tells the traits that some offer of an entry has and the entry does not state.
fn judge_lacking(
    reading: &mut Reading<'_>,
    stated: &Stated,
    span: Span,
    behaviours: &[At<Behaviour>],
    over: &[At<Transport>],
) {
    let lacking = Trait::ALL.iter().filter(|name| !stated.contains_key(*name));
    let lacking: Vec<Trait> = lacking
        .filter(|name| pairs(behaviours, over).any(|(b, t)| traits::has(**name, b, t)))
        .copied()
        .collect();
    if lacking.is_empty() {
        return;
    }
    let names: Vec<String> = lacking.iter().map(|name| format!("`{name}`")).collect();
    let message = match lacking.as_slice() {
        [_] => format!("the trait {} is not stated", sentence(&names)),
        _ => format!("the traits {} are not stated", sentence(&names)),
    };
    let mistake = Mistake::new(span, message);
    reading.mistakes.push(
        match misspelled(behaviours).filter(|_| lacking.contains(&Trait::Terminator)) {
            Some((written, meant)) => mistake.help(format!(
                "`{written}` is taken for a dialogue of its own; did you mean `{meant}`?"
            )),
            None => mistake.help("an offer states every trait that it has; there are no defaults"),
        },
    );
}

/// A behaviour that may be a slip of one of the two that are no dialogues.
fn misspelled(behaviours: &[At<Behaviour>]) -> Option<(&str, &'static str)> {
    behaviours
        .iter()
        .map(|behaviour| behaviour.value.0.as_str())
        .find_map(|name| {
            let meant = closest(name, [Behaviour::ECHO, Behaviour::BROADCAST])?;
            (meant != name).then_some((name, meant))
        })
}

fn judge_framing(reading: &mut Reading<'_>, stated: &Stated, over: &[At<Transport>]) {
    let has_udp = over.iter().any(|over| over.value == Transport::Udp);
    if let Some(framing) = stated.get(&Trait::Framing)
        && has_udp
        && ["none", "line"].contains(&framing.as_str())
    {
        let message = "over udp `framing` is always `message`";
        let mistake = Mistake::new(framing.span, message);
        reading.mistakes.push(match over {
            [_] => mistake.help("write `framing: message`"),
            _ => mistake.help("give udp an entry of its own"),
        });
    }
}

fn pairs<'a>(
    behaviours: &'a [At<Behaviour>],
    over: &'a [At<Transport>],
) -> impl Iterator<Item = (&'a Behaviour, Transport)> {
    behaviours
        .iter()
        .flat_map(move |behaviour| over.iter().map(move |over| (&behaviour.value, over.value)))
}

fn read_port(
    reading: &mut Reading<'_>,
    port: Option<At<Tried<PortEntry>>>,
    over: &[At<Transport>],
) -> Port {
    let Some(port) = port.and_then(told) else {
        return Port::Any;
    };
    if !over.is_empty() && over.iter().all(|over| over.value == Transport::Unix) {
        reading
            .mistakes
            .push(Mistake::new(port.span, "over unix there is no port"));
    }
    port.value.0
}

fn judge_listens(
    reading: &mut Reading<'_>,
    listens: Option<&At<Tried<Transport>>>,
    over: &[At<Transport>],
) {
    let Some(listens) = listens else { return };
    let Some(transport) = listens.value.0 else {
        return;
    };
    if !over.is_empty() && over.iter().any(|over| over.value != transport) {
        let message = format!("`listens: {transport}` fits only offers over {transport}");
        let mistake = Mistake::new(listens.span, message);
        reading
            .mistakes
            .push(mistake.help("give the other transports an entry of their own"));
    }
}

/// Words in braces that are known but have no value for some offer of the entry.
pub(super) fn judge_braces(
    reading: &mut Reading<'_>,
    command: &At<Vec<&String>>,
    has_build: bool,
    over: &[At<Transport>],
) {
    let holds = |wanted| holds(command, wanted);
    if holds("build") && !has_build {
        let message = "nothing is built, so `{build}` has no value";
        let mistake = Mistake::new(command.span, message);
        reading
            .mistakes
            .push(mistake.help("state `build:`, the commands that fill the folder"));
    }
    if holds("port") && over.iter().any(|over| over.value == Transport::Unix) {
        let message = "over unix `{port}` has no value";
        let mistake = Mistake::new(command.span, message);
        reading
            .mistakes
            .push(mistake.help("use `{address}`, or give unix an entry of its own"));
    }
}

/// A program that must be told its port is told it.
fn judge_lease(reading: &mut Reading<'_>, command: &At<Vec<&String>>, port: Port) {
    let holds = |wanted| holds(command, wanted);
    if port == Port::Leased && !command.is_empty() && !holds("port") && !holds("address") {
        let message = "a program with a leased port must be told which";
        let mistake = Mistake::new(command.span, message);
        reading
            .mistakes
            .push(mistake.help("put `{port}` or `{address}` in the command"));
    }
}

/// Whether some word of a command holds this word in braces.
fn holds(command: &[&String], wanted: &str) -> bool {
    let mut found = command.iter().flat_map(|word| words::in_braces(word));
    found.any(|word| word == wanted)
}

pub(super) fn read_env(
    reading: &mut Reading<'_>,
    env: Option<Tried<Pairs<String, String>>>,
) -> BTreeMap<String, String> {
    let pairs = env
        .and_then(|env| env.0)
        .map(|env| env.0)
        .unwrap_or_default();
    let mut variables = BTreeMap::new();
    for (name, value) in pairs {
        let (Some(name), Some(value)) = (told(name), told(value)) else {
            continue;
        };
        if name.is_empty() || name.contains(['=', '\0']) {
            let message = format!("`{}` is no name of a variable", name.escape_debug());
            reading.mistakes.push(Mistake::new(name.span, message));
        }
        reading.word(&value, &words::OF_A_SERVER);
        variables.insert(name.value, value.value);
    }
    variables
}

pub(super) fn read_cwd(reading: &mut Reading<'_>, cwd: Text) -> Option<PathBuf> {
    let cwd = told(cwd)?;
    let stays = Path::new(&cwd.value)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if cwd.is_empty() || cwd.contains('\0') || !stays {
        let message = format!("`{}` is no folder inside the peer's", cwd.escape_debug());
        let mistake = Mistake::new(cwd.span, message);
        reading
            .mistakes
            .push(mistake.help("a path that begins in the peer's folder, without `..`"));
    }
    Some(PathBuf::from(cwd.value))
}
