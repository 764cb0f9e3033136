//! The second plan: failed cases once more, each alone on fresh processes. What it shows stands
//! beside the verdict and never changes it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::company::Company;
use super::exit::Problem;
use super::play::{Manner, Playing};
use super::progress::Display;
use super::results::Journal;
use crate::exec::Settings;
use crate::oracle::{Kind, Ruling, Verdict};
use crate::plan::{Plan, Scope};
use crate::report::{CaseLine, EndedBy};

/// Plays failed cases again: the first 20, at most two of one offer, 30 s in all. Gives what ended
/// it before its time.
///
/// # Errors
/// When there is no stage to play on.
pub async fn play_again(
    company: &Company<'_>,
    settings: &Settings,
    cases: &mut [CaseLine],
) -> Result<Option<EndedBy>, Problem> {
    let began = Instant::now();
    let mut of_offer: BTreeMap<(String, usize), usize> = BTreeMap::new();
    let mut played = 0;
    for line in cases.iter_mut().filter(|line| is_worth_it(&line.ruling)) {
        let Some(offer) = line.case.offer() else {
            continue;
        };
        let of_this = of_offer
            .entry((offer.peer.clone(), offer.place))
            .or_default();
        let room = played < MOST && *of_this < MOST_OF_ONE_OFFER && began.elapsed() < IN_ALL;
        let mut ended_by = None;
        let found = match room {
            false => String::from("not played again: enough failed cases were"),
            true => {
                played += 1;
                *of_this += 1;
                {
                    let (found, ended) = again(company, settings, line).await?;
                    ended_by = ended;
                    found
                }
            }
        };
        line.beside = Some(match line.beside.take() {
            Some(beside) => format!("{beside}; {found}"),
            None => found,
        });
        if ended_by.is_some() {
            return Ok(ended_by);
        }
    }
    Ok(None)
}

fn is_worth_it(ruling: &Ruling) -> bool {
    matches!(ruling.verdict, Verdict::Fail | Verdict::BrokenPeer)
}

/// Plays one case alone on a fresh process and says what that shows.
async fn again(
    company: &Company<'_>,
    settings: &Settings,
    line: &CaseLine,
) -> Result<(String, Option<EndedBy>), Problem> {
    let settings = Settings {
        jobs: 1,
        fresh: true,
        ..settings.clone()
    };
    let plan = Plan {
        cases: vec![line.case.clone()],
    };
    let playing = Playing::new(company, &plan, settings, Manner::default())?;
    let outcome = playing
        .play(&Display::of_counts(), &Journal::none(), Scope::Selection)
        .await;
    let ruling = outcome.rulings.into_iter().flatten().next();
    let found = match ruling {
        // Alone it has nobody to disagree with: what tells is whether it does the same again.
        Some(ruling) if ruling.verdict == Verdict::Pass && disagrees(&line.ruling) => {
            match ruling.table == line.ruling.table {
                true => String::from("differs again when played alone on a fresh process"),
                false => String::from("unsteady: does something else when played again, alone"),
            }
        }
        ruling => told(line, ruling.map(|ruling| ruling.verdict)),
    };
    Ok((found, outcome.ended_by))
}

/// Whether all that is wrong is that the server does not do as the others.
fn disagrees(ruling: &Ruling) -> bool {
    let mut failures = ruling.failures.iter();
    failures.all(|failure| failure.kind == Kind::Disagrees) && ruling.against.is_some()
}

/// What the verdict of a case that was played again shows.
fn told(line: &CaseLine, verdict: Option<Verdict>) -> String {
    match verdict {
        Some(verdict) if verdict == line.ruling.verdict => {
            String::from("fails again when played alone on a fresh process")
        }
        Some(Verdict::Pass) if line.ruling.reused => String::from(
            "passes alone on a fresh process: it fails only on a reused server, or under load",
        ),
        Some(Verdict::Pass) => {
            String::from("unsteady: passes when played again, alone, on a process that is as fresh")
        }
        Some(verdict) => format!("unsteady: played again it is `{verdict}`"),
        None => String::from("not played again"),
    }
}

/// So many cases are played again.
const MOST: usize = 20;
/// So many of one offer.
const MOST_OF_ONE_OFFER: usize = 2;
/// So long in all.
const IN_ALL: Duration = Duration::from_secs(30);
