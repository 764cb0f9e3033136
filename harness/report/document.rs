//! The JSON report as types. They are the format: what changes in them is a change of its version,
//! which [`VERSION`] counts. Writing it, and its schema, is `json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::comparison::Agreement;
use super::{CaseLine, EndedBy, Report, failure};
use crate::oracle::{self, Kind, Verdict};
use crate::scenario::words::Transport;
use crate::source::Source;

/// The version of the format; a reader of one version can read no other.
const VERSION: u32 = 2;

/// What a run of `harness` found.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "harness report")]
pub(super) struct Document<'a> {
    /// The version of this format.
    #[schemars(range(min = 2, max = 2))]
    version: u32,
    /// The program that wrote this.
    tool: Tool,
    /// The peers that the cases name, `rust` first.
    peers: Vec<Peer<'a>>,
    /// Every case with a verdict, in the order of the plan.
    cases: Vec<Case<'a>>,
    /// Comparisons of the servers with one another, in the order of the plan.
    agreement: Vec<Agreement<'a>>,
    /// How many cases have each verdict.
    totals: Totals,
    /// How many cases were to be played and were not, since the run was ended before.
    not_played: usize,
    /// What is worth saying and is no verdict.
    findings: &'a [String],
    /// Whether skipped cases fail the run.
    strict: bool,
    /// What ended the run before its time.
    ended_by: Option<&'a str>,
    /// From the first case to the last, in milliseconds.
    ms: f64,
}

/// The program that wrote a report.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tool {
    /// Its name.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// One implementation.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Peer<'a> {
    /// Its name.
    name: &'a str,
    /// The language that it is written in.
    language: &'a str,
    /// The programs that it is built and run with.
    toolchain: Vec<Program<'a>>,
}

/// A program of a toolchain.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Program<'a> {
    /// Its name.
    program: &'a str,
    /// The version that was found.
    version: &'a str,
}

/// One scenario over one transport on one server.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Case<'a> {
    /// Unique in a report and stable: `broadcast/tcp/node/built-in`.
    id: &'a str,
    /// The scenario's name.
    scenario: &'a str,
    /// What carried the bytes.
    transport: Transport,
    /// The peer that was the server.
    server: &'a str,
    /// What played the actors.
    clients: Vec<String>,
    /// The judgement.
    verdict: Verdict,
    /// Why, where the failures do not say it.
    reason: Option<&'a str>,
    /// The command that mends a skipped case.
    mend: Option<&'a str>,
    /// How long it took without the start of a process, in milliseconds.
    ms: f64,
    /// The broken expectations, in the order of steps and actors.
    failures: Vec<Failure<'a>>,
    /// The known divergences that occurred; for `fixed` those that did not.
    known: Vec<Known<'a>>,
    /// What playing it again showed.
    beside: Option<&'a str>,
    /// The end of what the server wrote to stderr, where the case is no pass.
    stderr: Option<String>,
    /// The command that plays it again.
    again: String,
}

/// A broken expectation of one receiver.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Failure<'a> {
    /// What kind it is.
    kind: Kind,
    /// The scenario's file.
    file: &'a str,
    /// The line in it, from 1.
    line: usize,
    /// The column in it, from 1.
    column: usize,
    /// The step's number, from 1; null at the end of the case.
    step: Option<usize>,
    /// Whose expectation it is; null for the server's process.
    actor: Option<&'a str>,
    /// What happened, in one line without times, ports and paths.
    message: &'a str,
    /// How long was waited.
    waited: Option<&'a str>,
    /// What was expected, where that is bytes.
    expected: Option<Bytes>,
    /// What was heard in its place.
    heard: Option<Bytes>,
    /// The first byte that differs, counted from 0 at the beginning of what was expected.
    first_difference: Option<usize>,
}

/// A part of some bytes, around the place that matters.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bytes {
    /// The part as text; what is no UTF-8 is U+FFFD.
    text: String,
    /// The part in hex, a blank between bytes.
    #[schemars(regex(pattern = "^([0-9a-f]{2}( [0-9a-f]{2})*)?$"))]
    hex: String,
    /// How many bytes come before the part.
    before: usize,
    /// How many bytes there are in all.
    total: usize,
}

/// A divergence that a manifest records.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Known<'a> {
    /// The peer whose manifest it is.
    peer: &'a str,
    /// The line in the manifest, from 1.
    line: usize,
    /// The pattern of the failure's message.
    message: &'a str,
    /// Why it is so.
    reason: &'a str,
    /// Where more is said.
    link: Option<&'a str>,
}

