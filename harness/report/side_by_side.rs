//! What two servers did, step by step, beside one another, with the first cell that differs marked.

use super::agreement::short;
use super::colour::{BAD, Colour, DIM, STRONG};
use super::columns::{cut, pad, width};
use super::{Report, escape};
use crate::oracle::{Agreement, Cluster, Difference};
use crate::trace::{Cell, Ending, Place};

/// The clusters of every comparison of a report, and two servers of each beside one another:
/// those that are named, else the one that the others are measured by and the first that differs.
///
/// # Errors
/// When a named server is in no comparison; what can be named instead.
pub fn side_by_side(
    report: &Report,
    between: Option<(&str, &str)>,
    colour: Colour,
) -> Result<String, String> {
    let mut parts = Vec::new();
    for agreement in &report.agreements {
        let Some((one, other)) = pair(agreement, between) else {
            continue;
        };
        parts.push(table(agreement, one, other, colour));
    }
    match (parts.is_empty(), between) {
        (true, Some((one, other))) => Err(format!(
            "no comparison has both {one} and {other}; there are: {}",
            servers(report).join(", ")
        )),
        _ => Ok(parts.join("\n\n")),
    }
}

fn servers(report: &Report) -> Vec<&str> {
    let clusters = report.agreements.iter().flat_map(|it| &it.clusters);
    let members = clusters.flat_map(|cluster| &cluster.members);
    let mut servers: Vec<&str> = members.map(|member| member.server.as_str()).collect();
    servers.sort_unstable();
    servers.dedup();
    servers
}

/// A server and its cluster.
type Side<'a> = (&'a str, &'a Cluster);

fn pair<'a>(
    agreement: &'a Agreement,
    between: Option<(&str, &str)>,
) -> Option<(Side<'a>, Side<'a>)> {
    let all = || {
        let clusters = agreement.clusters.iter();
        clusters.flat_map(|cluster| {
            let members = cluster.members.iter();
            members.map(move |member| (member.server.as_str(), cluster))
        })
    };
    match between {
        Some((one, other)) => {
            let side = |name: &str| all().find(|(server, _)| *server == name);
            Some((side(one)?, side(other)?))
        }
        None => {
            let first = all().next()?;
            let differs = all().find(|(_, cluster)| !std::ptr::eq(*cluster, first.1));
            Some((first, differs.or_else(|| all().nth(1))?))
        }
    }
}

fn table(agreement: &Agreement, one: Side<'_>, other: Side<'_>, colour: Colour) -> String {
    let difference = Difference::between(&one.1.table, &other.1.table);
    let rows = rows(agreement, one.1, other.1, difference.as_ref());
    let heads = [
        String::from("step"),
        String::from("actor"),
        String::new(),
        one.0.to_owned(),
    ];
    let columns: Vec<usize> = (0..heads.len())
        .map(|column| {
            let cells = rows.iter().map(|row| width(&row.cells[column]));
            cells.fold(width(&heads[column]), usize::max)
        })
        .collect();
    let laid = |cells: &[String], last: &str| {
        let cells = cells.iter().zip(&columns);
        let padded: Vec<String> = cells.map(|(cell, columns)| pad(cell, *columns)).collect();
        format!("  {}{GAP}{last}", padded.join(GAP))
    };
    let title = format!("{} over {}", agreement.scenario.name, agreement.transport);
    let head = laid(&heads, other.0);
    let mut lines = vec![
        colour.paint(STRONG, &title),
        colour.paint(STRONG, head.trim_end()),
    ];
    for row in &rows {
        let line = laid(&row.cells, &row.other);
        let line = line.trim_end();
        lines.push(match row.kind {
            RowKind::Same => line.to_owned(),
            RowKind::Aside => colour.paint(DIM, line),
            RowKind::Differs => colour.paint(BAD, line),
            RowKind::First => colour.paint(BAD, &format!("{line}   ← first difference")),
        });
    }
    if difference.is_none() {
        lines.push(format!("  {} and {} did the same", one.0, other.0));
    }
    lines.join("\n")
}

