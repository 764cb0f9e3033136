//! The report as a person reads it in a terminal: the matrix, what failed, what was not played and
//! why, and the totals at the very end, where the eye is when a run is over.

use super::agreement::agreement;
use super::colour::{Colour, DIM, STRONG};
use super::columns::{pad, width};
use super::failure::blocks;
use super::matrix::matrix;
use super::sections::{beside, known, section, skipped, unsupported};
use super::totals::{ending, timings};
use super::{Report, escape};

/// The whole report as text, with a line end.
pub fn terminal(report: &Report, colour: Colour) -> String {
    let mut parts = Vec::new();
    if !report.cases.is_empty() {
        parts.extend(title(report, colour));
        parts.push(matrix(report, colour));
    }
    parts.extend(agreement(report, colour));
    parts.extend(blocks(report, colour));
    parts.extend(known(report, colour));
    parts.extend(unsupported(report, colour));
    parts.extend(skipped(report, colour));
    parts.extend(beside(report, colour));
    parts.extend(section(
        "findings",
        report.findings.iter().map(|it| escape::line(it)),
        colour,
    ));
    parts.extend(report.timings.as_ref().map(timings));
    parts.push(ending(report, colour));
    format!("{}\n", parts.join("\n\n"))
}

/// Name and summary, where there is one scenario.
fn title(report: &Report, colour: Colour) -> Option<String> {
    let scenario = &report.cases.first()?.case.scenario;
    if report
        .cases
        .iter()
        .any(|line| line.case.scenario.name != scenario.name)
    {
        return None;
    }
    let name = colour.paint(STRONG, &scenario.name);
    let mut title = format!("{name}   {}", escape::line(&scenario.summary));
    if let Some(document) = &scenario.rests_on {
        let told = format!("rests on {}", escape::line(document));
        title.push_str(&format!(
            "\n{}   {}",
            pad("", width(&scenario.name)),
            colour.paint(DIM, &told)
        ));
    }
    Some(title)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::rc::Rc;
    use std::time::Duration;

    use super::*;
    use crate::oracle::Verdict;
    use crate::peer::manifest::{Known, Role};
    use crate::report::{CaseLine, EndedBy, sample};

    fn check(cases: Vec<CaseLine>, expected: &str) {
        let wall = Duration::from_millis(412);
        let report = Report {
            cases,
            wall,
            ..Report::default()
        };
        assert_eq!(
            terminal(&report, Colour::Plain),
            expected.trim_start_matches('\n')
        );
    }

    fn unplayed(
        case: (&str, &str),
        verdict: Verdict,
        reason: &str,
        mend: Option<&str>,
    ) -> CaseLine {
        let mut line = sample::line("echo", case.0, case.1, verdict);
        line.ruling.reason = Some(reason.to_owned());
        line.ruling.mend = mend.map(str::to_owned);
        line
    }

    #[test]
    fn one_scenario_is_a_title_a_matrix_and_totals() {
        check(
            vec![
                sample::line("echo", "tcp", "rust", Verdict::Pass),
                sample::line("echo", "tcp", "java", Verdict::Pass),
                sample::line("echo", "unix", "rust", Verdict::Pass),
                unplayed(
                    ("unix", "java"),
                    Verdict::Unsupported,
                    "no unix transport",
                    None,
                ),
            ],
            "
echo   every client hears what any client says

         rust   java
  tcp    pass   pass
  unix   pass   unsupported

3 passed, 1 unsupported (java: no unix transport)                                  0.4 s
",
        );
    }

    #[test]
    fn reasons_are_grouped_and_mended() {
        let no_javac = (
            "no javac on the PATH",
            Some("apt-get install default-jdk-headless"),
        );
        check(
            vec![
                unplayed(
                    ("tcp", "c"),
                    Verdict::Unsupported,
                    "no echo behaviour",
                    None,
                ),
                unplayed(("tcp", "java"), Verdict::Skipped, no_javac.0, no_javac.1),
                unplayed(
                    ("unix", "c"),
                    Verdict::Unsupported,
                    "no echo behaviour",
                    None,
                ),
                unplayed(("unix", "java"), Verdict::Skipped, no_javac.0, no_javac.1),
                unplayed(
                    ("unix", "node"),
                    Verdict::Unsupported,
                    "no unix \x1btransport",
                    None,
                ),
            ],
            "
echo   every client hears what any client says

         java
  tcp    skipped
  unix   skipped

unsupported
  no echo behaviour
      c (2)
  no unix ␛transport
      node

skipped
  java   no javac on the PATH (2)
         to mend it: apt-get install default-jdk-headless

nothing was played, 3 unsupported, 2 skipped                                       0.4 s
",
        );
    }

    #[test]
    fn known_divergences_tell_their_reason() {
        let mut line = sample::line("echo", "tcp", "java", Verdict::Known);
        line.ruling.failures = vec![sample::cut_short("carol")];
        line.beside = Some(String::from("known 3 of 3"));
        line.ruling.known = vec![Rc::new(Known {
            peer: String::from("java"),
            scenario: String::from("echo"),
            over: BTreeSet::new(),
            role: Role::Server,
            message: String::from("*"),
            reason: String::from("it reads by characters"),
            link: Some(String::from("https://example.org/7")),
            line: 12,
        })];
        check(
            vec![line],
            "
echo   every client hears what any client says

        java
  tcp   known

  known    differs just as its manifest says

known divergences
  java: it reads by characters (https://example.org/7)
    echo/tcp/java/built-in

beside the verdicts
  known 3 of 3
    echo/tcp/java/built-in

1 known                                                                            0.4 s
",
        );
    }

    #[test]
    fn an_interrupted_run_says_so() {
        let report = Report {
            not_played: 7,
            findings: vec![String::from("java had to be killed")],
            ended_by: Some(EndedBy::Interrupt),
            ..Report::default()
        };
        let expected = "findings\n  java had to be killed\n\ninterrupted\n\
            nothing was played, 7 not played                                                    0 ms\n";
        assert_eq!(terminal(&report, Colour::Plain), expected);
    }
}
