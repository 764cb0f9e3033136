//! Everything that failed, each with what a person needs to see it, believe it and play it again.

use super::colour::{Colour, DIM, STRONG, style_of};
use super::columns::{cut, pad, pad_before};
use super::excerpt::{compare, thousands};
use super::{CaseLine, Report, escape, source_line};
use crate::oracle::{Failure, Verdict};
use crate::plan::Case;
use crate::trace::Tail;

/// A block for every case that failed, a blank line between them. Cases that never came to be
/// played for one and the same reason share a block: a peer that does not build is told once.
pub(super) fn blocks(report: &Report, colour: Colour) -> Vec<String> {
    let mut groups: Vec<Vec<&CaseLine>> = Vec::new();
    for line in report
        .cases
        .iter()
        .filter(|line| is_shown(line.ruling.verdict))
    {
        match groups.iter_mut().find(|group| is_told_with(line, group[0])) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    groups.iter().map(|group| block(group, colour)).collect()
}

fn is_shown(verdict: Verdict) -> bool {
    verdict.fails() || verdict == Verdict::HarnessError
}

fn is_told_with(line: &CaseLine, other: &CaseLine) -> bool {
    let (one, two) = (&line.ruling, &other.ruling);
    let server = line.case.server == other.case.server;
    let bare = [one, two]
        .iter()
        .all(|it| it.failures.is_empty() && it.stderr.bytes.is_empty());
    server && bare && (one.verdict, &one.reason) == (two.verdict, &two.reason)
}

fn block(group: &[&CaseLine], colour: Colour) -> String {
    let first = group[0];
    let mut lines = vec![head(first, colour)];
    lines.extend(details(first, colour));
    if group.len() > 1 {
        let others = group[1..].iter().map(|line| line.case.id.as_str());
        let others = few(others.collect(), MOST_NAMES);
        lines.push(format!("{ASIDE}so are: {others}"));
    }
    for line in group {
        if let Some(beside) = &line.beside {
            lines.push(format!("{ASIDE}beside: {}", escape::line(beside)));
        }
    }
    lines.push(colour.paint(DIM, &format!("{ASIDE}again: {}", again(first))));
    lines.join("\n")
}

/// `FAIL  broadcast/tcp/java/built-in     scenarios/broadcast.yaml:14:12`
fn head(line: &CaseLine, colour: Colour) -> String {
    let verdict = line.ruling.verdict;
    let word = verdict.to_string().to_uppercase();
    let place = place(line);
    let id = pad_before(&format!("{word}  {}", line.case.id), &place).split_off(word.len());
    format!(
        "{}{}{place}",
        colour.paint(style_of(verdict), &word),
        colour.paint(STRONG, &id)
    )
}

fn place(line: &CaseLine) -> String {
    let source = &line.case.scenario.source;
    match line.ruling.failures.first() {
        Some(failure) if failure.step.is_some() => {
            let place = source.place(failure.span);
            format!(
                "{}:{}:{}",
                escape::line(source.name()),
                place.line,
                place.column
            )
        }
        _ => escape::line(source.name()),
    }
}

/// What went wrong in a case, without its name.
pub(super) fn details(line: &CaseLine, colour: Colour) -> Vec<String> {
    let ruling = &line.ruling;
    let mut lines = Vec::new();
    if let Some(reason) = &ruling.reason {
        lines.extend(bounded(escape::lines(reason)).map(|line| format!("{INSIDE}{line}")));
    }
    let mut shown = None;
    for failure in ruling.failures.iter().take(MOST_FAILURES) {
        lines.extend(one(&line.case, failure, shown, colour));
        shown = failure.step;
    }
    let more: Vec<&str> = ruling
        .failures
        .iter()
        .skip(MOST_FAILURES)
        .map(|it| it.message.as_str())
        .collect();
    if !more.is_empty() {
        lines.push(format!(
            "{INSIDE}and {} more: {}",
            more.len(),
            few(more, MOST_NAMES)
        ));
    }
    lines.extend(
        stderr(&line.case, &ruling.stderr)
            .iter()
            .map(|line| format!("{INSIDE}{line}")),
    );
    lines
}

/// One failure; its source line only where the one shown before is of another step.
fn one(case: &Case, failure: &Failure, shown: Option<usize>, colour: Colour) -> Vec<String> {
    let source = &case.scenario.source;
    let message = cut(&escape::line(&told(failure)), MOST_COLUMNS);
    let mut lines = Vec::new();
    match failure.step {
        None => lines.push(format!("{INSIDE}at the end of the case: {message}")),
        Some(_) => {
            if failure.step != shown {
                lines.push(source_line::line(source, failure.span, colour));
            }
            lines.push(source_line::carets(source, failure.span, &message, colour));
        }
    }
    lines.extend(
        compare(failure, colour)
            .iter()
            .map(|line| format!("{INSIDE}{line}")),
    );
    lines
}

/// The one line of a failure, with the time that was waited: `…, then nothing for 5 s (missing)`.
pub(super) fn told(failure: &Failure) -> String {
    let Failure {
        kind,
        message,
        waited,
        ..
    } = failure;
    let ending = format!(" ({kind})");
    match (waited, message.strip_suffix(&ending)) {
        (Some(waited), Some(what)) if what.ends_with("nothing") => {
            format!("{what} for {waited}{ending}")
        }
        (Some(waited), Some(what)) => format!("{what} ({kind}, waited {waited})"),
        _ => message.clone(),
    }
}

/// The end of what the server wrote to stderr.
fn stderr(case: &Case, stderr: &Tail) -> Vec<String> {
    let text = String::from_utf8_lossy(&stderr.bytes);
    let written: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let skipped = written.len().saturating_sub(LAST_LINES);
    let mut name = format!("{} wrote to stderr  ", case.server);
    let indent = pad("", name.len());
    let mut lines = Vec::new();
    for line in &written[skipped..] {
        lines.push(format!("{name}{}", cut(&escape::line(line), MOST_COLUMNS)));
        name.clone_from(&indent);
    }
    if let Some(file) = &stderr.file
        && (skipped > 0 || stderr.cut > 0)
    {
        lines.push(format!("{indent}more in {}", escape::line(file)));
    }
    lines
}

/// The command that plays a case again.
pub(super) fn again(line: &CaseLine) -> String {
    let case = &line.case;
    let over = case.transport.text();
    let file = case.scenario.source.name();
    let which = match &line.ruling.against {
        None => vec!["--only", &case.id],
        // Alone it has nobody to disagree with. A program that was typed is named by its option.
        Some(other) => {
            let is_typed = line.options.iter().any(|option| option.starts_with("cmd:"));
            let own = ["--server", &case.server];
            let own = own.iter().copied().filter(|_| !is_typed);
            ["--over", over, "--server", other]
                .into_iter()
                .chain(own)
                .collect()
        }
    };
    let options = line.options.iter().map(String::as_str);
    let words = ["harness", "run", file].into_iter().chain(which);
    let words: Vec<String> = words.chain(options).map(quoted).collect();
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", escape::line(word).replace('\'', "'\\''")),
    }
}

