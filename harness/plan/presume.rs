//! A program that is typed in place of a peer's name states nothing, so what a scenario requires
//! of a server is taken as offered: whether it is there is what playing shows.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use crate::peer::Program;
use crate::peer::manifest::{Manifest, Offer};
use crate::scenario::Scenario;
use crate::scenario::words::{Behaviour, Trait, Transport};

/// The peer that a program is taken for, with what these scenarios require as its offers. It runs
/// in the `working` folder.
pub fn presume(
    program: &Program,
    name: &str,
    working: &Path,
    scenarios: &[Rc<Scenario>],
) -> Manifest {
    Manifest {
        name: name.to_owned(),
        language: String::from("not stated"),
        about: program.to_string(),
        file: program.to_string(),
        folder: Some(working.to_owned()),
        program: Some(program.clone()),
        toolchain: Vec::new(),
        fetch: Vec::new(),
        build: Vec::new(),
        servers: offers(program, name, scenarios),
        clients: Vec::new(),
        known: Vec::new(),
    }
}

/// The offer that was made for a scenario over a transport, or what the program lacks.
pub(super) fn find_offer(
    manifest: &Manifest,
    scenario: &Scenario,
    transport: Transport,
) -> Result<Rc<Offer>, String> {
    let traits = traits(scenario);
    let is_it = |offer: &&Rc<Offer>| {
        (&offer.behaviour, offer.transport, &offer.traits) == (&scenario.server, transport, &traits)
    };
    let offer = manifest.servers.iter().find(is_it);
    offer
        .cloned()
        .ok_or_else(|| format!("no {transport} transport"))
}

/// One offer for each way in which the scenarios require a behaviour over a transport. Those that
/// differ only in traits have one place: they are played by the same processes.
fn offers(program: &Program, name: &str, scenarios: &[Rc<Scenario>]) -> Vec<Rc<Offer>> {
    let mut offers: Vec<Rc<Offer>> = Vec::new();
    let mut places: Vec<(Behaviour, Transport)> = Vec::new();
    for scenario in scenarios {
        let over = scenario.over.iter().copied();
        for transport in over.filter(|transport| program.goes_over(*transport)) {
            let pair = (scenario.server.clone(), transport);
            let place = places.iter().position(|known| *known == pair);
            let place = place.unwrap_or_else(|| {
                places.push(pair);
                places.len() - 1
            });
            let offer = Offer {
                peer: name.to_owned(),
                place,
                behaviour: scenario.server.clone(),
                transport,
                run: program.words().to_vec(),
                traits: traits(scenario),
                port: program.port(),
                listens: None,
                reuse: true,
                env: program.env().clone(),
                cwd: None,
            };
            if !offers.iter().any(|known| **known == offer) {
                offers.push(Rc::new(offer));
            }
        }
    }
    offers
}

/// Of each trait that a scenario requires the first value that it lists; no other is known.
fn traits(scenario: &Scenario) -> BTreeMap<Trait, String> {
    let required = scenario.requires.iter();
    required
        .filter_map(|(name, values)| Some((*name, values.first()?.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;
    use crate::source::Source;

    fn scenario(name: &str, head: &str) -> Rc<Scenario> {
        let text = format!(
            "name: {name}\nsummary: x\n{head}\nclients: [alice]\nsteps:\n  - alice: connect\n"
        );
        let source = Rc::new(Source::new(format!("{name}.yaml"), text));
        let no_files = |_: &str| Err(String::from("there are none"));
        Rc::new(scenario::read(&source, &no_files).unwrap())
    }

    #[test]
    fn what_a_scenario_requires_is_offered_and_no_more() {
        let plain = scenario("plain", "server: echo\nover: [tcp, udp, unix]");
        let text = "server: echo\nover: [tcp]\nrequires: { text: [strict, replace] }";
        let strict = scenario("strict", text);
        let replacing = scenario("replacing", &text.replace("[strict, replace]", "replace"));
        let other = scenario("other", "server: circle\nover: [tcp]");
        let scenarios = [plain, strict, replacing, other];
        let program: Program = "nc -l {port}".parse().unwrap();
        let manifest = presume(&program, "nc-2", Path::new("/here"), &scenarios);
        let check = |scenario: &Scenario, transport, expected: Result<(usize, &str), &str>| {
            let found = find_offer(&manifest, scenario, transport);
            let found = found.map(|offer| {
                assert_eq!((offer.transport, offer.peer.as_str()), (transport, "nc-2"));
                let value = offer.value(Trait::Text).unwrap_or("unknown");
                (offer.place, value.to_owned())
            });
            let expected = expected.map(|(place, value)| (place, value.to_owned()));
            assert_eq!(found, expected.map_err(str::to_owned), "{}", scenario.name);
        };
        check(&scenarios[0], Transport::Tcp, Ok((0, "unknown")));
        check(&scenarios[0], Transport::Udp, Ok((1, "unknown")));
        check(&scenarios[0], Transport::Unix, Err("no unix transport"));
        check(&scenarios[1], Transport::Tcp, Ok((0, "strict")));
        check(&scenarios[2], Transport::Tcp, Ok((0, "replace")));
        check(&scenarios[3], Transport::Tcp, Ok((2, "unknown")));
    }
}
