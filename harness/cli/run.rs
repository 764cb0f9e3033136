//! `harness run`: load, prepare, lay out, play, judge, report.

use std::rc::Rc;
use std::time::Instant;

use tokio::runtime::Builder;
use tokio::task::LocalSet;

use super::args;
use super::company::Company;
use super::exit::{Exit, Problem};
use super::load::{Loaded, load};
use super::play::{Manner, Playing};
use super::progress::Display;
use super::results::{Journal, Results};
use super::session::Session;
use super::traces::Traces;
use super::{named, print, second};
use crate::exec::Settings;
use crate::host::cpu_time;
use crate::oracle::{Agreement, Verdict};
use crate::peer::manifest::Manifest;
use crate::plan::{self, Needed, Plan};
use crate::report::{self, CaseLine, EndedBy, PeerLine, Report, Timings};
use crate::trace::store::Terms;

/// Plays what was asked for and prints the report.
///
/// # Errors
/// When something is wrong before the first case, or a result file cannot be written.
pub fn run(session: &Session, typed: &args::Run) -> Result<Exit, Problem> {
    let loaded = load(session, &typed.chosen)?;
    let manifests = &loaded.catalogue.manifests;
    // Before anything is started: a selection that does not fit is the user's to mend.
    let needed = plan::needed(&loaded.scenarios, manifests, &loaded.selection);
    let needed = needed.map_err(Problem::usage)?;
    let results = Results::open(typed.json.as_deref(), typed.junit.as_deref())?;
    let traces = typed.traces.as_deref().map(Traces::open).transpose()?;
    let report = play(session, &loaded, &needed, typed, traces.as_ref())?;
    print::result(&report::terminal(&report, print::result_colour()));
    results.write(&report)?;
    traces.map_or(Ok(()), |traces| traces.finish(&report))?;
    Ok(exit_of(&report))
}

/// Makes ready what is needed, plays what was loaded, and ends everything again.
///
/// # Errors
/// When something is wrong before the first case.
pub fn play(
    session: &Session,
    loaded: &Loaded,
    needed: &Needed,
    typed: &args::Run,
    traces: Option<&Traces>,
) -> Result<Report, Problem> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Problem::fault)?;
    LocalSet::new().block_on(&runtime, async {
        let company = Company::open(session, loaded)?;
        let display = Display::new();
        let prepared = company
            .until_interrupted(company.prepare(needed, &display))
            .await;
        let report = match prepared {
            Some(Ok(())) => play_all(&company, loaded, typed, &display, traces).await,
            Some(Err(problem)) => Err(problem),
            None => Ok(Report {
                ended_by: Some(EndedBy::Interrupt),
                ..Report::default()
            }),
        };
        display.finish();
        let dismissed = company.dismiss().await;
        // What was reached is reported, whatever could not be ended.
        Ok(match (report, dismissed) {
            (Ok(report), Err(problem)) if report.ended_by.is_none() => Report {
                ended_by: Some(EndedBy::Fault(problem.to_string())),
                ..report
            },
            (report, _) => report?,
        })
    })
}

async fn play_all(
    company: &Company<'_>,
    loaded: &Loaded,
    typed: &args::Run,
    display: &Display,
    traces: Option<&Traces>,
) -> Result<Report, Problem> {
    let began = Instant::now();
    let manifests = &loaded.catalogue.manifests;
    let plan = plan::lay_out(
        &loaded.scenarios,
        manifests,
        &company.peers(),
        &loaded.selection,
    )
    .map_err(Problem::usage)?;
    let plan = repeated(plan, typed.repeat);
    if let Some(traces) = traces {
        traces.begin(&plan, terms(loaded, typed), peers_of(company, |_| true))?;
    }
    let settings = settings(company, typed);
    let manner = Manner {
        fail_fast: typed.fail_fast,
        show: typed.show,
        ..Manner::default()
    };
    let playing = Playing::new(company, &plan, settings.clone(), manner)?.storing(traces);
    let journal = Journal::in_folder(company.logs());
    let outcome = playing.play(display, &journal, loaded.scope).await;
    let not_played = outcome
        .rulings
        .iter()
        .filter(|ruling| ruling.is_none())
        .count();
    let lines = plan.cases.iter().zip(outcome.rulings);
    let lines = lines.filter_map(|(case, ruling)| {
        Some(CaseLine {
            case: case.clone(),
            ruling: ruling?,
            beside: None,
            options: options(typed, &case.server, manifests),
        })
    });
    let mut cases: Vec<CaseLine> = fold(lines.collect(), typed.repeat);
    let wall = began.elapsed();
    let ended_by = match outcome.ended_by {
        None => second::play_again(company, &settings, &mut cases).await?,
        ended_by => ended_by,
    };
    let timings = Timings {
        wall,
        starts: outcome.starts,
        peers_cpu: outcome.peers_cpu,
        our_cpu: cpu_time(),
        declared: outcome.declared,
        cores: company.cores(),
    };
    Ok(Report {
        peers: peer_lines(company, &cases),
        cases,
        agreements: fold_rounds(outcome.agreements),
        not_played,
        findings: outcome.findings,
        timings: typed.timings.then_some(timings),
        wall,
        strict: typed.strict,
        ended_by,
    })
}

