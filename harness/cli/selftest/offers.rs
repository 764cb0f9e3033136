//! The manifests of what has a flaw: each claims what the flawless one is, and lies. In each there
//! is a client program too, so that a server can be put before scenarios about one, and a client
//! has servers to be put before.

use std::rc::Rc;

use harness_mutants::{Behaviour, Dialogue, LINE_CLIENT, Shows, Traits, dialogues};
use harness_peer_rust::Transport;

use crate::cli::exit::Problem;
use crate::peer::{self, manifest::Manifest};
use crate::scenario::Scenario;
use crate::scenario::words::Trait;
use crate::source::{Source, render};

/// The flaw of what has none.
pub const NO_FLAW: &str = "none";

/// A server, or a client, in one of the ways that it can be.
#[derive(Debug)]
pub struct Variant {
    /// The name of the peer: the candidate's, and behind it what is not as usual.
    pub name: String,
    /// The traits that relays vary in, each with its value, in the same order in all variants.
    pub traits: Vec<(Trait, &'static str)>,
    /// How long its relays bear a client that takes nothing.
    patience: Patience,
    /// What its servers do.
    behaviours: Vec<&'static str>,
    /// The flaw of its client program.
    client: &'static str,
    /// Its entries under `servers:`.
    entries: String,
}

/// How long a relay bears a client that takes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// So long that no client of ours is dropped because the machine is busy.
    Long,
    /// So short that a stalled client is dropped within the deadline of a step.
    Short,
}

impl Patience {
    const fn seconds(self) -> &'static str {
        match self {
            Patience::Long => "20",
            Patience::Short => "0.4",
        }
    }
}

impl Variant {
    /// Its manifest.
    ///
    /// # Errors
    /// When it is wrong, which is a fault of ours.
    pub fn manifest(&self) -> Result<Rc<Manifest>, Problem> {
        let Variant {
            name,
            client,
            entries,
            ..
        } = self;
        let text = format!(
            "name: {name}\nlanguage: Rust\nabout: a program with one deliberate flaw\n\
             servers:\n{entries}clients:\n  - behaviour: {LINE_CLIENT}\n    over: tcp\n    \
             run: [\"{{harness}}\", mutant, --flaw, {client}, --behaviour, {LINE_CLIENT}, \
             --over, tcp, --address, \"{{address}}\"]\n    speaks: lines\n"
        );
        let source = Source::new(format!("the manifest of the mutant {name}"), text);
        peer::read(&source, name, None)
            .map(Rc::new)
            .map_err(|mistakes| Problem::fault(render(&source, &mistakes, false)))
    }

    /// Whether it has what a scenario needs, and what is flawed has a part in it.
    pub fn fits(&self, scenario: &Scenario) -> bool {
        let has_server = self.behaviours.contains(&scenario.server.0.as_str());
        let stalls =
            self.traits.is_empty() || scenario.pauses() == (self.patience == Patience::Short);
        has_server
            && stalls
            && match &scenario.client {
                None => self.client == NO_FLAW,
                Some(client) => client.0 == LINE_CLIENT,
            }
    }
}

/// Every way in which a relay with this flaw can be, the usual one first.
pub fn variants(flaw: &str, shows: &Shows) -> Vec<Variant> {
    let all = shows.traits();
    let usual = all.first().map(values).unwrap_or_default();
    let patience = [Patience::Long, Patience::Short];
    let all = patience
        .iter()
        .flat_map(|patience| all.iter().map(|traits| (*patience, values(traits))));
    let told = all.map(|(patience, values)| {
        let mut name = flaw.to_owned();
        for ((_, value), usual) in values.iter().zip(&usual) {
            if *value != usual.1 {
                name.push_str(&format!(".{value}"));
            }
        }
        if patience == Patience::Short {
            name.push_str(".impatient");
        }
        Variant {
            name,
            entries: entries(flaw, shows, &values, patience),
            traits: values,
            patience,
            behaviours: shows.behaviours.iter().map(|it| it.text()).collect(),
            client: NO_FLAW,
        }
    });
    // Over datagrams alone there is none that replaces.
    told.filter(|variant| !variant.entries.is_empty()).collect()
}

/// A server with this flaw that holds a dialogue.
pub fn dialogue(flaw: &str, dialogue: &Dialogue) -> Variant {
    Variant {
        name: format!("{flaw}.{}", dialogue.behaviour()),
        traits: Vec::new(),
        patience: Patience::Long,
        behaviours: vec![dialogue.behaviour()],
        client: NO_FLAW,
        entries: dialogue_entry(flaw, dialogue),
    }
}

