//! The report as JUnit XML, for what shows test results in CI.

use quick_junit::{NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestSuite};

use super::colour::Colour;
use super::{CaseLine, Report, escape, failure};
use crate::oracle::{Ruling, Verdict};

/// The report as JUnit XML: a suite for each scenario, a test case for each case.
pub fn junit(report: &Report) -> String {
    let mut suites = Suites::new("harness");
    suites.set_time(report.wall);
    for line in &report.cases {
        let name = &line.case.scenario.name;
        if suites
            .test_suites
            .last()
            .is_none_or(|suite| suite.name != **name)
        {
            suites.add_test_suite(TestSuite::new(name));
        }
        let case = test_case(line, report.strict);
        if let Some(suite) = suites.test_suites.last_mut() {
            suite.add_test_case(case);
        }
    }
    count(&mut suites);
    suites.to_string().expect("writing to memory does not fail")
}

/// A suite is added while it is empty, so what the whole counts is summed up at the end.
fn count(suites: &mut Suites) {
    let sum = |of: fn(&TestSuite) -> usize| suites.test_suites.iter().map(of).sum();
    suites.tests = sum(|suite| suite.tests);
    suites.failures = sum(|suite| suite.failures);
    suites.errors = sum(|suite| suite.errors);
    suites.skipped = sum(|suite| suite.skipped);
}

fn test_case(line: &CaseLine, strict: bool) -> TestCase {
    let CaseLine { case, ruling, .. } = line;
    let mut test = TestCase::new(
        format!("{}/{}", case.server, case.client),
        status(line, strict),
    );
    test.set_classname(format!("{}.{}", case.scenario.name, case.transport));
    test.set_time(ruling.took);
    test.extra.insert(
        "file".into(),
        escape::line(case.scenario.source.name()).into(),
    );
    test
}

fn status(line: &CaseLine, strict: bool) -> TestCaseStatus {
    let ruling = &line.ruling;
    let mut status = match ruling.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail | Verdict::Fixed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::BrokenPeer | Verdict::HarnessError => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
        Verdict::Skipped if strict => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Known | Verdict::Unsupported | Verdict::Skipped => TestCaseStatus::skipped(),
    };
    status.set_type(ruling.verdict.to_string());
    status.set_message(escape::line(&message(ruling)));
    if ruling.verdict.was_played() {
        let details = failure::details(line, Colour::Plain).join("\n");
        let again = failure::again(line);
        status.set_description(escape::xml(&format!("\n{details}\n   again: {again}\n")));
    }
    status
}

/// One line that says why: what CI shows beside the name.
fn message(ruling: &Ruling) -> String {
    let known = ruling
        .known
        .first()
        .filter(|_| ruling.verdict == Verdict::Known);
    let first_line = |reason: &String| reason.lines().next().unwrap_or_default().to_owned();
    let why = known
        .map(|entry| entry.reason.clone())
        .or_else(|| ruling.reason.as_ref().map(first_line))
        .or_else(|| ruling.failures.first().map(failure::told))
        .unwrap_or_default();
    match &ruling.mend {
        Some(mend) => format!("{why}; to mend it: {mend}"),
        None => why,
    }
}

#[cfg(test)]
mod tests {
    use quick_junit::Report as Read;

    use super::*;
    use crate::report::sample;

    /// Renders, and reads what was rendered as a strict reader does.
    fn read(lines: Vec<CaseLine>, strict: bool) -> (String, Read) {
        let xml = junit(&Report {
            cases: lines,
            strict,
            ..Report::default()
        });
        let read = Read::deserialize_from_str(&xml).expect("it is JUnit");
        (xml, read)
    }

    fn check(verdict: Verdict, strict: bool, counts: [usize; 3]) {
        let mut line = sample::line("echo", "tcp", "c", verdict);
        line.ruling.reason = Some(String::from("a reason"));
        let (_, read) = read(vec![line], strict);
        assert_eq!(
            [read.failures, read.errors, read.skipped],
            counts,
            "{verdict}"
        );
        assert_eq!(read.tests, 1);
    }

    #[test]
    fn verdicts_are_what_ci_takes_them_for() {
        check(Verdict::Pass, true, [0, 0, 0]);
        check(Verdict::Fail, false, [1, 0, 0]);
        check(Verdict::Fixed, false, [1, 0, 0]);
        check(Verdict::BrokenPeer, false, [0, 1, 0]);
        check(Verdict::HarnessError, false, [0, 1, 0]);
        check(Verdict::Known, true, [0, 0, 1]);
        check(Verdict::Unsupported, true, [0, 0, 1]);
        check(Verdict::Skipped, false, [0, 0, 1]);
        check(Verdict::Skipped, true, [0, 1, 0]);
    }

    #[test]
    fn a_failure_is_written_whole() {
        let mut line = sample::line("broadcast", "unix", "c", Verdict::Fail);
        line.ruling.failures = vec![sample::cut_short("carol")];
        let (xml, _) = read(vec![line], false);
        let opening = r#"<testcase name="c/built-in" classname="broadcast.unix" time="0.001" file="scenarios/broadcast.yaml">
            <failure message="carol heard 11 of 13 bytes, then nothing for 5 s (missing)" type="fail">"#;
        assert!(xml.contains(opening), "{xml}");
        assert!(
            xml.contains("^ first difference at byte 11\n   again: harness run"),
            "{xml}"
        );
    }

    #[test]
    fn what_peers_write_cannot_break_it() {
        let hostile = "]]></failure>\u{1b}[31m\u{0}\u{ffff}\u{9b}31m & <x y='\"'>";
        let mut line = sample::line("broadcast", "unix", "c", Verdict::BrokenPeer);
        line.ruling.reason = Some(format!("{hostile}\n{hostile}"));
        line.ruling.stderr = sample::stderr(&[hostile.as_bytes(), &[0xff, 0xfe]].concat());
        let mut failure = sample::failure(hostile);
        failure.heard = Some(crate::oracle::Excerpt::around(hostile.as_bytes(), 0));
        line.ruling.failures = vec![failure];
        let (xml, read) = read(vec![line], false);
        let allowed = |c: char| c == '\n' || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
        assert!(xml.chars().all(allowed), "{xml}");
        let TestCaseStatus::NonSuccess { message, .. } = &read.test_suites[0].test_cases[0].status
        else {
            panic!("it is an error");
        };
        let shown = message.as_ref().map(|message| message.as_str());
        assert_eq!(
            shown,
            Some("]]></failure>␛[31m␀\\u{ffff}\\u{9b}31m & <x y='\"'>")
        );
    }

    #[test]
    fn scenarios_are_suites() {
        let lines = [("a", "tcp"), ("a", "unix"), ("b", "tcp")]
            .map(|(scenario, transport)| sample::line(scenario, transport, "c", Verdict::Pass));
        let (_, read) = read(lines.into(), false);
        let suites: Vec<_> = read
            .test_suites
            .iter()
            .map(|suite| (suite.name.as_str(), suite.tests))
            .collect();
        assert_eq!(suites, [("a", 2), ("b", 1)]);
        assert_eq!(read.tests, 3);
    }
}
