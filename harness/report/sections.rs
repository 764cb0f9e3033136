//! What stands below the matrix: known divergences, why cases were not played, findings.

use super::colour::{Colour, STRONG};
use super::columns::{pad, width};
use super::failure::few;
use super::{CaseLine, Report, escape, totals};
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

/// What servers do not claim: a line for each thing that they lack, with those that lack it.
pub(super) fn unsupported(report: &Report, colour: Colour) -> Option<String> {
    if totals::only_reason(report).is_some() {
        return None;
    }
    let lacking = unplayed(report, Verdict::Unsupported)
        .map(|line| (reason(line), line.case.server.as_str()));
    let lines = grouped(lacking).into_iter().map(|(reason, servers)| {
        let servers = grouped(servers.into_iter().map(|server| (server, ())));
        let told = servers.iter().map(|(server, times)| match times.len() {
            1 => (*server).to_owned(),
            times => format!("{server} ({times})"),
        });
        let list = wrapped(told, WIDTH);
        format!("{}\n      {}", escape::line(reason), list.join("\n      "))
    });
    section("unsupported", lines, colour)
}

/// What is missing on this machine: a line for each server and reason, with what mends it.
pub(super) fn skipped(report: &Report, colour: Colour) -> Option<String> {
    let told = unplayed(report, Verdict::Skipped).map(|line| {
        let mend = line.ruling.mend.as_deref();
        ((line.case.server.as_str(), reason(line), mend), line)
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
    section("skipped", lines, colour)
}

fn unplayed(report: &Report, verdict: Verdict) -> impl Iterator<Item = &CaseLine> {
    let cases = report.cases.iter();
    cases.filter(move |line| line.ruling.verdict == verdict)
}

fn reason(line: &CaseLine) -> &str {
    let reason = line.ruling.reason.as_deref();
    reason.unwrap_or("no reason is known")
}

/// Things in a row with commas between them, in lines of at most this width.
fn wrapped(things: impl Iterator<Item = String>, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for thing in things {
        match lines.last_mut() {
            Some(line) if width(line) + width(&thing) + 2 <= most => {
                line.push_str(&format!(", {thing}"));
            }
            Some(line) => {
                line.push(',');
                lines.push(thing);
            }
            None => lines.push(thing),
        }
    }
    lines
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

/// How wide a list of servers may be.
const WIDTH: usize = 84;
