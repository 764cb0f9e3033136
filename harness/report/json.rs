//! The report as JSON for programs, and the schema that describes it. The types here are the
//! format: what changes in them is a change of its version, which [`VERSION`] counts.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::{CaseLine, EndedBy, Report, failure};
use crate::oracle::{self, Kind, Verdict};
use crate::scenario::words::Transport;
use crate::source::Source;

/// The version of the format; a reader of one version can read no other.
const VERSION: u32 = 1;

/// The report as JSON, indented, with a line end.
pub fn json(report: &Report) -> String {
    let json = serde_json::to_string_pretty(&Document::of(report));
    let mut json = json.expect("every map of the document has text as its keys");
    json.push('\n');
    json
}

/// The JSON Schema (draft 2020-12) of what [`json`] gives, indented, with a line end.
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Document>();
    format!("{:#}\n", schema.to_value())
}

/// What a run of `harness` found.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "harness report")]
struct Document<'a> {
    /// The version of this format.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    /// The program that wrote this.
    tool: Tool,
    /// The peers that the cases name, `rust` first.
    peers: Vec<Peer<'a>>,
    /// Every case with a verdict, in the order of the plan.
    cases: Vec<Case<'a>>,
    /// Comparisons of the servers with one another; none are made yet.
    agreement: [(); 0],
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
struct Bytes {
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
    fn of(report: &'a Report) -> Document<'a> {
        Document {
            version: VERSION,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            peers: report.peers.iter().map(Peer::of).collect(),
            cases: report.cases.iter().map(Case::of).collect(),
            agreement: [],
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
            again: failure::again(case),
        }
    }
}

impl<'a> Failure<'a> {
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
    fn of(excerpt: &oracle::Excerpt) -> Bytes {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::{PeerLine, sample};

    fn everything() -> Report {
        let mut lines: Vec<CaseLine> = Verdict::ALL
            .into_iter()
            .map(|verdict| sample::line("broadcast", "tcp", &format!("{verdict:?}"), verdict))
            .collect();
        lines[1].ruling.failures = vec![sample::cut_short("carol")];
        lines[1].ruling.stderr = sample::stderr(b"\xff\x1b[0m\n");
        lines[1].beside = Some(String::from("fails again"));
        lines[7].ruling.reason = Some(String::from("no javac on the PATH"));
        lines[7].ruling.mend = Some(String::from("apt-get install javac"));
        let versions = vec![(String::from("cc"), String::from("14.2"))];
        let (name, language) = (String::from("c"), String::from("C"));
        Report {
            cases: lines,
            peers: vec![PeerLine {
                name,
                language,
                versions,
            }],
            ended_by: Some(EndedBy::Interrupt),
            ..Report::default()
        }
    }

    fn value(report: &Report) -> Value {
        serde_json::from_str(&json(report)).expect("it is JSON")
    }

    fn check(pointer: &str, expected: Value) {
        assert_eq!(
            value(&everything()).pointer(pointer),
            Some(&expected),
            "{pointer}"
        );
    }

    #[test]
    fn a_report_keeps_to_its_schema() {
        let schema: Value = serde_json::from_str(&schema()).expect("it is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        for report in [everything(), Report::default()] {
            if let Err(error) = validator.validate(&value(&report)) {
                panic!("{error} at {}", error.instance_path());
            }
        }
    }

    #[test]
    fn the_schema_refuses_what_no_report_has() {
        let schema: Value = serde_json::from_str(&schema()).expect("it is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        for pointer in [
            "",
            "/tool",
            "/peers/0/toolchain/0",
            "/cases/1/failures/0/heard",
            "/totals",
        ] {
            let mut changed = value(&everything());
            let place = changed.pointer_mut(pointer).and_then(Value::as_object_mut);
            place
                .expect("an object")
                .insert(String::from("more"), json!(1));
            assert!(!validator.is_valid(&changed), "{pointer}");
        }
        let mut changed = value(&everything());
        changed["cases"][0]["verdict"] = json!("passed");
        assert!(!validator.is_valid(&changed));
        let mut changed = value(&everything());
        changed
            .as_object_mut()
            .expect("an object")
            .remove("agreement");
        assert!(!validator.is_valid(&changed));
    }

    #[test]
    fn a_case_says_all_that_there_is() {
        check("/version", json!(1));
        check("/cases/0/id", json!("broadcast/tcp/Pass/built-in"));
        check("/cases/0/clients", json!(["built-in"]));
        check("/cases/0/ms", json!(1.25));
        check("/cases/4/verdict", json!("broken peer"));
        check("/cases/7/mend", json!("apt-get install javac"));
        check("/cases/1/stderr", json!("\u{fffd}\u{1b}[0m\n"));
        check("/cases/1/failures/0/kind", json!("missing"));
        check("/cases/1/failures/0/line", json!(5));
        check("/cases/1/failures/0/step", json!(2));
        check("/cases/1/failures/0/first_difference", json!(11));
        let heard = json!({
            "text": "hello 你\u{fffd}", "hex": "68 65 6c 6c 6f 20 e4 bd a0 e5 a5", "before": 0, "total": 11
        });
        check("/cases/1/failures/0/heard", heard);
        check("/totals/broken peer", json!(1));
        check("/agreement", json!([]));
        check("/ended_by", json!("interrupted"));
    }
}
