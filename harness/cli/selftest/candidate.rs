//! Which servers are put before which scenarios.

use std::collections::BTreeMap;
use std::rc::Rc;

use harness_mutants as mutants;

use super::offers::{self, NO_FLAW, Variant};
use crate::cli::exit::Problem;
use crate::peer::manifest::Manifest;
use crate::plan::{Case, Client};
use crate::scenario::Scenario;

/// A server or a client program, without a flaw or with one.
#[derive(Debug)]
pub struct Candidate {
    /// What it is called; no dot is in it.
    pub name: &'static str,
    /// What is wrong with it, as the end of a sentence that begins "a program that".
    pub about: &'static str,
    /// The scenarios that must catch it; none for a general one.
    pub made_for: &'static [&'static str],
    /// What it can be; never empty, and first what it is where a scenario asks for nothing.
    variants: Vec<Variant>,
}

impl Candidate {
    /// What has no flaw.
    pub fn flawless() -> Candidate {
        let mut variants = offers::variants(NO_FLAW, &mutants::Shows::ANYWHERE);
        let dialogues = mutants::dialogues().iter();
        variants.extend(dialogues.map(|it| offers::dialogue(NO_FLAW, it)));
        Candidate {
            name: NO_FLAW,
            about: "has no flaw",
            made_for: &[],
            variants,
        }
    }

    /// Every mutant, in the order in which they are told of. One of the general flaws is one
    /// mutant, whatever a server with it does.
    pub fn mutants() -> Vec<Candidate> {
        let relays = mutants::all().map(|mutant| Candidate {
            name: mutant.name,
            about: mutant.about,
            made_for: mutant.made_for,
            variants: offers::variants(mutant.name, &mutant.shows),
        });
        let mut all: Vec<Candidate> = relays.collect();
        for mutant in mutants::dialogue_mutants() {
            let held = mutants::dialogues().iter();
            let held = held.filter(|it| mutant.program(it.behaviour()).is_some());
            let variants = held.map(|it| offers::dialogue(mutant.name, it));
            match all.iter_mut().find(|it| it.name == mutant.name) {
                Some(general) => general.variants.extend(variants),
                None => all.push(Candidate {
                    name: mutant.name,
                    about: mutant.about,
                    made_for: mutant.made_for,
                    variants: variants.collect(),
                }),
            }
        }
        all.extend(mutants::client_mutants().iter().map(|mutant| Candidate {
            name: mutant.name,
            about: mutant.about,
            made_for: mutant.made_for,
            variants: vec![offers::client(mutant.name)],
        }));
        all
    }

    /// Whether it proves no scenario.
    pub fn is_general(&self) -> bool {
        self.made_for.is_empty()
    }

    /// Whether it was made for this scenario.
    pub fn is_made_for(&self, scenario: &str) -> bool {
        self.made_for.contains(&scenario)
    }

    /// Whether this variant is one that the scenario asks for: where it asks for nothing it is
    /// played on the first.
    fn is_asked_for(&self, variant: &Variant, scenario: &Scenario) -> bool {
        if !variant.fits(scenario) {
            return false;
        }
        let usual = self.variants.iter().take(1).flat_map(|first| &first.traits);
        let mut both = variant.traits.iter().zip(usual);
        both.all(
            |((name, value), (_, usual))| match scenario.requires.get(name) {
                Some(values) => values.iter().any(|wanted| wanted == value),
                None => value == usual,
            },
        )
    }
}

/// The servers of a plan, each variant with a manifest of its own, and what they are put before.
pub struct Programme<'a> {
    manifests: Vec<Rc<Manifest>>,
    /// By the name of the server.
    entries: BTreeMap<String, Entry<'a>>,
}

struct Entry<'a> {
    candidate: &'a Candidate,
    scenarios: Vec<&'a str>,
}

