//! The matrix: servers across, transports down; for several scenarios one matrix of all that need
//! the same behaviour. A server that plays none of them has no column: why is told below.

use super::colour::{Colour, DIM, STRONG, style_of};
use super::columns::{pad, width};
use super::{CaseLine, Report};
use crate::oracle::Verdict;
use crate::plan::Client;
use crate::scenario::words::{Behaviour, Transport};

/// The matrices of all cases of a report, with a legend for those of its words that need one.
pub(super) fn matrix(report: &Report, colour: Colour) -> String {
    let many = report.cases.iter().any(|line| {
        let first = &report.cases[0].case.scenario.name;
        line.case.scenario.name != *first
    });
    let words = if many { Words::Short } else { Words::Long };
    let mut behaviours: Vec<&Behaviour> = Vec::new();
    for line in &report.cases {
        if !behaviours.contains(&&line.case.scenario.server) {
            behaviours.push(&line.case.scenario.server);
        }
    }
    let mut rows = Vec::new();
    let mut tables = Vec::new();
    for behaviour in behaviours {
        let servers = servers(report, behaviour);
        let of_it = self::rows(report, behaviour, &servers);
        let head = many.then_some(behaviour.0.as_str());
        tables.push(table(&of_it, &servers, head, words, colour));
        rows.extend(of_it);
    }
    tables.extend(legend(&rows, words, colour));
    tables.join("\n\n")
}

/// One matrix; `head` stands above its labels, where there are several scenarios.
fn table(
    rows: &[Row<'_>],
    servers: &[&str],
    head: Option<&str>,
    words: Words,
    colour: Colour,
) -> String {
    let columns: Vec<usize> = (0..servers.len())
        .map(|server| {
            let cells = rows.iter().filter_map(|row| row.cells[server]);
            cells
                .map(|verdict| width(words.of(verdict)))
                .fold(width(servers[server]), usize::max)
        })
        .collect();
    let labels = labels(rows, head.is_some());
    let head = head.unwrap_or_default();
    let label_width = labels
        .iter()
        .map(|label| width(label))
        .fold(width(head), usize::max);
    let heads = servers
        .iter()
        .zip(&columns)
        .map(|(server, columns)| pad(server, *columns));
    let heads = heads.collect::<Vec<_>>().join(GAP);
    let heads = colour.paint(STRONG, heads.trim_end());
    let head = format!(
        "{}{}",
        colour.paint(DIM, head),
        pad("", label_width - width(head))
    );
    let mut lines = vec![format!("{MARGIN}{head}{GAP}{heads}")];
    for (row, label) in rows.iter().zip(&labels) {
        let cells = cells(row, words, &columns, colour);
        lines.push(
            format!("{MARGIN}{}{GAP}{cells}", pad(label, label_width))
                .trim_end()
                .to_owned(),
        );
    }
    lines.join("\n")
}

struct Row<'a> {
    scenario: &'a str,
    transport: Transport,
    /// The client program that plays, where one does.
    client: Option<&'a str>,
    /// One for each server; none where the case is not in the report.
    cells: Vec<Option<Verdict>>,
}

/// Which words say a verdict: in a large matrix what is not played must not drown the rest.
#[derive(Clone, Copy)]
enum Words {
    Long,
    Short,
}

impl Words {
    const fn of(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (_, Verdict::Pass) => "pass",
            (_, Verdict::Fail) => "fail",
            (_, Verdict::Known) => "known",
            (_, Verdict::Fixed) => "fixed",
            (_, Verdict::BrokenPeer) => "broken",
            (_, Verdict::HarnessError) => "error",
            (_, Verdict::Skipped) => "skipped",
            (Words::Long, Verdict::Unsupported) => "unsupported",
            (Words::Short, Verdict::Unsupported) => "-",
        }
    }

    /// What a word means, where that is not plain.
    const fn meaning(self, verdict: Verdict) -> Option<&'static str> {
        match (self, verdict) {
            (_, Verdict::Pass | Verdict::Fail | Verdict::Skipped) => None,
            (_, Verdict::Known) => Some("differs just as its manifest says"),
            (_, Verdict::Fixed) => Some("no longer differs as its manifest says: delete the entry"),
            (_, Verdict::BrokenPeer) => Some("did not build, did not listen, or crashed"),
            (_, Verdict::HarnessError) => Some("the harness's own fault"),
            (Words::Long, Verdict::Unsupported) => None,
            (Words::Short, Verdict::Unsupported) => Some("unsupported"),
        }
    }
}

/// The servers that play some scenario of a behaviour, the report's peers in their order; where
/// none plays any, all that were asked.
fn servers<'a>(report: &'a Report, behaviour: &Behaviour) -> Vec<&'a str> {
    let of_it = report
        .cases
        .iter()
        .filter(|line| line.case.scenario.server == *behaviour);
    let mut playing: Vec<&str> = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    for line in of_it {
        let name = line.case.server.as_str();
        if line.ruling.verdict != Verdict::Unsupported && !playing.contains(&name) {
            playing.push(name);
        }
        if !asked.contains(&name) {
            asked.push(name);
        }
    }
    let mut servers = if playing.is_empty() { asked } else { playing };
    let place = |name: &&str| report.peers.iter().position(|peer| peer.name == *name);
    servers.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    servers
}

