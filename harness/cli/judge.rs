//! `harness judge`: rules again on what `run --traces` stored, and gives the report that the run
//! gave. Nothing is started.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use super::exit::{Exit, Problem};
use super::results::Results;
use super::run::{exit_of, fold, fold_rounds};
use super::stored::Stored;
use super::{args, load, play, print};
use crate::oracle::{self, Compare, Judged, Ruled};
use crate::plan::Plan;
use crate::report::{self, CaseLine, EndedBy, PeerLine, Report, timeline};
use crate::scenario::Scenario;
use crate::trace::Played;
use crate::trace::store::{self, Cut};

/// Judges the stored cases and prints the report.
///
/// # Errors
/// When a stored file cannot be read, or was played by a screenplay that is not today's.
pub fn judge(typed: &args::Judge) -> Result<Exit, Problem> {
    let stored = Stored::open(&typed.traces)?;
    let today = today(typed, &stored)?;
    let results = Results::open(typed.json.as_deref(), typed.junit.as_deref())?;
    let plan = by_today(&stored.plan, &today);
    let judged = judge_all(&stored, &plan, typed.show)?;
    let ruled = oracle::give_verdicts(&plan, judged, stored.run.terms.scope, Compare::Servers);
    let report = report(&stored, &plan, ruled, &today);
    print::result(&report::terminal(&report, print::result_colour()));
    results.write(&report)?;
    Ok(exit_of(&report))
}

/// The scenarios that `--with` names and that were played, by their names.
type Today = BTreeMap<String, Rc<Scenario>>;

/// Reads the scenarios of `--with`, each of which must be the screenplay that was played.
fn today(typed: &args::Judge, stored: &Stored) -> Result<Today, Problem> {
    if typed.with.is_empty() {
        return Ok(Today::new());
    }
    let mut mistakes = String::new();
    let scenarios = load::scenarios(&typed.with, &mut mistakes)?;
    if !mistakes.is_empty() {
        return Err(Problem::Mistakes(mistakes));
    }
    let mut today: Today = scenarios
        .into_iter()
        .map(|scenario| (scenario.name.clone(), scenario))
        .collect();
    let cases = &stored.plan.cases;
    let played: BTreeMap<&str, &Scenario> = cases
        .iter()
        .map(|case| (case.scenario.name.as_str(), case.scenario.as_ref()))
        .collect();
    today.retain(|name, _| played.contains_key(name.as_str()));
    if today.is_empty() {
        return Err(Problem::usage(
            "`--with` names no scenario of a stored case; `run.json` lists them",
        ));
    }
    let others = today.iter().filter_map(|(name, scenario)| {
        let what = store::same_screenplay(played[name.as_str()], scenario).err()?;
        Some(format!("{}: {what}; run it again", scenario.source.name()))
    });
    told(others.collect()).map(|()| today)
}

/// The plan with today's scenarios in the place of those of their names.
fn by_today(plan: &Plan, today: &Today) -> Plan {
    let mut cases = plan.cases.clone();
    for case in &mut cases {
        if let Some(scenario) = today.get(&case.scenario.name) {
            case.scenario = Rc::clone(scenario);
        }
    }
    Plan { cases }
}

/// Judges every case that was played. Of those that cannot be, all are told.
fn judge_all(stored: &Stored, plan: &Plan, show: bool) -> Result<Vec<Option<Judged>>, Problem> {
    let mut judged = Vec::with_capacity(plan.cases.len());
    let mut problems = BTreeSet::new();
    for (place, case) in plan.cases.iter().enumerate() {
        let before = &stored.plan.cases[place].scenario;
        let played = stored.played(place).and_then(|played| {
            if let Some(Played::Through(trace)) = &played {
                store::can_retell(before, &case.scenario, trace)
                    .map_err(|what| format!("{}: {what}; run it again", case.id))?;
            }
            Ok(played)
        });
        match played {
            Ok(played) => {
                if let (true, Some(Played::Through(trace))) = (show, &played) {
                    print::result(&timeline(case, trace, print::result_colour()));
                }
                judged.push(played.map(|played| play::judge(case, played)));
            }
            Err(problem) => {
                problems.insert(problem);
            }
        }
    }
    told(problems.into_iter().collect()).map(|()| judged)
}

/// Nothing, or everything that is wrong, a line each.
fn told(problems: Vec<String>) -> Result<(), Problem> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Problem::usage(problems.join("\nerror: "))),
    }
}

fn report(stored: &Stored, plan: &Plan, ruled: Ruled, today: &Today) -> Report {
    let Ruled {
        rulings,
        agreements,
    } = ruled;
    let terms = &stored.run.terms;
    let not_played = rulings.iter().filter(|ruling| ruling.is_none()).count();
    let lines = plan.cases.iter().zip(rulings).filter_map(|(case, ruling)| {
        Some(CaseLine {
            case: case.clone(),
            ruling: ruling?,
            beside: None,
            options: match terms.programs.get(&case.server) {
                Some(program) => [&program[..], &terms.options].concat(),
                None => terms.options.clone(),
            },
        })
    });
    let mut cases = fold(lines.collect(), terms.repeat);
    for line in &mut cases {
        // What playing a case again showed was about what was expected then.
        if let Some(end) = &stored.end
            && !today.contains_key(&line.case.scenario.name)
            && let Some(beside) = end.beside.get(&line.case.id)
        {
            line.beside = Some(beside.clone());
        }
    }
    let end = stored.end.as_ref();
    Report {
        peers: peer_lines(stored, &cases),
        cases,
        agreements: fold_rounds(agreements),
        not_played,
        findings: end.map(|end| end.findings.clone()).unwrap_or_default(),
        timings: None,
        wall: end.map_or(Duration::ZERO, |end| end.wall),
        strict: terms.strict,
        ended_by: ended_by(stored, not_played),
    }
}

fn peer_lines(stored: &Stored, cases: &[CaseLine]) -> Vec<PeerLine> {
    let named = |name: &str| cases.iter().any(|line| line.case.server == name);
    let peers = stored.run.peers.iter().filter(|peer| named(&peer.name));
    peers
        .map(|peer| PeerLine {
            name: peer.name.clone(),
            language: peer.language.clone(),
            versions: peer.versions.clone(),
        })
        .collect()
}

/// What ended the run. Cases that it played and that are no longer there must not pass unseen.
fn ended_by(stored: &Stored, not_played: usize) -> Option<EndedBy> {
    let Some(end) = &stored.end else {
        return Some(EndedBy::Interrupt);
    };
    match &end.cut {
        Some(Cut::Interrupt) => Some(EndedBy::Interrupt),
        Some(Cut::Fault(fault)) => Some(EndedBy::Fault(fault.clone())),
        None if not_played > end.not_played => Some(EndedBy::Fault(format!(
            "{} cases that were played are not stored any more",
            not_played - end.not_played
        ))),
        None => None,
    }
}
