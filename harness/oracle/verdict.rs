//! From failures to verdicts: one word for each case, issued once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::agreement::{self, Agreement, Compare};
use super::{Failure, Kind};
use crate::peer::manifest::Known;
use crate::plan::{Case, Plan, Playable, Scope};
use crate::trace::{Table, Tail};

/// The judgement of one case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
pub enum Verdict {
    /// All expectations were met.
    #[serde(rename = "pass")]
    Pass,
    /// A peer broke an expectation.
    #[serde(rename = "fail")]
    Fail,
    /// It broke exactly as known divergences say.
    #[serde(rename = "known")]
    Known,
    /// A known divergence did not occur any more: its entry is to be deleted.
    #[serde(rename = "fixed")]
    Fixed,
    /// The peer does not claim what the scenario needs.
    #[serde(rename = "unsupported")]
    Unsupported,
    /// Something is missing on this machine.
    #[serde(rename = "skipped")]
    Skipped,
    /// The peer did not build, never listened, or crashed.
    #[serde(rename = "broken peer")]
    BrokenPeer,
    /// Our own fault.
    #[serde(rename = "harness error")]
    HarnessError,
}

impl Verdict {
    /// Every verdict, in the order in which totals are shown.
    pub const ALL: [Verdict; 8] = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Known,
        Verdict::Fixed,
        Verdict::BrokenPeer,
        Verdict::HarnessError,
        Verdict::Unsupported,
        Verdict::Skipped,
    ];

    /// Whether the case was played and found wanting, so that the run fails.
    pub const fn fails(self) -> bool {
        matches!(self, Verdict::Fail | Verdict::Fixed | Verdict::BrokenPeer)
    }

    /// How grave it is: of several on one case the gravest stands.
    pub const fn gravity(self) -> u8 {
        match self {
            Verdict::Unsupported | Verdict::Skipped => 0,
            Verdict::Pass => 1,
            Verdict::Known => 2,
            Verdict::Fixed => 3,
            Verdict::Fail => 4,
            Verdict::BrokenPeer => 5,
            Verdict::HarnessError => 6,
        }
    }

    /// Whether the case was played.
    pub const fn was_played(self) -> bool {
        !matches!(self, Verdict::Unsupported | Verdict::Skipped)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Known => "known",
            Verdict::Fixed => "fixed",
            Verdict::Unsupported => "unsupported",
            Verdict::Skipped => "skipped",
            Verdict::BrokenPeer => "broken peer",
            Verdict::HarnessError => "harness error",
        })
    }
}

/// A case that was played, as far as it can be judged by itself.
#[derive(Debug)]
pub struct Judged {
    /// How playing went.
    pub played: Played,
    /// What the server did, where it was played through.
    pub table: Option<Rc<Table>>,
    /// The end of what the server wrote to stderr.
    pub stderr: Tail,
    /// How long the case took, without the start of a process.
    pub took: Duration,
    /// Whether its process had served other cases before.
    pub reused: bool,
}

impl Judged {
    /// Whether nothing is wrong that no known divergence covers: what the run shows of the case
    /// until its verdict is issued.
    pub fn is_well(&self, case: &Case) -> bool {
        match &self.played {
            Played::Through { failures, .. } if !failures.is_empty() => failures
                .iter()
                .all(|failure| covering(case, failure).is_some()),
            Played::Through { crash, .. } => crash.is_none(),
            Played::Broken(_) | Played::Fault(_) => false,
        }
    }

    /// What the server did, and whether it met every expectation, where it can be compared.
    pub(super) fn compared(&self) -> Option<(Rc<Table>, bool)> {
        match (&self.played, &self.table) {
            (Played::Through { failures, crash }, Some(table)) => {
                let met = failures.is_empty() && crash.is_none();
                Some((Rc::clone(table), met))
            }
            _ => None,
        }
    }
}

/// How playing a case went.
#[derive(Debug)]
pub enum Played {
    /// It was played; these expectations were broken, and the server's process ended so where no
    /// step asked for it.
    Through {
        /// The broken expectations.
        failures: Vec<Failure>,
        /// The status of a process that ended by itself.
        crash: Option<String>,
    },
    /// The peer did not start or never listened.
    Broken(String),
    /// Our own fault.
    Fault(String),
}