/// A row: step, actor, action and what the first server did, then what the other did.
struct Row {
    cells: [String; 4],
    other: String,
    kind: RowKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RowKind {
    Same,
    Differs,
    First,
    /// Rows left out.
    Aside,
}

fn rows(
    agreement: &Agreement,
    one: &Cluster,
    other: &Cluster,
    difference: Option<&Difference>,
) -> Vec<Row> {
    let mut places: Vec<Place> = one.table.cells().map(|(place, _)| place).collect();
    places.extend(other.table.cells().map(|(place, _)| place));
    places.sort_unstable();
    places.dedup();
    let kind = |place: &Place| match difference {
        Some(first) if first.place == *place => RowKind::First,
        _ if one.table.cell(*place) == other.table.cell(*place) => RowKind::Same,
        _ => RowKind::Differs,
    };
    let mut rows = Vec::new();
    let mut left_out = 0;
    for (index, place) in places.iter().enumerate() {
        let near = index.saturating_sub(BESIDE)..places.len().min(index + BESIDE + 1);
        let is_near = places[near].iter().any(|it| kind(it) != RowKind::Same);
        if places.len() > WHOLE && !is_near && index >= BESIDE && index + BESIDE < places.len() {
            left_out += 1;
            continue;
        }
        push_left_out(&mut rows, &mut left_out);
        let at = difference.map_or(0, |it| if it.place == *place { it.at } else { 0 });
        rows.push(Row {
            kind: kind(place),
            other: cell(other.table.cell(*place), at),
            cells: [
                number(agreement, *place),
                actor(agreement, *place),
                action(agreement, *place),
                cell(one.table.cell(*place), at),
            ],
        });
    }
    push_left_out(&mut rows, &mut left_out);
    rows
}

fn push_left_out(rows: &mut Vec<Row>, left_out: &mut usize) {
    if *left_out > 0 {
        let told = format!("… {left_out} more, the same in both");
        rows.push(Row {
            cells: [String::new(), String::new(), String::new(), told],
            other: String::new(),
            kind: RowKind::Aside,
        });
        *left_out = 0;
    }
}

fn number(agreement: &Agreement, place: Place) -> String {
    let step = agreement.step(place);
    step.map_or(String::from("end"), |step| step.number.to_string())
}

fn actor(agreement: &Agreement, place: Place) -> String {
    match place.actor {
        Some(actor) => agreement.scenario.actor(actor).name.clone(),
        None => String::from("server"),
    }
}

/// The word that the step stands on in the file.
fn action(agreement: &Agreement, place: Place) -> String {
    let text = agreement.scenario.source.text();
    let word = agreement
        .step(place)
        .and_then(|step| text.get(step.span.start..step.span.end));
    cut(&escape::line(word.unwrap_or_default()), ACTION)
}

fn cell(cell: Option<&Cell>, at: usize) -> String {
    match cell {
        None => String::from("–"),
        Some(Cell::Ended(Ending::Met)) => String::from("done"),
        Some(Cell::Hole) => String::from("(may differ)"),
        Some(cell) => short(cell, at),
    }
}

const GAP: &str = "   ";

/// A longer table is shown only around what differs.
const WHOLE: usize = 40;

/// So many rows stand before and behind what differs, and at both ends.
const BESIDE: usize = 3;

/// So many columns an action takes.
const ACTION: usize = 14;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn check(between: Option<(&str, &str)>, expected: Result<&str, &str>) {
        let agreements = vec![sample::agreement("echo", "tcp", &["rust", "c"], &["java"])];
        let report = Report {
            agreements,
            ..Report::default()
        };
        let shown = side_by_side(&report, between, Colour::Plain);
        let expected = expected.map(|text| text.trim_matches('\n').to_owned());
        assert_eq!(shown, expected.map_err(str::to_owned));
    }

    #[test]
    fn the_first_difference_is_marked() {
        check(
            None,
            Ok("
echo over tcp
  step   actor             rust     java
  1      alice   connect   done     done
  2      alice   observe   `two␊`   `one␊`   ← first difference"),
        );
    }

    #[test]
    fn any_two_can_be_named() {
        check(
            Some(("c", "rust")),
            Ok("
echo over tcp
  step   actor             c        rust
  1      alice   connect   done     done
  2      alice   observe   `two␊`   `two␊`
  c and rust did the same"),
        );
        let told = "no comparison has both c and cobol; there are: c, java, rust";
        check(Some(("c", "cobol")), Err(told));
    }
}