/// A client program with this flaw, and servers without one for it.
pub fn client(flaw: &'static str) -> Variant {
    let usual = Shows {
        transports: &[Transport::Tcp],
        ..Shows::ANYWHERE
    };
    let traits = usual.traits();
    let mut entries = traits.first().map_or_else(String::new, |traits| {
        self::entries(NO_FLAW, &usual, &values(traits), Patience::Long)
    });
    let mut behaviours: Vec<&str> = usual.behaviours.iter().map(|it| it.text()).collect();
    let streams = dialogues()
        .iter()
        .filter(|dialogue| dialogue.transport() == Transport::Tcp);
    for dialogue in streams {
        entries.push_str(&dialogue_entry(NO_FLAW, dialogue));
        behaviours.push(dialogue.behaviour());
    }
    Variant {
        name: flaw.to_owned(),
        traits: Vec::new(),
        patience: Patience::Long,
        behaviours,
        client: flaw,
        entries,
    }
}

fn dialogue_entry(flaw: &str, dialogue: &Dialogue) -> String {
    let stated = dialogue.traits.iter();
    let traits: Vec<String> = stated
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let behaviour = dialogue.behaviour();
    let over = match dialogue.transport() {
        Transport::Tcp => "tcp",
        Transport::Unix => "unix",
        Transport::Udp => "udp",
    };
    format!(
        "  - behaviour: {behaviour}\n    over: {over}\n    run: [\"{{harness}}\", mutant, --flaw, {flaw}, \
         --behaviour, {behaviour}, --over, {over}, --address, \"{{address}}\"]\n    \
         traits: {{ {} }}\n",
        traits.join(", ")
    )
}

fn values(traits: &Traits) -> Vec<(Trait, &'static str)> {
    vec![
        (Trait::Sender, traits.sender.text()),
        (Trait::Text, traits.text.text()),
        (Trait::SlowReader, traits.slow_reader.text()),
        (Trait::Concurrency, traits.concurrency.text()),
    ]
}

fn entries(flaw: &str, shows: &Shows, values: &[(Trait, &str)], patience: Patience) -> String {
    let transports = shows.transports.iter();
    let able = transports.filter(|transport| **transport != Transport::Udp || is_bytes(values));
    able.map(|transport| entry(flaw, shows, *transport, values, patience))
        .collect()
}

/// Whether text passes as the bytes that it is, as it always does over UDP.
fn is_bytes(values: &[(Trait, &str)]) -> bool {
    values.contains(&(Trait::Text, "transparent"))
}

fn entry(
    flaw: &str,
    shows: &Shows,
    transport: Transport,
    values: &[(Trait, &str)],
    patience: Patience,
) -> String {
    let is_room = shows.behaviours.contains(&Behaviour::Broadcast);
    let (over, fixed) = match transport {
        Transport::Tcp => (
            "tcp",
            "framing: none, half_close: flush_and_end, reuse_address: yes",
        ),
        Transport::Unix => ("unix", "framing: none, half_close: flush_and_end"),
        Transport::Udp => ("udp", "framing: message, datagram_limit: 65507"),
    };
    let stated = values.iter().filter(|(name, _)| match name {
        Trait::Sender => is_room,
        Trait::SlowReader | Trait::Concurrency => transport != Transport::Udp,
        _ => true,
    });
    let mut options = String::new();
    let mut traits = String::from(fixed);
    for (name, value) in stated {
        let option = name.text().replace('_', "-");
        options.push_str(&format!(", --{option}, {value}"));
        traits.push_str(&format!(", {name}: {value}"));
    }
    if is_room {
        traits.push_str(", order: total");
    }
    let behaviours: Vec<&str> = shows.behaviours.iter().map(|it| it.text()).collect();
    let stall = patience.seconds();
    format!(
        "  - behaviour: [{}]\n    over: {over}\n    run: [\"{{harness}}\", mutant, --flaw, {flaw}, \
         --behaviour, \"{{behaviour}}\", --over, {over}, --address, \"{{address}}\", \
         --stall, \"{stall}\"{options}]\n    traits: {{ {traits} }}\n",
        behaviours.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_manifest_is_right_and_has_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        let mut shows = vec![(NO_FLAW, Shows::ANYWHERE)];
        shows.extend(harness_mutants::all().map(|mutant| (mutant.name, mutant.shows)));
        for (flaw, shows) in shows {
            // The usual variant, and of the others the one that is most unlike it.
            let all = variants(flaw, &shows);
            for variant in [all.first(), all.last()].into_iter().flatten() {
                assert!(variant.manifest().is_ok(), "{}", variant.name);
            }
            for variant in all {
                assert!(names.insert(variant.name.clone()), "{} twice", variant.name);
            }
        }
        assert!(names.contains("none.excluded.replace.buffer.one"));
        assert!(!names.contains("merges-datagrams.replace"));
        let held = dialogues().iter().map(|it| dialogue("greets", it));
        let others = harness_mutants::client_mutants().iter();
        for variant in held.chain(others.map(|it| client(it.name))) {
            assert!(variant.manifest().is_ok(), "{}", variant.name);
            assert!(names.insert(variant.name.clone()), "{} twice", variant.name);
        }
        assert!(names.contains("greets.quit-word"));
    }
}