/// The last lines of a text that may have many, where the reason stands.
fn bounded(lines: Vec<String>) -> impl Iterator<Item = String> {
    let skipped = lines.len().saturating_sub(MOST_LINES);
    lines
        .into_iter()
        .enumerate()
        .filter_map(move |(place, line)| {
            let kept = place == 0 || place > skipped;
            kept.then(|| cut(&line, MOST_COLUMNS))
        })
}

/// The first of some texts, and how many there are more.
pub(super) fn few(texts: Vec<&str>, most: usize) -> String {
    let mut shown: Vec<String> = texts
        .iter()
        .take(most)
        .map(|text| cut(&escape::line(text), MOST_COLUMNS))
        .collect();
    if texts.len() > most {
        shown.push(format!("and {} more", thousands(texts.len() - most)));
    }
    shown.join(", ")
}

/// Where details stand: under the source line's text.
const INSIDE: &str = "      ";
/// Where stands what is about the case and not of it.
const ASIDE: &str = "   ";
/// So many failures of one case are shown whole: a crowd fails in one way.
const MOST_FAILURES: usize = 6;
/// So many names are listed.
const MOST_NAMES: usize = 8;
/// So many lines of what a server wrote.
const LAST_LINES: usize = 6;
/// So many lines of a reason: the end of what a build printed.
const MOST_LINES: usize = 30;
/// So many columns of a line that others wrote.
const MOST_COLUMNS: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn check(line: CaseLine, expected: &str) {
        let report = Report {
            cases: vec![line],
            ..Report::default()
        };
        assert_eq!(
            blocks(&report, Colour::Plain).join("\n\n"),
            expected.trim_matches('\n')
        );
    }

    #[test]
    fn a_failure_shows_everything() {
        let mut line = sample::line("broadcast", "tcp", "java", Verdict::Fail);
        line.ruling.failures = vec![sample::cut_short("carol")];
        line.ruling.stderr = sample::stderr(b"relay: partial \x1b[31mwrite of 11\n");
        line.beside = Some(String::from("fails again when played alone"));
        check(
            line,
            r#"
FAIL  broadcast/tcp/java/built-in                          scenarios/broadcast.yaml:5:12
    5 |   - all: { expect: "hello 你好\n" }
      |            ^^^^^^ carol heard 11 of 13 bytes, then nothing for 5 s (missing)
      expected  hello 你好␊         68 65 6c 6c 6f 20 e4 bd a0 e5 a5 bd 0a
      heard     hello 你\xe5\xa5    68 65 6c 6c 6f 20 e4 bd a0 e5 a5
                                                                     ^ first difference at byte 11
      java wrote to stderr  relay: partial ␛[31mwrite of 11
   beside: fails again when played alone
   again: harness run scenarios/broadcast.yaml --only broadcast/tcp/java/built-in
"#,
        );
    }

    #[test]
    fn failures_of_one_step_share_its_line() {
        let mut line = sample::line("broadcast", "tcp", "java", Verdict::Fail);
        let mut silent = sample::failure("alice heard nothing (silent)");
        silent.kind = crate::oracle::Kind::Silent;
        let mut left_over =
            sample::failure("bob heard 3 bytes where it had no more to hear (extra)");
        left_over.step = None;
        line.ruling.failures = vec![silent.clone(), silent, left_over];
        check(
            line,
            r#"
FAIL  broadcast/tcp/java/built-in                          scenarios/broadcast.yaml:5:12
    5 |   - all: { expect: "hello 你好\n" }
      |            ^^^^^^ alice heard nothing (silent)
      |            ^^^^^^ alice heard nothing (silent)
      at the end of the case: bob heard 3 bytes where it had no more to hear (extra)
   again: harness run scenarios/broadcast.yaml --only broadcast/tcp/java/built-in
"#,
        );
    }

    #[test]
    fn a_crowd_is_not_listed_whole() {
        let mut line = sample::line("broadcast", "tcp", "java", Verdict::Fail);
        line.ruling.failures = (0..200)
            .map(|n| sample::failure(&format!("crowd.{n} heard nothing")))
            .collect();
        let shown = details(&line, Colour::Plain);
        assert_eq!(shown.len(), 1 + MOST_FAILURES + 1);
        assert_eq!(
            shown[MOST_FAILURES + 1].split(", ").next(),
            Some("      and 194 more: crowd.6 heard nothing")
        );
        assert!(shown[MOST_FAILURES + 1].ends_with("crowd.13 heard nothing, and 186 more"));
    }

    #[test]
    fn a_peer_that_does_not_build_is_told_once() {
        let lines = ["tcp", "unix"].map(|transport| {
            let mut line = sample::line("broadcast", transport, "c", Verdict::BrokenPeer);
            line.ruling.reason = Some(String::from("does not build: cc\nserver.c:3: error\x07"));
            line
        });
        let report = Report {
            cases: lines.into(),
            ..Report::default()
        };
        let expected = r#"
BROKEN PEER  broadcast/tcp/c/built-in                           scenarios/broadcast.yaml
      does not build: cc
      server.c:3: error␇
   so are: broadcast/unix/c/built-in
   again: harness run scenarios/broadcast.yaml --only broadcast/tcp/c/built-in"#;
        assert_eq!(blocks(&report, Colour::Plain), [expected.trim_start()]);
    }

    #[test]
    fn only_the_end_of_stderr_is_shown() {
        let case = sample::line("broadcast", "tcp", "c", Verdict::Fail).case;
        let text: String = (1..=9).map(|n| format!("line {n}\n")).collect();
        let shown = stderr(&case, &sample::stderr(text.as_bytes()));
        assert_eq!(shown.len(), LAST_LINES + 1);
        assert_eq!(shown[0], "c wrote to stderr  line 4");
        assert_eq!(shown[6], "                   more in logs/c.stderr");
        assert_eq!(
            stderr(&case, &sample::stderr(&[b'x'; 4000]))[0]
                .chars()
                .count(),
            19 + 160
        );
    }

    #[test]
    fn the_time_waited_is_told() {
        let told_of = |message: &str, kind| {
            let mut failure = sample::failure(message);
            (failure.kind, failure.waited) = (kind, Some(String::from("5 s")));
            told(&failure)
        };
        use crate::oracle::Kind::{NotEnded, Silent};
        assert_eq!(
            told_of("bob heard nothing (silent)", Silent),
            "bob heard nothing for 5 s (silent)"
        );
        assert_eq!(
            told_of("bob met no end (not ended)", NotEnded),
            "bob met no end (not ended, waited 5 s)"
        );
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("a/b.yaml"), "a/b.yaml");
        assert_eq!(quoted("my file's"), "'my file'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