/// The options without which a case would be played differently again.
fn options(typed: &args::Run, server: &str, manifests: &[Rc<Manifest>]) -> Vec<String> {
    [named::again(server, manifests), common_options(typed)].concat()
}

fn common_options(typed: &args::Run) -> Vec<String> {
    let mut options = Vec::new();
    for folder in &typed.chosen.peers {
        options.extend([String::from("--peers"), folder.display().to_string()]);
    }
    if typed.timeout != args::TIMEOUT {
        options.extend([
            String::from("--timeout"),
            format!("{}ms", typed.timeout.as_millis()),
        ]);
    }
    options
}

/// How the run is to be judged.
fn terms(loaded: &Loaded, typed: &args::Run) -> Terms {
    let manifests = &loaded.catalogue.manifests;
    let typed_programs = manifests.iter().filter(|it| it.program.is_some());
    let programs = typed_programs.map(|it| (it.name.clone(), named::again(&it.name, manifests)));
    Terms {
        strict: typed.strict,
        repeat: typed.repeat,
        scope: loaded.scope,
        options: common_options(typed),
        programs: programs.collect(),
    }
}

fn settings(company: &Company<'_>, typed: &args::Run) -> Settings {
    Settings {
        jobs: typed.jobs.unwrap_or(company.cores() * JOBS_FOR_EACH_CORE),
        cores: company.cores(),
        timeout: typed.timeout,
        fresh: typed.fresh,
        connections: company.connections(),
    }
}

/// The plan with each case so many times, so that a case's repetitions lie apart in time.
fn repeated(plan: Plan, times: usize) -> Plan {
    let cases = std::iter::repeat_n(plan.cases, times).flatten().collect();
    Plan { cases }
}

/// One line for each case out of all its repetitions: the worst ruling stands, and how often each
/// verdict came stands beside it.
pub fn fold(lines: Vec<CaseLine>, times: usize) -> Vec<CaseLine> {
    if times == 1 {
        return lines;
    }
    let mut folded: Vec<(CaseLine, Vec<Verdict>)> = Vec::new();
    for line in lines {
        let verdict = line.ruling.verdict;
        match folded
            .iter_mut()
            .find(|(first, _)| first.case.id == line.case.id)
        {
            None => folded.push((line, vec![verdict])),
            Some((first, verdicts)) => {
                verdicts.push(verdict);
                if verdict.gravity() > first.ruling.verdict.gravity() {
                    *first = line;
                }
            }
        }
    }
    let told = folded.into_iter().map(|(mut line, verdicts)| {
        if line.ruling.verdict.was_played() {
            line.beside = Some(rate(&verdicts));
        }
        line
    });
    told.collect()
}

/// One comparison for each out of all its repetitions: the first that does not hold, else the first.
pub fn fold_rounds(agreements: Vec<Agreement>) -> Vec<Agreement> {
    let (mut folded, later): (Vec<Agreement>, Vec<Agreement>) =
        agreements.into_iter().partition(|it| it.round == 0);
    for agreement in later {
        match folded.iter_mut().find(|first| first.repeats(&agreement)) {
            Some(first) if first.holds() && !agreement.holds() => *first = agreement,
            Some(_) => {}
            None => folded.push(agreement),
        }
    }
    folded
}

fn rate(verdicts: &[Verdict]) -> String {
    let of_each = Verdict::ALL.into_iter().filter_map(|verdict| {
        let count = verdicts.iter().filter(|it| **it == verdict).count();
        (count > 0).then(|| format!("{verdict} {count} of {}", verdicts.len()))
    });
    of_each.collect::<Vec<_>>().join(", ")
}

/// The peers that the cases name, with the versions of what they run on.
fn peer_lines(company: &Company<'_>, cases: &[CaseLine]) -> Vec<PeerLine> {
    peers_of(company, |name| {
        cases.iter().any(|line| line.case.server == name)
    })
}

fn peers_of(company: &Company<'_>, named: impl Fn(&str) -> bool) -> Vec<PeerLine> {
    let manifests = company
        .manifests()
        .iter()
        .filter(|manifest| named(&manifest.name));
    manifests
        .map(|manifest| PeerLine {
            name: manifest.name.clone(),
            language: manifest.language.clone(),
            versions: company.versions(&manifest.name),
        })
        .collect()
}

/// The exit of a run, from the one report that everything else is rendered from.
pub fn exit_of(report: &Report) -> Exit {
    let any =
        |wanted: fn(Verdict) -> bool| report.cases.iter().any(|line| wanted(line.ruling.verdict));
    match &report.ended_by {
        Some(EndedBy::Interrupt) => return Exit::Interrupted,
        Some(EndedBy::Fault(_)) => return Exit::HarnessError,
        None => {}
    }
    if any(|verdict| verdict == Verdict::HarnessError) {
        return Exit::HarnessError;
    }
    let skipped = any(|verdict| verdict == Verdict::Skipped);
    if any(Verdict::fails) || (report.strict && skipped) {
        return Exit::Failed;
    }
    match any(Verdict::was_played) {
        true => Exit::Well,
        false => Exit::NothingPlayed,
    }
}

/// A case mostly waits for a peer, so more are played at once than there are cores.
const JOBS_FOR_EACH_CORE: usize = 4;
