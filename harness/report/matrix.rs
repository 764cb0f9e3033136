//! The matrix: servers across, transports down, and for several scenarios one matrix of all.

use super::colour::{Colour, DIM, STRONG, style_of};
use super::columns::{pad, width};
use super::{CaseLine, Report};
use crate::oracle::Verdict;
use crate::scenario::words::Transport;

/// The matrix of all cases of a report, with a legend for those of its words that need one.
pub(super) fn matrix(report: &Report, colour: Colour) -> String {
    let servers = servers(report);
    let rows = rows(report, &servers);
    let many = rows.iter().any(|row| row.scenario != rows[0].scenario);
    let words = if many { Words::Short } else { Words::Long };
    let columns: Vec<usize> = (0..servers.len())
        .map(|server| {
            let cells = rows.iter().filter_map(|row| row.cells[server]);
            cells
                .map(|verdict| width(words.of(verdict)))
                .fold(width(servers[server]), usize::max)
        })
        .collect();
    let labels = labels(&rows, many);
    let label_width = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let heads = servers
        .iter()
        .zip(&columns)
        .map(|(server, columns)| pad(server, *columns));
    let heads = heads.collect::<Vec<_>>().join(GAP);
    let heads = colour.paint(STRONG, heads.trim_end());
    let mut lines = vec![format!("{MARGIN}{}{GAP}{heads}", pad("", label_width))];
    for (row, label) in rows.iter().zip(&labels) {
        let cells = cells(row, words, &columns, colour);
        lines.push(
            format!("{MARGIN}{}{GAP}{cells}", pad(label, label_width))
                .trim_end()
                .to_owned(),
        );
    }
    lines.extend(legend(&rows, words, colour));
    lines.join("\n")
}

struct Row<'a> {
    scenario: &'a str,
    transport: Transport,
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

/// The servers of a report: its peers in their order, as far as a case names them.
fn servers(report: &Report) -> Vec<&str> {
    let peers = report.peers.iter().map(|peer| peer.name.as_str());
    let named = report.cases.iter().map(|line| line.case.server.as_str());
    let mut servers: Vec<&str> = Vec::new();
    for name in peers
        .filter(|peer| named.clone().any(|name| name == *peer))
        .chain(named.clone())
    {
        if !servers.contains(&name) {
            servers.push(name);
        }
    }
    servers
}

fn rows<'a>(report: &'a Report, servers: &[&str]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row> = Vec::new();
    for CaseLine { case, ruling, .. } in &report.cases {
        let scenario = case.scenario.name.as_str();
        let is_it = |row: &Row| (row.scenario, row.transport) == (scenario, case.transport);
        let place = rows.iter().position(is_it).unwrap_or_else(|| {
            let cells = vec![None; servers.len()];
            rows.push(Row {
                scenario,
                transport: case.transport,
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
    let label = |(place, row): (usize, &Row)| match many {
        false => row.transport.to_string(),
        true => {
            let above = place.checked_sub(1).map(|place| rows[place].scenario);
            let name = if above == Some(row.scenario) {
                ""
            } else {
                row.scenario
            };
            format!("{}{GAP}{}", pad(name, names), row.transport)
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

fn legend(rows: &[Row<'_>], words: Words, colour: Colour) -> Vec<String> {
    let occurs = |verdict| rows.iter().any(|row| row.cells.contains(&Some(verdict)));
    let explained = Verdict::ALL.into_iter().filter(|verdict| occurs(*verdict));
    let told: Vec<String> = explained
        .filter_map(|verdict| Some((words.of(verdict), words.meaning(verdict)?)))
        .map(|(word, meaning)| {
            colour.paint(DIM, &format!("{MARGIN}{}{GAP}{meaning}", pad(word, 6)))
        })
        .collect();
    match told.is_empty() {
        true => told,
        false => [vec![String::new()], told].concat(),
    }
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
    fn several_scenarios_share_a_matrix() {
        check(
            vec![
                line("broadcast/tcp/java", Verdict::BrokenPeer),
                line("broadcast/tcp/rust", Verdict::Pass),
                line("broadcast/unix/rust", Verdict::Known),
                line("broadcast/unix/java", Verdict::Unsupported),
                line("echo/tcp/other", Verdict::Pass),
            ],
            "
                     rust    java     other
  broadcast   tcp    pass    broken
              unix   known   -
  echo        tcp                     pass

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
