//! What stands below the matrix: known divergences, why cases were not played, findings.

use super::colour::{Colour, STRONG};
use super::columns::{pad, width};
use super::failure::few;
use super::{Report, escape, totals};
use crate::oracle::Verdict;

/// The known divergences that occurred, each with its reason and the cases that showed it.
pub(super) fn known(report: &Report, colour: Colour) -> Option<String> {
    let occurred = report
        .cases
        .iter()
        .filter(|line| line.ruling.verdict == Verdict::Known);
    let told = occurred.flat_map(|line| {
        line.ruling.known.iter().map(|entry| {
            let link = entry
                .link
                .as_ref()
                .map(|link| format!(" ({link})"))
                .unwrap_or_default();
            let about = format!("{}: {}{link}", entry.peer, entry.reason);
            (about, line.case.id.as_str())
        })
    });
    let lines = grouped(told)
        .into_iter()
        .map(|(about, ids)| format!("{}\n    {}", escape::line(&about), few(ids, MOST_IDS)));
    section("known divergences", lines, colour)
}

/// Why cases were not played: a line for each server and reason, with what mends it.
pub(super) fn unplayed(report: &Report, verdict: Verdict, colour: Colour) -> Option<String> {
    if verdict == Verdict::Unsupported && totals::only_reason(report).is_some() {
        return None;
    }
    let lines = report
        .cases
        .iter()
        .filter(|line| line.ruling.verdict == verdict);
    let told = lines.map(|line| {
        let reason = line
            .ruling
            .reason
            .as_deref()
            .unwrap_or("no reason is known");
        (
            (
                line.case.server.as_str(),
                reason,
                line.ruling.mend.as_deref(),
            ),
            line,
        )
    });
    let groups = grouped(told);
    let names = groups
        .iter()
        .map(|((server, ..), _)| width(server))
        .max()
        .unwrap_or(0);
    let lines = groups.into_iter().map(|((server, reason, mend), lines)| {
        let times = match lines.len() {
            1 => String::new(),
            times => format!(" ({times})"),
        };
        let told = format!("{}   {}{times}", pad(server, names), escape::line(reason));
        match mend {
            None => told,
            Some(mend) => format!(
                "{told}\n{}   to mend it: {}",
                pad("", names + 2),
                escape::line(mend)
            ),
        }
    });
    section(&verdict.to_string(), lines, colour)
}

/// What stands beside verdicts that no block of a failure shows.
pub(super) fn beside(report: &Report, colour: Colour) -> Option<String> {
    let quiet = |verdict: Verdict| !verdict.fails() && verdict != Verdict::HarnessError;
    let lines = report
        .cases
        .iter()
        .filter(|line| quiet(line.ruling.verdict));
    let told = lines.filter_map(|line| Some((line.beside.as_deref()?, line.case.id.as_str())));
    let lines = grouped(told)
        .into_iter()
        .map(|(beside, ids)| format!("{}\n    {}", escape::line(beside), few(ids, MOST_IDS)));
    section("beside the verdicts", lines, colour)
}

/// Values by their keys, both in the order in which they come.
fn grouped<K: PartialEq, V>(pairs: impl Iterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: Vec<(K, Vec<V>)> = Vec::new();
    for (key, value) in pairs {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => groups.push((key, vec![value])),
        }
    }
    groups
}

pub(super) fn section(
    name: &str,
    lines: impl Iterator<Item = String>,
    colour: Colour,
) -> Option<String> {
    let lines: Vec<String> = lines.map(|line| format!("  {line}")).collect();
    (!lines.is_empty()).then(|| format!("{}\n{}", colour.paint(STRONG, name), lines.join("\n")))
}

/// So many case ids are listed under one reason.
const MOST_IDS: usize = 4;