impl<'a> Programme<'a> {
    /// Every candidate before every scenario.
    ///
    /// # Errors
    /// When a manifest of ours is wrong.
    pub fn of_all(
        candidates: &'a [Candidate],
        scenarios: &'a [Rc<Scenario>],
    ) -> Result<Programme<'a>, Problem> {
        Programme::new(candidates, scenarios, |_, _| true)
    }

    /// Every mutant before the scenarios that were made for it and those that no mutant was made
    /// for, and the general ones before all.
    ///
    /// # Errors
    /// When a manifest of ours is wrong.
    pub fn of_mutants(
        candidates: &'a [Candidate],
        scenarios: &'a [Rc<Scenario>],
    ) -> Result<Programme<'a>, Problem> {
        let is_strange = |scenario: &str| !candidates.iter().any(|it| it.is_made_for(scenario));
        Programme::new(candidates, scenarios, |candidate, scenario| {
            candidate.is_general() || candidate.is_made_for(scenario) || is_strange(scenario)
        })
    }

    fn new(
        candidates: &'a [Candidate],
        scenarios: &'a [Rc<Scenario>],
        meets: impl Fn(&Candidate, &str) -> bool,
    ) -> Result<Programme<'a>, Problem> {
        let mut programme = Programme {
            manifests: Vec::new(),
            entries: BTreeMap::new(),
        };
        for candidate in candidates {
            for variant in &candidate.variants {
                let asked = scenarios.iter().filter(|scenario| {
                    candidate.is_asked_for(variant, scenario) && meets(candidate, &scenario.name)
                });
                let scenarios: Vec<&str> = asked.map(|scenario| scenario.name.as_str()).collect();
                if scenarios.is_empty() {
                    continue;
                }
                let entry = Entry {
                    candidate,
                    scenarios,
                };
                programme.manifests.push(variant.manifest()?);
                programme.entries.insert(variant.name.clone(), entry);
            }
        }
        Ok(programme)
    }

    /// The manifests of all servers.
    pub fn manifests(&self) -> &[Rc<Manifest>] {
        &self.manifests
    }

    /// Whether the case is to be played: where a client program plays, it is that of the same
    /// manifest, so that no more than one thing has a flaw.
    pub fn has(&self, case: &Case) -> bool {
        let scenario = case.scenario.name.as_str();
        let own_client = match &case.client {
            Client::BuiltIn => true,
            Client::Program(offer) => offer.peer == case.server,
        };
        own_client
            && self
                .entries
                .get(&case.server)
                .is_some_and(|entry| entry.scenarios.contains(&scenario))
    }

    /// The candidate that is the server of a case of this programme.
    pub fn candidate(&self, case: &Case) -> &'a Candidate {
        self.entries
            .get(&case.server)
            .map(|entry| entry.candidate)
            .expect("the plan was laid out for these servers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::selftest::sample::scenario;

    fn check(of_mutants: bool, scenarios: &[Rc<Scenario>], expected: &[&str]) {
        let (flawless, mutants) = ([Candidate::flawless()], Candidate::mutants());
        let programme = match of_mutants {
            true => Programme::of_mutants(&mutants, scenarios),
            false => Programme::of_all(&flawless, scenarios),
        };
        let manifests = programme.unwrap().manifests().to_vec();
        let names: Vec<&str> = manifests.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_server_is_played_in_every_variant_that_a_scenario_asks_for_and_in_no_other() {
        check(false, &[scenario("echo", "")], &["none"]);
        let any = scenario("paused-reader", "{ slow_reader: [drop, buffer] }");
        check(false, &[any], &["none", "none.buffer"]);
        let both = scenario("strict-text", "{ text: strict, concurrency: one }");
        check(false, &[both], &["none.strict.one"]);
    }

    #[test]
    fn a_mutant_meets_what_was_made_for_it_and_a_general_one_everything() {
        let general = [
            "drops-last-byte",
            "duplicates",
            "greets",
            "never-answers",
            "ends-early",
        ];
        let of_echo = [&general[..], &["stops-at-nul"]].concat();
        check(true, &[scenario("echo", "")], &of_echo);
        let count = mutants::all().count();
        let strange = [scenario("my-echo", "")];
        let mutants = Candidate::mutants();
        let programme = Programme::of_mutants(&mutants, &strange).unwrap();
        // Those that show where nothing is asked for: what needs a trait is not put before it.
        assert!(programme.manifests().len() > count / 2);
    }
}