fn rows<'a>(report: &'a Report, behaviour: &Behaviour, servers: &[&str]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row> = Vec::new();
    for CaseLine { case, ruling, .. } in &report.cases {
        if case.scenario.server != *behaviour {
            continue;
        }
        let scenario = case.scenario.name.as_str();
        let client = match &case.client {
            Client::BuiltIn => None,
            Client::Program(offer) => Some(offer.peer.as_str()),
        };
        let key = (scenario, case.transport, client);
        let is_it = |row: &Row| (row.scenario, row.transport, row.client) == key;
        let place = rows.iter().position(is_it).unwrap_or_else(|| {
            let cells = vec![None; servers.len()];
            rows.push(Row {
                scenario,
                transport: case.transport,
                client,
                cells,
            });
            rows.len() - 1
        });
        if let Some(server) = servers.iter().position(|server| *server == case.server) {
            rows[place].cells[server] = Some(ruling.verdict);
        }
    }
    rows
}

/// The transport of each row, behind the scenario's name where there are several; a name stands
/// at the first of its rows.
fn labels(rows: &[Row<'_>], many: bool) -> Vec<String> {
    let names = rows
        .iter()
        .map(|row| width(row.scenario))
        .max()
        .unwrap_or(0);
    let label = |(place, row): (usize, &Row)| {
        let played = match row.client {
            Some(client) => format!("{} {client}", row.transport),
            None => row.transport.to_string(),
        };
        let above = place.checked_sub(1).map(|place| rows[place].scenario);
        match (many, above == Some(row.scenario)) {
            (false, _) => played,
            (true, false) => format!("{}{GAP}{played}", pad(row.scenario, names)),
            (true, true) => format!("{}{GAP}{played}", pad("", names)),
        }
    };
    rows.iter().enumerate().map(label).collect()
}

fn cells(row: &Row<'_>, words: Words, columns: &[usize], colour: Colour) -> String {
    let cell = |(cell, columns): (&Option<Verdict>, &usize)| match cell {
        None => pad("", *columns),
        Some(verdict) => {
            let word = words.of(*verdict);
            let blanks = pad("", columns - width(word));
            format!("{}{blanks}", colour.paint(style_of(*verdict), word))
        }
    };
    row.cells
        .iter()
        .zip(columns)
        .map(cell)
        .collect::<Vec<_>>()
        .join(GAP)
}

fn legend(rows: &[Row<'_>], words: Words, colour: Colour) -> Option<String> {
    let occurs = |verdict| rows.iter().any(|row| row.cells.contains(&Some(verdict)));
    let explained = Verdict::ALL.into_iter().filter(|verdict| occurs(*verdict));
    let told: Vec<String> = explained
        .filter_map(|verdict| Some((words.of(verdict), words.meaning(verdict)?)))
        .map(|(word, meaning)| {
            colour.paint(DIM, &format!("{MARGIN}{}{GAP}{meaning}", pad(word, 6)))
        })
        .collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

const MARGIN: &str = "  ";
const GAP: &str = "   ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{PeerLine, sample};

    fn check(cases: Vec<CaseLine>, expected: &str) {
        let peer = |name: &str| PeerLine {
            name: name.to_owned(),
            language: String::new(),
            versions: Vec::new(),
        };
        let peers = ["rust", "c", "java"].map(peer).into();
        let report = Report {
            cases,
            peers,
            ..Report::default()
        };
        assert_eq!(matrix(&report, Colour::Plain), expected.trim_matches('\n'));
    }

    fn line(case: &str, verdict: Verdict) -> CaseLine {
        let [scenario, transport, server] = case
            .split('/')
            .collect::<Vec<_>>()
            .try_into()
            .expect("three parts");
        sample::line(scenario, transport, server, verdict)
    }

    #[test]
    fn one_scenario_has_a_row_for_each_transport() {
        check(
            vec![
                line("echo/tcp/rust", Verdict::Pass),
                line("echo/tcp/java", Verdict::Fail),
                line("echo/unix/rust", Verdict::Pass),
                line("echo/unix/java", Verdict::Unsupported),
            ],
            "
         rust   java
  tcp    pass   fail
  unix   pass   unsupported",
        );
    }

    #[test]
    fn several_scenarios_share_a_matrix_and_who_plays_none_has_no_column() {
        check(
            vec![
                line("first/tcp/java", Verdict::BrokenPeer),
                line("first/tcp/rust", Verdict::Pass),
                line("first/tcp/c", Verdict::Unsupported),
                line("first/unix/rust", Verdict::Known),
                line("first/unix/java", Verdict::Unsupported),
                line("second/tcp/other", Verdict::Pass),
            ],
            "
  broadcast       rust    java     other
  first    tcp    pass    broken
           unix   known   -
  second   tcp                     pass

  known    differs just as its manifest says
  broken   did not build, did not listen, or crashed
  -        unsupported",
        );
    }

    #[test]
    fn words_have_their_colours() {
        let cases = vec![line("echo/tcp/rust", Verdict::Pass)];
        let report = Report {
            cases,
            ..Report::default()
        };
        let shown = matrix(&report, Colour::Ansi);
        assert!(shown.ends_with("  tcp   \x1b[32mpass\x1b[0m"), "{shown:?}");
    }
}