/// How many cases have each verdict.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Totals {
    pass: usize,
    fail: usize,
    known: usize,
    fixed: usize,
    #[serde(rename = "broken peer")]
    broken_peer: usize,
    #[serde(rename = "harness error")]
    harness_error: usize,
    unsupported: usize,
    skipped: usize,
}

impl<'a> Document<'a> {
    /// A report in this format.
    pub(super) fn of(report: &'a Report) -> Document<'a> {
        Document {
            version: VERSION,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            peers: report.peers.iter().map(Peer::of).collect(),
            cases: report.cases.iter().map(Case::of).collect(),
            agreement: report.agreements.iter().map(Agreement::of).collect(),
            totals: Totals::of(report),
            not_played: report.not_played,
            findings: &report.findings,
            strict: report.strict,
            ended_by: report.ended_by.as_ref().map(|ended_by| match ended_by {
                EndedBy::Interrupt => "interrupted",
                EndedBy::Fault(fault) => fault,
            }),
            ms: milliseconds(report.wall),
        }
    }
}

impl<'a> Peer<'a> {
    fn of(peer: &'a super::PeerLine) -> Peer<'a> {
        let programs = peer.versions.iter();
        Peer {
            name: &peer.name,
            language: &peer.language,
            toolchain: programs
                .map(|(program, version)| Program { program, version })
                .collect(),
        }
    }
}

impl<'a> Case<'a> {
    fn of(line: &'a CaseLine) -> Case<'a> {
        let CaseLine {
            case,
            ruling,
            beside,
            options: _,
        } = line;
        let failures = ruling.failures.iter();
        let stderr = (ruling.verdict != Verdict::Pass && !ruling.stderr.bytes.is_empty())
            .then(|| String::from_utf8_lossy(&ruling.stderr.bytes).into_owned());
        Case {
            id: &case.id,
            scenario: &case.scenario.name,
            transport: case.transport,
            server: &case.server,
            clients: vec![case.client.to_string()],
            verdict: ruling.verdict,
            reason: ruling.reason.as_deref(),
            mend: ruling.mend.as_deref(),
            ms: milliseconds(ruling.took),
            failures: failures
                .map(|it| Failure::of(it, &case.scenario.source))
                .collect(),
            known: ruling.known.iter().map(|entry| Known::of(entry)).collect(),
            beside: beside.as_deref(),
            stderr,
            again: failure::again(line),
        }
    }
}

impl<'a> Failure<'a> {
    /// A failure at its place in a scenario's text.
    pub(super) fn of(failure: &'a oracle::Failure, source: &'a Source) -> Failure<'a> {
        let place = source.place(failure.span);
        Failure {
            kind: failure.kind,
            file: source.name(),
            line: place.line,
            column: place.column,
            step: failure.step,
            actor: failure.actor.as_deref(),
            message: &failure.message,
            waited: failure.waited.as_deref(),
            expected: failure.expected.as_ref().map(Bytes::of),
            heard: failure.heard.as_ref().map(Bytes::of),
            first_difference: failure.first_difference,
        }
    }
}

impl Bytes {
    pub(super) fn of(excerpt: &oracle::Excerpt) -> Bytes {
        let hex: Vec<String> = excerpt
            .bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Bytes {
            text: String::from_utf8_lossy(&excerpt.bytes).into_owned(),
            hex: hex.join(" "),
            before: excerpt.before,
            total: excerpt.total,
        }
    }
}

impl<'a> Known<'a> {
    fn of(entry: &'a crate::peer::manifest::Known) -> Known<'a> {
        Known {
            peer: &entry.peer,
            line: entry.line,
            message: &entry.message,
            reason: &entry.reason,
            link: entry.link.as_deref(),
        }
    }
}

impl Totals {
    fn of(report: &Report) -> Totals {
        let totals = report.totals();
        let count = |wanted| {
            totals
                .iter()
                .find(|(verdict, _)| *verdict == wanted)
                .map_or(0, |(_, count)| *count)
        };
        Totals {
            pass: count(Verdict::Pass),
            fail: count(Verdict::Fail),
            known: count(Verdict::Known),
            fixed: count(Verdict::Fixed),
            broken_peer: count(Verdict::BrokenPeer),
            harness_error: count(Verdict::HarnessError),
            unsupported: count(Verdict::Unsupported),
            skipped: count(Verdict::Skipped),
        }
    }
}

/// Milliseconds as a number, to the microsecond.
pub(super) fn milliseconds(span: std::time::Duration) -> f64 {
    (span.as_secs_f64() * 1e6).round() / 1e3
}
