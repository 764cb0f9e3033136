//! What came of it: who caught which mutant, and what is not proved. Pure: counts in, text out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use super::candidate::Candidate;
use crate::plan::Scope;
use crate::scenario::Scenario;

/// What has been found so far.
pub struct Tally<'a> {
    mutants: &'a [Candidate],
    scenarios: &'a [Rc<Scenario>],
    /// Whether all scenarios were played: then every general mutant must be caught in each
    /// behaviour, and every scenario needs a mutant that was made for it.
    is_whole: bool,
    /// By mutant and scenario.
    met: BTreeMap<(&'a str, &'a str), Catches>,
}

/// How many cases of one mutant in one scenario there were, and how many of them caught it.
#[derive(Debug, Clone, Copy, Default)]
struct Catches {
    cases: usize,
    caught: usize,
}

/// How one mutant fared.
#[derive(Debug, PartialEq, Eq)]
struct Fate<'a> {
    /// The scenarios that caught it.
    caught_by: Vec<&'a str>,
    /// What should have caught it and did not, as it is told.
    survived: Vec<String>,
}

impl<'a> Tally<'a> {
    /// A tally of nothing yet.
    pub fn new(mutants: &'a [Candidate], scenarios: &'a [Rc<Scenario>], scope: Scope) -> Tally<'a> {
        Tally {
            mutants,
            scenarios,
            is_whole: scope == Scope::Full,
            met: BTreeMap::new(),
        }
    }

    /// One case has been played.
    pub fn count(&mut self, mutant: &'a Candidate, scenario: &Scenario, is_caught: bool) {
        let known = self.scenarios.iter().find(|it| it.name == scenario.name);
        let Some(scenario) = known else {
            return;
        };
        let met = self.met.entry((mutant.name, scenario.name.as_str()));
        let catches = met.or_default();
        catches.cases += 1;
        catches.caught += usize::from(is_caught);
    }

    /// Whether nothing survived and everything is proved.
    pub fn is_well(&self) -> bool {
        let mut fates = self.mutants.iter().map(|mutant| self.fate(mutant));
        fates.all(|fate| fate.survived.is_empty()) && self.unproved().is_empty()
    }

    /// A line for each mutant that met a scenario which should or did catch it, one for each
    /// scenario that is not proved, and the totals.
    pub fn tell(&self, took: Duration) -> String {
        let mut text = String::new();
        let (mut caught, mut survived) = (0, 0);
        for mutant in self.mutants {
            let fate = self.fate(mutant);
            let name = mutant.name;
            let by = few(&fate.caught_by);
            if !fate.survived.is_empty() {
                survived += 1;
                let what = fate.survived.join(", ");
                writeln!(
                    text,
                    "{name} survived {what}: a program that {}",
                    mutant.about
                )
                .ok();
            } else if !fate.caught_by.is_empty() {
                caught += 1;
                writeln!(text, "{name} caught by {by}").ok();
            }
        }
        let unproved = self.unproved();
        for scenario in &unproved {
            let why = match self.is_ours(scenario) || self.is_whole {
                true => "is proved by no mutant of its own",
                false => "catches no mutant",
            };
            writeln!(text, "{scenario} {why}").ok();
        }
        let all = self.scenarios.len();
        let proved = all - unproved.len();
        let took = took.as_secs_f64();
        writeln!(
            text,
            "{caught} mutants caught, {survived} survived; {proved} of {all} scenarios proved in {took:.1} s"
        )
        .ok();
        text
    }

    fn fate(&self, mutant: &Candidate) -> Fate<'a> {
        let met = self
            .met
            .iter()
            .filter(|((name, _), _)| *name == mutant.name);
        let (caught, missed): (Vec<_>, Vec<_>) =
            met.partition(
                |((_, scenario), catches)| match mutant.is_made_for(scenario) {
                    // Over every transport and in every variant in which the flaw shows.
                    true => catches.caught == catches.cases,
                    false => catches.caught > 0,
                },
            );
        let names = |met: Vec<(&(&str, &'a str), &Catches)>| -> Vec<&'a str> {
            met.into_iter()
                .map(|((_, scenario), _)| *scenario)
                .collect()
        };
        let (caught_by, missed) = (names(caught), names(missed));
        let survived = match mutant.is_general() {
            true => self.without_catch(&caught_by, &missed),
            false => {
                let made_for = missed
                    .iter()
                    .filter(|scenario| mutant.is_made_for(scenario));
                made_for.map(|scenario| (*scenario).to_owned()).collect()
            }
        };
        Fate {
            caught_by,
            survived,
        }
    }

    /// The behaviours of which no scenario has caught a general mutant.
    fn without_catch(&self, caught_by: &[&str], missed: &[&str]) -> Vec<String> {
        if !self.is_whole {
            return Vec::new();
        }
        let behaviours = |names: &[&str]| -> BTreeSet<&str> {
            let scenarios = self.scenarios.iter();
            let named = scenarios.filter(|scenario| names.contains(&scenario.name.as_str()));
            named.map(|scenario| scenario.server.0.as_str()).collect()
        };
        let caught = behaviours(caught_by);
        let missed = behaviours(missed).into_iter();
        missed
            .filter(|behaviour| !caught.contains(behaviour))
            .map(|behaviour| format!("every scenario of {behaviour}"))
            .collect()
    }

    /// Whether a mutant was made for this scenario.
    fn is_ours(&self, scenario: &str) -> bool {
        self.mutants
            .iter()
            .any(|mutant| mutant.is_made_for(scenario))
    }

    /// The scenarios that caught none of the mutants made for them, or where none was, none at all.
    fn unproved(&self) -> Vec<&'a str> {
        let mut proved: BTreeSet<&str> = BTreeSet::new();
        for mutant in self.mutants {
            let caught_by = self.fate(mutant).caught_by.into_iter();
            proved.extend(caught_by.filter(|scenario| {
                mutant.is_made_for(scenario) || !(self.is_whole || self.is_ours(scenario))
            }));
        }
        let names = self.scenarios.iter().map(|scenario| scenario.name.as_str());
        names.filter(|name| !proved.contains(name)).collect()
    }
}

