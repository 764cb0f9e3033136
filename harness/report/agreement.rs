//! Whether the servers agreed, below the matrix: of one scenario who did the same and where others
//! differ, of many only what differs and a count.

use super::colour::{BAD, Colour, DIM, GOOD, NOTABLE};
use super::columns::cut;
use super::{Report, escape};
use crate::oracle::{Agreement, Cluster, Difference, Member, Verdict};
use crate::trace::{Cell, Ending};

/// What is to be told of agreement; nothing where nothing was played through.
pub(super) fn agreement(report: &Report, colour: Colour) -> Option<String> {
    let first = report.agreements.first()?;
    let one = |it: &Agreement| it.scenario.name == first.scenario.name;
    Some(match report.agreements.iter().all(one) {
        true => of_one(report, colour),
        false => of_many(report, colour),
    })
}

/// A line for each comparison, those that read alike as one.
fn of_one(report: &Report, colour: Colour) -> String {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for it in &report.agreements {
        let text = told(report, it, colour);
        let ground = ground(it);
        match lines.iter_mut().find(|(known, _)| *known == text) {
            Some((_, grounds)) => grounds.push(ground),
            None => lines.push((text, vec![ground])),
        }
    }
    let alone = lines.len() == 1;
    let lines = lines.into_iter().map(|(text, grounds)| match alone {
        true => format!("  {text}"),
        false => format!("  {}: {text}", grounds.join(", ")),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What does not hold, and how much there is of all.
fn of_many(report: &Report, colour: Colour) -> String {
    let all = &report.agreements;
    let judged = all.iter().filter(|it| it.is_judged());
    let (holding, others): (Vec<_>, Vec<_>) = judged.partition(|it| it.holds());
    let mut lines: Vec<String> = others
        .iter()
        .map(|it| {
            let name = &it.scenario.name;
            format!("  {name}, {}: {}", ground(it), told(report, it, colour))
        })
        .collect();
    let (compared, alone) = (holding.len() + others.len(), all.len());
    let mut total = format!(
        "  agreement: in {} of {compared} comparisons all servers do the same",
        holding.len()
    );
    if alone > compared {
        let rest = alone - compared;
        total.push_str(&format!("; {rest} not judged, for lack of a second server"));
    }
    let style = if others.is_empty() { GOOD } else { NOTABLE };
    lines.push(colour.paint(style, &total));
    lines.join("\n")
}

/// `tcp`, and what else the compared servers have in common that others have not.
fn ground(agreement: &Agreement) -> String {
    let mut ground = agreement.transport.to_string();
    if agreement.client != "built-in" {
        ground.push_str(&format!(" with {}", agreement.client));
    }
    for (name, value) in &agreement.traits {
        let varies = agreement.scenario.requires.get(name);
        if varies.is_some_and(|values| values.len() > 1) {
            ground.push_str(&format!(" ({name}: {value})"));
        }
    }
    ground
}

/// `all servers agree: rust = c`, or who differs from whom, and where first.
fn told(report: &Report, agreement: &Agreement, colour: Colour) -> String {
    let mut clusters = agreement.clusters.iter();
    let first = clusters.next().map(names).unwrap_or_default();
    if !agreement.is_judged() {
        let alone = format!("agreement: not judged, only {first} was played through");
        return colour.paint(DIM, &alone);
    }
    if agreement.clusters.len() == 1 {
        return colour.paint(GOOD, &format!("all servers agree: {first}"));
    }
    let others = clusters.map(|cluster| other(report, agreement, cluster, colour));
    std::iter::once(first)
        .chain(others)
        .collect::<Vec<_>>()
        .join("; ")
}

fn other(report: &Report, agreement: &Agreement, cluster: &Cluster, colour: Colour) -> String {
    let names = names(cluster);
    if !cluster.members.iter().any(|member| member.met) {
        return colour.paint(DIM, &format!("{names} failed"));
    }
    let Some(difference) = &cluster.difference else {
        return names;
    };
    let Difference {
        place,
        reference,
        own,
        at,
    } = difference;
    let place = agreement.told(*place);
    let (own, reference) = (short(own, *at), short(reference, *at));
    let text = format!("{names} differs, {place}: {own}, not {reference}");
    let is_known = cluster
        .members
        .iter()
        .all(|member| is_known(report, agreement, member));
    match is_known {
        true => colour.paint(NOTABLE, &format!("{text} (known)")),
        false => colour.paint(BAD, &text),
    }
}

/// Whether a manifest says that the server differs.
fn is_known(report: &Report, agreement: &Agreement, member: &Member) -> bool {
    let mut cases = report.cases.iter();
    cases.any(|line| {
        line.case.server == member.server
            && line.case.scenario.name == agreement.scenario.name
            && line.case.transport == agreement.transport
            && line.ruling.verdict == Verdict::Known
    })
}

fn names(cluster: &Cluster) -> String {
    let names = cluster.members.iter().map(|member| member.server.as_str());
    names.collect::<Vec<_>>().join(" = ")
}

/// A cell in a few words, its bytes around the first that differs.
pub(super) fn short(cell: &Cell, at: usize) -> String {
    let (bytes, ending) = match cell {
        Cell::Hole => return String::from("what may differ"),
        Cell::Ended(ending) => return ending.to_string(),
        Cell::Heard(heard, ending) => (heard.bytes(), ending),
    };
    let from = at.saturating_sub(BEFORE).min(bytes.len());
    let begins = if from > 0 { "…" } else { "" };
    let text = escape::visible(&bytes[from..bytes.len().min(from + SHOWN)]);
    let text = cut(&format!("{begins}{text}"), COLUMNS);
    let text = match bytes.is_empty() {
        true => String::from("nothing"),
        false => format!("`{text}`"),
    };
    match ending {
        Ending::Met => text,
        other => format!("{text}, then {other}"),
    }
}

/// So many bytes before the first that differs are shown.
const BEFORE: usize = 12;

/// So many bytes of a cell are looked at.
const SHOWN: usize = 96;

/// So many columns a cell takes in a line.
const COLUMNS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{CaseLine, sample};

    fn check(agreements: Vec<Agreement>, cases: Vec<CaseLine>, expected: &str) {
        let report = Report {
            agreements,
            cases,
            ..Report::default()
        };
        let shown = agreement(&report, Colour::Plain).unwrap_or_default();
        assert_eq!(shown, expected.trim_matches('\n'));
    }

    #[test]
    fn of_one_scenario_all_is_told() {
        let agree = |over| sample::agreement("echo", over, &["rust", "c"], &[]);
        check(
            vec![agree("tcp"), agree("unix")],
            Vec::new(),
            "  all servers agree: rust = c",
        );
        check(
            vec![
                agree("tcp"),
                sample::agreement("echo", "udp", &["rust"], &[]),
            ],
            Vec::new(),
            "
  tcp: all servers agree: rust = c
  udp: agreement: not judged, only rust was played through",
        );
    }

    #[test]
    fn who_differs_is_told_with_what_and_where() {
        let differs = || sample::agreement("echo", "tcp", &["rust", "c"], &["java"]);
        check(
            vec![differs()],
            Vec::new(),
            "  rust = c; java differs, alice at step 2: `one␊`, not `two␊`",
        );
        let known = sample::line("echo", "tcp", "java", Verdict::Known);
        check(
            vec![differs()],
            vec![known],
            "  rust = c; java differs, alice at step 2: `one␊`, not `two␊` (known)",
        );
    }

    #[test]
    fn of_many_scenarios_only_what_differs() {
        check(
            vec![
                sample::agreement("echo", "tcp", &["rust", "c"], &[]),
                sample::agreement("word", "tcp", &["rust"], &[]),
                sample::agreement("third", "udp", &["rust"], &["c"]),
            ],
            Vec::new(),
            "
  third, udp: rust; c differs, alice at step 2: `one␊`, not `two␊`
  agreement: in 1 of 2 comparisons all servers do the same; 1 not judged, for lack of a second server",
        );
        check(Vec::new(), Vec::new(), "");
    }
}
