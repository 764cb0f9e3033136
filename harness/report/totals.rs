//! The last lines of a report: where the time went, what ended the run, how many cases have each
//! verdict.

use std::time::Duration;

use super::colour::{BAD, Colour, DIM, NOTABLE, style_of};
use super::columns::{PAGE, cut, pad_before};
use super::{CaseLine, EndedBy, Report, Timings, escape};
use crate::oracle::Verdict;

/// What ended the run, and the line of totals.
pub(super) fn ending(report: &Report, colour: Colour) -> String {
    let ended = match &report.ended_by {
        None => None,
        Some(EndedBy::Interrupt) => Some(colour.paint(NOTABLE, "interrupted")),
        Some(EndedBy::Fault(fault)) => {
            let fault = cut(&escape::line(fault), PAGE * 2);
            Some(colour.paint(BAD, &format!("harness error: {fault}")))
        }
    };
    let totals = totals(report);
    let plain: Vec<&str> = totals.iter().map(|(_, text)| text.as_str()).collect();
    let wall = span(report.wall);
    let filled = pad_before(&plain.join(", "), &wall);
    let blanks = &filled[plain.join(", ").len()..];
    let painted: Vec<String> = totals
        .iter()
        .map(|(verdict, text)| match verdict {
            Some(verdict) => colour.paint(style_of(*verdict), text),
            None => text.clone(),
        })
        .collect();
    let line = format!("{}{blanks}{}", painted.join(", "), colour.paint(DIM, &wall));
    ended
        .into_iter()
        .chain([line])
        .collect::<Vec<_>>()
        .join("\n")
}

/// `9 passed`, `1 unsupported (java: no unix transport)`: what the line of totals is made of.
fn totals(report: &Report) -> Vec<(Option<Verdict>, String)> {
    let mut totals: Vec<(Option<Verdict>, String)> = report
        .totals()
        .into_iter()
        .map(|(verdict, count)| (Some(verdict), counted(report, verdict, count)))
        .collect();
    if report.not_played > 0 {
        totals.push((None, format!("{} not played", report.not_played)));
    }
    if !report
        .cases
        .iter()
        .any(|line| line.ruling.verdict.was_played())
    {
        totals.insert(0, (None, String::from("nothing was played")));
    }
    totals
}

fn counted(report: &Report, verdict: Verdict, count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    match verdict {
        Verdict::Pass => format!("{count} passed"),
        Verdict::Fail => format!("{count} failed"),
        Verdict::Known | Verdict::Fixed => format!("{count} {verdict}"),
        Verdict::BrokenPeer | Verdict::HarnessError => format!("{count} {verdict}{plural}"),
        Verdict::Unsupported => match only_reason(report) {
            Some((server, reason)) => {
                format!("{count} unsupported ({server}: {})", escape::line(reason))
            }
            None => format!("{count} unsupported"),
        },
        Verdict::Skipped if report.strict => format!("{count} skipped (--strict: the run fails)"),
        Verdict::Skipped => format!("{count} skipped"),
    }
}

/// The server and the reason of all unsupported cases, where there is one for all.
pub(super) fn only_reason(report: &Report) -> Option<(&str, &str)> {
    let unsupported = |line: &&CaseLine| line.ruling.verdict == Verdict::Unsupported;
    let mut reasons = report.cases.iter().filter(unsupported).map(|line| {
        (
            line.case.server.as_str(),
            line.ruling.reason.as_deref().unwrap_or_default(),
        )
    });
    let first = reasons.next()?;
    reasons.all(|reason| reason == first).then_some(first)
}

/// Where the time went, and the least that it could have been.
pub(super) fn timings(timings: &Timings) -> String {
    let bound = timings.bound();
    let times = timings.wall.as_secs_f64() / bound.as_secs_f64().max(f64::EPSILON);
    [
        format!(
            "timings: {} from the first case to the last, {} starts",
            span(timings.wall),
            timings.starts
        ),
        format!(
            "         CPU: peers {}, harness {}",
            span(timings.peers_cpu),
            span(timings.our_cpu)
        ),
        format!(
            "         longest chain of declared waits: {}",
            span(timings.declared)
        ),
        format!(
            "         the least possible on {} cores: {}; this run took {times:.1} times that",
            timings.cores,
            span(bound)
        ),
    ]
    .join("\n")
}

/// A duration as precise as a person wants it.
fn span(span: Duration) -> String {
    match span.as_millis() {
        millis @ 0..100 => format!("{millis} ms"),
        0..60_000 => format!("{:.1} s", span.as_secs_f64()),
        _ => format!("{} min {} s", span.as_secs() / 60, span.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_precise_as_wanted() {
        let spans = [34, 412, 9_960, 75_000].map(|millis| span(Duration::from_millis(millis)));
        assert_eq!(spans, ["34 ms", "0.4 s", "10.0 s", "1 min 15 s"]);
    }
}
