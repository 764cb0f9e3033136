//! `harness selftest`: servers with one flaw each, which the scenarios made for them must catch.
//!
//! The flawless server goes first, under the same deadline and in every variant that a scenario
//! asks for: a scenario that fails it proves nothing. What a server with a flaw offers is
//! `offers`, which scenarios it is put before is `candidate`, and what came of it is `tally`.

mod candidate;
mod offers;
#[cfg(test)]
mod sample;
mod tally;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

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
use crate::oracle::{Compare, Ruling, Verdict};
use crate::plan::{self, Plan, Scope, Selection};
use crate::report::EndedBy;
use crate::scenario::words::Trait;
use crate::trace::Table;
use candidate::{Candidate, Programme};
use tally::Tally;

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
    let began = Instant::now();
    let flawless = [Candidate::flawless()];
    let programme = Programme::of_all(&flawless, &loaded.scenarios)?;
    let plan = lay_out(company, loaded, &programme)?;
    let Some(rulings) = play(company, &plan).await? else {
        return Ok(Exit::Interrupted);
    };
    let wrong: String = plan
        .cases
        .iter()
        .zip(&rulings)
        .filter_map(wanting)
        .collect();
    if !wrong.is_empty() {
        super::print::result(&format!(
            "the flawless server fails, so nothing is proved:\n{wrong}"
        ));
        return Ok(Exit::Failed);
    }
    let measure = Measure::of(&plan, &rulings);
    let mutants = Candidate::mutants();
    let programme = Programme::of_mutants(&mutants, &loaded.scenarios)?;
    let plan = lay_out(company, loaded, &programme)?;
    let Some(rulings) = play(company, &plan).await? else {
        return Ok(Exit::Interrupted);
    };
    let mut tally = Tally::new(&mutants, &loaded.scenarios, loaded.scope);
    for (case, ruling) in plan.cases.iter().zip(&rulings) {
        let is_caught = ruling.as_ref().is_some_and(|ruling| {
            ruling.verdict.fails() || measure.differs(case, ruling.table.as_ref())
        });
        tally.count(programme.candidate(case), &case.scenario, is_caught);
    }
    super::print::result(&tally.tell(began.elapsed()));
    Ok(match tally.is_well() {
        true => Exit::Well,
        false => Exit::Failed,
    })
}

/// What the flawless server did: where nothing is asserted, it is what a mutant must not do.
struct Measure(BTreeMap<String, Rc<Table>>);

impl Measure {
    fn of(plan: &Plan, rulings: &[Option<Ruling>]) -> Measure {
        let played = plan.cases.iter().zip(rulings);
        let tables = played.filter_map(|(case, ruling)| {
            let table = ruling.as_ref()?.table.as_ref()?;
            Some((Measure::key(case), Rc::clone(table)))
        });
        Measure(tables.collect())
    }

    /// A scenario, a transport, and the values of the traits that the scenario requires.
    fn key(case: &plan::Case) -> String {
        let offer = case.offer();
        let value = |name: &Trait| offer.and_then(|offer| offer.value(*name));
        let values: Vec<_> = case.scenario.requires.keys().map(value).collect();
        format!("{}/{}/{values:?}", case.scenario.name, case.transport)
    }

    fn differs(&self, case: &plan::Case, table: Option<&Rc<Table>>) -> bool {
        let measure = self.0.get(&Measure::key(case));
        measure.is_some_and(|measure| Some(measure) != table)
    }
}

/// Lays out the cases of a programme.
fn lay_out(
    company: &Company<'_>,
    loaded: &Loaded,
    programme: &Programme<'_>,
) -> Result<Plan, Problem> {
    let manifests = programme.manifests();
    let peers = plan::all_ready(manifests);
    let selection = Selection::default();
    let plan = plan::lay_out(&loaded.scenarios, manifests, &peers, &selection);
    let mut plan = plan.map_err(Problem::usage)?;
    plan.cases
        .retain(|case| case.offer().is_some() && programme.has(case));
    company.play_with(peers);
    Ok(plan)
}

/// The rulings on all cases of a plan; `None` where a signal came before the end.
async fn play(company: &Company<'_>, plan: &Plan) -> Result<Option<Vec<Option<Ruling>>>, Problem> {
    let settings = Settings {
        jobs: AT_ONCE,
        cores: company.cores(),
        timeout: DEADLINE,
        fresh: false,
        connections: company.connections(),
    };
    // Each server is flawed in its own way, so they are not to be like one another.
    let manner = Manner {
        compare: Compare::Nothing,
        ..Manner::default()
    };
    let playing = Playing::new(company, plan, settings, manner)?;
    let outcome = playing
        .play(&Display::of_counts(), &Journal::none(), Scope::Selection)
        .await;
    match outcome.ended_by {
        None => {}
        Some(EndedBy::Interrupt) => return Ok(None),
        Some(EndedBy::Fault(fault)) => return Err(Problem::fault(fault)),
    }
    let ours = |(_, ruling): &(&plan::Case, &Option<Ruling>)| {
        let verdict = ruling.as_ref().map(|ruling| ruling.verdict);
        verdict == Some(Verdict::HarnessError)
    };
    // What we could not play has caught nothing.
    match plan.cases.iter().zip(&outcome.rulings).find(ours) {
        Some(case) => Err(Problem::fault(wanting(case).unwrap_or_default())),
        None => Ok(Some(outcome.rulings)),
    }
}

/// A line about a case that was found wanting.
fn wanting((case, ruling): (&plan::Case, &Option<Ruling>)) -> Option<String> {
    let ruling = ruling.as_ref()?;
    if ruling.verdict == Verdict::Pass {
        return None;
    }
    let first = ruling.failures.first().map(|it| it.message.clone());
    let why = first.or_else(|| ruling.reason.clone()).unwrap_or_default();
    Some(format!("{} {}: {why}\n", case.id, ruling.verdict))
}

/// So many cases wait at once: most mutants are found out by a deadline.
const AT_ONCE: usize = 64;

/// How long a step waits for what a mutant does not say.
const DEADLINE: Duration = Duration::from_secs(1);