/// What was ruled on a case.
#[derive(Debug)]
pub struct Ruling {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, where the verdict is not `pass` and not shown by the failures.
    pub reason: Option<String>,
    /// The command that mends a skipped case.
    pub mend: Option<String>,
    /// The broken expectations.
    pub failures: Vec<Failure>,
    /// The known divergences that occurred; for `fixed` those that did not.
    pub known: Vec<Rc<Known>>,
    /// The end of what the server wrote to stderr.
    pub stderr: Tail,
    /// How long the case took.
    pub took: Duration,
    /// Whether its process had served other cases before.
    pub reused: bool,
    /// What the server did, where it was played through.
    pub table: Option<Rc<Table>>,
    /// The server that it was measured by, where it disagrees.
    pub against: Option<String>,
}

/// What was ruled on a plan.
#[derive(Debug)]
pub struct Ruled {
    /// The ruling on each case; `None` for one that was to be played and was not.
    pub rulings: Vec<Option<Ruling>>,
    /// How the servers compare with one another.
    pub agreements: Vec<Agreement>,
}

/// Rules on every case of a plan. `judged` is what became of each: `None` for one that was not
/// played, which has a ruling only if it could not be.
pub fn give_verdicts(
    plan: &Plan,
    mut judged: Vec<Option<Judged>>,
    scope: Scope,
    compare: Compare,
) -> Ruled {
    let agreements = match compare {
        Compare::Servers => agreement::compare(plan, &judged),
        Compare::Nothing => Vec::new(),
    };
    let mut against = BTreeMap::new();
    for agreement in &agreements {
        for (place, failure) in agreement.failures() {
            against.insert(place, agreement.reference().to_owned());
            if let Some(Judged { played, .. }) = &mut judged[place]
                && let Played::Through { failures, .. } = played
            {
                failures.push(failure);
            }
        }
    }
    let cases = plan.cases.iter().zip(judged).enumerate();
    let ruled = cases.map(|(place, (case, judged))| {
        let against = against.remove(&place);
        rule(case, judged).map(|ruling| Ruling { against, ..ruling })
    });
    let mut rulings: Vec<Option<Ruling>> = ruled.collect();
    mark_fixed(plan, &mut rulings, scope, &agreements);
    Ruled {
        rulings,
        agreements,
    }
}

fn rule(case: &Case, judged: Option<Judged>) -> Option<Ruling> {
    match (&case.playable, judged) {
        (Playable::By(_), None) => None,
        (Playable::By(_), Some(judged)) => Some(rule_played(case, judged)),
        (Playable::Unsupported { reason }, _) => {
            Some(unplayed(Verdict::Unsupported, reason.clone(), None))
        }
        (Playable::Skipped { reason, mend }, _) => Some(unplayed(
            Verdict::Skipped,
            reason.clone(),
            Some(mend.clone()),
        )),
        (Playable::Broken { reason }, _) => {
            Some(unplayed(Verdict::BrokenPeer, reason.clone(), None))
        }
    }
}

fn unplayed(verdict: Verdict, reason: String, mend: Option<String>) -> Ruling {
    Ruling {
        verdict,
        reason: Some(reason),
        mend,
        failures: Vec::new(),
        known: Vec::new(),
        stderr: Tail::default(),
        took: Duration::ZERO,
        reused: false,
        table: None,
        against: None,
    }
}

fn rule_played(case: &Case, judged: Judged) -> Ruling {
    let Judged {
        played,
        table,
        stderr,
        took,
        reused,
    } = judged;
    let mut ruling = match played {
        Played::Broken(reason) => unplayed(Verdict::BrokenPeer, reason, None),
        Played::Fault(reason) => unplayed(Verdict::HarnessError, reason, None),
        Played::Through { failures, crash } => rule_through(case, failures, crash),
    };
    ruling.stderr = stderr;
    ruling.took = took;
    ruling.reused = reused;
    ruling.table = table;
    ruling
}