/// Names in a row; of very many the first, and how many more there are.
fn few(names: &[&str]) -> String {
    match names.split_at_checked(SHOWN) {
        Some((first, rest)) if rest.len() > 1 => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}

/// So many of the scenarios that caught a mutant are named; only the general ones have more.
const SHOWN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::selftest::sample::scenario;

    /// What is told when these cases of mutant and scenario were caught or not.
    fn check(scope: Scope, scenarios: &[&str], cases: &[(&str, &str, bool)], expected: &str) {
        let mutants = Candidate::mutants();
        let scenarios: Vec<_> = scenarios.iter().map(|name| scenario(name, "")).collect();
        let mut tally = Tally::new(&mutants, &scenarios, scope);
        for (mutant, scenario, is_caught) in cases {
            let mutant = mutants.iter().find(|it| it.name == *mutant).unwrap();
            let scenario = scenarios.iter().find(|it| it.name == *scenario).unwrap();
            tally.count(mutant, scenario, *is_caught);
        }
        assert_eq!(tally.tell(Duration::from_millis(1234)), expected);
        let is_well = expected.contains(" 0 survived") && !expected.contains(" no mutant");
        assert_eq!(tally.is_well(), is_well, "{expected}");
    }

    #[test]
    fn a_scenario_is_proved_by_a_mutant_that_was_made_for_it() {
        let scenarios = &["echo"];
        let caught = [("stops-at-nul", "echo", true), ("greets", "echo", true)];
        let told = "greets caught by echo\nstops-at-nul caught by echo\n\
                    2 mutants caught, 0 survived; 1 of 1 scenarios proved in 1.2 s\n";
        check(Scope::Full, scenarios, &caught, told);
        let told = "greets caught by echo\necho is proved by no mutant of its own\n\
                    1 mutants caught, 0 survived; 0 of 1 scenarios proved in 1.2 s\n";
        check(Scope::Full, scenarios, &caught[1..], told);
    }

    #[test]
    fn a_mutant_must_be_caught_over_every_transport() {
        let cases = [
            ("stops-at-nul", "echo", true),
            ("stops-at-nul", "echo", false),
        ];
        let told = "stops-at-nul survived echo: a program that lets words end at their first zero \
                    byte, as a C string does\necho is proved by no mutant of its own\n\
                    0 mutants caught, 1 survived; 0 of 1 scenarios proved in 1.2 s\n";
        check(Scope::SomeScenarios, &["echo"], &cases, told);
    }

    #[test]
    fn a_general_mutant_must_be_caught_somewhere_in_each_behaviour() {
        let cases = [
            ("greets", "echo", false),
            ("stops-at-nul", "echo", true),
            ("greets", "random-bytes", false),
            ("repeats-one-block", "random-bytes", true),
        ];
        let told = "greets survived every scenario of echo: a program that greets whoever comes\n\
                    stops-at-nul caught by echo\nrepeats-one-block caught by random-bytes\n\
                    2 mutants caught, 1 survived; 2 of 2 scenarios proved in 1.2 s\n";
        let both = &["echo", "random-bytes"];
        check(Scope::Full, both, &cases, told);
        let told = "stops-at-nul caught by echo\nrepeats-one-block caught by random-bytes\n\
                    2 mutants caught, 0 survived; 2 of 2 scenarios proved in 1.2 s\n";
        check(Scope::SomeScenarios, both, &cases, told);
    }

    #[test]
    fn a_scenario_of_the_users_own_is_proved_by_any_mutant() {
        let cases = [("greets", "mine", true), ("stops-at-nul", "mine", false)];
        let told = "greets caught by mine\n\
                    1 mutants caught, 0 survived; 1 of 1 scenarios proved in 1.2 s\n";
        check(Scope::SomeScenarios, &["mine"], &cases, told);
        let told = "mine catches no mutant\n\
                    0 mutants caught, 0 survived; 0 of 1 scenarios proved in 1.2 s\n";
        check(Scope::SomeScenarios, &["mine"], &cases[1..], told);
    }
}