fn rule_through(case: &Case, failures: Vec<Failure>, crash: Option<String>) -> Ruling {
    let mut known: Vec<Rc<Known>> = Vec::new();
    let mut all_covered = true;
    for failure in &failures {
        match covering(case, failure) {
            Some(entry) if known.contains(entry) => {}
            Some(entry) => known.push(Rc::clone(entry)),
            None => all_covered = false,
        }
    }
    let (verdict, reason) = match (&crash, failures.is_empty()) {
        (Some(crash), _) => {
            let reason = format!("{} ended where no step asked for it: {crash}", case.server);
            (Verdict::BrokenPeer, Some(reason))
        }
        (None, false) if all_covered => (Verdict::Known, None),
        (None, true) => (Verdict::Pass, None),
        (None, false) => (Verdict::Fail, None),
    };
    let mut ruling = unplayed(verdict, String::new(), None);
    ruling.reason = reason;
    ruling.failures = failures;
    ruling.known = known;
    ruling
}

/// The known divergence that covers a failure of a case, if there is one.
fn covering<'a>(case: &'a Case, failure: &Failure) -> Option<&'a Rc<Known>> {
    case.known
        .iter()
        .find(|entry| covers(entry, &failure.message))
}

/// Whether an entry's message, in which `*` is any run of characters, is a failure's line.
fn covers(entry: &Known, message: &str) -> bool {
    let words: Vec<String> = entry.message.split('*').map(regex::escape).collect();
    Regex::new(&format!("^{}$", words.join(".*"))).is_ok_and(|regex| regex.is_match(message))
}

/// Calls an entry stale where every case that it names was played to its end and none showed it;
/// the passing ones among those cases are `fixed`.
fn mark_fixed(plan: &Plan, rulings: &mut [Option<Ruling>], scope: Scope, agreements: &[Agreement]) {
    let compared: BTreeSet<usize> = agreements
        .iter()
        .filter(|agreement| agreement.is_judged())
        .flat_map(Agreement::judged_places)
        .collect();
    let mut entries: Vec<Rc<Known>> = Vec::new();
    for entry in plan.cases.iter().flat_map(|case| &case.known) {
        if !entries.contains(entry) {
            entries.push(Rc::clone(entry));
        }
    }
    for entry in entries.iter().filter(|entry| can_be_stale(entry, scope)) {
        let named: BTreeSet<usize> = (0..plan.cases.len())
            .filter(|place| plan.cases[*place].known.contains(entry))
            .collect();
        let settled = |place: &usize| match &rulings[*place] {
            Some(ruling) if ruling.verdict.was_played() && is_about_agreement(entry) => {
                compared.contains(place)
            }
            Some(ruling) => !matches!(ruling.verdict, Verdict::Skipped | Verdict::HarnessError),
            None => false,
        };
        let played = |place: &usize| {
            rulings[*place]
                .as_ref()
                .is_some_and(|ruling| ruling.verdict.was_played())
        };
        let occurred = |place: &usize| {
            rulings[*place]
                .as_ref()
                .is_some_and(|ruling| ruling.known.contains(entry))
        };
        if !named.iter().all(settled) || !named.iter().any(played) || named.iter().any(occurred) {
            continue;
        }
        for place in named {
            if let Some(ruling) = &mut rulings[place]
                && matches!(ruling.verdict, Verdict::Pass | Verdict::Fixed)
            {
                ruling.verdict = Verdict::Fixed;
                ruling.reason = Some(format!(
                    "the known divergence `{}` did not occur: delete its entry from {}'s manifest, line {}",
                    entry.message, entry.peer, entry.line
                ));
                ruling.known.push(Rc::clone(entry));
            }
        }
    }
}

/// Whether an entry is for a disagreement: those lines alone name a step before what was heard.
fn is_about_agreement(entry: &Known) -> bool {
    let kind = format!("({})", Kind::Disagrees);
    entry.message.contains(&kind) || entry.message.contains(" at step ")
}

fn can_be_stale(entry: &Known, scope: Scope) -> bool {
    match scope {
        Scope::Full => true,
        Scope::SomeScenarios => !entry.scenario.contains('*'),
        Scope::Selection => false,
    }
}
